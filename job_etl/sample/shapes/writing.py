"""What several providers share in writing: JSON as bytes, HTML from sections, and slugs."""

from __future__ import annotations

import json
import re
import unicodedata
from collections.abc import Iterable
from html import escape
from typing import Any, NamedTuple

from job_etl.sample.vacancy import Section


class Markup(NamedTuple):
    """How a provider's editor writes HTML: each with `{}` for what it holds."""

    heading: str = "<h3>{}</h3>\n"
    paragraph: str = "<p>{}</p>\n"
    items: str = "<ul>\n{}</ul>\n"
    item: str = "<li>{}</li>\n"


def html(sections: Iterable[Section], markup: Markup) -> str:
    """An advertisement as HTML."""
    return "".join([_section(section, markup) for section in sections])


def items(section: Section, markup: Markup) -> str:
    """The entries of a section's list, without what goes around them."""
    return "".join([markup.item.format(escape(item, quote=False)) for item in section.items])


def plain(sections: Iterable[Section]) -> str:
    """An advertisement as text, with headings in capitals."""
    blocks = []
    for section in sections:
        blocks += [section.heading.upper()] if section.heading else []
        blocks += section.paragraphs + [f" - {item}" for item in section.items]
    return "\n\n".join(blocks)


def json_bytes(value: Any, *, ascii_only: bool = False) -> bytes:
    """An answer's body. A lone surrogate can only be written as an escape, also where the rest is UTF-8."""
    text = json.dumps(value, ensure_ascii=ascii_only, separators=(",", ":"))
    return text.encode("utf-8", "backslashreplace")


def slug(text: str) -> str:
    """Words in lower case between hyphens, without accents: the form of a text in an address."""
    letters = unicodedata.normalize("NFKD", text.lower().replace("ß", "ss"))
    return re.sub(r"[^a-z0-9]+", "-", letters.encode("ascii", "ignore").decode()).strip("-")


def _section(section: Section, markup: Markup) -> str:
    heading = markup.heading.format(escape(section.heading, quote=False)) if section.heading else ""
    paragraphs = "".join([markup.paragraph.format(escape(text, quote=False)) for text in section.paragraphs])
    return heading + paragraphs + (markup.items.format(items(section, markup)) if section.items else "")
