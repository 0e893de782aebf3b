"""The chooser: its file, its probabilities, and damage to it."""

import json
from pathlib import Path
from typing import Any

import numpy
import pytest

from index.errors import WeightsError
from index.extract import choosing
from index.extract.choosing import WEIGHTS, chooser, read_chooser
from index.extract.evidence import FEATURES


def table() -> dict[str, Any]:
    stored: dict[str, Any] = json.loads(WEIGHTS.read_text(encoding="utf-8"))
    return stored


@pytest.mark.parametrize("task", ["pronoun", "nominal", "alone"])
@pytest.mark.parametrize("antecedents", [None, [0.0, 0.0, 0.0], [0.9, 0.05, 0.0]])
def test_shares_sum_to_one(task: choosing.Task, antecedents: list[float] | None) -> None:
    rows = numpy.random.default_rng(0).random((3, len(FEATURES)), dtype=numpy.float32)
    shares = chooser().shares(task, rows, antecedents)
    assert sum(shares) == pytest.approx(1)
    assert len(shares) == 3


def test_no_candidates_no_shares() -> None:
    assert chooser().shares("pronoun", numpy.zeros((0, len(FEATURES)), numpy.float32)) == []


def test_the_networks_antecedents_decide_between_equals() -> None:
    rows = numpy.zeros((2, len(FEATURES)), numpy.float32)
    first, second = chooser().shares("pronoun", rows, [0.1, 0.8])
    assert second > first


@pytest.mark.parametrize("change", [{"features": ["other"]}, {"bias": []}, {"linear": [1.0]}])
def test_weights_that_do_not_fit_are_refused(change: dict[str, Any]) -> None:
    damaged = table()
    damaged["tasks"]["pronoun"] |= change
    with pytest.raises(ValueError, match=r"pronoun|shape|broadcast"):
        read_chooser(damaged)


@pytest.mark.parametrize("pools", [{}, {"pronoun": {"own": float("nan"), "network": 1}}])
def test_pools_that_do_not_fit_are_refused(pools: dict[str, Any]) -> None:
    with pytest.raises(ValueError, match=r"missing|number"):
        read_chooser(table() | {"pools": pools})


@pytest.mark.parametrize("content", ["", "{", "[]", '{"tasks": {"pronoun": {}}}'])
def test_a_damaged_file_says_what_to_do(content: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    path = tmp_path / "chooser.json"
    path.write_text(content, encoding="utf-8")
    monkeypatch.setattr(choosing, "WEIGHTS", path)
    with pytest.raises(WeightsError, match=r"chooser\.json.*scripts/training/choosing\.py"):
        choosing.chooser.__wrapped__()
