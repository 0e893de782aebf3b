"""How good the extractor must be: floors, a little under what was measured, for data with a known digest; and that what
measures it measures rightly."""

import gzip
import json
import re
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from index.records import Basis, Quotation
from scripts.evaluation import one_core
from scripts.evaluation.attributions import attribution_figures
from scripts.evaluation.calibration import (
    Judged,
    bins,
    calibration_error,
    calibration_figures,
    judged_attributions,
    judged_speakers,
)
from scripts.evaluation.corpus import Found, digest, extract_each, load_tool, read_articles
from scripts.evaluation.cost import cost_figures
from scripts.evaluation.outlets import agreement_figures
from scripts.evaluation.table import Table, as_markdown, as_text, tables
from tests.conftest import ROOT

FLOORS = json.loads((ROOT / "tests" / "data" / "floors.json").read_text(encoding="utf-8"))


@pytest.fixture(scope="module")
def figures(shared: Path) -> dict[str, Any]:
    folder = shared / "data" / "polnear" / "dev"
    assert digest(folder) == FLOORS["polnear/dev"]["sha256"], "other data: measure again, set floors anew"
    found = extract_each(read_articles(folder))
    return {
        **attribution_figures(shared / "data", "dev", found),
        "calibration": calibration_figures(shared / "data", "dev", found),
    }


@pytest.mark.parametrize(("name", "floor"), sorted(FLOORS["polnear/dev"]["floors"].items()))
def test_figure_is_not_under_its_floor(figures: dict[str, Any], name: str, floor: float) -> None:
    assert _figure(figures, name) >= floor


@pytest.mark.parametrize(("name", "ceiling"), sorted(FLOORS["polnear/dev"].get("ceilings", {}).items()))
def test_figure_is_not_over_its_ceiling(figures: dict[str, Any], name: str, ceiling: float) -> None:
    assert _figure(figures, name) <= ceiling


def _figure(figures: dict[str, Any], name: str) -> float:
    """The figure at a path like "speakers.all.right"; of "33 of 78" the first number."""
    value: Any = figures
    for key in name.split("."):
        value = value[key]
    return float(str(value).split(" of ")[0])


def test_the_digest_changes_with_the_data(tmp_path: Path) -> None:
    (tmp_path / "text").mkdir()
    (tmp_path / "text" / "a.txt").write_text("one", encoding="utf-8")
    before = digest(tmp_path)
    (tmp_path / "text" / "a.txt").write_text("two", encoding="utf-8")
    assert digest(tmp_path) != before


@pytest.mark.parametrize(
    ("claims", "error"),
    [
        ([], 0),
        ([(0.95, True)] * 19 + [(0.95, False)], 0),
        ([(0.9, True), (0.9, False)], 0.4),
        ([(0.9, False), (0.1, True)], 0.9),
        ([(1.0, True)] * 3 + [(0.5, True)], 0.125),
    ],
    ids=["nothing", "nineteen in twenty", "too sure", "upside down", "weighted by how many"],
)
def test_calibration_error(claims: list[tuple[float, bool]], error: float) -> None:
    assert calibration_error([Judged(c, right, "name") for c, right in claims]) == pytest.approx(error)


def test_bins_are_ten_of_equal_width() -> None:
    held = bins([Judged(confidence, True, "name") for confidence in (0.0, 0.09, 0.1, 0.55, 0.99, 1.0)])
    assert [(b.low, b.count) for b in held] == [(0.0, 2), (0.1, 1), (0.5, 1), (0.9, 2)]


def _quotation(place: tuple[int, int], speaker: str | None, kind: str = "direct", basis: Basis = "name") -> Quotation:
    return Quotation(
        article_id="a",
        kind=kind,  # type: ignore[arg-type]
        content=(place,),
        text="",
        speaker=speaker,
        confidence=0.8,
        basis=basis,
    )


def _gold(place: tuple[int, int], speaker: str | None, speaker_type: str = "person", **values: Any) -> dict[str, Any]:
    row = {"article_id": "a", "start": place[0], "end": place[1], "class": "quotation", "basis": "name"}
    return {**row, "speaker": speaker, "speaker_type": speaker_type, **values}


