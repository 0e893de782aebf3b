"""A build goes on from the one before: what it shares, what a killed run or a full disk leaves, who still reads."""

import builtins
import contextlib
import dataclasses
import errno
import io
import json
import os
import random
import re
import resource
import shutil
import signal
import sqlite3
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterable, Iterator
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from index import copies
from index import manifest as manifests
from index.archive import Archive
from index.article_store import FILE_NAME, ArticleStore
from index.build import KEPT, build, prune, remove_leftovers, up_to_date
from index.entries import make_entries
from index.errors import BuildError
from index.extract import pipeline
from index.intake import index_sources, rebuild
from index.manifest import MANIFEST, Manifest, check, publish, published, read_manifest
from index.records import Article, Entry, Quotation
from index.settings import Settings
from index.settlement import Settlement
from index.status import look
from index.whoosh_codec import Reader
from index.whoosh_codec.arrays import blank, save
from search.library import Library
from search.request import SearchRequest
from tests.conftest import ROOT
from tests.making import EXTRACTOR, a_quotation, an_article

STRIDE = int(os.environ.get("SAYWHO_STRIDE", "67"))
"""Of the steps within a hidden folder, which are much alike, every so manieth is tried; 1 tries all (minutes)."""
CHANGES = ("mkdir", "rename", "replace", "link", "unlink", "remove", "rmdir", "fsync")
"""What `os` does to files."""


_WORDS = (
    "harbour lantern copper violin meadow thunder glacier orchard velvet compass walnut ferry chimney saffron tunnel "
    "parrot marble pepper kettle anchor willow magnet puzzle ribbon canyon pigeon barley turbine sandal cactus"
)


