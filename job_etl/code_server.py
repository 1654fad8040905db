"""What Dagster's code server is taught: to look after runs whose process died until it could say so.

It looks every second, in a thread. A database that is full or away at that moment ends the thread, as Dagster 1.13 has
it, and with it the looking: the run would stay under way until its time is up, and hold up those behind it.
"""

from __future__ import annotations

import logging
import sys
from typing import Any

_MODULE = "dagster._grpc.server"  # loaded in a code server, and in runs that it starts


def never_stop_looking_for_dead_runs() -> None:
    """Let the thread outlive what goes wrong in it; does nothing where this process is no code server."""
    if (module := sys.modules.get(_MODULE)) is None or hasattr(module.DagsterApiServer, "_looked_once"):
        return
    server: Any = module.DagsterApiServer
    look_once = server._check_for_orphaned_runs
    said = ""

    def look(self: Any) -> None:
        nonlocal said
        try:
            look_once(self)
            said = ""
        except Exception as error:  # whatever it is, the next look may do better
            if str(error) != said:
                logging.getLogger(__name__).error("%s", _line(error))
            said = str(error)

    server._check_for_orphaned_runs, server._looked_once = look, look_once


def _line(error: Exception) -> str:
    """One line for a person; a driver's error is told by its own words, without the statement."""
    cause = getattr(error, "orig", None) or error
    words = " ".join(str(cause).split()) or type(cause).__name__
    return f"Dagster's database does not take the news that a run has ended, which is tried again each second: {words}"
