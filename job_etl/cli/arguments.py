"""The options that several commands share, so that each is called and explained the same everywhere."""

from __future__ import annotations

from typing import Annotated

import typer

AsJson = Annotated[bool, typer.Option("--json", help="Print JSON.")]

SourceNames = Annotated[
    list[str] | None, typer.Option("--source", "-s", metavar="NAME", help="Only this source; may be given again.")
]

Count = Annotated[int, typer.Option("--count", "-n", min=1, metavar="N", help="How many at most.")]