def shared_by(number: int) -> str:
    """Words that an article and its neighbour alone have."""
    return " ".join(random.Random(number // 2).sample(_WORDS.split(), 9))


def told(number: int, *, day: str = "Rain", who: str = "Ada Brook") -> tuple[Article, list[Quotation]]:
    """An article with a quotation of its own and one that its neighbour has too."""
    shared = f"“{shared_by(number)},”"
    text = f"“{day} number {number} is news,” {who} said. {shared} she added, and left the quiet town.\n"
    article = an_article(f"a{number:03}", text * 3, date=f"2020-{number % 12 + 1:02}-{number % 28 + 1:02}")
    own = f"“{day} number {number} is news,”"
    return article, [a_quotation(article, own, who), a_quotation(article, shared, who)]


def take_in(settings: Settings, rows: Iterable[tuple[Article, list[Quotation]]]) -> None:
    with Archive(settings.archive, create=True) as archive:
        for article, quotations in rows:
            archive.put(article, quotations, extractor=EXTRACTOR)
        archive.commit()


def go_on(settings: Settings, **options: Any) -> Manifest:
    with Archive(settings.archive) as archive:
        return build(settings, archive, **options)


@pytest.fixture(autouse=True)
def unconfirmed(monkeypatch: pytest.MonkeyPatch) -> None:
    """Disks take longer to confirm than all the rest takes, and only a power cut would show the difference."""
    monkeypatch.setattr(os, "fsync", lambda descriptor: None)


@pytest.fixture
def settings(tmp_path: Path) -> Settings:
    """Two builds: one of 20 articles, and one that goes on from it with two more and a change; and more to come.

    The next build shares the first one's segment and writes the small one anew, with three articles more.
    """
    settings = Settings(data=tmp_path / "data")
    take_in(settings, map(told, range(20)))
    go_on(settings)
    take_in(settings, [*map(told, (20, 21)), told(3, day="Snow")])
    go_on(settings)
    take_in(settings, [*map(told, (22, 23)), told(4, day="Hail")])
    return settings


def living(settings: Settings) -> list[Entry]:
    """What the published build holds."""
    with contextlib.closing(Reader(published(settings.builds))) as reader:
        rows = [
            part.base + row
            for part in reader.parts
            for row in range(part.segment.rows)
            if part.live is None or part.live[row]
        ]
        return sorted((reader.entry(row) for row in rows), key=lambda entry: entry.id)


def archived(settings: Settings) -> list[Entry]:
    """What a build of the archive should hold."""
    with Archive(settings.archive) as archive:
        return sorted(make_entries(archive, Settlement(archive)), key=lambda entry: entry.id)


def stored(settings: Settings) -> list[Article]:
    """The articles that the published build holds."""
    with contextlib.closing(ArticleStore(published(settings.builds) / FILE_NAME)) as store:
        assert len(store) == len(store.ids())
        return sorted((article for one in store.ids() if (article := store.get(one))), key=lambda one: one.id)


def articles(settings: Settings) -> list[Article]:
    """The articles that the archive holds, each with the one that it is a copy of."""
    with Archive(settings.archive) as archive:
        found = ((one, copies.original_of(archive.connection, one.id)) for one in archive.articles_alone())
        return sorted((dataclasses.replace(one, near_duplicate_of=of) for one, of in found), key=lambda one: one.id)


def files(folder: Path) -> dict[str, bytes]:
    """The files below a folder, but notes on what has been checked."""
    found = (path for path in folder.rglob("*") if path.is_file() and "checked.json" not in path.name)
    return {str(path.relative_to(folder)): path.read_bytes() for path in found}


def folders(settings: Settings) -> list[str]:
    return sorted(path.name for path in settings.builds.iterdir() if path.is_dir())


# What is shared


def test_what_has_not_changed_is_shared(settings: Settings) -> None:
    before = published(settings.builds)
    after = settings.builds / go_on(settings).id
    shared = [name for name in files(after) if (before / name).is_file() and (after / name).samefile(before / name)]
    assert any(name.endswith("data.pack") for name in shared)
    assert len(look(settings).segments) == 2


def test_going_on_gives_what_a_whole_build_gives(settings: Settings) -> None:
    go_on(settings)
    requests = [
        SearchRequest(q=q, within=within) for q in ("rain", "snow OR hail", '"is news"') for within in ("quote", "all")
    ]
    library = Library(settings)
    grown = [library.search(request) for request in requests]
    go_on(settings, whole=True)
    for request, page in zip(requests, grown, strict=True):
        anew = library.search(request)
        assert (page.total, page.facets) == (anew.total, anew.facets)
        assert [hit.id for hit in page.results] == [hit.id for hit in anew.results]
    library.close()


def test_a_whole_build_shares_nothing(settings: Settings) -> None:
    before = published(settings.builds)
    after = settings.builds / go_on(settings, whole=True).id
    assert not any((before / name).is_file() and (after / name).samefile(before / name) for name in files(after))
    assert living(settings) == archived(settings)


@pytest.mark.parametrize("seed", range(2))
def test_many_runs_hold_what_the_archive_holds(tmp_path: Path, seed: int) -> None:
    settings, chance = Settings(data=tmp_path), random.Random(seed)
    take_in(settings, map(told, range(12)))
    for _ in range(9):
        chosen = chance.sample(range(40), chance.choice([0, 1, 1, 2, 12]))
        day, who = chance.choice(["Rain", "Snow", "Hail"]), chance.choice(["Ada Brook", "ADA BROOK", "Tom Reed"])
        take_in(settings, [told(number, day=day, who=who) for number in chosen])
        with Archive(settings.archive) as archive:
            for number in chance.sample(range(40), chance.choice([0, 1, 5])):
                archive.remove(f"a{number:03}")
            archive.touch(f"a{number:03}" for number in chance.sample(range(40), chance.choice([0, 0, 3])))
            archive.commit()
        go_on(settings, note=pytest.fail)
        assert (living(settings), stored(settings)) == (archived(settings), articles(settings))
        status = look(settings, verify=True)
        assert (status.faults, status.behind, len(status.segments) <= 3) == ((), False, True)


def told_alone(number: int) -> tuple[Article, list[Quotation]]:
    """An article whose quotation nobody else has."""
    article = an_article(f"b{number:03}", f"“Snow number {number} is all there is,” Eve Dunn said.", date="2020-05-05")
    return article, [a_quotation(article, f"“Snow number {number} is all there is,”", "Eve Dunn")]


def made_anew(settings: Settings, monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """The ids of the articles whose entries the next build makes, before it checks itself."""
    from index import build as builds

    asked: list[list[str]] = []
    real = builds.make_entries

    def watched(archive: Archive, settled: Settlement, article_ids: Iterable[str] | None = None) -> Iterator[Entry]:
        given = list(article_ids) if article_ids is not None else archive.ids()
        asked.append(given)
        return real(archive, settled, given)

    monkeypatch.setattr(builds, "make_entries", watched)
    go_on(settings)
    monkeypatch.undo()
    return asked[0]


def test_only_changed_articles_are_made_anew(settings: Settings, monkeypatch: pytest.MonkeyPatch) -> None:
    go_on(settings)
    take_in(settings, [told_alone(1), told_alone(2)])
    assert made_anew(settings, monkeypatch) == ["b001", "b002"]
    take_in(settings, [told_alone(2)])
    with Archive(settings.archive) as archive:
        archive.remove("b001")
        archive.touch(["a005"])
        archive.commit()
    assert sorted(made_anew(settings, monkeypatch)) == ["a005", "b002"]
    assert (living(settings), stored(settings)) == (archived(settings), articles(settings))


def test_articles_that_others_change_are_made_anew(settings: Settings, monkeypatch: pytest.MonkeyPatch) -> None:
    go_on(settings)
    # Its neighbour, 25, is new: with it the words that both have are in two articles.
    take_in(settings, [told(24)])
    assert made_anew(settings, monkeypatch) == ["a024"]
    take_in(settings, [told(25)])
    assert sorted(made_anew(settings, monkeypatch)) == ["a024", "a025"]
    assert living(settings) == archived(settings)


@pytest.mark.parametrize("lost", ["the archive's note of it", "the archive, for an earlier copy"])
def test_a_build_that_the_archive_does_not_know_is_compared_whole(
    settings: Settings, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, lost: str
) -> None:
    with sqlite3.connect(settings.archive) as source, sqlite3.connect(tmp_path / "copy.sqlite") as copy:
        source.backup(copy)
    source.close()
    copy.close()
    go_on(settings)
    if lost == "the archive, for an earlier copy":
        for path in settings.data.glob("archive.sqlite*"):
            path.unlink()
        shutil.move(tmp_path / "copy.sqlite", settings.archive)
        take_in(settings, map(told_alone, range(9)))
    else:
        with sqlite3.connect(settings.archive) as connection:
            connection.execute("DELETE FROM published")
        connection.close()
    assert "a005" in made_anew(settings, monkeypatch)
    assert (living(settings), stored(settings)) == (archived(settings), articles(settings))
    assert look(settings, verify=True).faults == ()


def test_articles_of_earlier_builds_are_shared(settings: Settings) -> None:
    before = published(settings.builds)
    after = settings.builds / go_on(settings).id
    assert (after / FILE_NAME).samefile(before / FILE_NAME)
    assert stored(settings) == articles(settings)


def test_an_entry_that_was_taken_over_and_is_no_longer_right_is_noticed(settings: Settings) -> None:
    go_on(settings)
    with sqlite3.connect(settings.archive) as connection:
        # A change that nobody has told the archive of.
        connection.execute("UPDATE quotations SET record = replace(record, 'direct', 'indirect')")
    connection.close()
    take_in(settings, [told_alone(1)])
    notes: list[str] = []
    go_on(settings, note=notes.append)
    assert "does not find quotation" in notes[0]
    assert living(settings) == archived(settings)


def test_quotations_that_go_are_no_longer_found(settings: Settings) -> None:
    article, _ = told(5)
    take_in(settings, [(article, [])])
    go_on(settings)
    assert living(settings) == archived(settings)
    assert look(settings, verify=True).faults == ()


def test_the_same_words_in_the_same_place_are_one_quotation(
    settings: Settings, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "a.txt").write_text(told(50)[0].text, encoding="utf-8")

    def twice(article: Article) -> list[Quotation]:
        return [a_quotation(article, "“Rain number 50 is news,”", "Ada Brook")] * 2

    monkeypatch.setattr(pipeline, "extract", twice)
    report = index_sources(settings, [str(tmp_path / "a.txt")])
    assert (report.quotations, report.notes, living(settings)) == (1, [], archived(settings))


def test_everything_may_go(settings: Settings) -> None:
    take_in(settings, [(told(number)[0], []) for number in range(24)])
    assert go_on(settings).quotations == 0
    take_in(settings, [told(1)])
    assert go_on(settings).quotations == 2
    assert living(settings) == archived(settings)


def test_shared_files_are_not_hashed_again(settings: Settings, monkeypatch: pytest.MonkeyPatch) -> None:
    hashed: list[Path] = []
    real = manifests._digest
    check(published(settings.builds))
    monkeypatch.setattr(manifests, "_digest", lambda path: hashed.append(path) or real(path))
    before, made = published(settings.builds), go_on(settings)
    shared = [name for name in made.files if (before / name).exists() and name.endswith("data.pack")]
    assert shared
    assert not [path for path in hashed if str(path).endswith(tuple(shared)) and ".making-" in str(path)]
    monkeypatch.undo()
    assert manifests.faults(settings.builds / made.id, made) == []


def test_without_hard_links_files_are_copied(settings: Settings, monkeypatch: pytest.MonkeyPatch) -> None:
    def refused(*_: object, **__: object) -> None:
        raise OSError(errno.EPERM, "no links here")

    monkeypatch.setattr(os, "link", refused)
    before, made = published(settings.builds), go_on(settings)
    assert any((before / name).is_file() and name.endswith("data.pack") for name in made.files)
    assert not any((settings.builds / made.id / name).stat().st_nlink > 1 for name in made.files)
    assert (look(settings, verify=True).faults, living(settings)) == ((), archived(settings))


def test_what_is_shared_outlives_the_build_it_came_from(settings: Settings) -> None:
    first = folders(settings)[0]
    for number in range(30, 30 + KEPT):
        take_in(settings, [told(number)])
        go_on(settings)
    assert (len(folders(settings)), first in folders(settings)) == (KEPT, False)
    assert (look(settings, verify=True).faults, living(settings)) == ((), archived(settings))


def test_pruning_does_not_make_files_look_changed(settings: Settings, monkeypatch: pytest.MonkeyPatch) -> None:
    go_on(settings)
    for folder in map(settings.builds.joinpath, folders(settings)):
        for name in read_manifest(folder).files:
            os.utime(folder / name, (1_600_000_000, 1_600_000_000))
    monkeypatch.setattr(manifests, "_ALWAYS_HASHED", 0)
    check(published(settings.builds))
    prune(settings.builds, keep=1)
    monkeypatch.setattr(manifests, "_digest", lambda path: pytest.fail(f"{path} was hashed again"))
    check(published(settings.builds))


# From what cannot be gone on


def test_a_damaged_build_is_replaced_by_a_whole_one(settings: Settings) -> None:
    path = next(published(settings.builds).glob("whoosh/*/weights.pack"))
    path.write_bytes(path.read_bytes()[:-1])
    notes: list[str] = []
    go_on(settings, note=notes.append)
    assert len(notes) == 1
    assert "weights.pack: is not the file that was built (damaged?); the index was written whole" in notes[0]
    assert (look(settings, verify=True).faults, living(settings)) == ((), archived(settings))


def test_an_index_that_lies_is_replaced_by_a_whole_one(settings: Settings, monkeypatch: pytest.MonkeyPatch) -> None:
    from index import build as builds

    real = builds.whoosh_codec.write

    def loses_one(folder: Path, entries: Iterator[Entry], *, previous: Path | None, **options: Any) -> int:
        kept = list(entries)
        return real(folder, kept[1:] if previous else kept, previous=previous, **options)

    monkeypatch.setattr(builds.whoosh_codec, "write", loses_one)
    notes: list[str] = []
    go_on(settings, note=notes.append)
    assert len(notes) == 1
    assert "could not be gone on from (the new build holds 24 articles and 47 quotations" in notes[0]
    assert living(settings) == archived(settings)
    assert not list(settings.builds.glob(".making-*"))


@pytest.mark.parametrize("version", [1, 99])
@pytest.mark.parametrize("command", ["index", "rebuild"])
def test_an_index_of_another_version_is_moved_over(
    tmp_path: Path, settings: Settings, version: int, command: str
) -> None:
    path = published(settings.builds) / MANIFEST
    path.write_text(json.dumps({**json.loads(path.read_bytes()), "schema_version": version}))
    (tmp_path / "a.txt").write_text(told(50)[0].text, encoding="utf-8")
    notes = (
        rebuild(settings).notes if command == "rebuild" else index_sources(settings, [str(tmp_path / "a.txt")]).notes
    )
    assert len(notes) == 1
    assert f"this build has schema version {version}" in notes[0]
    assert "the index was moved over to version" in notes[0]
    assert look(settings, verify=True).faults == ()


def test_the_first_build_and_going_on_need_no_word(tmp_path: Path) -> None:
    settings, notes = Settings(data=tmp_path), list[str]()
    for number in range(2):
        take_in(settings, [told(number)])
        go_on(settings, note=notes.append)
    rebuild(settings)
    assert notes == []


# Killed


@contextlib.contextmanager
def every_step(at: Callable[[int, str], None]) -> Iterator[None]:
    """Calls `at` with number and path before each change that is made to a file or folder by way of Python."""
    number, busy = 0, False

    def step(path: object) -> None:
        nonlocal number, busy
        if not busy:
            number += 1
            busy = True
            try:
                at(number, str(Path(f"/proc/self/fd/{path}").readlink() if isinstance(path, int) else path))
            finally:
                busy = False

    def stepping(real: Callable[..., Any]) -> Callable[..., Any]:
        def call(path: Any, *others: Any, **options: Any) -> Any:
            step(path)
            return real(path, *others, **options)

        return call

    def opening(file: Any, mode: str = "r", *others: Any, **options: Any) -> Any:
        if set(mode) & set("wax+"):
            step(file)
        return real_open(file, mode, *others, **options)

    real_open = open
    with pytest.MonkeyPatch.context() as patch:
        for name in CHANGES:
            patch.setattr(os, name, stepping(getattr(os, name)))
        patch.setattr(io, "open", opening)
        patch.setattr(builtins, "open", opening)
        yield


def is_worth_trying(number: int, path: str) -> bool:
    within = re.search(r"\.making-[^/]*/", path) or not path.startswith("/")
    return not within or number % STRIDE == 0


def assert_the_next_run_finishes(settings: Settings) -> None:
    with Archive(settings.archive) as archive:
        if up_to_date(settings, archive):
            remove_leftovers(settings.builds)
            prune(settings.builds, keep=KEPT)
        else:
            build(settings, archive)
        assert up_to_date(settings, archive)
    assert not [path for path in settings.builds.iterdir() if path.name.startswith(".")]
    assert len(folders(settings)) <= KEPT
    assert (look(settings, verify=True).faults, living(settings)) == ((), archived(settings))


def test_killed_at_any_step_the_last_build_answers_and_the_next_run_finishes(
    settings: Settings, tmp_path: Path
) -> None:
    before = {name: files(settings.builds / name) for name in folders(settings)}
    seen: list[str] = []
    left: list[Path] = []

    def a_kill_would_leave(number: int, path: str) -> None:
        now = published(settings.builds)
        seen.append(now.name)
        assert now.name in before or check(now).quotations == 48
        for name, content in before.items():
            if (settings.builds / name).is_dir():
                assert files(settings.builds / name) == content
        if is_worth_trying(number, path):
            left.append(tmp_path / f"left{number}")
            shutil.copytree(settings.data, left[-1])

    with every_step(a_kill_would_leave):
        new = go_on(settings).id
    assert (seen[0], seen[-1], seen == sorted(seen)) == (max(before), new, True)
    assert len(left) > 12
    for data in left:
        assert_the_next_run_finishes(Settings(data=data))


def test_nothing_gets_its_name_before_it_is_on_the_disk(settings: Settings, monkeypatch: pytest.MonkeyPatch) -> None:
    synced: set[int] = set()
    named: list[str] = []
    rename = os.rename

    def syncing(descriptor: int) -> None:
        synced.add(os.fstat(descriptor).st_ino)

    def renaming(source: Any, target: Any) -> None:
        source, target = Path(source), Path(target)
        if target.parent == settings.builds and not target.name.startswith("."):
            named.append(target.name)
            content = [path for path in source.rglob("*") if "checked.json" not in path.name]
            assert [path for path in content if path.stat().st_ino not in synced] == []
        rename(source, target)

    monkeypatch.setattr(os, "fsync", syncing)
    monkeypatch.setattr(os, "rename", renaming)
    assert named == [go_on(settings).id]


RUNS = """
import sys
from pathlib import Path
from index.archive import Archive
from index.article_store import FILE_NAME, ArticleStore
from index.build import build
from index.settings import Settings
from index.settlement import Settlement
from tests.test_index_updates import take_in, told

settings = Settings(data=Path(sys.argv[1]))
for number in range(100, 1000):
    take_in(settings, [told(number)])
    with Archive(settings.archive) as archive:
        print("going on", flush=True)
        build(settings, archive)
"""


@pytest.mark.parametrize("seed", range(2))
def test_killed_at_a_random_moment(settings: Settings, seed: int) -> None:
    chance = random.Random(seed)
    command = [sys.executable, "-c", RUNS, str(settings.data)]
    with subprocess.Popen(command, cwd=ROOT, stdout=subprocess.PIPE, text=True) as process:
        assert process.stdout is not None
        for _ in range(chance.randint(1, 3)):
            assert process.stdout.readline() == "going on\n"
        time.sleep(chance.uniform(0, 0.2))
        process.send_signal(signal.SIGKILL)
    assert check(published(settings.builds)).quotations >= 44
    assert_the_next_run_finishes(settings)


@pytest.mark.parametrize(
    "name", [".making-20200101T000000000000Z-00000000", ".removing-20200101T000000000000Z-00000000"]
)
def test_a_run_with_nothing_to_do_removes_leftovers(settings: Settings, tmp_path: Path, name: str) -> None:
    (tmp_path / "a.txt").write_text("It rained.")
    index_sources(settings, [str(tmp_path / "a.txt")])
    (settings.builds / name).mkdir()
    assert index_sources(settings, [str(tmp_path / "a.txt")]).build is None
    assert not (settings.builds / name).exists()


def test_a_build_that_was_named_but_not_published_is_a_leftover(settings: Settings) -> None:
    before = published(settings.builds).name
    after = go_on(settings).id
    publish(settings.builds, before)
    remove_leftovers(settings.builds)
    assert (before in folders(settings), after in folders(settings)) == (True, False)


def test_while_nobody_can_tell_what_is_published_no_build_is_removed(settings: Settings) -> None:
    there = folders(settings)
    (settings.builds / "published").write_text("?")
    remove_leftovers(settings.builds)
    assert folders(settings) == there


# A full disk


def test_whichever_step_finds_the_disk_full_nothing_is_lost(settings: Settings, tmp_path: Path) -> None:
    steps: list[str] = []
    pristine = tmp_path / "pristine"
    shutil.copytree(settings.data, pristine)
    with every_step(lambda _, path: steps.append(path)):
        go_on(settings)
    said = set()
    for wanted in (number for number, path in enumerate(steps, 1) if is_worth_trying(number, path)):
        one = Settings(data=tmp_path / f"full{wanted}")
        shutil.copytree(pristine, one.data)
        before = {name: files(one.builds / name) for name in folders(one)}

        def full(number: int, path: str, wanted: int = wanted) -> None:
            if number == wanted:
                raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC), path)

        with every_step(full):
            try:
                go_on(one)
                said.add("published")
            except BuildError as error:
                said.add(str(error).replace(str(one.builds), "BUILDS"))
        assert {name: files(one.builds / name) for name in folders(one) if name in before} == before
        assert not list(one.builds.glob(".making-*"))
        assert check(published(one.builds)).quotations >= 44
        assert_the_next_run_finishes(one)
        shutil.rmtree(one.data)
    no_room = "there is no room left on the disk for BUILDS; free some and run it again"
    assert f"the new build was not published: {no_room}. What was published before still stands" in said
    assert all(what == "published" or no_room in what or "the disk has not confirmed it" in what for what in said)


@contextlib.contextmanager
def files_no_larger_than(size: int) -> Iterator[None]:
    soft, hard = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (size, hard))
    try:
        yield
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, (soft, hard))


