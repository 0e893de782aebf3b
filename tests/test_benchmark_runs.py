"""What the benchmarks of runs reckon: switches between builds, what a made archive holds, tables."""

import random

import pytest

from index.extract.workers import extract_one
from index.records import Article
from scripts.benchmarking import intake, publishing
from scripts.benchmarking.publishing import Asked
from scripts.benchmarking.report import publish_table


def asked(connection: int, at: float, build: str = "one", *, took: float = 5.0, status: int = 200) -> Asked:
    return Asked(connection, at, took, status, build)


def told(answers: list[Asked]) -> dict[str, object]:
    return publishing._told(sorted(answers, key=lambda one: one.at), started=0.0, busy=5.0)


def test_each_connection_sees_a_switch_of_its_own() -> None:
    rows = [asked(n, at, build) for n in (0, 1) for at, build in ((1.0, "one"), (9.0 + n, "two"), (20.0, "two"))]
    figures = told(rows)
    assert (figures["switches"], figures["builds"]) == (2, 2)
    assert figures["quiet"] == {"requests": 2, "p50": 5.0, "p95": 5.0, "p99": 5.0, "max": 5.0}
    assert figures["around switches"]["requests"] == 2  # type: ignore[index]
    assert figures["beside runs"]["requests"] == 2  # type: ignore[index]


@pytest.mark.parametrize(("at", "counted"), [(9.5, 1), (10.9, 1), (12.0, 0)])
def test_a_slow_answer_is_laid_at_the_door_of_a_switch_near_it(at: float, counted: int) -> None:
    rows = [asked(0, 1.0), asked(0, 10.0, "two"), asked(1, at, took=300.0)]
    assert told(rows)["slower than allowed around switches"] == counted


def test_an_answer_that_failed_is_an_error_and_no_switch() -> None:
    figures = told([asked(0, 1.0), asked(0, 6.0, "", status=503), asked(0, 7.0)])
    assert (figures["errors"], figures["switches"]) == (1, 0)


def test_the_table_says_what_was_slow() -> None:
    rows = [asked(0, 1.0), asked(0, 10.0, "two", took=300.0)]
    figures = {"size": 8, "workers": 2, **told(rows)}
    assert "1 slower than 250 ms" in publish_table(figures).title


@pytest.mark.parametrize("number", range(4))
def test_a_made_archive_holds_what_the_extractor_finds(number: int) -> None:
    row = intake._row(number, random.Random(number), ["harbour", "mend", "ferry", "rise", "council"], 40)
    article = Article(id=row["id"], text=row["text"], date=row["date"], source=row["source"])
    (made,), found = list(intake._quotations(article)), extract_one(article)
    assert isinstance(found, list)
    assert [(one.content, one.text, one.speaker) for one in found if one.kind == "direct"] == [
        (made.content, made.text, made.speaker)
    ]


def run(articles: int, **changes: float) -> dict[str, float]:
    return {
        "articles": articles, "wall": 20.0, "cpu": 19.0, "peak": 3e8, "cpu_reading": 15.0, "cpu_building": 2.0,
        "added": articles, **changes,
    }  # fmt: skip


def test_the_unchanged_run_is_set_against_a_first_run_of_its_size() -> None:
    figures = {"growth": [run(100), run(1000, cpu=190.0)], "scaling": [], "unchanged": {
        "articles": 1000, "build": run(1000), "compared": run(1000, cpu=10.0), "passed": run(1000, cpu=2.0),
    }}  # fmt: skip
    table = intake.intake_tables(figures)[-1]
    assert table.rows[-1][0] == "the first run: 19 and 95 times as much"


def test_without_one_it_is_reckoned_from_the_cost_of_an_article() -> None:
    figures = {"growth": [run(100)], "scaling": [], "unchanged": {
        "articles": 1000, "build": run(1000, cpu=50.0), "compared": run(1000, cpu=10.0), "passed": run(1000, cpu=2.0),
    }}  # fmt: skip
    assert intake.intake_tables(figures)[-1].rows[-1][0].endswith("above: 20 and 100 times as much")
