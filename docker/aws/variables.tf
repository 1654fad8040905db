variable "region" {
  type    = string
  default = "ca-central-1"
}

variable "name" {
  description = "Before the names of everything that is made."
  type        = string
  default     = "job-etl"
}

variable "image" {
  description = "The image of docker/Dockerfile, built with EXTRAS=[s3,aws], in a registry that ECS can read."
  type        = string
}

variable "vpc_id" {
  type = string
}

variable "subnet_ids" {
  description = "Private subnets in two zones, with a way out to the job boards."
  type        = list(string)
}

variable "ui_cidr_blocks" {
  description = "Who reaches the UI, which has no login: a VPN's addresses, or nobody."
  type        = list(string)
  default     = []
}

variable "db_instance_class" {
  type    = string
  default = "db.t4g.medium"
}
