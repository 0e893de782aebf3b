"""Claims made by script get the verdict that follows from how they were made."""

import argparse
from pathlib import Path

import pytest

from index.manifest import check, published
from index.settings import Settings
from scripts.evaluate_verify import figures_of, tables_of
from search.whoosh_engine import open_engine
from web.commands import build_demo

EACH = 20


@pytest.fixture(scope="module")
def figures(tmp_path_factory: pytest.TempPathFactory) -> dict[str, object]:
    settings = Settings(data=Path(tmp_path_factory.mktemp("demo")))
    build_demo(settings)
    folder = published(settings.builds)
    engine = open_engine(folder, check(folder))
    figures = figures_of(engine, argparse.Namespace(seed=7, each=EACH, invented=100))
    engine.close()
    return figures


def test_nearly_all_verdicts_are_right(figures: dict[str, dict[str, dict[str, int]]]) -> None:
    kinds = {name: tally for name, tally in figures["kinds"].items() if name != "disputed"}
    assert len(kinds) == 6
    assert all(tally["made"] == EACH for tally in kinds.values())
    assert sum(tally["right"] for tally in kinds.values()) >= 0.95 * 6 * EACH


def test_nothing_invented_is_called_found(figures: dict[str, dict[str, object]]) -> None:
    assert figures["invented"] == {"made": 100, "found": 0}
    assert figures["kinds"]["invented"]["right"] == EACH  # type: ignore[index]


def test_the_figures_are_printed(figures: dict[str, object]) -> None:
    (verdicts, sure, speed) = tables_of(figures)
    assert [row[0] for row in verdicts.rows][:2] == ["verbatim", "altered"]
    assert sure.rows
    assert len(speed.rows) == 4
