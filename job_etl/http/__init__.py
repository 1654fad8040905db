"""The one HTTP client: polite to providers, bounded in what it accepts, silent about keys.

Belongs here: asking. What is asked, and what the answer means, belongs to `job_etl.sources`.

Threads and not an event loop: a source is plain sequential code, landing compresses while it writes, and a polite
crawl has two requests a host under way, so that a few dozen threads are all there is to run.
"""

from job_etl.http.client import Client, Limits
from job_etl.http.failures import Interrupted, NotModified
from job_etl.http.session import Session
from job_etl.http.site import Site

__all__ = ["Client", "Interrupted", "Limits", "NotModified", "Session", "Site"]
