"""The failures a person is told about: each is one line that says what to do.

Everything raised on purpose in this package derives from `JobEtlError`. Whether asking again can help
is part of the type: `TransientError` may be retried, `PermanentError` may not.
"""


class JobEtlError(Exception):
    """A failure with a message meant for a person; the command line prints it without a traceback."""


class PermanentError(JobEtlError):
    """Something has to be changed first: a setting, a file, a privilege."""


class TransientError(JobEtlError):
    """The same call may succeed later: a timeout, a busy server, a lost connection."""


class ConfigError(PermanentError):
    """A configuration file or environment variable is wrong; the message names the key."""


class NotFound(PermanentError):
    """A provider has nothing at this address (404, 410): the board does not exist, or not any more."""


class Refused(PermanentError):
    """A provider does not let us ask (401, 403), or only with another key."""


class UnreadableAnswer(PermanentError):
    """A provider's answer is not what its source expects (HTML for JSON, cut short, not an object)."""


class UnreadablePayload(PermanentError):
    """One payload could not be read; it becomes a reject and the rest of its board goes on."""
