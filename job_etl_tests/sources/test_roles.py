"""Every source, crawled over HTTP of a server that plays its provider at its true paths, on good days and bad ones."""

from __future__ import annotations

import json
import threading
from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from itertools import count
from pathlib import Path
from typing import Any

import pytest

from job_etl import jsontext
from job_etl.config import sources
from job_etl.crawl import crawl
from job_etl.earlier import identity
from job_etl.errors import UnreadablePayload
from job_etl.http import Client, Limits
from job_etl.landing import CrawlFacts, Landing
from job_etl.model import Outcome
from job_etl.sources import SOURCES
from job_etl_tests.provider import Asked, Provider, Said, Script, cut_short, dropped, html, late, page, status
from job_etl_tests.realdata import needs_realdata
from job_etl_tests.sources.captures import CAPTURES, captures_of
from job_etl_tests.sources.roles import ROLES, board_for, play

QUICK = Limits(connect=1, read=1, request=2, attempts=3, backoff=0.01, longest_backoff=0.02, circuit=0.05)

every_role = pytest.mark.parametrize("source", ROLES)
every_paged_role = pytest.mark.parametrize("source", [name for name, role in ROLES.items() if role.is_paged])


@dataclass
class Played:
    """A provider that is played, with the postings it shows now, and a person who crawls it."""

    source: str
    provider: Provider
    folder: Path
    items: list[Any] = field(default_factory=list)

    def crawl(self) -> CrawlFacts:
        entry = {"base_url": self.provider.url, "rate": {"per_second": 10_000, "concurrency": 1}}
        file = self.folder / "sources.yml"
        file.write_text(json.dumps({self.source: entry}))
        with Client(QUICK) as client:
            [facts] = crawl(sources.load(file, {}), [board_for(self.source)], landing=self.landing, client=client)
        return facts

    @property
    def landing(self) -> Landing:
        return Landing(str(self.folder / "landing"))

    def landed(self, facts: CrawlFacts) -> list[Any]:
        return [jsontext.decode(line) for line in self.landing.payload_lines(f"{facts.key}.jsonl.zst")]

    def names(self, payloads: Sequence[Any]) -> list[str]:
        names = (identity(SOURCES[self.source], payload, board_for(self.source)) for payload in payloads)
        return [name for name in names if name is not None]

    def shown(self) -> list[str]:
        """The identities of what the provider shows now."""
        return self.names(SOURCES[self.source].cut(ROLES[self.source].body(self.items, len(self.items), 1)))

    def interrupt(self, script: Script, at: Callable[[int], bool]) -> None:
        """Answer differently to the n-th question for the list, from 0, where `at` says so."""
        as_ever, number, lock = self.provider._fallback, count(), threading.Lock()

        def answer(asked: Asked) -> Said | None:
            said = as_ever(asked)
            role = ROLES[self.source]
            if role.is_detail(asked) or (said and said.status == 404) or role.other(asked):
                return said
            with lock:
                is_meant = at(next(number))
            return script(asked) if is_meant else said

        self.provider.otherwise(answer)


@pytest.fixture
def played(source: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Played]:
    for name in SOURCES[source].needs:
        monkeypatch.setenv(name, "a-key-of-ours")
    role = ROLES[source]
    with Provider() as provider:
        found = Played(source, provider, tmp_path)
        found.items = [role.item(number) for number in range(2 * role.size + 3 if role.is_paged else 5)]
        play(provider, source, lambda: found.items)
        yield found


@every_role
def test_all_pages_and_details_of_a_board_are_landed_and_readable(source: str, played: Played) -> None:
    facts = played.crawl()
    assert (facts.outcome, facts.reason, facts.rejects) == (Outcome.COMPLETE, None, 0)
    landed = played.landed(facts)
    assert played.names(landed) == played.shown()
    for payload in landed:
        detail = payload.pop("detail", None)
        assert (SOURCES[source].detail(payload, board_for(source)) is None) == (detail is None)


@every_role
def test_a_board_that_did_not_move_costs_its_list_and_no_more(source: str, played: Played) -> None:
    played.crawl()
    asked = played.provider.count()
    again = played.crawl()
    details = [one for one in played.provider.asked[asked:] if ROLES[source].is_detail(one)]
    assert (again.outcome, again.payloads) == (Outcome.COMPLETE, len(played.shown()))
    # The turn of a detail may come between the two.
    assert len(details) <= 1


@every_role
def test_an_empty_board_is_empty_and_one_that_becomes_so_is_suspicious(source: str, played: Played) -> None:
    items, played.items = played.items, []
    facts = played.crawl()
    assert (facts.outcome, facts.payloads, facts.reason) == (Outcome.COMPLETE, 0, None)
    played.items = items
    assert played.crawl().outcome is Outcome.COMPLETE
    played.items = []
    assert played.crawl().outcome is Outcome.SUSPICIOUS_EMPTY


