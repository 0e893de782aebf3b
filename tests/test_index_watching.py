"""Watching: files are read when they are whole, servers are asked rarely, errors are told and outlived."""

import contextlib
import dataclasses
import datetime
import json
import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path

import pytest
from lxml import etree

from index.archive import Archive
from index.errors import SaywhoError, UsageError
from index.intake import index_sources
from index.readers import ReadingOptions, files_of, is_address, robots
from index.readers.feed import seconds_to_wait
from index.records import Failure
from index.run_records import IndexReport, Options
from index.settings import Settings
from index.watch_command import seconds_of
from index.watching import Pace, Ready, Round, Stillness, Watch
from tests.local_server import LocalServer, local_server
from tests.reading import a_page
from tests.test_index_readers_feed import rss

FEED = "https://example.org/feed"
RAIN = "date 2020-01-02 “Rain is news,” said Ada Brook, the mayor."


@dataclasses.dataclass
class Stage:
    """A clock that tests set, and what runs of it read."""

    time: float = 1000.0
    read: list[tuple[str, ...]] = dataclasses.field(default_factory=list)
    answer: Callable[[Sequence[str]], IndexReport] = lambda _: IndexReport()
    chance: float = 0.5

    def watch(self, *sources: str | Path, **pace: float) -> Watch:
        def run(due: Sequence[str], ready: Ready) -> IndexReport:
            self.read.append(tuple(due))
            return self.answer(due)

        return Watch(
            [str(one) for one in sources],
            Pace(**{"every": 600.0, "jitter": 0.1, "poll": 5.0, "rest": 5.0, **pace}),
            run=run,
            files_of=files_of,
            is_address=is_address,
            clock=lambda: self.time,
            now=lambda: self.time,
            chance=lambda: self.chance,
        )


@pytest.fixture
def stage() -> Stage:
    return Stage()


def put(path: Path, text: str, at: float) -> Path:
    path.write_text(text, encoding="utf-8")
    os.utime(path, (at, at))
    return path


@pytest.mark.parametrize(("chance", "wait"), [(0.0, 540.0), (0.5, 600.0), (1.0, 660.0)])
def test_a_feed_is_asked_again_after_a_while_and_not_before(stage: Stage, chance: float, wait: float) -> None:
    stage.chance = chance
    watching = stage.watch(FEED)
    assert watching.next() is not None
    stage.time += wait - 1
    assert watching.next() is None
    assert watching.wait() == pytest.approx(1)
    stage.time += 1
    assert watching.next() is not None
    assert stage.read == [(FEED,), (FEED,)]


@pytest.mark.parametrize(("asked", "wait"), [(5.0, 600.0), (4000.0, 4000.0)])
def test_a_server_that_wants_to_be_left_alone_is(stage: Stage, asked: float, wait: float) -> None:
    stage.answer = lambda _: IndexReport(not_before={FEED: asked})
    watching = stage.watch(FEED)
    watching.next()
    assert watching.wait() == wait


def test_errors_are_told_and_come_ever_more_rarely(stage: Stage) -> None:
    def broken(_: Sequence[str]) -> IndexReport:
        raise SaywhoError("the disk is full")

    stage.answer = broken
    watching, waits = stage.watch(FEED), []
    for _ in range(5):
        done = watching.next()
        assert done is not None
        assert [str(error) for error in done.errors] == ["the disk is full"]
        waits.append(watching.wait())
        stage.time += watching.wait()
    assert waits == [600, 1200, 2400, 3600, 3600]
    stage.answer = lambda _: IndexReport()
    assert (watching.next() or Round(sources=())).errors == ()
    assert watching.wait() == 600