@pytest.mark.parametrize(("size", "whole"), [(0, False), (3_000, False), (20_000, False), (40_000, True)])
def test_a_disk_that_fills_up_while_a_build_is_written(settings: Settings, size: int, whole: bool) -> None:
    before = published(settings.builds)
    content = files(before)
    with Archive(settings.archive) as archive, files_no_larger_than(size), pytest.raises(BuildError) as raised:
        build(settings, archive, whole=whole)
    assert "free some and run it again" in str(raised.value) or "disk I/O error" in str(raised.value)
    assert (published(settings.builds), files(before)) == (before, content)
    assert_the_next_run_finishes(settings)


def test_an_array_that_finds_no_room_says_so_with_its_number(tmp_path: Path) -> None:
    with files_no_larger_than(5_000), pytest.raises(OSError, match="File too large") as raised:
        save(tmp_path, "a", np.zeros(9_000))
    assert raised.value.errno == errno.EFBIG


def test_an_array_that_is_filled_later_has_its_room_from_the_start(tmp_path: Path) -> None:
    blank(tmp_path, "a", "<u8", 100_000)
    assert (tmp_path / "a.npy").stat().st_blocks * 512 >= 800_000


# Who reads meanwhile

READS = """
import sys
from pathlib import Path
from index.settings import Settings
from index.settlement import Settlement
from search.library import Library
from search.request import SearchRequest

library = Library(Settings(data=Path(sys.argv[1])))
first = library.current()
asked = SearchRequest(q="news", within="quote", limit=100)
for _ in range(2):
    page = first.search(asked)
    print(page.total, len(page.results), page.build.id, library.search(asked).total, flush=True)
    sys.stdin.readline()
library.close()
"""


