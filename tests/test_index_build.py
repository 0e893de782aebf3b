"""A build is published whole or not at all."""

import contextlib
import errno
import os
import threading
from pathlib import Path

import pytest

from index import build as builds
from index import whoosh_codec
from index.archive import Archive
from index.article_store import FILE_NAME, ArticleStore
from index.build import build, prune, up_to_date
from index.entries import make_entries
from index.errors import BuildError, LockHeldError, UsageError
from index.lock import holder, write_lock
from index.manifest import check, publish, published
from index.records import Article, Entry, Quotation, Rival
from index.settings import Settings
from index.settlement import Settlement
from tests.making import EXTRACTOR, a_collection, a_quotation, an_article

TEXT = "It rained.\n\n“Rain is news,” Ada Brook said. “Sun is not,” she added, and left the quiet town."


def rows() -> list[tuple[Article, list[Quotation]]]:
    first, second = an_article("a1", TEXT), an_article("a2", TEXT, date=None, source=None)
    return [
        (first, [a_quotation(first, "“Rain is news,”", "Ada Brook"), a_quotation(first, "“Sun is not,”")]),
        (second, [a_quotation(second, "“Rain is news,”", "a resident", "unnamed")]),
    ]


@pytest.fixture
def settings(tmp_path: Path) -> Settings:
    return a_collection(tmp_path / "data", rows())[0]


def test_a_build_holds_what_the_archive_holds(settings: Settings) -> None:
    manifest = check(published(settings.builds))
    assert (manifest.articles, manifest.quotations, manifest.extractor) == (2, 3, EXTRACTOR)


def test_a_build_carries_its_articles(settings: Settings) -> None:
    store = ArticleStore(published(settings.builds) / FILE_NAME)
    try:
        assert (store.get("a1"), store.get("nobody")) == (an_article("a1", TEXT), None)
    finally:
        store.close()


def entries(settings: Settings) -> list[Entry]:
    with Archive(settings.archive) as archive:
        return list(make_entries(archive, Settlement(archive)))


def test_entries_come_undated_first(settings: Settings) -> None:
    assert [entry.date for entry in entries(settings)] == [None, "2020-03-04", "2020-03-04"]


def test_an_entry_lies_between_the_words_around_it(settings: Settings) -> None:
    for entry in entries(settings):
        assert entry.before + entry.exact + entry.after == TEXT


def test_long_context_is_cut_between_words(tmp_path: Path) -> None:
    article = an_article(text="word " * 200 + "“Rain is news,” " + "other " * 200)
    settings, _ = a_collection(tmp_path, [(article, [a_quotation(article, "“Rain is news,”")])])
    entry = entries(settings)[0]
    assert set(entry.before.split()) == {"word"}
    assert set(entry.after.split()) == {"other"}
    assert 290 <= len(entry.before) <= 300
    assert 290 <= len(entry.after) <= 300


def test_speakers_have_ids_and_the_unnamed_have_none(settings: Settings) -> None:
    found = {(entry.status, entry.speaker, entry.speaker_id) for entry in entries(settings)}
    assert found == {
        ("unnamed", "a resident", None),
        ("resolved", "Ada Brook", "ada-brook"),
        ("unknown", None, None),
    }


def test_the_same_words_of_two_people_are_disputed(tmp_path: Path) -> None:
    text = "“Rain is the only news here, and the harbour knows it,” {} said in the {} paper."
    words = "“Rain is the only news here, and the harbour knows it,”"
    rows = []
    for name, outlet in (("Ada Brook", "Morning"), ("Tom Reed", "Evening")):
        article = an_article(name, text.format(name, outlet), source=outlet)
        quotation = a_quotation(article, words, name, candidates=(("Cy Dow", 0.2), (name, 0.8)))
        rows.append((article, [quotation]))
    settings, _ = a_collection(tmp_path, rows)
    found = [(entry.speaker, entry.status, entry.rivals, entry.candidates) for entry in entries(settings)]
    assert found == [
        (
            "Ada Brook",
            "disputed",
            (Rival(id="tom-reed", name="Tom Reed", articles=1),),
            (("Cy Dow", 0.2), ("Ada Brook", 0.8)),
        ),
        (
            "Tom Reed",
            "disputed",
            (Rival(id="ada-brook", name="Ada Brook", articles=1),),
            (("Cy Dow", 0.2), ("Tom Reed", 0.8)),
        ),
    ]


def test_an_archive_that_has_grown_is_ahead_of_its_build(settings: Settings) -> None:
    with Archive(settings.archive) as archive:
        assert up_to_date(settings, archive)
        archive.put(an_article("a3"), [], extractor=EXTRACTOR)
        assert not up_to_date(settings, archive)


