"""What goes wrong on the network, as a line for a person and a decision whether to ask again.

Belongs here: the translation of the HTTP library's errors. Statuses are answers and belong to `session`.
"""

from __future__ import annotations

import ssl
from collections.abc import Iterator
from contextlib import contextmanager

import httpcore

from job_etl.errors import PermanentError, TransientError
from job_etl.http.guard import NameNotResolved

# Says nothing of which header and what it holds, as that may be a key.
BAD_HEADER = "the key or another header holds characters that HTTP does not allow"


class NotModified(Exception):
    """The provider says that the board is as it was when its validators were given out."""


class Interrupted(Exception):
    """The client was aborted while something was under way."""


class Retryable(TransientError):
    """One attempt failed in a way that another may not.

    `unreachable` says that no connection came about; `retry_after` is how long the provider asked to wait, in seconds.
    """

    def __init__(self, message: str, *, unreachable: bool = False, retry_after: float | None = None) -> None:
        super().__init__(message)
        self.unreachable = unreachable
        self.retry_after = retry_after


@contextmanager
def explained(connect: float, read: float, whole: float) -> Iterator[None]:
    """Turn the library's errors into ours; the arguments are the limits in force, in seconds.

    Raises:
        Retryable: the network or the other side failed.
        PermanentError: the other side's certificate is not trusted, or our request is not valid HTTP.
    """
    try:
        yield
    except NameNotResolved as error:
        raise Retryable(f"{error}; is there a network?", unreachable=True) from None
    except httpcore.ConnectTimeout:
        raise Retryable(f"no connection within {connect:g} s", unreachable=True) from None
    except (httpcore.ConnectError, httpcore.ProxyError) as error:
        cause = error.__cause__ or error.__context__
        if isinstance(cause, ssl.SSLCertVerificationError):
            raise PermanentError(f"its certificate is not trusted ({cause.verify_message})") from None
        raise Retryable(f"no connection ({getattr(cause, 'strerror', None) or error})", unreachable=True) from None
    except httpcore.TimeoutException:
        raise Retryable(f"no whole answer in time (at most {read:g} s of silence, {whole:g} s in all)") from None
    except httpcore.RemoteProtocolError as error:
        # The library tells these apart by their text alone.
        if "disconnected" in str(error):
            raise Retryable("the connection was closed in the place of an answer") from None
        what = "the answer is cut short" if "complete" in str(error) else "the answer is not HTTP"
        raise Retryable(f"{what} ({error})") from None
    except httpcore.LocalProtocolError:
        raise PermanentError(BAD_HEADER) from None
    except httpcore.NetworkError as error:
        raise Retryable(f"the connection was lost ({error})") from None
