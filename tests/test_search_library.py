import shutil
import subprocess
import sys
import threading
from collections.abc import Iterator
from pathlib import Path

import pytest

from index.errors import IndexDamagedError, NotPublishedError
from index.settings import Settings
from search import library as libraries
from search.errors import GoneError, RequestError
from search.library import Library
from search.request import SearchRequest
from tests.conftest import ROOT
from tests.entries import BUILD, a_build, an_entry


@pytest.fixture
def library(tmp_path: Path) -> Iterator[Library]:
    library = Library(Settings(data=tmp_path))
    yield library
    library.close()


def entries(count: int) -> list:  # type: ignore[type-arg]
    return [an_entry(number, date=f"2020-01-{number + 1:02}") for number in range(count)]


def test_nothing_is_published_yet(library: Library) -> None:
    with pytest.raises(NotPublishedError):
        library.current()


def test_an_opened_build_stays_open(tmp_path: Path, library: Library) -> None:
    a_build(tmp_path, entries(3))
    assert library.current() is library.current()


def test_it_moves_to_what_is_published(tmp_path: Path, library: Library) -> None:
    a_build(tmp_path, entries(1), number=1)
    first = library.current()
    a_build(tmp_path, entries(2), number=2)
    assert (library.current().build.id, library.current().stats().quotations) == (BUILD.format(2), 2)
    assert first.stats().quotations == 1  # who still has the old one can go on


def test_a_walk_goes_on_in_the_build_where_it_began(tmp_path: Path, library: Library) -> None:
    a_build(tmp_path, entries(5), number=1)
    page = library.search(SearchRequest(limit=2))
    seen = [hit.id for hit in page.results]
    a_build(tmp_path, entries(9), number=2)
    assert library.search(SearchRequest(limit=2)).total == 9
    while page.next_cursor:
        page = library.search(SearchRequest(limit=2, cursor=page.next_cursor))
        assert page.build.id == BUILD.format(1)
        seen += [hit.id for hit in page.results]
    assert len(set(seen)) == len(seen) == 5


def test_an_earlier_build_is_opened_for_its_cursor(tmp_path: Path, library: Library) -> None:
    a_build(tmp_path, entries(5), number=1)
    other = Library(Settings(data=tmp_path))
    cursor = other.search(SearchRequest(limit=2)).next_cursor
    other.close()
    a_build(tmp_path, entries(9), number=2)
    assert library.search(SearchRequest(limit=2, cursor=cursor)).total == 5


def test_a_removed_build_is_gone(tmp_path: Path, library: Library) -> None:
    a_build(tmp_path, entries(5), number=1)
    cursor = library.search(SearchRequest(limit=2)).next_cursor
    a_build(tmp_path, entries(9), number=2)
    shutil.rmtree(tmp_path / "builds" / BUILD.format(1))
    with pytest.raises(GoneError, match="has been removed"):
        library.search(SearchRequest(limit=2, cursor=cursor))


@pytest.mark.parametrize("build_id", ["", ".", "..", "../builds", "/etc", BUILD.format(1) + "/..", BUILD.format(7)])
def test_only_ids_of_builds_are_looked_for(tmp_path: Path, library: Library, build_id: str) -> None:
    a_build(tmp_path, entries(1))
    with pytest.raises(GoneError):
        library.of_build(build_id)


def test_a_foreign_cursor_opens_nothing(tmp_path: Path, library: Library) -> None:
    a_build(tmp_path, entries(5))
    cursor = library.search(SearchRequest(limit=2)).next_cursor
    with pytest.raises(RequestError, match="another question"):
        library.search(SearchRequest(q="other", cursor=cursor))


def test_a_removed_folder_does_not_stop_who_has_it_open(tmp_path: Path, library: Library) -> None:
    a_build(tmp_path, entries(5))
    engine = library.current()
    shutil.rmtree(tmp_path / "builds" / BUILD.format(1))
    assert len(engine.search(SearchRequest(q="rain", speaker=("x",))).query.notes) == 1
    assert len(engine.search(SearchRequest(q='"is news" n*')).results) == 5
    assert engine.quotation(f"{1:016x}").text == "Rain is news"


