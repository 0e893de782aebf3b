"""`saywho status`: what is there, and with --verify every thing that is wrong, a line each."""

import dataclasses
import json
import sqlite3
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest

import saywho
from index.archive import Archive
from index.article_store import FILE_NAME
from index.build import build
from index.manifest import MANIFEST, published, write_manifest
from index.settings import Settings
from index.status import look
from tests.making import EXTRACTOR, a_quotation, an_article

Run = Callable[..., tuple[int, str, str]]


@pytest.fixture
def settings(tmp_path: Path) -> Settings:
    """A build of two segments: ten articles, and one of them changed since, with a speaker who spoke there alone."""
    settings = Settings(data=tmp_path / "data")
    for numbers, day in ((range(10), "Rain"), (range(3, 4), "Snow")):
        with Archive(settings.archive, create=True) as archive:
            for number in numbers:
                text = f"{day} fell on town {number}. “{day} {number} is news,” Ada Brook said, and it’s café weather."
                article = an_article(f"a{number}", text, date=f"2020-01-{number + 1:02}" if number else None)
                speaker = (
                    "Tom Reed" if (number, day) == (3, "Rain") else ("Ada Brook", "Cy Dow", "Eve Dunn")[number % 3]
                )
                said = a_quotation(article, f"“{day} {number} is news,”", speaker)
                archive.put(article, [said], extractor=EXTRACTOR)
            archive.commit()
            build(settings, archive)
    return settings


@pytest.fixture
def run(settings: Settings, capsys: pytest.CaptureFixture[str]) -> Run:
    def call(*arguments: str) -> tuple[int, str, str]:
        return saywho.run([*arguments, "--data", str(settings.data)]), *capsys.readouterr()

    return call


def test_it_shows_segments_rows_deleted_rows_and_size(run: Run, settings: Settings) -> None:
    code, out, err = run("status")
    assert (code, err) == (0, "")
    assert "10 quotations" in out
    assert "2 segments, 11 rows, 1 of them deleted; " in out
    assert "10 rows, 1 deleted; " in out
    assert "1 row, 0 deleted; " in out
    assert " in 2 builds, what they share counted once" in out


def test_it_gives_the_same_as_json(run: Run, settings: Settings) -> None:
    row = json.loads(run("status", "--json")[1])
    assert (row["up_to_date"], row["faults"], row["builds"]) == (True, [], 2)
    assert [(one["rows"], one["deleted"]) for one in row["segments"]] == [(10, 1), (1, 0)]
    folder = published(settings.builds)
    stamps = ("manifest.json", "checked.json")
    assert row["build_bytes"] == sum(
        path.stat().st_size for path in folder.rglob("*") if path.is_file() and path.name not in stamps
    )
    assert row["builds_bytes"] > row["build_bytes"] > sum(one["bytes"] for one in row["segments"])


def test_a_file_that_builds_share_takes_its_place_once(settings: Settings) -> None:
    counted = look(settings).builds_bytes
    every = [path.stat() for path in settings.builds.glob("*/**/*") if path.is_file()]
    once = sum({state.st_ino: state.st_size for state in every}.values())
    assert abs(counted - once) < 1_000 < sum(state.st_size for state in every) - once  # notes of checks come and go


def test_a_sound_build_is_said_to_be(run: Run) -> None:
    code, out, err = run("status", "--verify")
    assert (code, err, "nothing is wrong" in out) == (0, "", True)


def test_verifying_tells_how_far_it_is(settings: Settings) -> None:
    told: list[int] = []
    look(settings, verify=True, progress=told.append)
    assert sum(told) == 10


