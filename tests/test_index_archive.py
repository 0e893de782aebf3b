"""The archive keeps what was read, as it was read."""

import sqlite3
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from index.archive import Archive, Changes, file_of
from index.archive_tables import MIGRATIONS
from index.errors import ArchiveError, SchemaVersionError
from index.records import Article, Failure
from tests.making import EXTRACTOR, a_quotation, an_article


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "archive.sqlite"


@settings(max_examples=40, deadline=None, derandomize=True, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(text=st.text(st.characters(codec="utf-8"), min_size=1))
def test_text_comes_back_unaltered(tmp_path: Path, text: str) -> None:
    with Archive(tmp_path / "round.sqlite", create=True) as archive:
        archive.put(an_article(text=text), [], extractor=EXTRACTOR)
        assert archive.article("a1") == an_article(text=text)


def test_quotations_come_back_in_order(path: Path) -> None:
    article = an_article(text="“One,” she said. “Two,” she said.")
    quotations = [a_quotation(article, "“One,”", "Ada Brook"), a_quotation(article, "“Two,”")]
    with Archive(path, create=True) as archive:
        archive.put(article, quotations, extractor=EXTRACTOR)
        assert list(archive.articles()) == [(article, quotations)]


def test_articles_come_by_date_with_undated_ones_first(path: Path) -> None:
    dates = {"c": "2021-01-01", "a": None, "b": "2019-05-05", "d": "2019-05-05"}
    with Archive(path, create=True) as archive:
        for article_id, date in dates.items():
            archive.put(an_article(article_id, date=date), [], extractor=EXTRACTOR)
        assert [article.id for article, _ in archive.articles()] == ["a", "b", "d", "c"]
        assert archive.ids() == ["a", "b", "d", "c"]


def test_a_changed_article_replaces_its_quotations_and_the_earlier_text_stays(path: Path) -> None:
    old, new = an_article(), an_article(text="“Sun is news,” Ada Brook said.")
    with Archive(path, create=True) as archive:
        archive.put(old, [a_quotation(old, "“Rain is news,”")], extractor=EXTRACTOR)
        archive.put(new, [a_quotation(new, "“Sun is news,”")], extractor=EXTRACTOR)
        archive.commit()
        assert [found.text for _, quotations in archive.articles() for found in quotations] == ["“Sun is news,”"]
        assert archive.counts().earlier == 1
    with sqlite3.connect(path) as connection:
        assert connection.execute("SELECT text FROM earlier_articles").fetchall() == [(old.text,)]
    connection.close()


def test_what_was_not_committed_is_not_kept(path: Path) -> None:
    with Archive(path, create=True) as archive:
        archive.put(an_article("kept"), [], extractor=EXTRACTOR)
        archive.commit()
        archive.put(an_article("lost"), [], extractor=EXTRACTOR)
    with Archive(path) as archive:
        assert archive.ids() == ["kept"]


def test_every_article_put_counts_the_revision_up(path: Path) -> None:
    with Archive(path, create=True) as archive:
        before = archive.revision()
        archive.put(an_article(), [], extractor=EXTRACTOR)
        assert archive.revision() == before + 1


def test_what_has_changed_since_a_revision(path: Path) -> None:
    with Archive(path, create=True) as archive:
        for article_id, date in (("b", "2020-01-02"), ("a", "2020-01-03"), ("c", None), ("d", None)):
            archive.put(an_article(article_id, date=date), [], extractor=EXTRACTOR)
        assert archive.changed_since(0) == Changes(("c", "d", "b", "a"), ())
        then = archive.revision()
        assert archive.changed_since(then) == Changes((), ())
        assert archive.touch(["a", "nobody", "a"]) == 1
        assert (archive.revision(), archive.changed_since(then)) == (then + 1, Changes(("a",), ()))
        assert archive.touch(["nobody"]) == 0
        assert archive.remove("c")
        archive.put(an_article("d", date="2019-01-01"), [], extractor=EXTRACTOR)
        assert (archive.revision(), archive.changed_since(then)) == (then + 3, Changes(("d", "a"), ("c",)))
        assert archive.changed_since(then + 2) == Changes(("d",), ())


def test_a_removed_article_leaves_its_text_among_the_earlier_ones_and_may_come_back(path: Path) -> None:
    article = an_article()
    with Archive(path, create=True) as archive:
        archive.put(article, [a_quotation(article, "“Rain is news,”")], extractor=EXTRACTOR)
        assert archive.size() == (1, 1)
        assert (archive.remove("a1"), archive.remove("a1"), archive.remove("nobody")) == (True, False, False)
        assert (archive.size(), archive.article("a1"), archive.counts().earlier) == ((0, 0), None, 1)
        assert list(archive.articles()) == []
        archive.put(article, [], extractor=EXTRACTOR)
        assert archive.changed_since(1) == Changes(("a1",), ())
        archive.commit()
    with sqlite3.connect(path) as connection:
        assert connection.execute("SELECT id, text FROM earlier_articles").fetchall() == [("a1", article.text)]
    connection.close()


def test_quotations_are_counted_as_they_come_and_go(path: Path) -> None:
    article = an_article(text="“One,” she said. “Two,” she said.")
    found = [a_quotation(article, "“One,”"), a_quotation(article, "“Two,”")]
    with Archive(path, create=True) as archive:
        counts = []
        for quotations in (found, found[:1], [], found):
            archive.put(article, quotations, extractor=EXTRACTOR)
            counts.append(archive.counts().quotations)
        assert counts == [2, 1, 0, 2]


def test_a_build_is_known_to_the_archive_that_it_was_made_from(path: Path) -> None:
    with Archive(path, create=True) as archive:
        archive.note_build("b1", 7)
        assert [archive.has_made(*one) for one in (("b1", 7), ("b1", 8), ("b2", 7))] == [True, False, False]
        for number in range(2, 40):
            archive.note_build(f"b{number:02}", number)
        assert (archive.has_made("b39", 39), archive.has_made("b02", 2)) == (True, False)


def test_chosen_articles_come_in_the_order_given(path: Path) -> None:
    article = an_article("b")
    quotation = a_quotation(article, "“Rain is news,”", "\ud800 Brook")
    with Archive(path, create=True) as archive:
        for one, found in ((an_article("a"), []), (article, [quotation])):
            archive.put(one, found, extractor=EXTRACTOR)
        assert list(archive.articles(["b", "nobody", "a"])) == [(article, [quotation]), (an_article("a"), [])]
        assert list(archive.all_quotations()) == [("a", "2020-03-04", []), ("b", "2020-03-04", [quotation])]


def test_an_archive_of_the_first_version_is_taken_on(path: Path) -> None:
    connection = sqlite3.connect(path)
    connection.executescript(f"BEGIN; {MIGRATIONS[0]} PRAGMA user_version=1; COMMIT;")
    connection.execute("INSERT INTO articles VALUES ('a1', '', NULL, '{}', '', '', 'x')")
    connection.execute("INSERT INTO quotations VALUES ('a1', 0, '{}')")
    connection.execute("UPDATE revision SET number = 5")
    connection.commit()
    connection.close()
    with Archive(path) as archive:
        assert (archive.size(), archive.revision()) == ((1, 1), 5)
        assert (archive.changed_since(4), archive.changed_since(5)) == (Changes(("a1",), ()), Changes((), ()))
        assert not archive.has_made("any", 5)


def test_failures_are_kept_by_file_and_forgotten_by_file(path: Path) -> None:
    rows = [
        Failure(origin="a.jsonl:10", reason="broken"),
        Failure(origin="a.jsonl:9", reason="broken"),
        Failure(origin="b.txt", reason="empty", article_id="b"),
    ]
    with Archive(path, create=True) as archive:
        for failure in rows:
            archive.add_failure(failure, source=file_of(failure.origin), reading={"format": "auto"})
        assert [failure.origin for failure in archive.failures()] == ["a.jsonl:9", "a.jsonl:10", "b.txt"]
        assert archive.failed_sources() == [("a.jsonl", {"format": "auto"}), ("b.txt", {"format": "auto"})]
        archive.forget_failures("a.jsonl")
        assert archive.failures() == [rows[2]]


def test_quotations_need_their_article(path: Path) -> None:
    with Archive(path, create=True):
        pass
    connection = sqlite3.connect(path)
    connection.execute("PRAGMA foreign_keys=ON")
    with pytest.raises(sqlite3.IntegrityError):
        connection.execute("INSERT INTO quotations VALUES ('nobody', 0, '{}')")
    connection.close()


def test_an_archive_that_is_not_there_says_what_to_do(path: Path) -> None:
    with pytest.raises(ArchiveError, match="archive.sqlite: there is no archive; type: saywho index"):
        Archive(path)


def test_a_file_that_is_no_archive_is_named(path: Path) -> None:
    path.write_bytes(b"not a database at all, but long enough to be looked at" * 20)
    with pytest.raises(ArchiveError, match="archive.sqlite: cannot be used as an archive"):
        Archive(path)


def test_an_archive_of_a_newer_version_is_left_alone(path: Path) -> None:
    with Archive(path, create=True):
        pass
    connection = sqlite3.connect(path)
    connection.execute("PRAGMA user_version=99")
    connection.close()
    with pytest.raises(SchemaVersionError, match="version 99"):
        Archive(path)


@pytest.mark.parametrize(
    ("origin", "file"),
    [("a.jsonl:7", "a.jsonl"), ("a.txt", "a.txt"), ("odd:name.txt", "odd:name.txt"), ("x:1:22", "x:1")],
)
def test_file_of_an_origin(origin: str, file: str) -> None:
    assert file_of(origin) == file


def test_content_hash_leaves_out_where_it_was_found() -> None:
    here, there = an_article(origin="a.txt"), an_article(origin="b.txt")
    assert here.content_hash == there.content_hash
    assert here.content_hash != Article(id="a1", text=here.text).content_hash
