"""Which of the real answers are whose: patterns of files in the folder of real payloads, by source."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

from job_etl.model import Board, Payload
from job_etl.sources import SOURCES
from job_etl_tests.realdata import FOLDER

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


def captures_of(source: str, within: str = "") -> list[Path]:
    """The files of a source; only those in a folder whose path begins with `within`."""
    patterns = [pattern for pattern in CAPTURES.get(source, ()) if pattern.startswith(within)]
    return sorted(path for pattern in patterns for path in FOLDER.glob(pattern))


def payloads_of(source: str, within: str = "") -> Iterator[tuple[Payload, Board]]:
    """Every payload of a source's real answers, with a board named after its file."""
    for path in captures_of(source, within):
        for payload in SOURCES[source].cut(path.read_bytes()):
            yield payload, Board(source, path.stem)
