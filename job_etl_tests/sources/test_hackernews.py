from __future__ import annotations

from datetime import UTC, datetime

import pytest

from job_etl.errors import UnreadableAnswer, UnreadablePayload
from job_etl.model import Board, GivenPlace, GivenSalary
from job_etl.sources import SOURCES
from job_etl_tests.provider import Provider, page
from job_etl_tests.sources.samples import FIXTURES, crawl, sample, samples

HACKERNEWS = SOURCES["hackernews"]
BOARD = Board("hackernews", "all")
SEARCH = "/api/v1/search_by_date"


def test_a_head_line_gives_every_part() -> None:
    posting = sample("hackernews")
    assert (posting.company, posting.title) == ("Halyard & Bow", "Senior Rust Engineer (Storage)")
    assert posting.places == [GivenPlace(text="Oslo, Norway"), GivenPlace(text="EU")]
    assert (posting.remote, posting.employment_type) == ("REMOTE", "Full-time")
    assert posting.salaries == [GivenSalary(text="$150k - $180k + equity")]
    assert posting.posted_at == datetime(2026, 3, 2, 17, 7, 5, tzinfo=UTC)


def test_one_applies_where_the_text_says_and_else_on_the_page_of_the_comment() -> None:
    assert sample("hackernews").apply_url == "https://halyard.example/careers/rust"
    assert sample("hackernews", 1).apply_url == "https://news.ycombinator.com/item?id=57220777"


def test_free_text_is_a_posting_of_which_little_can_be_said() -> None:
    posting = sample("hackernews", 1)
    assert (posting.company, posting.title) == (None, None)
    assert posting.description_html is not None


def test_replies_and_comments_that_are_gone_are_no_postings() -> None:
    thread = HACKERNEWS.cut((FIXTURES / "hackernews" / "list.json").read_bytes())
    assert [comment["id"] for comment in thread] == [57220776, 57220777]
    found = b'{"hits": [{"objectID": "3", "comment_text": "Is it remote?", "parent_id": 2, "story_id": 1}]}'
    assert HACKERNEWS.cut(found) == []


def test_another_reply_does_not_make_another_version() -> None:
    payload = samples("hackernews")[0].payload
    assert HACKERNEWS.comparable(payload) == HACKERNEWS.comparable(payload | {"children": [], "points": 7})


def test_a_job_story_is_read_by_its_title() -> None:
    posting = next(one for one in samples("hackernews") if one.name.startswith("hackernews-stories")).read()
    assert (posting.company, posting.title) == ("Lanternfish", "Founding Designer")
    assert (posting.places, posting.apply_url) == ([GivenPlace(text="Austin")], "https://lanternfish.example/jobs")


@pytest.mark.parametrize("text", ["good luck, everyone!", "[flagged]"])
def test_what_advertises_nothing_is_refused(text: str) -> None:
    with pytest.raises(UnreadablePayload, match=r"advertises nothing|was removed"):
        HACKERNEWS.read({"id": 1, "text": text}, BOARD)


def test_the_newest_threads_and_the_job_stories_are_asked() -> None:
    stories = {"hits": [
        {"objectID": "9", "title": "Ask HN: Who wants to be hired? (March 2026)"},
        {"objectID": "8", "title": "Ask HN: Who is hiring? (March 2026)"},
        {"objectID": "5", "title": "Ask HN: Who is hiring? (February 2026)"},
        {"objectID": "2", "title": "Ask HN: Who is hiring? (January 2026)"},
    ]}  # fmt: skip
    with Provider() as provider:
        provider.at(f"{SEARCH}?tags=story,author_whoishiring", page(stories))
        provider.at(f"{SEARCH}?tags=job", page((FIXTURES / "hackernews" / "stories.json").read_bytes()))
        for thread in ("8", "5"):
            comment = {
                "id": int(f"{thread}1"),
                "text": "Acme | Welder",
                "parent_id": int(thread),
                "story_id": int(thread),
            }
            provider.at(f"/api/v1/items/{thread}", page({"id": int(thread), "children": [comment]}))
        found = crawl("hackernews", provider.url, BOARD)
    assert [HACKERNEWS.identify(payload, BOARD) for payload in found] == ["81", "51", "57376619"]


def test_a_search_without_a_thread_is_an_error_and_no_empty_board() -> None:
    with Provider({SEARCH: page({"hits": []})}) as provider, pytest.raises(UnreadableAnswer, match="no thread"):
        crawl("hackernews", provider.url, BOARD)