def test_a_damaged_build_is_not_opened(tmp_path: Path, library: Library) -> None:
    a_build(tmp_path, entries(5))
    toc = next((tmp_path / "builds" / BUILD.format(1) / "whoosh").glob("*.toc"))
    toc.write_bytes(toc.read_bytes()[:-1] + b"!")
    with pytest.raises(IndexDamagedError, match="is not the file that was built"):
        library.current()


def test_builds_let_go_of_their_files(tmp_path: Path, library: Library) -> None:
    # An engine that nobody closed would warn here, and warnings are errors.
    for number in range(1, 6):
        a_build(tmp_path, entries(number), number=number)
        assert library.search(SearchRequest()).total == number


def test_many_threads_follow(tmp_path: Path, library: Library) -> None:
    a_build(tmp_path, entries(3), number=1)
    failures: list[BaseException] = []
    done = threading.Event()

    def ask() -> None:
        try:
            while not done.is_set():
                assert library.search(SearchRequest(q="rain")).total >= 3
        except BaseException as error:
            failures.append(error)

    threads = [threading.Thread(target=ask) for _ in range(4)]
    for thread in threads:
        thread.start()
    for number in range(2, 7):
        a_build(tmp_path, entries(2 + number), number=number)
    done.set()
    for thread in threads:
        thread.join()
    assert failures == []
    assert library.current().build.id == BUILD.format(6)


def test_after_closing_it_opens_again(tmp_path: Path, library: Library) -> None:
    a_build(tmp_path, entries(1))
    library.current()
    library.close()
    assert library.current().stats().quotations == 1


def test_a_fork_opens_its_own_files(tmp_path: Path) -> None:
    a_build(tmp_path, entries(3))
    code = f"""
import os, sys
from pathlib import Path
from index.settings import Settings
from search.library import Library
library = Library(Settings(data=Path({str(tmp_path)!r})))
engine = library.current()
child = os.fork()
if not child:
    os._exit(0 if library.current() is not engine and library.current().stats().quotations == 3 else 1)
sys.exit(os.waitstatus_to_exitcode(os.waitpid(child, 0)[1]) or library.current() is not engine)
"""
    assert subprocess.run([sys.executable, "-c", code], cwd=ROOT, check=False).returncode == 0


# Opened ahead


@pytest.fixture
def ahead(tmp_path: Path) -> Iterator[Library]:
    library = Library(Settings(data=tmp_path), ahead=True)
    yield library
    library.close()


def test_until_the_next_build_is_open_the_one_before_answers(
    tmp_path: Path, ahead: Library, monkeypatch: pytest.MonkeyPatch
) -> None:
    a_build(tmp_path, entries(1), number=1)
    first = ahead.current()
    may_open = threading.Event()
    really = libraries._opened
    monkeypatch.setattr(libraries, "_opened", lambda folder: may_open.wait(30) and really(folder))
    a_build(tmp_path, entries(2), number=2)
    assert [ahead.current() for _ in range(3)] == [first] * 3
    may_open.set()
    ahead.catch_up()
    assert ahead.current().build.id == BUILD.format(2)
    assert ahead.of_build(BUILD.format(1)) is first


def test_a_cursor_of_a_build_that_is_being_opened_is_answered(tmp_path: Path, ahead: Library) -> None:
    a_build(tmp_path, entries(1), number=1)
    ahead.current()
    a_build(tmp_path, entries(5), number=2)
    other = Library(Settings(data=tmp_path))
    cursor = other.search(SearchRequest(limit=2)).next_cursor
    other.close()
    assert ahead.search(SearchRequest(limit=2, cursor=cursor)).build.id == BUILD.format(2)
    assert ahead.current().build.id == BUILD.format(2)


def test_a_build_that_cannot_be_opened_is_said_and_the_one_before_answers(
    tmp_path: Path, ahead: Library, caplog: pytest.LogCaptureFixture
) -> None:
    a_build(tmp_path, entries(1), number=1)
    first = ahead.current()
    a_build(tmp_path, entries(2), number=2)
    toc = next((tmp_path / "builds" / BUILD.format(2) / "whoosh").glob("*.toc"))
    toc.write_bytes(toc.read_bytes()[:-1] + b"!")
    ahead.catch_up()
    assert ahead.current() is first
    assert "cannot be opened, and the build before it still answers" in caplog.text
    a_build(tmp_path, entries(3), number=3)
    ahead.catch_up()
    assert ahead.current().build.id == BUILD.format(3)