def test_an_empty_archive_can_be_published(tmp_path: Path) -> None:
    settings, manifest = a_collection(tmp_path, [])
    assert (manifest.articles, manifest.quotations) == (0, 0)
    assert published(settings.builds).name == manifest.id


@pytest.mark.parametrize("code", [errno.ENOSPC, errno.EDQUOT, errno.EACCES])
def test_what_was_published_stands_when_a_build_cannot_be_written(
    settings: Settings, monkeypatch: pytest.MonkeyPatch, code: int
) -> None:
    before = published(settings.builds)

    def no_room(*_: object, **__: object) -> int:
        raise OSError(code, "it cannot be written")

    monkeypatch.setattr(builds, "write_articles", no_room)
    with Archive(settings.archive) as archive, pytest.raises(BuildError, match="published before still stands"):
        build(settings, archive, whole=True)
    assert check(published(settings.builds)).id == before.name
    assert [path.name for path in settings.builds.iterdir() if path.is_dir()] == [before.name]


def test_a_build_that_lost_an_entry_is_not_published(settings: Settings, monkeypatch: pytest.MonkeyPatch) -> None:
    before = published(settings.builds)
    whole = builds.make_entries
    monkeypatch.setattr(builds, "make_entries", lambda *given: list(whole(*given))[:-1])
    with Archive(settings.archive) as archive, pytest.raises(BuildError, match="2 quotations, the archive 2 and 3"):
        build(settings, archive, whole=True)
    assert published(settings.builds) == before


def test_a_build_that_does_not_find_its_words_is_not_published(
    settings: Settings, monkeypatch: pytest.MonkeyPatch
) -> None:
    before = published(settings.builds)
    monkeypatch.setattr(whoosh_codec, "finds", lambda reader, entry: False)
    with Archive(settings.archive) as archive, pytest.raises(BuildError, match="by its own words"):
        build(settings, archive)
    assert published(settings.builds) == before


def test_the_self_check_sees_an_entry_that_is_not_there(settings: Settings) -> None:
    stranger = an_article("a9", "“Snow,” he said.")
    folder = published(settings.builds)
    known = entries(settings)[0]
    other = a_collection(settings.data / "other", [(stranger, [a_quotation(stranger, "“Snow,”")])])[0]
    with contextlib.closing(whoosh_codec.Reader(folder)) as reader:
        assert whoosh_codec.finds(reader, known)
        assert not whoosh_codec.finds(reader, entries(other)[0])


def test_leftovers_of_a_killed_run_are_removed(settings: Settings) -> None:
    leftover = settings.builds / ".making-20200101T000000000000Z-00000000"
    leftover.mkdir()
    with Archive(settings.archive) as archive:
        build(settings, archive)
    assert not leftover.exists()


def test_the_oldest_builds_are_pruned_and_never_the_published_one(settings: Settings) -> None:
    with Archive(settings.archive) as archive:
        made = [build(settings, archive).id for _ in range(4)]

    def there() -> list[str]:
        return sorted(path.name for path in settings.builds.iterdir() if path.is_dir())

    assert there() == made[-builds.KEPT :]
    publish(settings.builds, made[1])
    prune(settings.builds, keep=1)
    assert there() == [made[1], made[-1]]


def test_a_second_writer_is_told_who_holds_the_lock(tmp_path: Path) -> None:
    told = rf"another run \(process {os.getpid()} on \S+ since 20\S+: .*pytest.*\) is writing here; wait for it"
    with write_lock(tmp_path), pytest.raises(LockHeldError, match=told), write_lock(tmp_path):
        pass
    assert holder(tmp_path) is None


def test_a_second_writer_may_wait(tmp_path: Path) -> None:
    told: list[str] = []
    first = write_lock(tmp_path)
    first.__enter__()
    threading.Timer(0.5, lambda: first.__exit__(None, None, None)).start()
    with write_lock(tmp_path, wait=30, waiting=told.append):
        assert "waiting up to 30 seconds" in told[0]


def test_it_does_not_wait_for_ever(tmp_path: Path) -> None:
    told = pytest.raises(LockHeldError, match=r"is writing here \(waited 0 seconds\)")
    with write_lock(tmp_path), told, write_lock(tmp_path, wait=0.2):
        pass


def test_the_lock_is_free_again_afterwards(tmp_path: Path) -> None:
    with write_lock(tmp_path):
        pass
    with write_lock(tmp_path):
        pass


def test_a_data_folder_that_cannot_be_made_is_named(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    with pytest.raises(UsageError, match="file/data: cannot be written to"), write_lock(tmp_path / "file" / "data"):
        pass
