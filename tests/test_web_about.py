"""/about: what the collection covers, and how good the extractor was measured to be."""

import re
from html import unescape
from pathlib import Path

import pytest
from flask.testing import FlaskClient

from index.archive import Archive
from index.records import Failure
from index.settings import Settings
from search.library import Library
from tests.conftest import ROOT
from tests.entries import a_build, an_entry
from tests.making import a_collection
from tests.site_rows import rows
from web import create_app, measured, pages
from web.measured import parse

DOCUMENT = (ROOT / "docs" / "accuracy.md").read_text(encoding="utf-8")


def test_outlets_and_months(client: FlaskClient) -> None:
    found = client.get("/api/v1/coverage").get_json()
    assert (found["months"][0], found["months"][-1], len(found["months"])) == ("2018-11", "2021-01", 27)
    outlets = {one["name"]: one for one in found["outlets"]}
    assert next(iter(outlets)) in ("Gull", "Tern")
    gull, tern = outlets["Gull"], outlets["Tern"]
    assert (gull["quotations"], gull["articles"], gull["unknown"]) == (4, 1, 1)
    assert (tern["quotations"], tern["articles"], tern["unknown"]) == (4, 2, 0)
    by_month = dict(zip(found["months"], tern["months"], strict=True))
    assert {month: count for month, count in by_month.items() if count} == {"2018-11": 2, "2020-05": 2}
    assert (found["others"], found["nameless"], found["shared"]) == (0, 1, 2)
    everything = found["everything"]
    assert (everything["quotations"], everything["articles"], everything["undated"]) == (10, 5, 1)
    assert sum(everything["months"]) == 9
    assert sum(found["people"].values()) == client.get("/api/v1/stats").get_json()["speakers"]


def test_many_outlets_are_counted_together(tmp_path: Path) -> None:
    entries = [an_entry(number, source=f"Outlet {number % 60}") for number in range(1, 121)]
    a_build(tmp_path, entries)
    client = create_app(Settings(data=tmp_path)).test_client()
    found = client.get("/api/v1/coverage").get_json()
    assert (len(found["outlets"]), found["others"]) == (50, 10)
    assert "of 60" in client.get("/about").text


@pytest.mark.parametrize(
    ("dates", "months"),
    [((None,), 0), (("2020-03-04",), 1), (("2020-03-04", "2020-05-01"), 3), (("0001-01-01", "2020-01-01"), 0)],
)
def test_months_run_without_gaps(tmp_path: Path, dates: tuple[str | None, ...], months: int) -> None:
    a_build(tmp_path, [an_entry(number, date=date) for number, date in enumerate(dates, 1)])
    client = create_app(Settings(data=tmp_path)).test_client()
    found = client.get("/api/v1/coverage").get_json()
    assert len(found["months"]) == len(found["everything"]["months"]) == len(found["outlets"][0]["months"]) == months
    assert client.get("/about").status_code == 200


@pytest.mark.parametrize(
    ("days", "gaps"),
    [
        (["2020-01-05"], []),
        (["2020-01-05", "2020-02-01"], []),
        (["2019-11-05", "2020-01-31"], [["2019-12", "2019-12"]]),
        (["2020-01-05", "2020-06-01", "2020-08-09"], [["2020-02", "2020-05"], ["2020-07", "2020-07"]]),
        ([None], []),
    ],
)
def test_gaps_lie_between_an_outlets_first_and_last_month(
    tmp_path: Path, days: list[str | None], gaps: list[list[str]]
) -> None:
    entries = [an_entry(number, date=day, source="Tern") for number, day in enumerate(days, 1)]
    others = [an_entry(50, date="2018-01-01", source="Gull"), an_entry(51, date="2021-12-01", source="Heron")]
    a_build(tmp_path, [*entries, *others])
    client = create_app(Settings(data=tmp_path)).test_client()
    found = client.get("/api/v1/coverage").get_json()
    outlets = {one["name"]: one["gaps"] for one in found["outlets"]}
    assert outlets == {"Tern": gaps, "Gull": [], "Heron": []}
    page = client.get("/about").text
    assert ("Gaps of 1 outlet:" in page) == bool(gaps)


def test_what_was_set_aside_is_told_by_cause_and_not_by_name(tmp_path: Path) -> None:
    settings, _ = a_collection(tmp_path, rows())
    with Archive(settings.archive) as archive:
        for number, reason in enumerate(("is empty; there is no article to read", "broken JSON (x at column 3); mend")):
            for line in range(number + 1):
                failure = Failure(origin=f"secret.jsonl:{number}{line}", reason=reason)
                archive.add_failure(failure, source="s", reading={})
        archive.commit()
    client = create_app(settings).test_client()
    answer = client.get("/api/v1/coverage")
    assert answer.get_json()["set_aside"] == {"damaged": 2, "no_text": 1}
    assert list(answer.get_json()["set_aside"]) == ["damaged", "no_text"]
    page = client.get("/about").text
    assert "Damaged, cut short or broken</th><td>2</td>" in page
    assert "secret" not in page + answer.text


def test_a_server_without_an_archive_says_so(tmp_path: Path) -> None:
    a_build(tmp_path, [an_entry()])
    client = create_app(Settings(data=tmp_path)).test_client()
    assert client.get("/api/v1/coverage").get_json()["set_aside"] is None
    assert "no archive beside it" in client.get("/about").text


def test_an_empty_collection_has_its_page(tmp_path: Path) -> None:
    a_build(tmp_path, [])
    assert create_app(Settings(data=tmp_path)).test_client().get("/about").status_code == 200


def test_it_is_counted_once_a_build(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    a_build(tmp_path, [an_entry(1)])
    app = create_app(Settings(data=tmp_path))
    library: Library = app.extensions["saywho.library"]
    asked: list[str] = []
    real = type(library.current()).coverage
    monkeypatch.setattr(
        type(library.current()), "coverage", lambda self: asked.append(self.build.id) or real(self), raising=True
    )
    client = app.test_client()
    client.get("/about")
    client.get("/about")
    a_build(tmp_path, [an_entry(1), an_entry(2, source="Tern")], number=2)
    assert "Tern" in client.get("/about").text
    assert len(asked) == len(set(asked)) == 2


def test_the_figures_are_the_documents(client: FlaskClient) -> None:
    found = parse(DOCUMENT)
    assert found is not None
    page = unescape(client.get("/about").text)
    assert len(found.figures) >= 8
    for label, figure in found.figures:
        assert f"| {label} | {figure} |" in DOCUMENT
        assert f"{label[:1].upper()}{label[1:]}</th><td>{figure}</td>" in page
    assert f"### {found.on}" in DOCUMENT
    assert found.on in page
    assert [one.confidence for one in found.bins] == [f"{n / 10} to {(n + 1) / 10}" for n in range(10)]
    assert all(0 <= one.right <= 100 and one.count > 0 for one in found.bins)
    assert not any(re.search("words a second|memory", label) for label, _ in found.figures)


def test_without_the_document_the_page_says_less(client: FlaskClient, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(pages, "measured", lambda: None)
    page = client.get("/about")
    assert page.status_code == 200
    assert "How often it is right" not in page.text


@pytest.mark.parametrize("text", ["", "# A title", "| measured | figure | aim |"])
def test_a_document_without_figures(text: str) -> None:
    found = parse(text)
    assert found is None or found.figures == found.bins == ()


def test_it_is_in_what_is_installed() -> None:
    text = (ROOT / "pyproject.toml").read_text(encoding="utf-8")
    assert f'"docs/accuracy.md" = "index/extract/{measured._PLACES[0].name}"' in text
