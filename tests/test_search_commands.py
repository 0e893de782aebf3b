import dataclasses
import json
import subprocess
import sys
from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from index.errors import NotPublishedError
from index.settings import Settings
from search.commands import search
from search.errors import RequestError
from search.library import Library
from search.request import SearchRequest
from tests.conftest import ROOT
from tests.entries import a_build, an_entry

ENTRIES = [
    an_entry(1, "No new taxes", speaker="Ada Brook", title="Brook speaks", date="2020-01-01"),
    an_entry(2, "Rain is news", speaker="Bo Li", source=None, date=None, variant_count=3),
    an_entry(3, "New rain", mention="a nurse", status="unnamed", speaker_type="unnamed", date="2021-05-06"),
]


@pytest.fixture(scope="module")
def data(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("data")
    a_build(folder, ENTRIES)
    return folder


def run(data: Path, *arguments: str, **options: object) -> Result:
    return CliRunner().invoke(search, [*arguments], obj=Settings(data=data), catch_exceptions=True, **options)  # type: ignore[arg-type]


def test_a_quotation_in_the_terminal(data: Path) -> None:
    assert run(data, "taxes").output.splitlines() == [
        "1 quotation by 1 speaker",
        "",
        "No new taxes",
        "    Ada Brook · Gull · 2020-01-01 · Brook speaks",
        "    0000000000000001 · direct · why: named there, “she”, cue “said”, confidence 0.90",
        "",
        "speakers: Ada Brook 1",
        "sources: Gull 1",
        "kinds: direct 1",
        "dates: 2020 1",
    ]


@pytest.mark.parametrize(
    ("arguments", "line"),
    [
        (["rain", "--sort", "oldest"], "    a nurse (not named) · Gull · 2021-05-06"),
        (["brook"], "    found in the words around it, in its speaker or its title"),
        (["news"], "    Bo Li · no source · no date"),
        (["news"], "    the same words in 3 quotations"),
        (["new", "tax*", "-zebra"], "1 quotation by 1 speaker"),
        (["“new taxes”"], 'understood: "new taxes"'),
        (["“new taxes”"], "note: curly quotation marks straightened"),
        (["--speaker", "bo", "--speaker", "brook"], "2 quotations by 2 speakers"),
        (["--speaker", "bo"], "speakers: Bo Li 1 (chosen) · Ada Brook 1"),
        (["--from", "2020", "--to", "2020-06"], "1 quotation by 1 speaker"),
        (["--date-from", "2021"], "1 quotation by 0 speakers"),
        (["--in", "context", "taxes"], "nothing found"),
        (["--min-confidence", "0.95"], "nothing found"),
        (["--limit", "1"], "3 quotations by 2 speakers"),
    ],
)
def test_options_and_what_is_printed(data: Path, arguments: list[str], line: str) -> None:
    result = run(data, *arguments)
    assert result.exit_code == 0
    assert line in result.output.splitlines()


def test_the_next_page(data: Path) -> None:
    first = run(data, "--limit", "2", "--facets", "").output
    cursor = first.split("--cursor ")[1].strip()
    second = run(data, "--limit", "2", "--facets", "", "--cursor", cursor).output
    assert "Rain is news" in second
    assert "--cursor" not in second


def test_nothing_found_says_what_would_help(data: Path) -> None:
    result = run(data, "taxes zebra", "--speaker", "Bo Li")
    assert result.exit_code == 0
    assert result.output.splitlines() == ["nothing found"]
    helped = run(data, "taxes", "--speaker", "Bo Li", "--in", "quote").output.splitlines()
    assert helped == ["nothing found", "  without --speaker: 1 quotation"]


def test_what_was_meant_is_said(data: Path) -> None:
    assert run(data, "taxse", "new").output.splitlines() == [
        "nothing found",
        "did you mean: taxes new (1 quotation)",
        "  searching for: new: 2 quotations",
    ]
    assert run(data, "taxes", "--speaker", "Ada Brok").output.splitlines() == [
        "nothing found",
        "note: no speaker here is called “Ada Brok”",
        "  without --speaker: 1 quotation",
        "  with --speaker 'Ada Brook': 1 quotation",
    ]


def test_json_is_the_page(data: Path) -> None:
    library = Library(Settings(data=data))
    expected = dataclasses.asdict(library.search(SearchRequest(q="rain")))
    library.close()
    printed = json.loads(run(data, "rain", "--json").output)
    assert list(printed) == list(expected)
    took = printed.pop("took_ms"), expected.pop("took_ms")
    assert all(milliseconds >= 0 for milliseconds in took)
    assert printed == json.loads(json.dumps(expected))


def test_json_holds_half_a_surrogate_pair(tmp_path: Path) -> None:
    a_build(tmp_path, [an_entry(1, "Rain \ud800 and 🌧")])
    (hit,) = json.loads(run(tmp_path, "--json").output)["results"]
    assert hit["text"] == "Rain \ud800 and 🌧"


@pytest.mark.parametrize(
    ("bold", "environment", "shown"),
    [
        (True, {}, "No new \x1b[1mtaxes\x1b[0m"),
        (True, {"NO_COLOR": "1"}, "No new taxes"),
        (False, {}, "No new taxes"),
    ],
)
def test_matches_are_bold_on_a_terminal_only(
    data: Path, monkeypatch: pytest.MonkeyPatch, bold: bool, environment: dict[str, str], shown: str
) -> None:
    monkeypatch.delenv("NO_COLOR", raising=False)
    monkeypatch.setattr("search.commands._on_terminal", lambda: bold)
    assert shown in run(data, "taxes", env=environment, color=True).output.splitlines()


def test_an_article_does_not_steer_the_terminal(tmp_path: Path) -> None:
    text = "Rain\x1b[31m is\x07 \u202enews\nnow"
    a_build(tmp_path, [an_entry(1, text, speaker="A\x1b]0;B", title="T\rX")])
    output = run(tmp_path, "rain").output
    assert "Rain [31m is   news now" in output
    assert not any(ord(c) < 32 and c != "\n" for c in output)


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (["--from", "soon"], "date_from: 'soon' is not a date"),
        (["--kind", "loud"], "kind: 'loud' is not known"),
        (["--in", "title"], "in: 'title' is not known"),
        (["--limit", "500"], "limit: is 500"),
        (["--facets", "mood"], "facets: 'mood' is not known"),
        (["--cursor", "x"], "cursor: is not one"),
        (["x" * 1001], "q: has 1001 characters"),
    ],
)
def test_wrong_values_are_named(data: Path, arguments: list[str], message: str) -> None:
    error = run(data, *arguments).exception
    assert isinstance(error, RequestError)
    assert str(error).startswith(message)
    assert error.exit_code == 2


def test_an_unknown_option_is_not_a_word(data: Path) -> None:
    result = run(data, "rain", "--speeker", "Bo")
    assert result.exit_code == 2
    assert "--speeker" in result.output


def test_data_on_the_command_wins(data: Path, tmp_path: Path) -> None:
    assert "No new taxes" in run(tmp_path, "taxes", "--data", str(data)).output
    assert isinstance(run(tmp_path, "taxes").exception, NotPublishedError)


def test_help_has_examples() -> None:
    output = CliRunner().invoke(search, ["--help"]).output
    assert 'saywho search strikes --speaker "Mark Esper"' in output


def test_a_search_loads_nothing_heavy() -> None:
    heavy = ["spacy", "nltk", "flask", "pydantic", "yaml", "tqdm", "sklearn"]
    code = f"import sys, search.commands; print([name for name in {heavy} if name in sys.modules])"
    done = subprocess.run([sys.executable, "-c", code], cwd=ROOT, capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "[]"
