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
    limit: int = MAX_PAGES,
) -> Iterator[Answer]:
    """Ask for page after page until one is the last, or shows nothing new.

    `request` is called with the number of pages and of postings received so far. The last page is the one with which
    the number announced at the path `total` is reached, or the one with nothing at the path `more`; where the provider
    says neither, the first with fewer than `size` postings. `limit` is the number of pages to ask for at most.

    Raises:
        TransientError: these are not all postings: the provider announced more than it gave, or has more pages.
    """
    seen: set[str] = set()
    received = announced = 0
    for page in range(limit):
        answer = ask(request(page, received))
        payloads = source.cut(answer.body)
        names = {_name(source, payload, board) for payload in payloads}
        if page > 0 and names <= seen:
            break
        yield answer
        seen |= names
        received += len(payloads)
        said = parse_json(answer.body) if total or more else None
        announced = int(number(said, *total) or announced) if total else 0
        if _is_last(len(payloads), size, received, announced, bool(dig(said, *more)) if more else None):
            break
    else:
        raise TransientError(f"{board} has more than the {limit} pages asked for")
    if announced > received:
        raise TransientError(f"{board} announced {announced} postings and gave {received}")


def _is_last(length: int, size: int, received: int, announced: int, more: bool | None) -> bool:
    if announced:
        return received >= announced or length == 0
    return length < size if more is None else not more


def _name(source: Source, payload: object, board: Board) -> str:
    try:
        return source.identify(payload, board)  # type: ignore[arg-type]
    except UnreadablePayload:
        return repr(payload)
