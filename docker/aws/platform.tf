# What runs: one ECS task with the same containers as docker/compose.yaml, in the same order.

locals {
  environment = [
    for name, value in {
      POSTGRES_HOST       = aws_db_instance.this.address
      POSTGRES_DB         = "job_etl"
      POSTGRES_USER       = "job_etl_user"
      PGSSLMODE           = "verify-full"
      PGSSLROOTCERT       = "/etc/ssl/certs/rds-global-bundle.pem"
      JOB_ETL_LANDING_URL = "s3://${aws_s3_bucket.data.id}/landing"
      JOB_ETL_BACKUPS_URL = "s3://${aws_s3_bucket.data.id}/backups"
      JOB_ETL_BOOT_FILE   = "/var/lib/dagster/code-server"
      JOB_ETL_EXECUTOR    = "multiprocess"
      JOB_ETL_AUTOMATION  = "on"
    } : { name = name, value = value }
  ]
  secret = { for name, secret in aws_secretsmanager_secret.account : name => secret.arn }

  # The containers of a task share 127.0.0.1 and this volume.
  shared = {
    image       = var.image
    environment = local.environment
    user        = "10001:0"
    mountPoints = [{ sourceVolume = "dagster", containerPath = "/var/lib/dagster" }]
    logConfiguration = {
      logDriver = "awslogs"
      options = {
        awslogs-group         = aws_cloudwatch_log_group.this.name
        awslogs-region        = var.region
        awslogs-stream-prefix = var.name
      }
    }
  }

  # ECS hands secrets over as variables; the bootstrap reads files.
  write_secrets = join(" && ", concat(
    ["umask 077", "mkdir -p /tmp/secrets"],
    [for name in keys(local.secret) : "printf %s \"$${SECRET_${name}}\" > /tmp/secrets/${name}_password"],
  ))
  workspace = "printf 'load_from:\\n  - grpc_server: {host: 127.0.0.1, port: 4000, location_name: job_etl}\\n' > /tmp/workspace.yaml"
}

resource "aws_cloudwatch_log_group" "this" {
  name              = "/${var.name}"
  retention_in_days = 30
}

resource "aws_ecs_cluster" "this" {
  name = var.name
}

resource "aws_ecs_task_definition" "this" {
  family                   = var.name
  requires_compatibilities = ["FARGATE"]
  network_mode             = "awsvpc"
  cpu                      = 2048
  memory                   = 8192
  execution_role_arn       = aws_iam_role.execution.arn
  task_role_arn            = aws_iam_role.task.arn

  volume {
    name = "dagster"
  }

  container_definitions = jsonencode([
    merge(local.shared, {
      name      = "bootstrap"
      essential = false
      command   = ["sh", "-c", "${local.write_secrets} && JOB_ETL_SECRETS_DIR=/tmp/secrets job-etl bootstrap && exec dagster instance migrate"]
      secrets = concat(
        [for name, arn in local.secret : { name = "SECRET_${name}", valueFrom = arn }],
        [{ name = "DAGSTER_PG_PASSWORD", valueFrom = local.secret["dagster"] }],
      )
    }),
    merge(local.shared, {
      name      = "code"
      essential = true
      command   = ["dagster", "code-server", "start", "-h", "127.0.0.1", "-p", "4000", "-m", "job_etl.definitions"]
      dependsOn = [{ containerName = "bootstrap", condition = "SUCCESS" }]
      secrets = [
        { name = "POSTGRES_PASSWORD", valueFrom = local.secret["user"] },
        { name = "DAGSTER_PG_PASSWORD", valueFrom = local.secret["dagster"] },
      ]
      healthCheck = {
        command     = ["CMD", "python", "/usr/local/bin/healthcheck.py", "code"]
        interval    = 15
        timeout     = 10
        retries     = 4
        startPeriod = 120
      }
    }),
    merge(local.shared, {
      name         = "webserver"
      essential    = true
      command      = ["sh", "-c", "${local.workspace} && exec dagster-webserver -h 0.0.0.0 -p 3000 -w /tmp/workspace.yaml"]
      dependsOn    = [{ containerName = "code", condition = "HEALTHY" }]
      portMappings = [{ containerPort = 3000 }]
      secrets      = [{ name = "DAGSTER_PG_PASSWORD", valueFrom = local.secret["dagster"] }]
    }),
    merge(local.shared, {
      name      = "daemon"
      essential = true
      command   = ["sh", "-c", "${local.workspace} && exec dagster-daemon run -w /tmp/workspace.yaml"]
      dependsOn = [{ containerName = "code", condition = "HEALTHY" }]
      secrets   = [{ name = "DAGSTER_PG_PASSWORD", valueFrom = local.secret["dagster"] }]
    }),
  ])
}

resource "aws_ecs_service" "this" {
  name            = var.name
  cluster         = aws_ecs_cluster.this.id
  task_definition = aws_ecs_task_definition.this.arn
  launch_type     = "FARGATE"
  desired_count   = 1
  # Never two at a time: there is one queue of runs.
  deployment_minimum_healthy_percent = 0
  deployment_maximum_percent         = 100

  network_configuration {
    subnets         = var.subnet_ids
    security_groups = [aws_security_group.platform.id]
  }
}

resource "aws_security_group" "platform" {
  name   = "${var.name}-platform"
  vpc_id = var.vpc_id

  ingress {
    from_port   = 3000
    to_port     = 3000
    protocol    = "tcp"
    cidr_blocks = var.ui_cidr_blocks
  }

  egress {
    from_port   = 0
    to_port     = 0
    protocol    = "-1"
    cidr_blocks = ["0.0.0.0/0"]
  }
}

data "aws_iam_policy_document" "ecs" {
  statement {
    actions = ["sts:AssumeRole"]
    principals {
      type        = "Service"
      identifiers = ["ecs-tasks.amazonaws.com"]
    }
  }
}

resource "aws_iam_role" "execution" {
  name               = "${var.name}-execution"
  assume_role_policy = data.aws_iam_policy_document.ecs.json
}

resource "aws_iam_role_policy_attachment" "execution" {
  role       = aws_iam_role.execution.name
  policy_arn = "arn:aws:iam::aws:policy/service-role/AmazonECSTaskExecutionRolePolicy"
}

resource "aws_iam_role_policy" "read_secrets" {
  name   = "read-secrets"
  role   = aws_iam_role.execution.id
  policy = data.aws_iam_policy_document.read_secrets.json
}

data "aws_iam_policy_document" "read_secrets" {
  statement {
    actions   = ["secretsmanager:GetSecretValue"]
    resources = values(local.secret)
  }
}

resource "aws_iam_role" "task" {
  name               = "${var.name}-task"
  assume_role_policy = data.aws_iam_policy_document.ecs.json
}

resource "aws_iam_role_policy" "use_bucket" {
  name   = "use-bucket"
  role   = aws_iam_role.task.id
  policy = data.aws_iam_policy_document.use_bucket.json
}

data "aws_iam_policy_document" "use_bucket" {
  statement {
    actions   = ["s3:ListBucket"]
    resources = [aws_s3_bucket.data.arn]
  }
  statement {
    actions   = ["s3:GetObject", "s3:PutObject", "s3:DeleteObject"]
    resources = ["${aws_s3_bucket.data.arn}/*"]
  }
}
