"""EURES: the search of the European employment services' portal, fifty a page.

There is no public documentation; this is what the portal's own pages ask. A search shows its first 10,000 hits, so a
board is a country, by default the one it is named after, and perhaps a keyword. Places are NUTS codes by country.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any
from urllib.parse import quote

from job_etl.model import Board, GivenPlace, GivenPosting, Payload
from job_etl.sources.base import Answer, Ask, Rate, Request, Source, Terms, listing
from job_etl.sources.fields import dig, identity, moment, plain, plains, present, text
from job_etl.sources.paging import pages

_PAGE = 50
_PAGES = 200
_PORTAL = "https://europa.eu/eures/portal/jv-se/jv-details/"
_UNFILTERED = (
    "occupationUris",
    "skillUris",
    "requiredExperienceCodes",
    "positionScheduleCodes",
    "sectorCodes",
    "educationAndQualificationLevelCodes",
    "positionOfferingCodes",
    "euresFlagCodes",
    "otherBenefitsCodes",
    "requiredLanguages",
)


class Eures(Source):
    """Searches of EURES; a board is a country's code, the params `country` and `keyword` say otherwise."""

    name = "eures"
    title = "EURES"
    base_url = "https://europa.eu"
    direct = False
    boards_overlap = True
    rate = Rate(per_second=1, concurrency=1)
    terms = Terms(url="https://europa.eu/eures/portal/", attribution="Source: EURES", link_back=True)
    volatile = frozenset({"score", "translationType"})
    implied = frozenset({_PORTAL})

    def pages(self, board: Board, ask: Ask, secrets: Mapping[str, str]) -> Iterator[Answer]:
        country = str(board.params.get("country", board.name)).lower()
        keyword = board.params.get("keyword")
        question = {
            **{name: [] for name in _UNFILTERED},
            "keywords": [{"keyword": str(keyword), "specificSearchCode": "EVERYWHERE"}] if keyword else [],
            "locationCodes": [] if country == "all" else [country],
            "resultsPerPage": _PAGE,
            "sortSearch": "MOST_RECENT",
            "publicationPeriod": None,
            "minNumberPost": None,
            "requestLanguage": "en",
        }

        def request(page: int, received: int) -> Request:
            path = "/eures/api/jv-searchengine/public/jv-search/search"
            return Request(path, method="POST", json={**question, "page": page + 1})

        return pages(self, board, ask, request, size=_PAGE, total=("numberRecords",), limit=_PAGES)

    def cut(self, body: bytes) -> list[Any]:
        return listing(body, "jvs")

    def identify(self, payload: Payload, board: Board) -> str:
        return identity(payload, "id")

    def read(self, payload: Payload, board: Board) -> GivenPosting:
        vacancy = self.identify(payload, board)
        languages = plains(payload, "availableLanguages")
        language = languages[0] if languages else None
        own = ("translations", language or "")
        locations = dig(payload, "locationMap")
        url = f"{_PORTAL}{quote(vacancy, safe='')}"
        return GivenPosting(
            source_job_id=vacancy,
            company=plain(payload, "employer", "name"),
            title=plain(payload, *own, "title") or plain(payload, "title"),
            places=[GivenPlace(country=country) for country in plains(list(locations))]
            if isinstance(locations, dict)
            else [],
            description_html=text(payload, *own, "description") or text(payload, "description"),
            url=url,
            apply_url=url,
            employment_type=", ".join(
                plains(payload, "positionScheduleCodes") + plains(payload, "positionOfferingCode")
            )
            or None,
            company_size=plain(payload, "employer", "organisationSizeCode"),
            language=language if len(languages) == 1 else None,
            posted_at=moment(payload, "creationDate"),
            updated_at=moment(payload, "lastModificationDate"),
            extra=present(
                nuts=[code for codes in locations.values() for code in plains(codes)]
                if isinstance(locations, dict)
                else [],
                occupations=plains(payload, "jobCategoriesCodes"),
                number_of_posts=text(payload, "numberOfPosts"),
            ),
        )