GOLD = [
    _gold((0, 10), "Ada Brook"),
    _gold((20, 30), "Ada Brook"),
    _gold((40, 50), None, "unknown"),
    _gold((60, 70), "a neighbour", "unnamed"),
    _gold((80, 90), "the harbour office", "organization"),
    _gold((100, 110), None, "unknown", **{"class": "scare"}),
    _gold((120, 130), "Mark Kelm"),
    _gold((140, 150), "Mark Kelm", agreed=False),
]
FOUND = [
    _quotation((0, 10), "Brook"),
    _quotation((20, 30), "Mark Kelm"),
    _quotation((40, 50), "somebody"),
    _quotation((60, 70), None),
    _quotation((78, 92), "Harbour Office"),
    _quotation((100, 110), "Ada Brook"),
    _quotation((120, 124), "Mark Kelm"),
    _quotation((120, 130), "Mark Kelm", kind="indirect"),
    _quotation((140, 150), "Ada Brook"),
]


def test_speakers_are_judged_as_the_scorer_does(shared: Path, tmp_path: Path) -> None:
    same_name = load_tool(shared / "data", "score_speakers").same_name
    judged = judged_speakers(GOLD, {"a": FOUND}, same_name)
    assert [j.right for j in judged] == [True, False, True, True, True, False]
    figures = _scored(shared, tmp_path)
    assert figures["all"]["right"] == pytest.approx(
        100 * sum(j.right for j in judged) / figures["all"]["gold"], abs=0.01
    )
    assert figures["false_alarms"] == "1 of 1"


def _scored(shared: Path, folder: Path) -> dict[str, Any]:
    gold, predicted = folder / "gold.jsonl", folder / "predicted.jsonl"
    gold.write_text("".join(json.dumps(row) + "\n" for row in GOLD), encoding="utf-8")
    rows = [{"article_id": "a", "kind": q.kind, "content": q.content, "speaker": q.speaker} for q in FOUND]
    predicted.write_text("".join(json.dumps(row) + "\n" for row in rows), encoding="utf-8")
    tool = shared / "tools" / "score_speakers.py"
    run = subprocess.run([sys.executable, tool, gold, predicted], capture_output=True, text=True, check=True)
    figures: dict[str, Any] = json.loads(run.stdout)
    return figures


@pytest.fixture
def small_data(shared: Path, tmp_path: Path) -> Path:
    """A data folder with one annotated article and a little news, beside the real scorers."""
    (tmp_path / "tools").symlink_to(shared / "tools")
    set_ = tmp_path / "data" / "polnear" / "dev"
    (set_ / "text").mkdir(parents=True)
    (set_ / "attributions").mkdir()
    text = "“Rain is news,” Ada Brook said. It fell for a week."
    (set_ / "text" / "a.txt").write_text(text, encoding="utf-8")
    (set_ / "attributions" / "a_0000.ann").write_text(
        "T1\tContent 0 15\t“Rain is news,”\nT2\tSource 16 25\tAda Brook\nT3\tCue 26 30\tsaid\n"
        "E1\tContent:T1 Source:T2 Cue:T3\n",
        encoding="utf-8",
    )
    (set_ / "speakers.jsonl").write_text(json.dumps(_gold((0, 15), "Ada Brook")) + "\n", encoding="utf-8")
    (tmp_path / "data" / "polnear" / "train").symlink_to(set_)
    return tmp_path / "data"


def test_a_perfect_extractor_gets_full_marks(small_data: Path) -> None:
    found = extract_each(read_articles(small_data / "polnear" / "dev"))
    figures = attribution_figures(small_data, "dev", found)
    assert figures["quoted"]["end_to_end_f"] == figures["all"]["f"] == 100
    assert figures["speakers"]["all"]["right"] == 100
    (quotation,) = found["a"]
    errors = {name: of["ece"] for name, of in calibration_figures(small_data, "dev", found).items()}
    assert errors == {name: pytest.approx(1 - quotation.confidence, abs=1e-4) for name in ("speakers", "attributions")}


