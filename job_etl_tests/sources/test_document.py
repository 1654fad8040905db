"""The pages on sources: one is in step with the code, the other's example works."""

from __future__ import annotations

import json
import re
import sys
from decimal import Decimal
from types import ModuleType

import pytest
import yaml

from job_etl.config.sources import SourceEntry
from job_etl.model import Board, GivenPlace, GivenSalary
from job_etl.sources import SOURCES
from job_etl_tests.provider import Provider, page
from job_etl_tests.sources import document
from job_etl_tests.sources.samples import asking


def test_the_page_of_sources_is_in_step_with_the_code() -> None:
    text = document.PAGE.read_text(encoding="utf-8")
    given = document.standing(text)
    assert given.keys() == SOURCES.keys(), "python -m job_etl_tests.sources.document writes it anew"
    assert text == document.page(given, document.day_of(text)), (
        "python -m job_etl_tests.sources.document writes it anew"
    )


def test_the_example_of_how_to_add_a_source_works(monkeypatch: pytest.MonkeyPatch) -> None:
    text = document.PAGE.with_name("adding-a-source.md").read_text(encoding="utf-8")
    [answer], [code], [settings] = (
        re.findall(rf"^```{language}\n(.*?)^```$", text, re.MULTILINE | re.DOTALL)
        for language in ("json", "python", "yaml")
    )
    module = ModuleType("larkboard")
    monkeypatch.setitem(sys.modules, "larkboard", module)
    exec(compile(code, "adding-a-source.md", "exec"), module.__dict__)
    source, board = module.Larkboard(), Board("larkboard", "acme", "Copper Lark")
    script = {"/v1/acme/openings": page(json.loads(answer))}
    with Provider(script) as provider, asking(source, provider.url, board) as ask:
        [payload] = [found for one in source.pages(board, ask, {}) for found in source.cut(one.body)]
    posting = source.read(payload, board)
    assert (posting.source_job_id, posting.title, posting.company) == ("acme/CL-17", "Data Engineer", "Copper Lark")
    assert posting.places == [GivenPlace(city="Toronto", country="CA")]
    assert posting.salaries == [GivenSalary(Decimal(95000), Decimal(120000), "CAD", "year")]
    [entry] = SourceEntry.model_validate(yaml.safe_load(settings)["larkboard"]).boards
    assert entry.of("larkboard") == board
