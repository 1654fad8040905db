"""Adzuna's search: pages of fifty `results`; a text stops at five hundred characters, and links carry a token."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import Any

from job_etl.model import ContractType
from job_etl.sample.dice import Dice
from job_etl.sample.shapes.writing import json_bytes
from job_etl.sample.vacancy import Vacancy

_CLASS = "Adzuna::API::Response::"
_PAGE = 50
_SNIPPET = 500
_SITES = {"CA": "ca", "FR": "fr", "ES": "es", "GB": "co.uk"}
_ESTIMATED = 0.25  # the share of postings without pay of their own for which Adzuna estimates it


def payload(vacancy: Vacancy, board: str, crawl: int) -> dict[str, Any]:
    """One of `results`; `adref` and `redirect_url` are new in every answer, and optional fields are left out."""
    dice = vacancy.dice("adzuna")
    identity = str(5_400_000_000 + vacancy.number)
    token = Dice(identity, crawl).hexadecimal(22)
    site = _SITES.get(vacancy.place.code, "com")
    posting: dict[str, Any] = {
        "__CLASS__": f"{_CLASS}Job",
        "id": identity,
        "title": vacancy.title,
        "description": _snippet(vacancy),
        "created": f"{vacancy.published:%Y-%m-%dT%H:%M:%SZ}",
        "adref": f"eyJhbGciOiJIUzI1NiJ9.{token}.{token[::-1]}",
        "redirect_url": f"https://www.adzuna.{site}/land/ad/{identity}?se={token}&utm_medium=api&v={token[:8].upper()}",
        "company": {"__CLASS__": f"{_CLASS}Company", "display_name": vacancy.company},
        "location": {
            "__CLASS__": f"{_CLASS}Location",
            "display_name": vacancy.location,
            "area": vacancy.place.area,
        },
        "category": {
            "__CLASS__": f"{_CLASS}Category",
            "label": vacancy.category[0],
            "tag": vacancy.category[1],
        },
        "salary_is_predicted": "0",
    }
    if vacancy.place.at:
        posting |= dict(zip(("latitude", "longitude"), vacancy.place.at, strict=True))
    if vacancy.contract in (ContractType.FULL_TIME, ContractType.PART_TIME):
        posting["contract_time"] = str(vacancy.contract)
    if vacancy.contract is ContractType.CONTRACT or dice.chance(0.5):
        posting["contract_type"] = "contract" if vacancy.contract is ContractType.CONTRACT else "permanent"
    if vacancy.pay:
        middle = (vacancy.pay.minimum + vacancy.pay.maximum) / 2
        if dice.chance(_ESTIMATED):
            posting |= {
                "salary_min": round(middle + 0.42, 2),
                "salary_max": round(middle + 0.42, 2),
                "salary_is_predicted": "1",
            }
        elif vacancy.pay_told != "none":
            posting |= {"salary_min": vacancy.pay.minimum, "salary_max": vacancy.pay.maximum}
    return posting


def answers(payloads: Sequence[Any], when: datetime) -> list[bytes]:
    """The pages of the search."""
    return [
        json_bytes(
            {
                "__CLASS__": f"{_CLASS}JobSearchResults",
                "count": len(payloads),
                "mean": 104_218.37,
                "results": payloads[start : start + _PAGE],
            }
        )
        for start in range(0, max(len(payloads), 1), _PAGE)
    ]


def _snippet(vacancy: Vacancy) -> str:
    """The beginning of the text: Adzuna's readers see the role before the employer's story."""
    words = [
        text
        for section in (vacancy.role, vacancy.asks, vacancy.duties, vacancy.about)
        for text in (*section.paragraphs, *section.items)
    ]
    text = " ".join(word if word.endswith((".", "?", "!")) else f"{word}." for word in words)
    return text if len(text) <= _SNIPPET else text[: _SNIPPET - 1].rstrip() + "…"
