"""Every real capture of a provider is read: no posting lost, none twice, and each refusal one that a person accepts."""

from __future__ import annotations

import os
from collections import Counter
from pathlib import Path

import pytest

from job_etl.errors import UnreadablePayload
from job_etl.model import Board
from job_etl.sources import SOURCES

REAL = Path(os.environ.get("JOB_ETL_REALDATA") or Path(__file__).parents[2].parent / "shared" / "data")
CAPTURES = {
    "greenhouse": ("api/greenhouse/**/*.json", "api/_multi/**/greenhouse*.json", "timeseries/greenhouse_dev/**/*.json"),
    "lever": ("api/lever/**/*.json", "api/_multi/**/lever.json"),
    "ashby": ("api/ashby/**/*.json", "api/_multi/**/ashby.json"),
    "remoteok": ("api/remoteok/**/*.json",),
    "remotive": ("api/remotive/**/*.json",),
    "arbeitnow": ("api/arbeitnow/**/*.json",),
    "adzuna": ("api/adzuna/**/*.json",),
    "hackernews": ("api/hn/**/raw.json",),
    "workday": ("api/_multi/**/workday*.json",),
    "smartrecruiters": ("api/_multi/**/smartrecruiters*.json",),
    "workable": ("api/_multi/**/workable.json", "api/_transcribed/**/workable*.json"),
    "recruitee": ("api/_multi/**/recruitee.json",),
    "personio": ("api/_multi/**/personio.xml", "api/personio/**/positions.xml", "api/personio/**/api-response-*.xml"),
    "teamtailor": ("api/_multi/**/teamtailor.json",),
    "bamboohr": ("api/_multi/**/bamboohr.json", "api/_transcribed/**/bamboohr*.json"),
    "breezy": ("api/breezy/**/*.json", "api/_transcribed/**/breezy*.json"),
    "rippling": ("api/_multi/**/rippling.json", "api/_transcribed/**/rippling*.json"),
    "pinpoint": ("api/_multi/**/pinpoint.json",),
    "jobicy": ("api/jobicy/**/*.json",),
    "himalayas": ("api/himalayas/**/*.json", "malformed/himalayas_companyName_literal_name.json"),
    "weworkremotely": ("api/_multi/**/wwr.xml",),
    "jobtech": ("api/jobtech/JobtechSwe+sokannonser-api/**/*.json",),
    "eures": ("api/_multi/**/eures_search.json",),
    "jsearch": ("api/jsearch/**/jsearch_*.json",),
    "usajobs": ("api/usajobs/**/*.json",),
    "hh": ("api/hh/**/*.json",),
}
ACCEPTED = ("advertises nothing", "text was removed")

pytestmark = [
    pytest.mark.realdata,
    pytest.mark.skipif(not REAL.is_dir(), reason=f"no real captures at {REAL} (JOB_ETL_REALDATA)"),
]


@pytest.mark.parametrize("name", CAPTURES)
def test_every_real_capture_is_read_whole(name: str) -> None:
    source, refusals, read = SOURCES[name], Counter[str](), 0
    files = sorted(path for pattern in CAPTURES[name] for path in REAL.glob(pattern))
    assert files
    for path in files:
        board = Board(name, path.stem)
        for payload in source.cut(path.read_bytes()):
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
        for path in sorted(path for pattern in CAPTURES[name] for path in REAL.glob(pattern)):
            for payload in source.cut(path.read_bytes()):
                payload.pop("search_role", None)  # the collector's
                key, comparable = source.identify(payload, Board(name, "all")), source.comparable(payload)
                if key in seen:
                    again += 1
                    same += seen[key] == comparable
                seen[key] = comparable
        assert again > 50
        assert same >= share * again
