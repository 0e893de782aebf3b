"""`saywho correct` from the command line to the published build; former ids on the site; the people file."""

import json
from collections.abc import Callable
from pathlib import Path

import pytest

import saywho
from index.settings import Settings
from search.library import Library
from search.request import SearchRequest
from tests.making import a_collection, a_quotation, an_article
from web import create_app

Run = Callable[..., tuple[int, str, str]]
FIRST = "“The harbour wall will stand for another forty winters,”"
SECOND = "“Nobody has asked the herring about the new ferry,”"


@pytest.fixture
def data(tmp_path: Path) -> Path:
    one = an_article("gull/1", f"{FIRST} Ada Brook said on the quay.")
    two = an_article("tern/1", f"{SECOND} Cy Dow said in the hall.", source="Tern")
    rows = [(one, [a_quotation(one, FIRST, "Ada Brook")]), (two, [a_quotation(two, SECOND, "Cy Dow")])]
    a_collection(tmp_path / "data", rows)
    return tmp_path / "data"


@pytest.fixture
def run(data: Path, capsys: pytest.CaptureFixture[str]) -> Run:
    """Runs a command line here and gives its exit code, stdout and stderr."""

    def call(*arguments: object) -> tuple[int, str, str]:
        code = saywho.run([*map(str, arguments), "--data", str(data)])
        return code, *capsys.readouterr()

    return call


def search(data: Path, **values: object) -> dict[str, str | None]:
    """By article: the speakers' ids of what is found."""
    library = Library(Settings(data=data))
    try:
        page = library.search(SearchRequest(**values))  # type: ignore[arg-type]
        return {hit.article.id: hit.speaker.id for hit in page.results}
    finally:
        library.close()


def quotation(data: Path, words: str) -> str:
    library = Library(Settings(data=data))
    try:
        return library.search(SearchRequest(q=words)).results[0].id
    finally:
        library.close()


def test_a_corrected_speaker_is_published(run: Run, data: Path) -> None:
    asked = quotation(data, "herring")
    code, out, err = run("correct", asked, "--speaker", "Ada Brook", "--why", "her letter", "--by", "Noor")
    assert (code, err) == (0, "")
    assert f"Correction 1: quotation {asked} is Ada Brook's (ada-brook)." in out
    assert "Published as build" in out
    assert search(data) == {"gull/1": "ada-brook", "tern/1": "ada-brook"}


def test_the_ledger_says_who_when_and_why(run: Run, data: Path) -> None:
    asked = quotation(data, "herring")
    run("correct", asked, "--nobody", "--why", "a headline", "--by", "Noor")
    run("correct", asked, "--undo", "--by", "Ames")
    code, out, _ = run("correct", "--list")
    first, second = out.splitlines()
    assert code == 0
    assert first.startswith("-   1  20")
    assert f"Noor: quotation {asked} is nobody's (a headline)" in first
    assert "Ames: correction 1 is undone" in second
    rows = [json.loads(line) for line in run("correct", "--list", "--json")[1].splitlines()]
    assert [(row["number"], row["holds"]) for row in rows] == [(1, False), (2, False)]
    assert search(data)["tern/1"] == "cy-dow"


def test_what_is_written_down_only_is_published_by_the_next_run(run: Run, data: Path) -> None:
    code, out, _ = run("correct", "cy-dow", "--rename", "Cyrus Dow", "--no-publish")
    assert (code, "Not published yet; type: saywho rebuild" in out) == (0, True)
    assert search(data, speaker=("Cyrus Dow",)) == {}
    assert run("rebuild")[0] == 0
    assert search(data, speaker=("Cyrus Dow",)) == {"tern/1": "cy-dow"}


@pytest.mark.parametrize(
    ("arguments", "told"),
    [
        ((), "name the ID of a quotation or a person, and one of --speaker"),
        (("cy-dow", "--rename", "X", "--undo"), "--rename and --undo were given"),
        (("cy-dow", "--split", "tern/1"), "--split and --as go together"),
        (("cy-dow", "--as", "X", "--rename", "Y"), "--split and --as go together"),
        (("nobody", "--merge-into", "cy-dow"), "nobody in the collection has the id 'nobody'"),
        (("0123456789abcdef", "--nobody"), "there is no quotation '0123456789abcdef'"),
        (("99", "--undo"), "there is no correction number 99"),
    ],
)
def test_what_cannot_be_is_a_clear_line_and_exit_code_2(run: Run, arguments: tuple[str, ...], told: str) -> None:
    code, out, err = run("correct", *arguments)
    assert (code, out) == (2, "")
    assert told in err
    assert run("correct", "--list")[1] == "Nothing was corrected.\n"


def test_a_merged_id_leads_to_who_stays(run: Run, data: Path) -> None:
    assert run("correct", "cy-dow", "--merge-into", "ada-brook")[0] == 0
    assert search(data, speaker=("cy-dow",)) == {"gull/1": "ada-brook", "tern/1": "ada-brook"}
    client = create_app(Settings(data=data)).test_client()
    moved = client.get("/api/v1/speakers/cy-dow")
    assert (moved.status_code, moved.headers["Location"]) == (301, "/api/v1/speakers/ada-brook")
    assert client.get("/speakers/cy-dow").headers["Location"] == "/speakers/ada-brook"
    shown = client.get("/api/v1/speakers/ada-brook").json
    assert (shown["name"], shown["quotations"], shown["names"]) == (
        "Ada Brook",
        2,
        [["Ada Brook", 1], ["Cy Dow", 1]],
    )
    assert client.get("/api/v1/speakers/nobody").status_code == 404


def test_status_counts_what_was_settled(run: Run) -> None:
    run("correct", "cy-dow", "--rename", "Cyrus Dow")
    out = run("status")[1]
    assert "who is who   2 people, bodies and groups; who is meant is open for 0 names" in out
    assert "corrected    1 correction" in out
    found = json.loads(run("status", "--json")[1])["across"]
    assert (found["people"], found["corrections"], found["waiting"]) == (2, 1, 0)


def test_a_people_file_is_kept_in_use(run: Run, data: Path, tmp_path: Path) -> None:
    file = tmp_path / "people.jsonl"
    file.write_text('{"name": "Cy Dow", "wikidata": "Q1"}\n{"name": \n', encoding="utf-8")
    code, _, err = run("rebuild", "--people", file)
    assert (code, ":2: is no JSON object" in err) == (0, True)
    client = create_app(Settings(data=data)).test_client()
    assert client.get("/api/v1/speakers/cy-dow").json["wikidata"] == "Q1"
    assert (data / "people.jsonl").read_bytes() == file.read_bytes()
    assert run("rebuild", "--people", "none")[0] == 0
    assert create_app(Settings(data=data)).test_client().get("/api/v1/speakers/cy-dow").json["wikidata"] is None


@pytest.mark.parametrize(
    ("lines", "told"),
    [
        ("", "names nobody"),
        (
            '{"name": "Cy Dow", "wikidata": "Q1"}\n{"name": "Di Eve", "wikidata": "Q1"}\n',
            "lines 1 and 2 have one id (Q1)",
        ),
    ],
)
def test_a_people_file_that_cannot_be_used_changes_nothing(
    run: Run, data: Path, tmp_path: Path, lines: str, told: str
) -> None:
    file = tmp_path / "people.jsonl"
    file.write_text(lines, encoding="utf-8")
    code, _, err = run("rebuild", "--people", file)
    assert (code != 0, told in err, (data / "people.jsonl").exists()) == (True, True, False)
