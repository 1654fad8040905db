"""The scores of a quality report."""

from __future__ import annotations

import pytest

from job_etl.quality.measures import Tally, macro_f1, set_tally


def test_a_tally_gives_precision_recall_and_their_mean() -> None:
    tally = Tally(hits=6, wrong=2, missed=6)
    assert (tally.precision, tally.recall, tally.f1) == (0.75, 0.5, 0.6)


def test_an_empty_tally_scores_zero() -> None:
    assert (Tally().precision, Tally().recall, Tally().f1) == (0.0, 0.0, 0.0)


def test_macro_f1_weighs_every_class_alike() -> None:
    pairs = [("lead", "lead")] * 8 + [("junior", "unknown"), ("junior", "junior")]
    assert macro_f1(pairs, ("lead", "junior")) == pytest.approx((1 + 2 / 3) / 2)


def test_sets_are_counted_label_by_label() -> None:
    tally = set_tally([({"a", "b"}, {"b", "c"}), (set(), {"d"})])
    assert (tally.hits, tally.wrong, tally.missed) == (1, 2, 1)