def test_every_file_that_is_wrong_has_its_line(run: Run, settings: Settings) -> None:
    folder = published(settings.builds)
    flipped, *_, missing = sorted(folder.glob("whoosh/*/*.pack"))
    content = bytearray(flipped.read_bytes())
    content[100] ^= 1
    flipped.write_bytes(content)
    missing.unlink()
    (folder / FILE_NAME).write_bytes(b"")
    (folder / "whoosh" / "_MAIN_2.toc").write_bytes(b"")
    code, _, err = run("status", "--verify")
    assert code == 1
    assert err.splitlines() == [
        f"saywho: {folder / FILE_NAME}: is not the file that was built (damaged?)",
        f"saywho: {flipped}: is not the file that was built (damaged?)",
        f"saywho: {missing}: is missing",
        f"saywho: {folder / 'whoosh' / '_MAIN_2.toc'}: is no part of the build",
        "saywho: type: saywho rebuild",
    ]


def test_a_damaged_manifest_is_one_line(run: Run, settings: Settings) -> None:
    (published(settings.builds) / MANIFEST).write_bytes(b"{")
    for arguments in ([], ["--verify"]):
        code, _, err = run("status", *arguments)
        assert (code, err.count("\n"), "manifest.json: is damaged" in err) == (1, 1, True)


def change(pack: Path, array: str, place: int, value: float) -> None:
    """Gives one value of a packed array another one."""
    content = bytearray(pack.read_bytes())
    length = int.from_bytes(content[-24:-16], "little")
    dtype, count, start = json.loads(content[-24 - length : -24])[array]
    values = np.frombuffer(content, dtype, count, start)
    assert values[place] != np.array(value, dtype)
    values[place] = value
    # A build may share the file with another one.
    pack.unlink()
    pack.write_bytes(content)


def write_manifest_anew(folder: Path) -> None:
    """Makes the manifest say that the files as they are now are those that were built."""
    row = json.loads((folder / MANIFEST).read_bytes())
    write_manifest(folder, **{name: row[name] for name in row if name not in ("schema_version", "files")})


WRONG_ARRAYS = [
    ("data", "words.ends", 3, 0, "words.ends: does not lead from 0 to"),
    ("data", "words.ends", -1, 2**40, "words.ends: does not lead from 0 to"),
    ("data", "words.letters", 0, ord("z"), "words: are not in order"),
    ("data", "stem_of", 0, 10_000, "stem_of: has 10,000, and should stay below"),
    ("data", "quote_exact.post_at", 1, 2**33, "quote_exact.post_at: does not lead from 0 to"),
    ("data", "quote_exact.rows", 0, 11, "quote_exact.rows: has 11, and should stay below 10"),
    ("data", "context_exact.places", 0, 99_999, "context_exact.places: has 99,999, and should stay below"),
    ("data", "context_exact.text", 0, 77_777, "context_exact.text: has 77,777, and should stay below"),
    ("data", "context_exact.text", 0, 0, "context_exact.places: some are not where the text has their words"),
    ("data", "quote_exact.counts", 0, 9, "quote_exact.counts: add up to"),
    ("data", "quote_exact.lengths", 0, 9, "quote_exact.lengths: do not add up to"),
    ("data", "quote_exact.text_at", 2, 0, "quote_exact.text_at: does not lead from 0 to"),
    ("data", "speaker.rows", 0, 10, "speaker.rows: has 10, and should stay below 10"),
    ("data", "speaker.rows", 0, 9, "speaker.rows: is not in order"),
    ("data", "speaker.row_at", 1, 99, "speaker.row_at: does not lead from 0 to"),
    ("data", "speaker.codes", 0, 2, "speaker.codes: are not those of speaker.rows"),
    ("data", "id.rows", 0, 3, "is not found by its id"),
    ("data", "id.values.letters", 0, ord("z"), "id.values: are not in order"),
    ("data", "date", 1, 20210101, "date: is not in order"),
    ("data", "confidence", 1, 1.5, "confidence: is not always from 0 to 1"),
    ("data", "digest", 1, 0, "row 1: quotation "),
    ("data", "entries.data", 0, ord("x"), "row 0: its entry cannot be read"),
    ("data", "entries.ends", 1, 2**20, "entries.ends: does not lead"),
    ("weights", "quote.post_at", 1, 2**33, "quote.post_at: does not lead from 0 to"),
    ("weights", "all.rows", 0, 10, "all.rows: has 10, and should stay below 10"),
    ("weights", "quote_exact.weights", 0, 3.0, "quote_exact.weights: are not always from 0 to 2.2"),
    ("weights", "all.weights", 0, np.nan, "all.weights: are not always from 0 to 2.2"),
    ("columns", "date", 1, 20210101, "columns date: is not that of the segments"),
    ("columns", "confidence", 1, 0.5, "columns confidence: is not that of the segments"),
    ("columns", "speaker", 1, 77, "columns speaker: rows with one value have several codes, or none"),
    ("columns", "article", 1, 77, "columns article: some codes stand for nothing"),
    ("columns", "article", -1, 10, "columns article: several values have one code"),
    ("columns", "source", -1, 0, "columns source: rows with one value have several codes, or none"),
    ("columns", "kind", -1, 2, "columns kind: 'direct' has several codes"),
    ("columns", "speaker.counts", 1, 77, "columns speaker.counts: are not those of the rows"),
    ("columns", "speaker.sorted", 0, 77, "columns speaker.sorted: is not in order"),
    ("columns", "speaker.values.letters", 0, ord("z"), "columns speaker: code"),
    ("columns", "speaker.labels.ends", 1, 99, "columns speaker.labels.ends: does not lead"),
    ("columns", "speaker.word_codes", 0, 77, "columns speaker.word_codes: has 77, and should stay below 4"),
]