@every_role
def test_an_id_that_stands_there_twice_is_one_posting(source: str, played: Played) -> None:
    first, second, third, *_ = played.items
    played.items = [first, second, second, third]
    facts = played.crawl()
    assert (facts.outcome, facts.reason) == (Outcome.COMPLETE, None)
    assert set(played.names(played.landed(facts))) == set(played.shown())
    assert len(set(played.shown())) == 3


@every_paged_role
def test_an_id_that_moves_to_another_page_meanwhile_is_not_lost(source: str, played: Played) -> None:
    played.crawl()
    size = ROLES[source].size

    def remove_the_first(asked: Asked) -> Said:
        said = ROLES[source].answer(played.items, asked)
        del played.items[0]
        return said

    moves = played.shown()[size]
    played.interrupt(remove_the_first, at=lambda number: number == 0)
    facts = played.crawl()
    assert facts.outcome is Outcome.COMPLETE
    if SOURCES[source].shows_all:
        assert moves in played.names(played.landed(facts))
        assert set(played.shown()) <= set(played.names(played.landed(facts)))


@every_paged_role
def test_an_id_that_comes_in_meanwhile_pushes_none_out(source: str, played: Played) -> None:
    before = played.shown()
    role = ROLES[source]

    def add_one(asked: Asked) -> Said:
        said = role.answer(played.items, asked)
        played.items.insert(0, role.item(900))
        return said

    played.interrupt(add_one, at=lambda number: number == 0)
    facts = played.crawl()
    assert facts.outcome is Outcome.COMPLETE
    assert set(before) <= set(played.names(played.landed(facts)))


@every_role
@pytest.mark.parametrize(
    "script",
    [
        pytest.param(status(429), id="429"),
        pytest.param(status(500), id="500"),
        pytest.param(dropped(), id="reset"),
        pytest.param(cut_short(), id="cut-short"),
    ],
)
def test_what_passes_is_not_noticed(source: str, script: Script, played: Played) -> None:
    played.interrupt(script, at=lambda number: number == 0)
    facts = played.crawl()
    assert (facts.outcome, facts.reason) == (Outcome.COMPLETE, None)
    assert played.names(played.landed(facts)) == played.shown()


@every_role
def test_a_provider_may_take_its_time(source: str, played: Played) -> None:
    answer = late(0.1, lambda asked: ROLES[source].answer(played.items, asked))
    played.interrupt(answer, at=lambda number: number < 2)
    assert played.crawl().outcome is Outcome.COMPLETE


@every_paged_role
@pytest.mark.parametrize("script", [html(), cut_short(), status(404), status(500)], ids=["html", "cut", "404", "500"])
def test_what_came_before_a_failure_is_kept_and_nothing_is_taken_for_gone(
    source: str, script: Script, played: Played
) -> None:
    whole = played.crawl()
    played.interrupt(script, at=lambda number: number > 0)
    facts = played.crawl()
    assert (whole.outcome, facts.outcome) == (Outcome.COMPLETE, Outcome.PARTIAL)
    assert facts.reason
    assert "\n" not in facts.reason
    assert played.names(played.landed(facts)) == played.shown()[: ROLES[source].size]


@pytest.mark.realdata
@needs_realdata
@pytest.mark.parametrize("source", CAPTURES)
def test_nothing_of_a_real_answer_is_lost_and_each_reject_has_its_reason(source: str, played: Played) -> None:
    kind, role = SOURCES[source], ROLES[source]
    for number, file in enumerate(captures_of(source, within="api/")):
        body = file.read_bytes()
        sent = kind.cut(body)
        played.folder = played.folder.parent / f"{source}-{number}"
        played.folder.mkdir()
        played.items = sent
        if not role.is_paged or isinstance(role.item(0), str):
            played.items = []
            play(played.provider, source, list)
            played.interrupt(page(body), at=lambda number: number == 0)
        facts = played.crawl()
        assert (facts.outcome, facts.reason) == (Outcome.COMPLETE, None), file
        landed = played.landed(facts)
        assert Counter(map(_listed, landed)) == Counter(map(_listed, sent)), file
        assert facts.rejects == sum(_reason(source, payload) is not None for payload in landed)
        assert facts.rejects <= 0.05 * len(landed), file


def _listed(payload: Any) -> str:
    return repr({name: value for name, value in payload.items() if name != "detail"})


def _reason(source: str, payload: Any) -> str | None:
    try:
        SOURCES[source].read(payload, board_for(source))
    except UnreadablePayload as error:
        return str(error)
    return None
