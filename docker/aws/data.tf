# Where the data lies: a bucket for the landing zone and backups, and Postgres.

resource "aws_s3_bucket" "data" {
  bucket_prefix = "${var.name}-"
}

resource "aws_s3_bucket_versioning" "data" {
  bucket = aws_s3_bucket.data.id
  versioning_configuration {
    status = "Enabled"
  }
}

resource "aws_s3_bucket_public_access_block" "data" {
  bucket                  = aws_s3_bucket.data.id
  block_public_acls       = true
  block_public_policy     = true
  ignore_public_acls      = true
  restrict_public_buckets = true
}

resource "random_password" "account" {
  for_each = toset(["postgres", "owner", "user", "reader", "dagster"])
  length   = 32
  special  = false
}

resource "aws_secretsmanager_secret" "account" {
  for_each = random_password.account
  name     = "${var.name}/${each.key}_password"
}

resource "aws_secretsmanager_secret_version" "account" {
  for_each      = random_password.account
  secret_id     = aws_secretsmanager_secret.account[each.key].id
  secret_string = each.value.result
}

resource "aws_security_group" "database" {
  name   = "${var.name}-database"
  vpc_id = var.vpc_id

  ingress {
    from_port       = 5432
    to_port         = 5432
    protocol        = "tcp"
    security_groups = [aws_security_group.platform.id]
  }
}

resource "aws_db_subnet_group" "this" {
  name       = var.name
  subnet_ids = var.subnet_ids
}

resource "aws_db_parameter_group" "this" {
  name_prefix = "${var.name}-"
  family      = "postgres18"

  parameter {
    name  = "rds.force_ssl"
    value = "1"
  }
}

resource "aws_db_instance" "this" {
  identifier              = var.name
  engine                  = "postgres"
  engine_version          = "18"
  instance_class          = var.db_instance_class
  allocated_storage       = 50
  max_allocated_storage   = 500
  storage_encrypted       = true
  username                = "postgres"
  password                = random_password.account["postgres"].result
  db_subnet_group_name    = aws_db_subnet_group.this.name
  vpc_security_group_ids  = [aws_security_group.database.id]
  parameter_group_name    = aws_db_parameter_group.this.name
  backup_retention_period = 14
  deletion_protection     = true
}
