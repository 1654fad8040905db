"""The sample: invented postings in the true shapes of eight providers, for `job-etl demo`, for tests and for measuring.

Nothing here is random: it is composed from the building blocks in `data/`, with the same bytes everywhere. Belongs
here: landing it. `boards` says what each board shows, `corpus` makes as many postings as a measurement needs.
"""

from __future__ import annotations

from job_etl.landing import CrawlFacts, Landing
from job_etl.model import Board, Outcome
from job_etl.sample.boards import answers
from job_etl.sample.parts import parts
from job_etl.sources import SOURCES


def land_sample(landing: Landing) -> list[CrawlFacts]:
    """Land every crawl of the sample, the oldest first, at its fixed time; landing it again changes nothing."""
    return [
        _land(landing, board, crawl)
        for crawl in range(1, len(parts().crawls) + 1)
        for board, plan in parts().boards.items()
        if crawl in plan.asked
    ]


def _land(landing: Landing, name: str, crawl: int) -> CrawlFacts:
    plan = parts().boards[name]
    trouble = plan.trouble.get(crawl)
    source, _, tenant = name.partition("/")
    board = Board(source, tenant, parts().employers[plan.company].name if plan.company else None, dict(plan.params))
    bodies = answers(name, crawl)[: trouble.pages if trouble else None]
    with landing.write(board, collected_at=parts().crawls[crawl - 1]) as writer:
        for body in bodies:
            for payload in SOURCES[source].cut(body):
                writer.add(payload)
        return writer.finish(
            trouble.outcome if trouble else Outcome.COMPLETE,
            trouble.reason if trouble else None,
            requests=len(bodies),
            received_bytes=sum(map(len, bodies)),
        )
