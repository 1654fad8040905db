"""Remote OK's feed: a list that begins with a legal notice; texts are UTF-8 that was read as Latin-1."""

from __future__ import annotations

import base64
import re
from collections.abc import Sequence
from datetime import datetime
from typing import Any

from job_etl.sample.dice import Dice
from job_etl.sample.shapes.writing import Markup, html, json_bytes, slug
from job_etl.sample.vacancy import Pay, Vacancy

_MARKUP = Markup(
    heading='<p><b style="font-size: 18px;">{}</b></p>', paragraph="<p>{}</p><p><br></p>", item="<li>{}</li>"
)
_WORDS = ("CHEERY", "SUPPORTS", "GOOOD", "RECOMMENDED", "BREATHTAKINGLY", "TRANQUIL", "FLAWLESS", "LUCKIEST")
_LEGAL = (
    "API Terms of Service: Please link back (with follow, and without nofollow!) to the URL on Remote OK and mention"
    " Remote OK as a source, so we get traffic back from your site."
)


def payload(vacancy: Vacancy, board: str, crawl: int) -> dict[str, Any]:
    """One posting. A title has no punctuation; where the employer tells no pay, Remote OK's estimate stands there."""
    dice = vacancy.dice("remoteok")
    identity = str(1_100_000 + vacancy.number)
    title = re.sub(r"[^\w\s]+", "", vacancy.title)
    page = f"remote-{slug(f'{title} {vacancy.company}')}-{identity}"
    low, high = _estimate(vacancy.pay, dice)
    return {
        "slug": page,
        "id": identity,
        "epoch": int(vacancy.published.timestamp()),
        "date": vacancy.published.isoformat(timespec="seconds"),
        "company": vacancy.company,
        "company_logo": "",
        "position": title,
        "tags": [word.lower() for word in (*vacancy.skills[:5], vacancy.level, vacancy.department)],
        "description": _misread(html(vacancy.sections, _MARKUP)) + _reader_test(crawl),
        "location": _misread(vacancy.location),
        "salary_min": low,
        "salary_max": high,
        "apply_url": f"https://remoteOK.com/remote-jobs/{page}",
        "logo": "",
        "url": f"https://remoteOK.com/remote-jobs/{page}",
    }


def answers(payloads: Sequence[Any], when: datetime) -> list[bytes]:
    """The whole feed in one answer."""
    notice = {"last_updated": int(when.timestamp()), "legal": _LEGAL}
    return [json_bytes([notice, *payloads], ascii_only=True)]


def _misread(text: str) -> str:
    return text.encode().decode("latin-1")


def _reader_test(crawl: int) -> str:
    """The line that asks applicants for a word and for a tag made of the reader's address: new in every answer."""
    tag = base64.b64encode(f"203.0.113.{crawl}".encode()).decode()
    return (
        f"<br/><br/>Please mention the word **{Dice('word', crawl).one(_WORDS)}** and tag {tag} when applying to show"
        f" you read the job post completely (#{tag}). This is a beta feature to avoid spam applicants. Companies can"
        " search these words to find applicants that read this and see they're human."
    )


def _estimate(pay: Pay | None, dice: Dice) -> tuple[int, int]:
    if pay is None or pay.currency not in ("USD", "CAD") or dice.chance(0.3):
        return (0, 0) if dice.chance(0.5) else (60_000, 10_000 * dice.number(8, 13))
    return pay.minimum, pay.maximum
