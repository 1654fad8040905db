"""What a site's robots.txt allows us to ask, by the Robots Exclusion Protocol (RFC 9309).

Belongs here: reading and matching rules. A provider with an interface for programs is asked by its terms; this is for
pages that were made for people.
"""

from __future__ import annotations

from dataclasses import dataclass
from urllib.parse import urlsplit

from job_etl.errors import PermanentError
from job_etl.sources.base import Ask, Request

AGENT = "job-etl"
"""The name by which rules address us; the User-Agent header begins with it."""

_MOST_WILDCARDS = 20


@dataclass(frozen=True, slots=True)
class Robots:
    """The rules that hold for us: patterns of paths, and whether they are allowed."""

    rules: tuple[tuple[str, bool], ...] = ()

    def allows(self, url: str) -> bool:
        """Whether a URL may be asked: the longest pattern that matches decides, and the kinder of two equal ones."""
        parts = urlsplit(url)
        path = (parts.path or "/") + (f"?{parts.query}" if parts.query else "")
        matching = [(len(pattern), allowed) for pattern, allowed in self.rules if _matches(pattern, path)]
        return max(matching, default=(0, True))[1]


def robots_of(url: str, ask: Ask) -> Robots:
    """The rules of the site at a URL: all is allowed where it has none (RFC 9309, 2.3.1.3).

    Raises:
        TransientError: the site does not answer, which is to be taken for a refusal (2.3.1.4).
    """
    parts = urlsplit(url)
    try:
        answer = ask(Request(f"{parts.scheme}://{parts.netloc}/robots.txt"))
    except PermanentError:
        return Robots()
    return parse(answer.body.decode("utf-8", errors="replace"))


def parse(text: str) -> Robots:
    """Read the rules of a robots.txt: those of the groups that name us, else those for everybody (2.2.1)."""
    groups: dict[str, list[tuple[str, bool]]] = {}
    agents: list[str] = []
    in_rules = False
    for line in text.removeprefix("\ufeff").splitlines():
        key, colon, value = line.partition("#")[0].partition(":")
        key, value = key.strip().lower(), value.strip()
        if not colon:
            continue
        if key == "user-agent":
            agents = [*([] if in_rules else agents), value.lower()]
            in_rules = False
            groups.setdefault(value.lower(), [])
        elif key in ("allow", "disallow"):
            in_rules = True
            for agent in agents if value else ():
                groups[agent].append((value, key == "allow"))
    return Robots(tuple(groups.get(AGENT, groups.get("*", []))))


def _matches(pattern: str, path: str) -> bool:
    """Whether a pattern matches the beginning of a path, or all of it where it ends with `$`; `*` is any text (2.2.3).

    The parts between wildcards are looked for one after the other, which takes no longer than the path is long.
    """
    whole = pattern.endswith("$")
    first, *others = pattern.removesuffix("$").split("*", _MOST_WILDCARDS)
    if not path.startswith(first):
        return False
    at = len(first)
    if not others:
        return not whole or at == len(path)
    *inner, last = others
    for part in inner:
        found = path.find(part, at)
        if found < 0:
            return False
        at = found + len(part)
    return path.endswith(last) and len(path) - len(last) >= at if whole else path.find(last, at) >= 0
