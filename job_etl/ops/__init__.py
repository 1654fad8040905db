"""What keeps the platform running: its accounts and secrets, backups, alerts and measurements.

Belongs here: operating, without Dagster. When it happens by itself, `operations` and `alerting` say.
"""
