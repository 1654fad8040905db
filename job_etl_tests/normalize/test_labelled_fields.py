"""How often the fields agree with labels that other people gave to real postings."""

import csv
import json
from collections.abc import Iterator

import pytest

from job_etl.errors import UnreadablePayload
from job_etl.model import Board
from job_etl.normalize.department import classify_department
from job_etl.normalize.remote import classify_remote
from job_etl.normalize.text import clean_text, html_to_text
from job_etl.sources.hackernews import HackerNews
from job_etl_tests.realdata import FOLDER, needs_realdata

pytestmark = [pytest.mark.realdata, needs_realdata]

WORKPLACES = {"fully_remote": "remote", "hybrid": "hybrid", "onsite_only": "onsite", "not_mentioned": "unknown"}


def hacker_news() -> Iterator[tuple[str, str, str]]:
    """Text, label and what the head line says of each labelled comment of three threads."""
    source, board = HackerNews(), Board("hackernews", "all")
    for run in sorted(FOLDER.glob("api/hn/*/runs/*")):
        labels = {str(row["id"]): row["remote"] for row in json.loads((run / "classified.json").read_bytes())["jobs"]}
        for payload in source.cut((run / "raw.json").read_bytes()):
            try:
                given = source.read(payload, board)
            except UnreadablePayload:
                continue
            if given.source_job_id in labels:
                text = html_to_text(given.description_html or given.description_text or "")
                yield text, WORKPLACES[labels[given.source_job_id]], str(given.remote or "")


def test_the_workplace_of_hacker_news_comments_agrees_with_the_labels() -> None:
    rows = [(str(classify_remote(word, None, None, text, [])[0]), label) for text, label, word in hacker_news()]
    assert len(rows) > 900
    assert sum(found == label for found, label in rows) / len(rows) > 0.86
    claimed = [(found, label) for found, label in rows if found != "unknown"]
    assert sum(found == label for found, label in claimed) / len(claimed) > 0.92


def test_the_department_of_titles_agrees_with_the_labels() -> None:
    with (FOLDER / "derived" / "snapaddy_department_dev.csv").open(encoding="utf-8", newline="") as file:
        rows = [(classify_department(row["text"]), row["label"]) for row in csv.DictReader(file)]
    assert sum(found == label for found, label in rows) / len(rows) > 0.87


def test_clean_text_of_real_comments_stays() -> None:
    assert all(clean_text(text) == text for text, _, _ in hacker_news())
