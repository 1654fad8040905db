"""Writes docs/sources.md from the sources themselves: `python -m job_etl_tests.sources.document`.

How often each field is filled is measured on the real payloads, where they are present, and else stays as it stands
on the page.
"""

from __future__ import annotations

import inspect
import re
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import fields
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from job_etl.config import sources as config
from job_etl.errors import UnreadablePayload
from job_etl.model import GivenPosting
from job_etl.sources import SOURCES
from job_etl.sources.base import Source, Terms
from job_etl_tests.realdata import FOLDER
from job_etl_tests.sources.captures import CAPTURES, payloads_of
from job_etl_tests.sources.samples import samples

PAGE = Path(__file__).parents[2] / "docs" / "sources.md"
NOT_FIELDS = {"source_job_id", "company_inferred", "description_text", "extra"}
NAMES = {"description_html": "description", "url": "link", "places": "place", "salaries": "pay", "tags": "tags"}
FIELDS = {field.name: NAMES.get(field.name, field.name.replace("_", " ")) for field in fields(GivenPosting)}
ASKED_BY_A_LIBRARY = {"jobspy"}

HEAD = """# Sources

Where postings come from: what each source needs, what it gives, and what its provider asks of you. This page is
written by `python -m job_etl_tests.sources.document` from the modules in `job_etl/sources/`; change those.

A *board* is one tenant of a source, such as an employer, or a saved search; a feed that has none has the one board
`all`. Boards stand in `sources.yml`; `job-etl sources add URL` finds the board behind a careers page. The percentages
are of real payloads, measured on {day}; a field that is not named was in none.
[Adding a source](adding-a-source.md) takes one module.
"""
GROUPS = {
    "Employers' own boards": lambda source: source.direct,
    "Feeds and searches without a key": lambda source: not source.direct and not source.needs,
    "Searches with a key": lambda source: not source.direct and source.needs,
}


def page(given: Mapping[str, str], day: str) -> str:
    """The page, with a line for each source on what it gives, measured on a day."""
    parts = [HEAD.format(day=day)]
    for group, belongs in GROUPS.items():
        chosen = [source for source in SOURCES.values() if belongs(source)]
        parts.append(f"## {group}\n\n{_overview(chosen)}\n")
        parts += [_section(source, given[source.name]) for source in chosen]
    return "\n".join(parts)


def measured() -> dict[str, str]:
    """What each source gives, in its real payloads or else in the fixtures."""
    return {name: _measured(name) for name in SOURCES}


def standing(text: str) -> dict[str, str]:
    """What a page says each source gives."""
    sections = re.findall(r"^### [^\n]* \(`(\w+)`\)$(.*?)(?=^##|\Z)", text, re.MULTILINE | re.DOTALL)
    return {name: found[0] for name, body in sections if (found := re.findall(r"^- Gives .*$", body, re.MULTILINE))}


def day_of(text: str) -> str:
    """The day on which what a page says was measured."""
    [day] = re.findall(r"measured on (\d{4}-\d\d-\d\d)", text)
    return day


def _measured(name: str) -> str:
    source, counts, read = SOURCES[name], Counter[str](), 0
    # A time series holds one board again and again, and lists only.
    for payload, board in payloads_of(name, within="api/") if name in CAPTURES else ():
        try:
            counts.update(_filled(source.read(payload, board)))
        except UnreadablePayload:
            continue
        read += 1
    if read:
        shares = [(counts[field] / read, field) for field in FIELDS if counts[field]]
        told = [f"{FIELDS[field]} {_percent(share)}" for share, field in sorted(shares, key=lambda item: -item[0])]
        return f"- Gives in {read:,} real payloads: {', '.join(told)}."
    counts.update(field for one in samples(name) for field in _filled(one.read()))
    return f"- Gives by its documentation, as no real payloads were at hand: {', '.join(_in_order(counts))}."


def _filled(posting: GivenPosting) -> Iterator[str]:
    for name in FIELDS:
        value: Any = getattr(posting, name)
        if name == "description_html":
            value = value or posting.description_text
        if name not in NOT_FIELDS and value not in (None, "", []):
            yield name


def _in_order(names: Iterable[str]) -> list[str]:
    return [FIELDS[name] for name in FIELDS if name in set(names)]


def _percent(share: float) -> str:
    return f"{share:.0%}" if share >= 0.005 else "under 1%"


def _overview(chosen: list[Source]) -> str:
    shipped = config.load(environ={})
    rows = [
        (
            f"[{source.title}](#{_anchor(source)})",
            f"`{source.name}`",
            ", ".join(f"`{name}`" for name in source.needs) or "–",
            _shipped(shipped.entry(source.name).enabled, len(shipped.boards(source.name))),
        )
        for source in chosen
    ]
    head = [("source", "name", "needs", "as shipped"), ("---",) * 4]
    return "\n".join(f"| {' | '.join(row)} |" for row in [*head, *rows])


def _shipped(enabled: bool | None, boards: int) -> str:
    if not boards:
        return "no boards yet"
    return f"{'off, ' if enabled is False else ''}{boards} board{'s' * (boards > 1)}"


def _anchor(source: Source) -> str:
    return re.sub(r"[^\w -]", "", f"{source.title} ({source.name})".lower()).replace(" ", "-")


def _section(source: Source, given: str) -> str:
    about = inspect.cleandoc(inspect.getmodule(type(source)).__doc__ or "")
    board = inspect.cleandoc(type(source).__doc__ or "").split()
    rate = f"{_requests(source.rate.per_second)} a second, {source.rate.concurrency} at a time"
    lines = [f"- {' '.join(board)}", given]
    if source.name not in ASKED_BY_A_LIBRARY:
        lines.append(f"- Asked at {_address(source)}, at most {rate}.")
    if source.careers:
        lines.append(f"- Recognised at {', '.join(f'`{address}`' for address in source.careers)}.")
    if source.needs:
        lines.append(f"- Needs {' and '.join(f'`{name}`' for name in source.needs)}.")
    if not source.shows_all:
        lines.append(
            "- Shows only some of what is open: what it does not show is closed when it has expired,"
            f" or was not seen for {source.unseen_for.days} days."
        )
    if source.terms != Terms():
        lines.append(f"- Terms: {_terms(source.terms)}")
    return f"### {source.title} (`{source.name}`)\n\n{about}\n\n" + "\n".join(lines) + "\n"


def _requests(number: float) -> str:
    return f"{number:g} request{'s' * (number != 1)}"


def _address(source: Source) -> str:
    return "the board's own address" if source.base_url.startswith("{") else f"`{source.base_url}`"


def _terms(terms: Terms) -> str:
    asked = [
        f"say “{terms.attribution}”" if terms.attribution else "",
        "link back" if terms.link_back else "",
        "personal use only" if terms.personal_use_only else "",
        f"at most {_requests(terms.daily_quota)} a day" if terms.daily_quota else "",
    ]
    told = ", ".join(filter(None, asked))
    sentence = f"{told[:1].upper()}{told[1:]}." if told else ""
    more = f"[Its page]({terms.url})." if terms.url else ""
    return " ".join(filter(None, (sentence, terms.conditions, more)))


def main() -> None:
    before = PAGE.read_text(encoding="utf-8")
    is_measured = FOLDER.is_dir()
    given = measured() if is_measured else {**measured(), **standing(before)}
    PAGE.write_text(page(given, f"{datetime.now(UTC):%Y-%m-%d}" if is_measured else day_of(before)), encoding="utf-8")


if __name__ == "__main__":
    main()
