"""Addresses that may be shown as links.

Belongs here: what counts as a web address. Which of them is the posting's is the source's to say.
"""

from __future__ import annotations

import re

_ADDRESS = re.compile(
    r"https?://(?:[^\s/?#@]*@)?(?:[^\s/?#@:\[\]]+\.[^\s/?#@:\[\]]+|localhost|\[[0-9a-f:.]+\])(?::\d{1,5})?(?:[/?#]\S*)?",
    re.I,
)
_ESCAPED_AMPERSAND = re.compile(r"&(?:amp;)+")
_UNSAFE = re.compile('[\\s\x00-\x1f\x7f-\x9f"<>\\\\^`{|}\ud800-\udfff]')


def clean_url(url: str | None) -> str | None:
    """The address when it is http or https and names a host, escaped where it must be; None otherwise."""
    if not url:
        return None
    url = _UNSAFE.sub(_percent, _ESCAPED_AMPERSAND.sub("&", url.strip()))
    return url if _ADDRESS.fullmatch(url) else None


def _percent(match: re.Match[str]) -> str:
    return "".join(f"%{byte:02X}" for byte in match[0].encode("utf-8", "replace"))
