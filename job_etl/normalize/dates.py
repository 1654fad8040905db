"""When a posting was published, changed and expires.

Belongs here: which moments are believable and what relative words mean. Formats of dates belong to the sources.
"""

from __future__ import annotations

import re
from datetime import UTC, datetime, timedelta

from job_etl.model import Origin
from job_etl.normalize.phrases import fold

_GIVEN = Origin("given", "date")
_SKEWED = Origin("given", "date, a clock ahead of ours")
_RELATIVE = Origin("parsed", "relative date")
_AT_LEAST = Origin("parsed", "relative date, at least so long ago")

# A date without an hour, or with another zone's, can lie ahead of the crawl by the span of the zones: 26 hours.
_CLOCK_SKEW = timedelta(hours=26)
# Job boards began with the web; what is older is a missing value in disguise (0 of Unix, 1900 of spreadsheets).
_OLDEST = datetime(1995, 1, 1, tzinfo=UTC)
# Programmes "open until filled" give an end decades away; they have none.
_LONGEST = timedelta(days=5 * 366)

_NOW = re.compile(
    r"\b(?:just (?:now|posted)|today|now|heute|gerade|aujourd'hui|à l'instant|hoy|vandaag|oggi|hoje"
    r"|dzisiaj|dziś|idag|i dag)\b"
)
_YESTERDAY = re.compile(r"\b(?:yesterday|gestern|hier|ayer|gisteren|ieri|ontem|wczoraj|igår|i går)\b")
_AGO = re.compile(
    r"(?P<number>\d{1,4}|\b(?:an?|one|einem|einer|un|une|uno|una|um|uma|een|en|ett)\b)\s*(?P<more>\+)?\s*"
    r"(?:(?P<minutes>min\w*|m\b)"
    r"|(?P<hours>h\b|hours?|hrs?|stunden?|heures?|horas?|uur|uren|or[ae]|godzin\w*|timm(?:e|ar))"
    r"|(?P<days>d\b|days?|tag(?:e|en)?|jours?|días?|dias?|dag(?:en|ar)?|giorn[oi]|dni|dzień|j\b)"
    r"|(?P<weeks>w\b|weeks?|wochen?|semaines?|semanas?|wek(?:en)?|week|settiman[ae]|tygodni\w*|tydzień|veck(?:a|or))"
    r"|(?P<months>mo\b|months?|monat(?:e|en)?|mois|mes(?:es)?|maand(?:en)?|mes[ei]|mês|miesi\w+|månad(?:er)?)"
    r"|(?P<years>y\b|years?|jahr(?:e|en)?|ans?|años?|jaar|ann[oi]|anos?|rok|lata|lat|år))\b"
)
_LENGTH = {
    "minutes": timedelta(minutes=1),
    "hours": timedelta(hours=1),
    "days": timedelta(days=1),
    "weeks": timedelta(days=7),
    "months": timedelta(days=30),
    "years": timedelta(days=365),
}


def posted(
    given: datetime | None, relative: str | None, collected_at: datetime
) -> tuple[datetime | None, Origin | None]:
    """Say when a posting was published, in UTC and never after the crawl that saw it.

    A relative text ("Posted 30+ Days Ago") is counted back from the crawl; days and longer spans are resolved to
    midnight UTC, so that every crawl of one day agrees.
    """
    if given is not None and (moment := _believable(given)) is not None:
        if moment <= collected_at:
            return moment, _GIVEN
        if moment - collected_at <= _CLOCK_SKEW:
            return collected_at.astimezone(UTC), _SKEWED
    if relative:
        return _counted_back(fold(relative), collected_at.astimezone(UTC))
    return None, None


def updated(given: datetime | None, collected_at: datetime) -> datetime | None:
    """When a posting was last changed, in UTC and never after the crawl; None where that is not believable."""
    return posted(given, None, collected_at)[0]


def expires(given: datetime | None, posted_at: datetime | None, collected_at: datetime) -> datetime | None:
    """When a posting ends, in UTC; None where that is before it began, or so far away that it means "open"."""
    moment = _believable(given) if given is not None else None
    if moment is None or moment - collected_at > _LONGEST or (posted_at is not None and moment < posted_at):
        return None
    return moment


def _believable(given: datetime) -> datetime | None:
    aware = given if given.tzinfo is not None else given.replace(tzinfo=UTC)
    try:
        moment = aware.astimezone(UTC)
    except OverflowError:
        return None
    return moment if moment >= _OLDEST else None


def _counted_back(relative: str, collected_at: datetime) -> tuple[datetime | None, Origin | None]:
    midnight = collected_at.replace(hour=0, minute=0, second=0, microsecond=0)
    if span := _AGO.search(relative):
        unit = str(span.lastgroup)
        number = int(span["number"]) if span["number"].isdecimal() else 1
        start = collected_at.replace(second=0, microsecond=0) if unit in ("minutes", "hours") else midnight
        if start - _OLDEST < number * _LENGTH[unit]:
            return None, None
        return start - number * _LENGTH[unit], _AT_LEAST if span["more"] else _RELATIVE
    if _YESTERDAY.search(relative):
        return midnight - timedelta(days=1), _RELATIVE
    if _NOW.search(relative):
        return midnight, _RELATIVE
    return None, None
