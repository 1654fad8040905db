"""Every real capture of a provider is read: no posting lost, none twice, and each refusal one that a person accepts."""

from __future__ import annotations

from collections import Counter

import pytest

from job_etl.errors import UnreadablePayload
from job_etl.sources import SOURCES
from job_etl_tests.realdata import needs_realdata
from job_etl_tests.sources.captures import CAPTURES, captures_of, payloads_of

ACCEPTED = ("advertises nothing", "text was removed")

pytestmark = [pytest.mark.realdata, needs_realdata]


@pytest.mark.parametrize("name", CAPTURES)
def test_every_real_capture_is_read_whole(name: str) -> None:
    source, refusals, read = SOURCES[name], Counter[str](), 0
    assert captures_of(name)
    for payload, board in payloads_of(name):
        try:
            posting = source.read(payload, board)
        except UnreadablePayload as refusal:
            refusals[str(refusal)] += 1
            continue
        read += 1
        assert posting.source_job_id
        assert posting.url or name == "workday"
        assert posting.title or name in ("hackernews", "remoteok", "personio")
    assert read
    assert all(any(reason in refusal for reason in ACCEPTED) for refusal in refusals), refusals
    assert sum(refusals.values()) <= read / 50


def test_two_captures_of_a_search_differ_in_nothing_but_noise() -> None:
    """Adzuna's tokens and Arbeitnow's rotating links change daily; the postings in them do not."""
    for name, share in (("adzuna", 0.95), ("arbeitnow", 0.95)):
        source, seen, same, again = SOURCES[name], {}, 0, 0
        for payload, board in payloads_of(name):
            payload.pop("search_role", None)  # the collector's
            key, comparable = source.identify(payload, board), source.comparable(payload)
            if key in seen:
                again += 1
                same += seen[key] == comparable
            seen[key] = comparable
        assert again > 50
        assert same >= share * again
