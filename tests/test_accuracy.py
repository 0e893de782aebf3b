"""How good the extractor must be: floors, a little under what was measured, for data with a known digest."""

import importlib.util
import json
from pathlib import Path
from types import ModuleType
from typing import Any

import pytest

ROOT = Path(__file__).resolve().parents[1]
FLOORS = json.loads((ROOT / "tests" / "data" / "floors.json").read_text(encoding="utf-8"))


def evaluation() -> ModuleType:
    spec = importlib.util.spec_from_file_location("evaluate", ROOT / "scripts" / "evaluate.py")
    assert spec is not None and spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


@pytest.fixture(scope="module")
def figures(shared: Path) -> dict[str, Any]:
    evaluate = evaluation()
    folder = shared / "data" / "polnear" / "dev"
    assert evaluate.digest(folder) == FLOORS["polnear/dev"]["sha256"], "other data: measure again, set floors anew"
    measured: dict[str, Any] = evaluate.measure(shared / "data", "dev", evaluate.read_articles(folder))
    return measured


@pytest.mark.parametrize(("name", "floor"), sorted(FLOORS["polnear/dev"]["floors"].items()))
def test_figure_is_not_under_its_floor(figures: dict[str, Any], name: str, floor: float) -> None:
    part, figure = name.split(".", 1)
    value = figures[part]
    for key in figure.split("."):
        value = value[key]
    assert value >= floor


def test_the_digest_changes_with_the_data(tmp_path: Path) -> None:
    evaluate = evaluation()
    (tmp_path / "text").mkdir()
    (tmp_path / "text" / "a.txt").write_text("one", encoding="utf-8")
    before = evaluate.digest(tmp_path)
    (tmp_path / "text" / "a.txt").write_text("two", encoding="utf-8")
    assert evaluate.digest(tmp_path) != before