@pytest.mark.parametrize(("pack", "array", "place", "value", "line"), WRONG_ARRAYS)
def test_what_was_written_wrong_is_found_though_its_digest_is_right(
    settings: Settings, run: Run, pack: str, array: str, place: int, value: float, line: str
) -> None:
    folder = published(settings.builds)
    wide = next(one.name for one in look(settings).segments if one.rows == 10)
    where = folder / "columns" if pack == "columns" else folder / "whoosh" / wide
    change(where / f"{pack}.pack", array, place, value)
    write_manifest_anew(folder)
    code, _, err = run("status", "--verify")
    assert code == 1
    assert [said for said in err.splitlines() if line in said]
    assert "saywho: type: saywho rebuild" in err


def test_an_array_that_is_not_there_is_named(settings: Settings, run: Run) -> None:
    folder = published(settings.builds)
    path = next(folder.glob("whoosh/*/weights.pack"))
    content = path.read_bytes()
    path.unlink()
    path.write_bytes(content.replace(b'"all.rows"', b'"all.r0ws"'))
    write_manifest_anew(folder)
    code, _, err = run("status", "--verify")
    assert (code, "the array all.rows is missing" in err) == (1, True)


@pytest.mark.parametrize(
    ("change", "line"),
    [
        ("DELETE FROM articles WHERE id = 'a5'", "lacks 1 articles that have quotations, 'a5' for instance"),
        ("DELETE FROM articles WHERE id = 'a5'", "holds 9 articles and 10 quotations, and should hold 10 and 10"),
        ("DROP TABLE articles", "articles.sqlite: cannot be read (no such table: articles)"),
    ],
)
def test_articles_that_are_missing_are_noticed(settings: Settings, run: Run, change: str, line: str) -> None:
    folder = published(settings.builds)
    connection = sqlite3.connect(folder / FILE_NAME)
    connection.execute(change)
    connection.commit()
    connection.close()
    write_manifest_anew(folder)
    code, _, err = run("status", "--verify")
    assert (code, line in err) == (1, True)


def test_help_has_examples(run: Run) -> None:
    assert "saywho status --verify" in run("status", "--help")[1]


def test_what_is_known_is_plain_json(settings: Settings) -> None:
    assert json.loads(json.dumps(look(settings).to_json()))["build"] == json.loads(
        json.dumps(dataclasses.asdict(look(settings).build))  # type: ignore[arg-type]
    )
