"""How well planted versions are found; `scripts/evaluation/versions.py` measures the same on more of them."""

from scripts.evaluation.planted import EDITS, planted
from scripts.evaluation.versions import planted_figures

FOUND, WRONG = 0.96, 0.01
"""Floors for a small corpus; docs/identity.md has the figures."""


def test_planted_versions_are_found_and_others_are_not() -> None:
    edits, _, wrong, pairs = planted_figures(planted(4, 600))
    assert set(edits) == {*EDITS, "join"}
    count, found = (sum(one[place] for one in edits.values()) for place in (0, 1))
    assert found >= FOUND * count
    assert wrong <= WRONG * pairs
