from __future__ import annotations

import csv
import os
from collections import Counter
from collections.abc import Iterator
from pathlib import Path

import pytest

from job_etl.careers import board_at, boards_in, recognise
from job_etl.config.sources import CrawlSettings, Sources
from job_etl.errors import PermanentError
from job_etl.http import Client, Limits
from job_etl.model import Board
from job_etl.sites import site_for
from job_etl.sources import SOURCES
from job_etl_tests.provider import Provider, page, redirect

REALDATA = Path(os.environ.get("JOB_ETL_REALDATA") or Path(__file__).resolve().parents[2] / "shared/data")
SLUGS = REALDATA / "taxonomy/ats_company_slugs/complete-labs+ats-scrapers/ats-companies"


@pytest.mark.parametrize(
    ("url", "board"),
    [
        ("https://boards.greenhouse.io/acme", Board("greenhouse", "acme")),
        ("job-boards.greenhouse.io/acme/jobs/4012?gh_src=x", Board("greenhouse", "acme")),
        ("https://boards.greenhouse.io/embed/job_board/js?for=acme&b=2", Board("greenhouse", "acme")),
        ("https://boards-api.greenhouse.io/v1/boards/acme/jobs?content=true", Board("greenhouse", "acme")),
        ("https://jobs.lever.co/acme/5f0-11/apply", Board("lever", "acme")),
        ("https://jobs.eu.lever.co/acme", Board("lever", "acme", None, {"region": "eu"})),
        ("https://JOBS.ashbyhq.com/Acme%20Co/", Board("ashby", "Acme Co")),
        (
            "https://acme.wd5.myworkdayjobs.com/en-US/External/job/Lille/Engineer_R-1",
            Board("workday", "acme.wd5/External"),
        ),
        ("https://acme.wd103.myworkdayjobs.com/careers", Board("workday", "acme.wd103/careers")),
        ("https://acme.wd1.myworkdayjobs.com/wday/cxs/acme/Ext/jobs", Board("workday", "acme.wd1/Ext")),
        ("https://acme.recruitee.com/o/engineer", Board("recruitee", "acme")),
        ("https://acme.jobs.personio.de/job/1?language=de#apply", Board("personio", "acme")),
        ("https://acme.na.teamtailor.com/jobs", Board("teamtailor", "acme.na")),
        ("https://ats.rippling.com/en-GB/acme/jobs", Board("rippling", "acme")),
        ("https://ats.rippling.com/acme/jobs/1", Board("rippling", "acme")),
        ("https://careers.smartrecruiters.com/AcmeCo", Board("smartrecruiters", "AcmeCo")),
        ("https://acme.hire.trakstar.com/", Board("recruiterbox", "acme")),
        ("https://join.com/companies/acme/1-engineer", Board("join", "acme")),
        ("https://www.recruitee.com/pricing", None),
        ("https://api.lever.co/", None),
        ("https://boards.greenhouse.io/embed/job_board", None),
        ("https://notlever.example/jobs.lever.co/acme", None),
        ("https://evil-jobs.lever.co.example/acme", None),
        ("https://careers.acme.example", None),
        ("not a url at all", None),
        ("", None),
    ],
)
def test_a_careers_url_names_its_board(url: str, board: Board | None) -> None:
    assert board_at(url) == board


FIELDS = {"board": "acme", "region": "eu", "tenant": "acme", "instance": "wd5", "site": "External", "locale": "en-US"}
NO_TENANTS = {"hackernews", "jsonld", "usajobs"}


def addresses() -> Iterator[tuple[str, str]]:
    for source in SOURCES.values():
        assert source.careers or not source.direct or source.name in NO_TENANTS
        for written in source.careers:
            yield source.name, written


@pytest.mark.parametrize(("source", "written"), list(addresses()))
def test_every_address_of_every_applicants_system_leads_to_a_board_that_can_be_asked(source: str, written: str) -> None:
    board = board_at(f"https://{written.format_map(FIELDS)}")
    assert board is not None
    assert board.source == source
    assert board.name == SOURCES[source].board_name.format_map(FIELDS)
    site = site_for(SOURCES[source], board, Sources(Path("sources.yml"), CrawlSettings(), {}))
    assert site.base_url.startswith("https://")


def test_the_board_a_page_names_most_often_is_the_companys() -> None:
    body = r"""<a href="https://jobs.lever.co/partner">a partner</a>
        <script>var url = "https:\/\/boards.greenhouse.io\/embed\/job_board\/js?for=acme";</script>
        <iframe src="//boards.greenhouse.io/embed/job_app?for=acme&amp;token=1"></iframe>"""
    assert boards_in(body) == [Board("greenhouse", "acme"), Board("lever", "partner")]


@pytest.fixture
def provider(monkeypatch: pytest.MonkeyPatch) -> Iterator[Provider]:
    """The web as seen through a proxy: it answers for every host."""
    with Provider() as server:
        monkeypatch.setenv("http_proxy", server.url)
        monkeypatch.setenv("no_proxy", "")
        yield server


def test_a_page_of_a_companys_own_is_looked_into(provider: Provider) -> None:
    provider.at("/careers", page(b'<a href="https://acme.recruitee.com/o/engineer">Engineer</a>'))
    provider.at("/moved", redirect("http://acme.breezy.hr/")).at("/", page(b"<html>no link at all"))
    embedding = b'<script type="application/ld+json">{"@type": "JobPosting", "title": "Engineer"}</script>'
    provider.at("/jobs", page(embedding)).at("/about", page(b"<html>We are hiring, but do not say where"))
    with Client(Limits(backoff=0.01)) as client:
        assert recognise("http://acme.example/careers", client) == Board("recruitee", "acme")
        assert recognise("http://acme.example/moved", client) == Board("breezy", "acme")
        url = "http://acme.example/jobs"
        assert recognise(url, client) == Board("jsonld", "acme.example", None, {"url": url})
        with pytest.raises(PermanentError, match="neither its address nor its page shows a board"):
            recognise("http://acme.example/about", client)
        for written in ("acme", "greenhouse/acme", "https://", "ftp://acme.example/jobs", "we are hiring"):
            with pytest.raises(PermanentError, match="is not the address of a careers page"):
                recognise(written, client)
        with pytest.raises(PermanentError, match="not on the public internet"):
            recognise("http://169.254.169.254/latest/meta-data", client)


@pytest.mark.realdata
@pytest.mark.skipif(not SLUGS.is_dir(), reason=f"no real boards in {SLUGS} (JOB_ETL_REALDATA)")
def test_real_boards_are_recognised_unless_the_domain_is_the_companys_own() -> None:
    right: Counter[bool] = Counter()
    for file in sorted(SLUGS.glob("*.csv")):
        if file.stem not in SOURCES or not SOURCES[file.stem].careers:
            continue
        with file.open(encoding="utf-8", newline="") as rows:
            for row in csv.DictReader(rows):
                board, slug = board_at(row["url"]), row["slug"]
                if file.stem == "workday":  # its boards are named with the instance, which the list leaves out
                    slug = slug.replace("/", f".{row['url'].split('.')[1]}/", 1)
                right[board is not None and str(board).lower() == f"{file.stem}/{slug}".lower()] += 1
    assert right[True] > 30_000
    assert right[False] / right.total() < 0.001