def test_a_reader_in_another_process_keeps_its_view(settings: Settings) -> None:
    began = published(settings.builds).name
    command = [sys.executable, "-c", READS, str(settings.data)]
    with subprocess.Popen(command, cwd=ROOT, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True) as process:
        assert process.stdin is not None
        assert process.stdout is not None
        assert process.stdout.readline().split() == ["22", "22", began, "22"]
        for number in range(30, 30 + KEPT + 1):
            take_in(settings, [told(number)])
            go_on(settings)
        assert began not in folders(settings)
        process.stdin.write("\n")
        process.stdin.flush()
        assert process.stdout.readline().split() == ["22", "22", began, str(24 + KEPT + 1)]
        process.stdin.write("\n")
    assert process.returncode == 0


def test_readers_find_a_build_at_every_moment(settings: Settings) -> None:
    failures: list[BaseException] = []
    done = threading.Event()

    def ask() -> None:
        library = Library(settings)
        try:
            while not done.is_set():
                assert library.search(SearchRequest(q="news", within="quote")).total >= 22
        except BaseException as error:
            failures.append(error)
        finally:
            library.close()

    threads = [threading.Thread(target=ask) for _ in range(2)]
    for thread in threads:
        thread.start()
    for number in range(30, 36):
        take_in(settings, [told(number)])
        go_on(settings)
    done.set()
    for thread in threads:
        thread.join()
    assert failures == []
