"""Damaged files, hard questions, dates at the ends of time: a clear error or an answer, and never a hang."""

import itertools
import json
import random
import shutil
import struct
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import numpy as np
import pytest

import saywho
from index.errors import IndexDamagedError, SchemaVersionError
from index.manifest import MANIFEST, published
from index.settings import Settings
from search.core import Core, Question
from search.errors import RequestError, TimeLimitError
from search.language import MAX_TERMS, parse
from search.library import Library
from search.request import SearchRequest
from search.tree import And, Everything, FieldFilter, Not, Or, Phrase, Prefix, Word
from search.whoosh_engine import WhooshEngine
from tests.entries import a_build, an_engine, an_entry
from tests.histories import a_folder, written
from tests.making import a_collection
from tests.oracle import Oracle
from tests.site_rows import rows
from web import create_app

ENTRIES = [
    an_entry(
        number,
        "rain " * (number % 3) + f"tax on day {number}",
        date=f"2020-01-{number % 28 + 1:02}" if number % 7 else None,
        speaker=["Ada Brook", "Bo Li"][number % 2],
    )
    for number in range(60)
]
IN_ORDER = sorted(ENTRIES, key=lambda entry: entry.date or "")
QUESTIONS = [
    Question(tree=And((Word("rain"), Phrase(("tax", "on")))), facets=("speaker", "date")),
    Question(tree=Or((Prefix("d"), Not(Word("rain")))), facets=("speaker", "source"), filters={"speaker": ("bo-li",)}),
    Question(tree=Phrase(("tax", "day"), 2), within="quote", group="variant"),
]

# Damaged files.


