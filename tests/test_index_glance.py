"""A look at the archive from outside: what is in it, why articles were set aside, and that nothing is written."""

import sqlite3
from pathlib import Path

import pytest

from index.archive import Archive
from index.glance import CAUSES, KEPT, WORDS, Looker, cause_of, glance
from index.records import Failure
from tests.making import a_collection
from tests.site_rows import rows


@pytest.mark.parametrize(
    ("reason", "cause"),
    [
        ("has the id 'date', as a.txt has, but another text; give one of them another id", "same_id"),
        ("the extractor failed on it (ValueError: no text); please report this with the article", "program"),
        ("its reader failed on it (KeyError: 'x'); leave it out", "program"),
        ("its page https://x.example/: the server has no such page (404)", "not_fetched"),
        ("the server cannot be reached (timed out); try again later", "not_fetched"),
        (
            "the line is longer than 5 MB, too long for an article; leave it out",
            "too_large",
        ),
        ("is neither UTF-8 (byte 3) nor Windows-1252; say what it is with --encoding", "encoding"),
        ("is a binary file, not text; leave it out", "encoding"),
        ("has no article's text that stands out from the page; if it has one, save the text alone", "no_text"),
        ("is empty; there is no article to read", "no_text"),
        ("has header lines, but no text after them", "no_text"),
        ("has no column 'broken' for the text; it has a, b", "columns"),
        ("has 3 cells, but there are 4 columns; is the row cut short?", "columns"),
        ("broken JSON (Expecting value at column 3); mend or remove the line", "damaged"),
        ("is a zip file that is damaged or cut short (x); copy it again", "damaged"),
        ("Permission denied", "unreadable"),
        ("nobody knows", "other"),
        ("", "other"),
    ],
)
def test_causes(reason: str, cause: str) -> None:
    assert cause_of(reason) == cause
    assert cause in WORDS


@pytest.fixture
def path(tmp_path: Path) -> Path:
    settings, _ = a_collection(tmp_path, rows())
    with Archive(settings.archive) as archive:
        archive.add_failure(Failure(origin="a:1", reason="is empty"), source="a", reading={})
        archive.commit()
    return settings.archive


def test_it_counts_as_the_archive_does(path: Path) -> None:
    with Archive(path) as archive:
        counts = archive.counts()
    found = glance(path)
    assert found is not None
    assert (found.counts, found.set_aside) == (counts, {"no_text": 1})


def test_it_looks_while_somebody_writes(path: Path) -> None:
    with Archive(path) as archive:
        archive.add_failure(Failure(origin="b:1", reason="is empty"), source="b", reading={})
        found = glance(path)
        assert found is not None
        assert found.counts.failures == 1  # what is not committed is not there
        archive.commit()
        after = glance(path)
    assert after is not None
    assert after.counts.failures == 2


def test_it_leaves_everything_as_it_was(path: Path) -> None:
    before = path.read_bytes()
    glance(path)
    assert path.read_bytes() == before


@pytest.mark.parametrize("content", [None, b"", b"no database", b"SQLite format 3\0" + b"x" * 200])
def test_what_is_no_archive_is_nothing(tmp_path: Path, content: bytes | None) -> None:
    path = tmp_path / "archive.sqlite"
    if content is not None:
        path.write_bytes(content)
    assert glance(path) is None


def test_another_database_is_nothing(tmp_path: Path) -> None:
    path = tmp_path / "archive.sqlite"
    connection = sqlite3.connect(path)
    connection.execute("CREATE TABLE articles (id)")
    connection.close()
    assert glance(path) is None


def test_a_look_is_used_again_for_a_while(path: Path) -> None:
    now = 0.0
    looker = Looker(path, clock=lambda: now)
    first = looker.look()
    with Archive(path) as archive:
        archive.add_failure(Failure(origin="c:1", reason="is empty"), source="c", reading={})
        archive.commit()
    now = KEPT - 1
    assert looker.look() is first
    now = KEPT
    later = looker.look()
    assert later is not None
    assert later.counts.failures == 2


def test_every_cause_has_words() -> None:
    assert len(WORDS) == len(CAUSES)
