from pathlib import Path

import pytest

from job_etl.errors import ConfigError
from job_etl.normalize.phrases import Phrases, fold, section


def meanings(text: str) -> list[tuple[str, str]]:
    dictionary = Phrases({"dog": ["terrier", "Jack Russell"], "nothing": ["bull-terrier pub"], "owner": ["jack"]})
    return [(found.meaning, found.phrase) for found in dictionary.find(fold(text))]


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("A TERRIER, and Jack-Russell’s ball", [("dog", "terrier"), ("dog", "jack russell")]),
        ("the bull terrier pub", [("nothing", "bull terrier pub")]),
        ("terriers", []),
        ("jack russells", [("owner", "jack")]),
        ("", []),
    ],
)
def test_whole_words_are_found_and_the_longest_phrase_counts(text: str, found: list[tuple[str, str]]) -> None:
    assert meanings(text) == found


@pytest.mark.parametrize("phrases", [[""], [None], [1099]])
def test_a_phrase_that_is_none_is_a_clear_mistake(phrases: list[str]) -> None:
    with pytest.raises(ConfigError, match="of 'dog'"):
        Phrases({"dog": phrases})


def test_a_phrase_with_two_meanings_is_a_clear_mistake() -> None:
    with pytest.raises(ConfigError, match="stands elsewhere too"):
        Phrases({"dog": ["jack"], "owner": ["Jack"]})


@pytest.mark.parametrize("content", ["other: {}", "words: [a]", "words: {dog: terrier}"])
def test_a_dictionary_of_another_form_is_a_clear_mistake(
    content: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "taxonomy").mkdir()
    (tmp_path / "taxonomy" / "dogs.yml").write_text(content)
    monkeypatch.setenv("JOB_ETL_CONFIG_DIR", str(tmp_path))
    with pytest.raises(ConfigError, match=r"dogs\.yml must map meanings to lists of phrases under 'words'"):
        section("dogs.yml", "words")