def cut(content: bytes) -> bytes:
    return content[: len(content) // 2]


def flipped(content: bytes) -> bytes:
    return content[:-40] + bytes([content[-40] ^ 4]) + content[-39:] if len(content) > 40 else bytes([content[0] ^ 4])


def longer(content: bytes) -> bytes:
    return content + b"\0"


@pytest.mark.parametrize("damage", [cut, flipped, longer, lambda content: b""])
def test_a_file_that_is_not_what_was_built_is_never_opened(tmp_path: Path, damage: Callable[[bytes], bytes]) -> None:
    settings = Settings(data=tmp_path)
    manifest = a_build(tmp_path, ENTRIES)
    for path in (settings.builds / manifest.id / name for name in manifest.files):
        content = path.read_bytes()
        path.write_bytes(damage(content))
        with pytest.raises(IndexDamagedError, match=f"{path.name}: is not the file that was built"):
            Library(settings).current()
        path.write_bytes(content)
    library = Library(settings)
    assert library.current().search(SearchRequest(q="rain")).total == 40
    library.close()


def test_files_that_stand_in_each_others_place_are_found(tmp_path: Path) -> None:
    settings = Settings(data=tmp_path)
    folder = settings.builds / a_build(tmp_path, ENTRIES).id
    data, weights = (next(folder.rglob(name)) for name in ("data.pack", "weights.pack"))
    data.rename(data.with_suffix(".aside"))
    weights.rename(data)
    data.with_suffix(".aside").rename(weights)
    with pytest.raises(IndexDamagedError, match="is not the file that was built"):
        Library(settings).current()


def test_a_build_of_a_newer_version_asks_for_a_rebuild(tmp_path: Path) -> None:
    settings = Settings(data=tmp_path)
    path = settings.builds / a_build(tmp_path, ENTRIES).id / MANIFEST
    row = json.loads(path.read_bytes())
    path.write_text(json.dumps({**row, "schema_version": row["schema_version"] + 1, "files": "who knows"}))
    with pytest.raises(SchemaVersionError, match="this build has schema version .*saywho rebuild"):
        Library(settings).current()
    client = create_app(settings).test_client()
    response = client.get("/api/v1/quotes")
    assert (response.status_code, response.mimetype) == (503, "application/problem+json")
    assert "another version" in json.loads(response.data)["detail"]


@pytest.fixture
def build() -> Iterator[Path]:
    """An index of two segments, one with deletions, and no manifest."""
    with a_folder() as folder:
        yield written(folder, [[e for e in IN_ORDER if e.id != f"{7:016x}"], IN_ORDER[1:]])


def replaced(path: Path, content: bytes) -> None:
    """A new file: one that is mapped and cut would end the process that maps it."""
    path.unlink()
    path.write_bytes(content)


def asked(folder: Path) -> list[Any]:
    core = Core(folder)
    try:
        return [core.answer(question) for question in QUESTIONS]
    finally:
        core.close()


@pytest.mark.parametrize("name", ["data.pack", "weights.pack", "columns.pack", "segment.json", "_MAIN_1.toc"])
def test_a_cut_file_is_damage_without_a_manifest_too(build: Path, name: str) -> None:
    for path in build.rglob(name):
        content = path.read_bytes()
        for length in {0, 1, 20, len(content) // 3, len(content) // 2, len(content) - 17, len(content) - 1}:
            replaced(path, content[:length])
            with pytest.raises(IndexDamagedError, match="saywho rebuild"):
                asked(build)
        replaced(path, content)
    assert asked(build)


@pytest.mark.parametrize("name", ["data.pack", "weights.pack", "segment.json"])
def test_a_file_of_another_segment_is_damage_without_a_manifest_too(build: Path, name: str) -> None:
    one, other = build.rglob(name)
    mine, others = one.read_bytes(), other.read_bytes()
    replaced(one, others)
    replaced(other, mine)
    with pytest.raises(IndexDamagedError, match="cannot be opened .*saywho rebuild"):
        asked(build)


@pytest.mark.parametrize("name", ["data.pack", "weights.pack", "columns.pack"])
def test_a_bit_flipped_in_what_a_pack_holds_is_damage_or_does_nothing(build: Path, name: str) -> None:
    path = sorted(build.rglob(name))[0]
    content = path.read_bytes()
    expected = asked(build)
    length = int.from_bytes(content[-24:-16], "little")
    chance = random.Random(5)
    for place in chance.sample(range(len(content) - 24 - length, len(content)), 120):
        replaced(path, content[:place] + bytes([content[place] ^ 1 << chance.randrange(8)]) + content[place + 1 :])
        try:
            assert _plain(asked(build)) == _plain(expected)
        except IndexDamagedError as error:
            assert "saywho rebuild" in str(error)


def _plain(answers: list[Any]) -> list[Any]:
    return [
        (a.total, a.speakers, a.rows, a.scores, {n: (f.items, f.missing) for n, f in a.facets.items()}) for a in answers
    ]


@pytest.mark.parametrize("name", ["data.pack", "weights.pack", "columns.pack"])
def test_a_bit_flipped_in_an_array_never_ends_the_process(build: Path, name: str) -> None:
    path = sorted(build.rglob(name))[0]
    content = path.read_bytes()
    chance = random.Random(7)
    ends = set()
    for place in chance.sample(range(len(content)), 150):
        replaced(path, content[:place] + bytes([content[place] ^ 1 << chance.randrange(8)]) + content[place + 1 :])
        try:
            with np.errstate(all="ignore"):
                ends.add(len(asked(build)))
        except (IndexDamagedError, ValueError, LookupError) as error:
            ends.add(str(error) != "")
    assert 3 in ends


def test_a_table_of_segments_of_a_newer_whoosh_is_damage(build: Path) -> None:
    path = build / "whoosh" / "_MAIN_1.toc"
    content = path.read_bytes()
    at = content.index(struct.pack("!i", -12345)) + 4
    replaced(path, content[:at] + struct.pack("!i", -999) + content[at + 4 :])
    with pytest.raises(IndexDamagedError, match="table of segments cannot be read"):
        Core(build)


def test_a_table_of_segments_that_is_not_there_is_damage(build: Path) -> None:
    (build / "whoosh" / "_MAIN_1.toc").unlink()
    with pytest.raises(IndexDamagedError, match="table of segments cannot be read .*saywho rebuild"):
        Core(build)


# Hard questions.


@pytest.fixture(scope="module")
def engine(tmp_path_factory: pytest.TempPathFactory) -> Iterator[WhooshEngine]:
    """2,000 quotations that have the same 64 words, in different numbers."""
    texts = [" ".join(f"w{n:02}" * (1 + (n + number) % 2) + "x " * (n % 3) for n in range(64)) for number in range(4)]
    entries = [
        an_entry(number, texts[number % 4], date=["0001-01-01", "9999-12-31", None, "2020-02-29"][number // 500])
        for number in range(2000)
    ]
    engine = an_engine(tmp_path_factory.mktemp("data"), entries)
    yield engine
    engine.close()


@pytest.mark.parametrize(
    ("q", "total"),
    [
        (" ".join(["x"] * MAX_TERMS), 2000),
        (" OR ".join(f"w{n:02}" for n in range(MAX_TERMS)), 2000),
        (" ".join(f"w{n:02}*" for n in range(MAX_TERMS)), 2000),
        (" ".join(f"-w{n:02}" for n in range(MAX_TERMS)), 0),
        ('"' + " ".join(["x"] * MAX_TERMS) + '"~128', 0),
        ("x*", 2000),
        ("w*", 2000),
        ("-w*", 0),
        ("w* OR -x*", 2000),
        ("(" * 400 + "x" + ")" * 400, 2000),
        ("-" * 900 + "x", 2000),
    ],
)
def test_many_common_words_are_answered(engine: WhooshEngine, q: str, total: int) -> None:
    page = engine.search(SearchRequest(q=q))
    assert page.total == total
    assert sum(item.count for item in page.facets["date"].items) + page.facets["date"].missing == total


def test_more_words_than_that_are_refused() -> None:
    with pytest.raises(RequestError, match=f"more than {MAX_TERMS} terms"):
        parse(" ".join(["x"] * (MAX_TERMS + 1)))


def test_many_common_words_are_counted_and_scored_right(tmp_path: Path) -> None:
    texts = [" ".join(f"w{n:02}" for n in range(64) if (n * number) % 5) for number in range(40)]
    entries = [an_entry(number, text) for number, text in enumerate(texts)]
    core, oracle = Core(written(tmp_path, [entries])), Oracle(entries)
    words = tuple(Word(f"w{n:02}") for n in range(MAX_TERMS))
    for tree in (And(words), Or(words), Or((Prefix("w"), *words)), Not(And(words))):
        answer = core.answer(Question(tree=tree, first=40))
        scores = oracle.answer(tree, "all", {}).scores
        assert answer.total == len(scores)
        found = {core.entry(row).id: score for row, score in zip(answer.rows, answer.scores, strict=True)}
        assert found == {id_: pytest.approx(score, rel=1e-5) for id_, score in scores.items()}
    core.close()


@pytest.mark.parametrize(
    ("values", "total"),
    [
        ({"date_from": "0001", "date_to": "0001"}, 500),
        ({"date_from": "9999-12-31"}, 500),
        ({"date_to": "9999"}, 1500),
        ({"date_from": "0001-01-02", "date_to": "9999-12-30"}, 500),
        ({"q": "date:0001..9999"}, 1500),
        ({"q": "-date:0001..9999"}, 500),
        ({"q": "date:..0001-01-01 x"}, 500),
        ({"q": "date:2020-02-29"}, 500),
    ],
)
def test_the_first_and_the_last_year(engine: WhooshEngine, values: dict[str, str], total: int) -> None:
    page = engine.search(SearchRequest(**values, interval="day"))  # type: ignore[arg-type]
    assert page.total == total
    assert {item.value for item in page.facets["date"].items} <= {"0001-01-01", "2020-02-29", "9999-12-31"}


@pytest.mark.parametrize("date", ["0000", "10000", "2019-02-29", "0001-00", "-1", "２０２０"])
def test_dates_that_there_are_not(date: str) -> None:
    with pytest.raises(RequestError, match="is not a date; write 2020, 2020-01 or 2020-01-31"):
        SearchRequest(date_from=date)
    assert parse(f"date:{date}").notes


def test_an_empty_index_answers_everything(tmp_path: Path) -> None:
    core = Core(written(tmp_path, [[]]))
    leaves = (
        *(Everything(), Word("rain"), Phrase(("a", "b")), Phrase(("a", "b"), 3), Phrase(("a", "a"), 3), Prefix("r")),
        *(FieldFilter("speaker", ("x",)), FieldFilter("date", ("2020",)), FieldFilter("date", ("2019", "2021"))),
    )
    trees = [*leaves, *map(Not, leaves), *map(And, itertools.pairwise(leaves)), *map(Or, itertools.pairwise(leaves))]
    filters = ({}, {"speaker": ("x",)}, {"date": ("2020-01-01", "")}, {"kind": ("direct",), "date": ("", "")})
    for tree, within, chosen in itertools.product(trees, ("quote", "context", "all"), filters):
        answer = core.answer(
            Question(tree=tree, within=within, filters=chosen, facets=("speaker", "date"), min_confidence=0.5)
        )
        assert (answer.total, answer.speakers, answer.rows) == (0, 0, ())
        assert all((facet.items, facet.missing) == ([], 0) for facet in answer.facets.values())
    core.close()


# Too long.


def test_a_question_is_given_up_when_its_time_is_over(build: Path) -> None:
    core = Core(build, time_limit=0)
    for question in QUESTIONS:
        with pytest.raises(TimeLimitError, match="given up after 0 seconds, unanswered; ask for rarer words"):
            core.answer(question)
    core.close()


@pytest.fixture
def slow(tmp_path: Path) -> Iterator[Settings]:
    """A site that gives its questions no time."""
    yield a_collection(tmp_path, rows())[0]


def test_the_site_says_that_it_took_too_long(slow: Settings) -> None:
    app = create_app(slow)
    engine = app.extensions["saywho.library"].current()
    client = app.test_client()
    assert client.get("/api/v1/quotes?q=rain").status_code == 200
    engine.core.close()
    engine.core = Core(published(slow.builds), time_limit=0)
    response = client.get("/api/v1/quotes?q=rain&limit=3")
    problem = json.loads(response.data)
    assert (response.status_code, response.mimetype) == (503, "application/problem+json")
    assert int(response.headers["Retry-After"]) > 0
    assert "took too long" in problem["detail"]
    page = client.get("/search?q=rain&sort=oldest")
    assert (page.status_code, page.mimetype) == (503, "text/html")
    assert "took too long" in page.get_data(as_text=True)
    engine.close()


def test_the_command_says_that_it_took_too_long(
    slow: Settings, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr(Core.__init__, "__kwdefaults__", {"time_limit": 0})
    assert saywho.run(["search", "rain", "--data", str(slow.data)]) == 1
    assert "given up after 0 seconds" in capsys.readouterr().err
    shutil.rmtree(slow.data)