def test_what_should_never_happen_ends_nothing(stage: Stage) -> None:
    stage.answer = lambda _: IndexReport(added=1 // 0)
    done = stage.watch(FEED).next()
    assert done is not None
    assert "ZeroDivisionError" in str(done.errors[0])


def test_a_feed_that_fails_does_not_keep_the_others_waiting(stage: Stage) -> None:
    other = "https://example.org/other"
    stage.answer = lambda due: IndexReport(failed=1, failures=[Failure(origin=FEED, reason="gone")] * (FEED in due))
    watching = stage.watch(FEED, other)
    for _ in range(4):
        watching.next()
        stage.time += 600
    assert stage.read == [(FEED, other), (FEED, other), (other,), (FEED, other)]


def test_a_file_is_read_soon_after_it_is_whole(stage: Stage, tmp_path: Path) -> None:
    stage.time = time.time() + 3600  # the inode's time cannot be set: all that is made now is old
    put(tmp_path / "old.txt", RAIN, stage.time - 100)
    watching = stage.watch(tmp_path)
    assert watching.next() is not None
    growing = put(tmp_path / "new.txt", RAIN[:30], stage.time)
    for _ in range(3):
        stage.time += 5
        put(growing, growing.read_text(encoding="utf-8") + " more", stage.time)
        assert watching.next() is None
    stage.time += 5
    assert watching.next() is not None
    stage.time += 5
    assert watching.next() is None


def test_a_file_that_is_gone_is_news(stage: Stage, tmp_path: Path) -> None:
    stage.time = time.time() + 3600
    for name in ("a.txt", "b.txt"):
        put(tmp_path / name, RAIN, stage.time - 100)
    watching = stage.watch(tmp_path)
    watching.next()
    (tmp_path / "a.txt").unlink()
    stage.time += 5
    assert watching.next() is not None
    (tmp_path / "b.txt").unlink()
    stage.time += 5
    assert watching.next() is None  # an empty folder is rather one that is not mounted


def test_a_folder_that_is_not_there_yet_is_told_and_waited_for(stage: Stage, tmp_path: Path) -> None:
    stage.time = time.time() + 3600
    watching = stage.watch(tmp_path / "news", FEED)
    done = watching.next()
    assert done is not None
    assert isinstance(done.errors[0], UsageError)
    assert stage.read == [(FEED,)]
    (tmp_path / "news").mkdir()
    put(tmp_path / "news" / "a.txt", RAIN, stage.time - 100)
    stage.time += 5
    assert watching.next() is not None
    assert stage.read[1] == (str(tmp_path / "news"),)


def test_a_file_with_a_date_to_come_is_whole_when_it_was_seen_at_rest(tmp_path: Path) -> None:
    path = put(tmp_path / "a.txt", RAIN, time.time() + 10**6)
    clock = [0.0]
    still = Stillness(5.0, clock=lambda: clock[0], now=time.time)
    found = []
    for clock[0] in (0.0, 4.0, 5.0):
        found.append(still.ready(path))
    assert found == [False, False, True]


@pytest.mark.parametrize(
    ("value", "seconds"), [("90", 90), ("90s", 90), ("10m", 600), ("1.5h", 5400), ("1d", 86400), ("0.5s", 0.5)]
)
def test_times(value: str, seconds: float) -> None:
    assert seconds_of("--every", value) == seconds


@pytest.mark.parametrize("value", ["", "soon", "-5m", "10 minutes", "1e3", "5w"])
def test_what_is_no_time(value: str) -> None:
    with pytest.raises(UsageError, match="it takes a time as"):
        seconds_of("--every", value)


NOON = datetime.datetime(2020, 1, 5, 12, 30, tzinfo=datetime.UTC)  # a Sunday


@pytest.mark.parametrize(
    ("head", "seconds"),
    [
        ("", 0),
        ("<ttl>60</ttl>", 3600),
        ("<ttl>never</ttl><skipHours/>", 0),
        ("<ttl>99999</ttl>", 86400),
        ("<skipHours><hour>12</hour><hour>13</hour></skipHours>", 5400),
        ("<skipHours><hour>3</hour></skipHours>", 0),
        ("<ttl>690</ttl><skipHours><hour>24</hour></skipHours>", 12.5 * 3600),
        ("<skipDays><day>Sunday</day></skipDays>", 11.5 * 3600),
        ("<skipHours>" + "".join(f"<hour>{n}</hour>" for n in range(24)) + "</skipHours>", 23.5 * 3600),
    ],
)
def test_when_a_feed_wants_to_be_asked_again(head: str, seconds: float) -> None:
    assert seconds_to_wait(etree.fromstring(rss(head=head).encode()), NOON) == seconds


@pytest.fixture
def server() -> Iterator[LocalServer]:
    robots.forget()
    with local_server() as running:
        yield running


def a_feed(server: LocalServer, *pages: str, etag: str = '"1"', title: str = "") -> str:
    entries = []
    for page in pages:
        address = server.put(f"/{page}", a_page(title=f"A page called {page}"))
        entries.append(f"<title>{title or page}</title><link>{address}</link>")
    return server.put("/feed", rss(*entries), type="application/rss+xml", headers={"ETag": etag})


class TestFeeds:
    @pytest.fixture
    def run(self, tmp_path: Path) -> Callable[..., IndexReport]:
        def run(source: str, **options: object) -> IndexReport:
            usual = Options(reading=ReadingOptions(allow_private=True, limits={"delay": "0"}))
            return index_sources(
                Settings(data=tmp_path),
                [source],
                options=dataclasses.replace(usual, **options),  # type: ignore[arg-type]
            )

        return run

    def test_what_has_not_changed_costs_one_question(
        self, server: LocalServer, run: Callable[..., IndexReport]
    ) -> None:
        feed = a_feed(server, "a", "b")
        assert run(feed).added == 2
        server.asked.clear()
        report = run(feed)
        assert (report.unchanged, report.files_passed_over, server.unmodified) == (2, 1, ["/feed"])
        assert server.asked in (["/feed"], ["/robots.txt", "/feed"])

    def test_only_new_entries_are_fetched(self, server: LocalServer, run: Callable[..., IndexReport]) -> None:
        run(a_feed(server, "a", "b"))
        server.asked.clear()
        report = run(a_feed(server, "c", "a", "b", etag='"2"'))
        assert (report.added, report.unchanged) == (1, 2)
        assert server.asked == ["/feed", "/c"]

    def test_entries_that_the_feed_says_more_of_are_fetched_again(
        self, server: LocalServer, run: Callable[..., IndexReport]
    ) -> None:
        run(a_feed(server, "a"))
        server.asked.clear()
        run(a_feed(server, "a", etag='"2"', title="Corrected"))
        assert server.asked == ["/feed", "/a"]

    def test_what_failed_is_asked_for_again(self, server: LocalServer, run: Callable[..., IndexReport]) -> None:
        feed = a_feed(server, "a", "b")
        server.answers["/b"].status = 503
        assert (run(feed).failed, server.unmodified) == (1, [])
        server.answers["/b"].status = 200
        report = run(feed)
        assert (report.added, report.unchanged, server.unmodified) == (1, 1, [])

    def test_what_the_archive_lacks_is_asked_for_again(
        self, server: LocalServer, run: Callable[..., IndexReport], tmp_path: Path
    ) -> None:
        feed = a_feed(server, "a")
        run(feed)
        with Archive(Settings(data=tmp_path).archive) as archive:
            archive.remove(archive.ids()[0])
            archive.commit()
        assert run(feed).added == 1

    def test_all_is_asked_for_when_that_is_wanted(self, server: LocalServer, run: Callable[..., IndexReport]) -> None:
        feed = a_feed(server, "a")
        run(feed)
        server.asked.clear()
        run(feed, all_files=True)
        assert (server.asked, server.unmodified) == (["/feed", "/a"], [])

    def test_an_entry_that_left_the_feed_is_not_pruned(
        self, server: LocalServer, run: Callable[..., IndexReport]
    ) -> None:
        run(a_feed(server, "a", "b"))
        report = run(a_feed(server, "b", etag='"2"'), prune=True)
        assert (report.vanished, report.pruned) == (0, [])

    @pytest.mark.parametrize(
        ("status", "headers", "seconds"),
        [(429, {"Retry-After": "120"}, 120), (503, {"Retry-After": "99999999"}, 86400), (503, {}, None)],
    )
    def test_a_server_says_when_to_come_back(
        self,
        server: LocalServer,
        run: Callable[..., IndexReport],
        status: int,
        headers: dict[str, str],
        seconds: float | None,
    ) -> None:
        feed = server.put("/feed", "later", status=status, headers=headers)
        report = run(feed)
        assert (report.not_before, report.failed) == ({feed: seconds} if seconds else {}, 1)


@contextlib.contextmanager
def watching(data: Path, *arguments: str | Path) -> Iterator[subprocess.Popen[str]]:
    signal.signal(signal.SIGINT, signal.default_int_handler)  # a shell's background job ignores it, and so would this
    command = [sys.executable, "saywho.py", "watch", *map(str, arguments), "--data", str(data), "--jobs", "1"]
    with subprocess.Popen(command, stderr=subprocess.PIPE, text=True) as process:
        try:
            yield process
        finally:
            process.kill()


def line_with(process: subprocess.Popen[str], part: str) -> str:
    assert process.stderr is not None
    for line in process.stderr:
        if part in line:
            return line
    raise AssertionError(f"it ended with {process.wait()} and never said '{part}'")


@pytest.mark.parametrize(("sent", "code"), [(signal.SIGTERM, 0), (signal.SIGINT, 130)])
def test_the_command_reads_what_comes_until_it_is_stopped(tmp_path: Path, sent: int, code: int) -> None:
    news, report = tmp_path / "news", tmp_path / "report.json"
    news.mkdir()
    put(news / "a.txt", RAIN, 10**9)
    with watching(tmp_path / "data", news, "--poll", "0.2s", "--rest", "0.3s", "--report", report) as process:
        assert "1 new" in line_with(process, "published")
        assert json.loads(report.read_text())["added"] == 1
        put(news / "b.txt", RAIN.replace("Rain", "Snow"), 10**9)
        assert "1 new, 0 changed, 1 unchanged" in line_with(process, "published")
        process.send_signal(sent)
        assert process.wait(30) == code


def test_one_round(tmp_path: Path) -> None:
    put(tmp_path / "a.txt", RAIN, 10**9)
    with watching(tmp_path / "data", tmp_path / "a.txt", "--once", "--rest", "0s") as process:
        assert "1 new" in line_with(process, "published")
        assert process.wait(30) == 0


def test_sources_that_are_due_soon_share_a_round_but_not_those_told_to_wait(stage: Stage) -> None:
    other, told = "https://example.org/other", "https://example.org/told"
    chances = iter([0.5, 0.7, 0.5] + [0.5] * 9)
    stage.answer = lambda due: IndexReport(not_before={told: 610.0} if told in due else {})
    watching = stage.watch(FEED, other, told)
    watching._chance = lambda: next(chances)
    watching.next()
    stage.time += 600
    watching.next()
    assert stage.read == [(FEED, other, told), (FEED, other)]
