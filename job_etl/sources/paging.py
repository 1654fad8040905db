"""Walking through a provider's pages without trusting it to stop, or to have given all it announced."""

from __future__ import annotations

from collections.abc import Callable, Iterator

from job_etl.errors import TransientError, UnreadablePayload
from job_etl.model import Board
from job_etl.sources.base import Answer, Ask, Request, Source, parse_json
from job_etl.sources.fields import dig, number

MAX_PAGES = 2000
"""More pages than any provider here has; a server that never stops is stopped there."""


def pages(
    source: Source,
    board: Board,
    ask: Ask,
    request: Callable[[int, int], Request],
    *,
    size: int,
    total: tuple[str, ...] = (),
    more: tuple[str, ...] = (),
    count: tuple[str, ...] = (),
    limit: int = MAX_PAGES,
    first: Answer | None = None,
) -> Iterator[Answer]:
    """Ask for page after page until one is the last, or shows nothing new.

    `request` is called with the number of pages and of postings received so far. The last page is the one with which
    the number of postings announced at the path `total` is reached, or that of pages at the path `count`, or the one
    with nothing at the path `more`; where the provider says none of these, the first with fewer than `size` postings.
    `limit` is the number of pages to ask for at most; `first` is the first page where it has been asked for already.

    Raises:
        TransientError: these are not all postings: the provider announced more than it gave, or has more pages.
    """
    seen: set[str] = set()
    received = announced = 0
    for page in range(limit):
        answer = first if first and page == 0 else ask(request(page, received))
        payloads = source.cut(answer.body)
        names = {_name(source, payload, board) for payload in payloads}
        if page > 0 and names <= seen:
            break
        yield answer
        seen |= names
        received += len(payloads)
        said = parse_json(answer.body) if total or more or count else None
        announced = int(number(said, *total) or announced) if total else 0
        if announced:
            is_last = received >= announced or not payloads
        elif count and (page_count := number(said, *count)):
            is_last = page + 1 >= page_count
        else:
            is_last = not dig(said, *more) if more else len(payloads) < size
        if is_last:
            break
    else:
        if source.shows_all:
            raise TransientError(f"{board} has more than the {limit} pages asked for")
        return
    if announced > received:
        raise TransientError(f"{board} announced {announced} postings and gave {received}")


def _name(source: Source, payload: object, board: Board) -> str:
    try:
        return source.identify(payload, board)  # type: ignore[arg-type]
    except UnreadablePayload:
        return repr(payload)