@pytest.mark.parametrize(
    ("content", "source", "right"),
    [((0, 15), ((16, 25),), True), ((0, 15), ((31, 33),), False), ((0, 50), ((16, 25),), False), ((0, 15), (), False)],
    ids=["right", "another source", "too long", "no source"],
)
def test_attributions_are_judged_by_content_and_source(
    small_data: Path, content: tuple[int, int], source: tuple[tuple[int, int], ...], right: bool
) -> None:
    quotation = Quotation(article_id="a", kind="direct", content=(content,), source=source, text="", confidence=0.8)
    found: Found = {"a": [quotation]}
    scorer = load_tool(small_data, "score_attributions")
    (judged,) = judged_attributions(scorer, small_data / "polnear" / "dev", found, lambda q: q.basis)
    assert (judged.right, judged.group) == (right, "implicit")


def test_agreement_counts_pairs_of_outlets(small_data: Path) -> None:
    words = "“The river will rise again before the end of the week,”"
    rows = [
        {"id": "n1", "source": "Gull", "text": f"The day was grey when it came to this. {words} Ada Brook said."},
        {"id": "n2", "source": "Tern", "text": f"Nobody in the harbour had asked about that. {words} said Ada Brook."},
    ]
    (small_data / "news").mkdir()
    with gzip.open(small_data / "news" / "2018.jsonl.gz", "wt", encoding="utf-8") as handle:
        handle.writelines(json.dumps(row) + "\n" for row in rows)
    figures = agreement_figures(small_data, "2018", jobs=1)
    assert (figures["articles"], figures["broken"], figures["pairs"], figures["agree_percent"]) == (2, 0, 1, 100)


def test_cost_is_measured_in_a_process_of_its_own(small_data: Path) -> None:
    figures = cost_figures(small_data, "dev")
    assert figures["words"] == 11
    assert figures["words_per_second"] > 0
    assert figures["gflops"] > 0
    assert 20 < figures["megabytes"] < 2000


def test_growth_compares_the_same_words(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(one_core, "LARGE", 2_000)
    monkeypatch.setattr(one_core, "SMALL", 300)
    small = one_core.small_texts(["Ada Brook said that the river rose. " * 3, "“Rain,” she said. " * 5])
    assert all(300 <= len(text.encode()) < 600 for text in small)
    assert 2_000 <= sum(len(text.encode()) for text in small) < 2_600
    assert one_core.growth(["Ada Brook said that the river rose. " * 3], 1)["ratio"] > 0


TABLE = Table("Rain", ("measured", "figure"), [("fell", "1.0"), ("a | b", "20")])


def test_a_table_for_the_terminal_is_lined_up() -> None:
    assert as_text(TABLE).splitlines() == [
        "Rain",
        "----------------",
        "measured  figure",
        "fell         1.0",
        "a | b         20",
    ]


def test_a_table_in_markdown() -> None:
    assert as_markdown(TABLE).splitlines() == [
        "### Rain",
        "",
        "| measured | figure |",
        "|---|---:|",
        "| fell | 1.0 |",
        "| a \\| b | 20 |",
    ]


def test_what_was_not_measured_is_said(small_data: Path, tmp_path: Path) -> None:
    target = tmp_path / "figures.json"
    command = [sys.executable, str(ROOT / "scripts" / "evaluate.py"), "--data", str(small_data)]
    command += ["--no-cost", "--json", str(target)]
    run = subprocess.run(command, capture_output=True, text=True, check=True)
    assert re.search(r"outlets agree on the speaker +not measured: --agreement", run.stdout)
    assert re.search(r"GAP development.*not measured: .*gap is not there", run.stdout)
    figures = json.loads(target.read_text(encoding="utf-8"))
    titles = [table.title for table in tables(figures)]
    assert [line for line in run.stdout.splitlines() if line in titles] == titles
    assert figures["sha256"] == digest(small_data / "polnear" / "dev")


def test_the_options_that_the_document_names_exist() -> None:
    text = (ROOT / "docs" / "accuracy.md").read_text(encoding="utf-8")
    ours = "\n".join(line for line in text.splitlines() if not line.startswith("python -m spacy"))
    named = set(re.findall(r"(?<!-)--[a-z]+", ours))
    command = [sys.executable, str(ROOT / "scripts" / "evaluate.py"), "--help"]
    run = subprocess.run(command, capture_output=True, text=True, check=True)
    assert named
    assert {option for option in named if option not in run.stdout} == set()
