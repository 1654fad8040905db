"""Workplace and form of employment read from text alone, where the provider's structured field is the label.

Hacker News comments have labels that people gave. Compared with the first keyword found.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path

from job_etl.errors import UnreadablePayload
from job_etl.model import Board
from job_etl.normalize.contract import classify_contract
from job_etl.normalize.remote import classify_remote
from job_etl.normalize.text import html_to_text
from job_etl.quality.boards import Read, postings
from job_etl.quality.measures import Measure, claims, unavailable
from job_etl.sources import SOURCES

_UNKNOWN = "unknown"
_LABELS = {"fully_remote": "remote", "hybrid": "hybrid", "onsite_only": "onsite", "not_mentioned": _UNKNOWN}
_WORKPLACES = {"hybrid": "hybrid", "remote": "remote", "onsite": "on-?site|in[ -]office"}
_CONTRACTS = {
    "intern": "intern(?:ship)?|praktikum|werkstudent",
    "part_time": "part[ -]time|teilzeit",
    "contract": "contract(?:or)?|freelance",
    "temp": "temporary|befristet",
    "full_time": "full[ -]time|vollzeit",
}


def remote_measures(root: Path) -> list[Measure]:
    """Precision, recall and coverage of `remote_type` on labelled comments and on boards that state it."""
    comments = list(_hacker_news(root))
    sets = {
        "Hacker News comments, labelled": (
            [(label, str(classify_remote(word, None, None, text, [])[0])) for text, label, word in comments],
            [(label, _first(_WORKPLACES, text)) for text, label, _ in comments],
        )
    }
    told = [(str(row.posting.remote_type), row) for row in postings(root) if _is_given(row, "remote_type")]
    sets["boards that state it, from title and description"] = (
        [
            (label, str(classify_remote(None, None, row.posting.title, row.posting.description, [])[0]))
            for label, row in told
        ],
        [(label, _first(_WORKPLACES, _text(row))) for label, row in told],
    )
    return _rows("remote", sets)


def contract_measures(root: Path) -> list[Measure]:
    """Precision, recall and coverage of `contract_type` on boards that state it."""
    read = [(classify_contract(row.given.employment_type, None, None), row) for row in postings(root)]
    told = [(str(contract), row) for (contract, origin), row in read if origin is not None and origin.how == "given"]
    ours = [(label, str(classify_contract(None, row.posting.title, row.posting.description)[0])) for label, row in told]
    words = [(label, _first(_CONTRACTS, _text(row))) for label, row in told]
    return _rows("contract", {"boards that state it, from title and description": (ours, words)})


def _rows(field: str, sets: dict[str, tuple[list[tuple[str, str]], list[tuple[str, str]]]]) -> list[Measure]:
    rows: list[Measure] = []
    for data, (ours, keyword) in sets.items():
        if not ours:
            rows.append(unavailable(field, data, "job-etl", "precision", "no labelled data"))
            continue
        rows += claims(field, data, "job-etl", ours, nothing=_UNKNOWN)
        rows += claims(field, data, "first keyword", keyword, nothing=_UNKNOWN)
    return rows


def _is_given(row: Read, field: str) -> bool:
    origin = row.posting.provenance.get(field)
    return origin is not None and origin.how == "given"


def _text(row: Read) -> str:
    return f"{row.posting.title}\n{row.posting.description}"


def _first(keywords: dict[str, str], text: str) -> str:
    return next((value for value, words in keywords.items() if re.search(rf"\b(?:{words})\b", text, re.I)), _UNKNOWN)


def _hacker_news(root: Path) -> Iterator[tuple[str, str, str]]:
    """Text, label and what the head line says of each labelled comment."""
    source, board = SOURCES["hackernews"], Board("hackernews", "all")
    for run in sorted(root.glob("api/hn/*/runs/*")):
        labels = {str(row["id"]): row["remote"] for row in json.loads((run / "classified.json").read_bytes())["jobs"]}
        for payload in source.cut((run / "raw.json").read_bytes()):
            with suppress(UnreadablePayload):
                given = source.read(payload, board)
                if given.source_job_id in labels:
                    text = html_to_text(given.description_html or given.description_text or "")
                    yield text, _LABELS[labels[given.source_job_id]], str(given.remote or "")
