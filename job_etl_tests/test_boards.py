from __future__ import annotations

from datetime import UTC, datetime, timedelta
from pathlib import Path

from job_etl.boards import board_health
from job_etl.config import sources
from job_etl.landing import Landing
from job_etl.model import Board, Outcome

NOON = datetime(2026, 5, 4, 12, tzinfo=UTC)


def crawled(landing: Landing, name: str, *outcomes: Outcome) -> None:
    """Crawls of a board, a day apart, the last one at noon; a complete one shows three postings."""
    for days, outcome in enumerate(reversed(outcomes)):
        with landing.write(Board("lever", name), collected_at=NOON - timedelta(days=days)) as writer:
            for number in range(3 if outcome is Outcome.COMPLETE else 0):
                writer.add({"id": str(number)})
            writer.finish(outcome, "no connection" if outcome is Outcome.FAILED else None)


def test_each_board_is_told_at_a_glance(tmp_path: Path) -> None:
    file = tmp_path / "sources.yml"
    file.write_text("lever: {boards: [good, same, bad, new]}")
    landing = Landing(str(tmp_path / "landing"))
    crawled(landing, "good", Outcome.FAILED, Outcome.COMPLETE)
    crawled(landing, "same", Outcome.COMPLETE, Outcome.NOT_MODIFIED)
    crawled(landing, "bad", Outcome.COMPLETE, Outcome.FAILED, Outcome.FAILED)
    good, same, bad, new = board_health(sources.load(file, {}), landing)
    assert (good.outcome, good.last_good, good.postings, good.failures, good.why_not) == ("complete", NOON, 3, 0, None)
    assert good.due == NOON + timedelta(hours=20)
    assert (same.outcome, same.last_good, same.postings) == ("not_modified", NOON, 3)
    assert (bad.outcome, bad.last_crawl, bad.last_good) == ("failed", NOON, NOON - timedelta(days=2))
    assert (bad.postings, bad.failures, bad.why_not) == (3, 2, "no connection")
    assert bad.due == NOON + timedelta(minutes=30)
    assert (new.outcome, new.last_crawl, new.postings, new.due) == (None, None, None, None)
    assert new.as_dict()["board"] == "new"
