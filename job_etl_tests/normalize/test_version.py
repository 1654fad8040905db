from collections.abc import Iterator
from pathlib import Path

import pytest

from job_etl.normalize.version import RULES, normalizer_version


@pytest.fixture(autouse=True)
def forgotten() -> Iterator[None]:
    normalizer_version.cache_clear()
    yield
    normalizer_version.cache_clear()


def test_the_version_is_the_rules_and_a_short_digest_that_stays() -> None:
    version = normalizer_version()
    normalizer_version.cache_clear()
    assert version == normalizer_version()
    assert version.startswith(f"{RULES}-")
    assert len(version) < 20


def test_a_dictionary_of_ones_own_is_another_version(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    packaged = normalizer_version()
    (tmp_path / "taxonomy").mkdir()
    (tmp_path / "taxonomy" / "company.yml").write_text("legal_forms: []\n")
    monkeypatch.setenv("JOB_ETL_CONFIG_DIR", str(tmp_path))
    normalizer_version.cache_clear()
    assert normalizer_version() != packaged


def test_another_table_of_the_taxonomy_folder_is_another_version(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    packaged = normalizer_version()
    (tmp_path / "occupations.csv").write_text("x")
    monkeypatch.setenv("JOB_ETL_TAXONOMY_DIR", str(tmp_path))
    normalizer_version.cache_clear()
    assert normalizer_version() != packaged
