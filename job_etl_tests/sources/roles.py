"""Every provider played by a server on loopback: its true paths, its pages, the shape of its answers and details.

A role serves any number of postings, made from the first of the source's fixtures, so that each source can be crawled
over HTTP as it would be at the provider. `base_url` in the configuration leads the crawl there.
"""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Sequence
from copy import deepcopy
from dataclasses import dataclass
from typing import Any

from job_etl.model import Board
from job_etl.sources import SOURCES
from job_etl_tests.provider import Asked, Provider, Said
from job_etl_tests.sources.samples import FIXTURES, board_of

Wrap = Callable[[list[Any], int, int], Any]
"""A page's items, the number of all items and of all pages → the answer: bytes, or what becomes JSON."""


@dataclass(frozen=True)
class Role:
    """How a provider answers.

    `list` is the pattern of its path, `wrap` makes an answer of items, `item` the n-th item. `page` is the number of
    the page that a question means, from 0; None where all is one page of any `size`. `is_detail` tells questions for
    one posting; `other` answers what is asked beside both, or says None.
    """

    list: str
    wrap: Wrap
    item: Callable[[int], Any]
    page: Callable[[Asked], int] | None = None
    size: int = 1_000_000
    is_detail: Callable[[Asked], bool] = lambda asked: False
    other: Callable[[Asked], Said | None] = lambda asked: None
    board: Board | None = None

    @property
    def is_paged(self) -> bool:
        """Whether the list comes in pages."""
        return self.page is not None

    def body(self, items: Sequence[Any], total: int, pages: int) -> bytes:
        """An answer that holds these of all the provider's postings."""
        content = self.wrap(list(items), total, pages)
        return content if isinstance(content, bytes) else json.dumps(content).encode()

    def answer(self, items: Sequence[Any], asked: Asked) -> Said:
        """What the provider says to a question for the list, when these are all its postings."""
        begin = self.size * (self.page(asked) if self.page else 0)
        return Said(body=self.body(items[begin : begin + self.size], len(items), -(-len(items) // self.size)))


def play(provider: Provider, source: str, items: Callable[[], Sequence[Any]]) -> None:
    """Let a server play the provider of a source, whose postings are `items` when it is asked."""
    role = ROLES[source]
    details = [path.read_bytes() for path in (FIXTURES / source).glob("detail.*")]

    def answer(asked: Asked) -> Said:
        if role.is_detail(asked):
            return Said(body=details[0])
        if said := role.other(asked):
            return said
        return role.answer(items(), asked) if re.fullmatch(role.list, asked.path) else Said(404)

    provider.otherwise(answer)


def board_for(source: str) -> Board:
    """The board that a role plays."""
    return ROLES[source].board or board_of(source)


def _numbered(source: str, *path: str, make: Callable[[Any, int], Any] | None = None) -> Callable[[int], Any]:
    """The first posting of a source's fixtures with another identity, which stands at a path."""

    def item(number: int) -> Any:
        [first, *_] = SOURCES[source].cut((FIXTURES / source / "list.json").read_bytes())
        posting = deepcopy(first)
        posting.pop("also", None)
        inner = posting
        for key in path[:-1]:
            inner = inner[key]
        before = inner[path[-1]]
        numbered = make(before, number) if make else before + number if isinstance(before, int) else f"{number}{before}"
        inner[path[-1]] = numbered
        return posting

    return item


def _text(template: str) -> Callable[[int], str]:
    return lambda number: template.replace("{n}", str(1000 + number))


def _joined(before: str, after: str) -> Wrap:
    return lambda items, total, pages: (before + "".join(items) + after).encode()


def _under(*path: str, total: tuple[str, ...] = (), pages: tuple[str, ...] = ()) -> Wrap:
    """An answer with the items at a path, and perhaps the number of all items or pages at another."""

    def wrap(items: list[Any], all_items: int, all_pages: int) -> Any:
        answer: dict[str, Any] = {}
        for where, value in ((path, items), (total, all_items), (pages, all_pages)):
            inner = answer
            for key in where[:-1]:
                inner = inner.setdefault(key, {})
            if where:
                inner[where[-1]] = value
        return answer

    return wrap


def _bare(items: list[Any], total: int, pages: int) -> Any:
    return items


def _offset(name: str, size: int) -> Callable[[Asked], int]:
    return lambda asked: int(asked.params.get(name, 0)) // size


def _param(name: str = "page", first: int = 1) -> Callable[[Asked], int]:
    return lambda asked: int(asked.params.get(name, first)) - first


def _next_page(items: list[Any], total: int, pages: int) -> Any:
    more = "https://www.arbeitnow.com/api/job-board-api?page=2" if len(items) == 100 else None
    return {"data": items, "links": {"next": more}, "meta": {}}


def _gem(items: list[Any], total: int, pages: int) -> Any:
    board = {"id": "Sm9iQm9hcmQ6MQ==", "teamDisplayName": "Fernweh Labs"}
    bare = [{key: value for key, value in item.items() if key != "board"} for item in items]
    return [{"data": {"oatsExternalJobPostings": {"jobPostings": bare}, "jobBoardExternal": board}}]


def _at(pattern: str) -> Callable[[Asked], bool]:
    return lambda asked: re.fullmatch(pattern, asked.path) is not None


def _threads(asked: Asked) -> Said | None:
    stories = [{"objectID": "1", "title": "Ask HN: Who is hiring? (May 2026)"}]
    hits = stories if asked.params.get("tags") == "story,author_whoishiring" else []
    return Said(body=json.dumps({"hits": hits}).encode()) if asked.path == "/api/v1/search_by_date" else None


def _company(asked: Asked) -> Said | None:
    page = b'<script>{"company":{"id":4711}}</script>'
    return Said(body=page) if asked.path == "/companies/copper-lark" else None


_RSS = (
    '<?xml version="1.0"?><rss version="2.0" xmlns:tt="https://teamtailor.com/locations"><channel><title>Acme</title>'
)
_RSS_END = "</channel></rss>"
_WWR = (
    *("remote-full-stack-programming-jobs", "remote-front-end-programming-jobs", "remote-back-end-programming-jobs"),
    *("remote-devops-sysadmin-jobs", "remote-design-jobs", "remote-product-jobs"),
    *("remote-management-and-finance-jobs", "remote-sales-and-marketing-jobs", "remote-customer-support-jobs"),
    "all-other-remote-jobs",
)

ROLES = {
    "adzuna": Role(
        r"/v1/api/jobs/fr/search/\d+",
        _under("results", total=("count",)),
        _numbered("adzuna", "id"),
        page=lambda asked: int(asked.path.rpartition("/")[2]) - 1,
        size=50,
    ),
    "arbeitnow": Role("/api/job-board-api", _next_page, _numbered("arbeitnow", "slug"), page=_param(), size=100),
    "ashby": Role("/posting-api/job-board/copper-lark", _under("jobs"), _numbered("ashby", "id")),
    "bamboohr": Role(
        "/careers/list", _under("result"), _numbered("bamboohr", "id"), is_detail=_at(r"/careers/[\w-]+/detail")
    ),
    "breezy": Role("/json", _bare, _numbered("breezy", "id"), is_detail=_at(r"/p/[\w-]+")),
    "eures": Role(
        "/eures/api/jv-searchengine/public/jv-search/search",
        _under("jvs", total=("numberRecords",)),
        _numbered("eures", "id"),
        page=lambda asked: int(asked.json["page"]) - 1,
        size=50,
    ),
    "gem": Role(
        "/api/public/graphql/batch",
        _gem,
        _numbered("gem", "extId"),
        is_detail=lambda asked: asked.json[0]["operationName"] == "ExternalJobPostingQuery",
    ),
    "getonbrd": Role(
        "/api/v0/categories/programming/jobs",
        _under("data", pages=("meta", "total_pages")),
        _numbered("getonbrd", "id"),
        page=_param(),
        size=100,
    ),
    "greenhouse": Role("/v1/boards/copper-lark/jobs", _under("jobs"), _numbered("greenhouse", "id")),
    "hackernews": Role(
        "/api/v1/items/1",
        _under("children"),
        _numbered("hackernews", "id"),
        other=_threads,
    ),
    "hh": Role("/vacancies", _under("items", total=("found",)), _numbered("hh", "id"), page=_param(first=0), size=100),
    "himalayas": Role(
        "/jobs/api",
        _under("jobs", total=("totalCount",)),
        _numbered("himalayas", "guid", make=lambda guid, number: f"{guid}-{number}"),
        page=_offset("offset", 20),
        size=20,
    ),
    "jazzhr": Role(
        "/apply/jobs",
        _joined('<!doctype html><table id="jobs_table">', "</table>"),
        _text(
            '<tr><td><a href="/apply/jobs/details/Zk3P{n}">Mechanic</a></td><td>Workshop</td><td>Boise, ID</td></tr>'
        ),
        is_detail=_at(r"/apply/jobs/details/\w+"),
    ),
    "jobicy": Role("/api/v2/remote-jobs", _under("jobs"), _numbered("jobicy", "id")),
    "jobtech": Role(
        "/search",
        _under("hits", total=("total", "value")),
        _numbered("jobtech", "id"),
        page=_offset("offset", 100),
        size=100,
    ),
    "join": Role(
        "/api/public/companies/4711/jobs",
        _under("items", total=("pagination", "rowCount")),
        _numbered("join", "id"),
        page=_param(),
        size=5,
        is_detail=_at(r"/companies/copper-lark/[\w-]+"),
        other=_company,
    ),
    "jooble": Role(
        r"/api/[\w-]+",
        _under("jobs", total=("totalCount",)),
        _numbered("jooble", "id"),
        page=lambda asked: int(asked.json["page"]) - 1,
        size=20,
    ),
    "jsearch": Role(
        "/jsearch/search",
        _under("data"),
        _numbered("jsearch", "job_id"),
        page=_param(),
        size=10,
        board=Board("jsearch", "ca-bi", None, {"query": "business intelligence", "pages": 5}),
    ),
    "jsonld": Role(
        "/",
        _joined('<urlset xmlns="http://www.sitemaps.org/schemas/sitemap/0.9">', "</urlset>"),
        _text("<url><loc>https://careers.heronsgate.example/jobs/keeper-{n}</loc><lastmod>2026-05-04</lastmod></url>"),
        is_detail=_at(r"/jobs/keeper-\d+"),
    ),
    "lever": Role("/v0/postings/copper-lark", _bare, _numbered("lever", "id"), page=_offset("skip", 100), size=100),
    "personio": Role(
        "/xml",
        _joined('<?xml version="1.0"?><workzag-jobs>', "</workzag-jobs>"),
        _text("<position><id>{n}</id><name>Compliance Manager</name><office>Leeds</office></position>"),
    ),
    "pinpoint": Role("/postings.json", _under("data"), _numbered("pinpoint", "id")),
    "recruitee": Role("/api/offers", _under("offers"), _numbered("recruitee", "id")),
    "recruiterbox": Role(
        "/v1/openings",
        _under("objects", total=("meta", "total")),
        _numbered("recruiterbox", "id"),
        page=_offset("offset", 100),
        size=100,
    ),
    "reed": Role(
        "/api/1.0/search",
        _under("results", total=("totalResults",)),
        _numbered("reed", "jobId"),
        page=_offset("resultsToSkip", 100),
        size=100,
    ),
    "remoteok": Role("/api", lambda items, *_: [{"legal": "Link back."}, *items], _numbered("remoteok", "id")),
    "remotive": Role("/api/remote-jobs", _under("jobs"), _numbered("remotive", "id")),
    "rippling": Role(
        "/platform/api/ats/v1/board/copper-lark/jobs",
        _bare,
        _numbered("rippling", "uuid"),
        is_detail=_at(r"/platform/api/ats/v1/board/copper-lark/jobs/[\w-]+"),
    ),
    "smartrecruiters": Role(
        "/v1/companies/copper-lark/postings",
        _under("content", total=("totalFound",)),
        _numbered("smartrecruiters", "id"),
        page=_offset("offset", 100),
        size=100,
        is_detail=_at(r"/v1/companies/copper-lark/postings/\w+"),
    ),
    "softgarden": Role(
        "/jobs.feed.json",
        lambda items, *_: {"@type": "DataFeed", "dataFeedElement": [{"item": item} for item in items]},
        _numbered("softgarden", "identifier", "value"),
    ),
    "teamtailor": Role(
        "/jobs.rss",
        _joined(_RSS, _RSS_END),
        _text("<item><title>Seller</title><guid>{n}</guid><link>https://acme.teamtailor.com/jobs/{n}</link></item>"),
    ),
    "thehub": Role(
        "/api/v2/jobs",
        _under("docs", pages=("pages",)),
        _numbered("thehub", "id"),
        page=_param(),
        size=15,
        is_detail=_at(r"/api/jobs/\w+"),
    ),
    "themuse": Role(
        "/api/public/jobs",
        _under("results", pages=("page_count",)),
        _numbered("themuse", "id"),
        page=_param(first=0),
        size=20,
    ),
    "usajobs": Role(
        "/api/Search",
        _under("SearchResult", "SearchResultItems", total=("SearchResult", "SearchResultCountAll")),
        _numbered("usajobs", "MatchedObjectId"),
        page=_param("Page"),
        size=500,
    ),
    "weworkremotely": Role(
        r"/categories/[\w-]+\.rss",
        _joined(_RSS, _RSS_END),
        _text("<item><title>Acme: Coach</title><guid>https://weworkremotely.com/remote-jobs/{n}</guid></item>"),
        page=lambda asked: _WWR.index(asked.path.rpartition("/")[2].removesuffix(".rss")),
        size=7,
        board=Board("weworkremotely", "all"),
    ),
    "workable": Role(
        "/api/v1/widget/accounts/copper-lark",
        lambda items, *_: {
            "name": "Copper Lark",
            "jobs": [{key: value for key, value in item.items() if key != "account"} for item in items],
        },
        _numbered("workable", "shortcode"),
        is_detail=_at(r"/copper-lark/jobs/view/\w+\.md"),
    ),
    "workday": Role(
        "/wday/cxs/copperlark/External_Careers/jobs",
        _under("jobPostings", total=("total",)),
        _numbered("workday", "externalPath", make=lambda _, number: f"/job/Lille/Engineer_JR{number}"),
        page=lambda asked: int(asked.json["offset"]) // 20,
        size=20,
        is_detail=_at(r"/wday/cxs/copperlark/External_Careers/job/Lille/Engineer_JR\d+"),
    ),
}
"""The roles by source. JobSpy has none: a library asks in its place."""
