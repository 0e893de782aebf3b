"""Dask's workers do a run's work, and what comes out is what one machine makes; whoever dies meanwhile."""

import json
import logging
import os
import random
import signal
import sys
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import distributed
import pytest

import saywho
from index.archive import Archive
from index.cluster import connecting, extracting
from index.cluster.driving import cluster
from index.cluster.extracting import Order, check
from index.cluster.parts import Found, Store, found_to_bytes
from index.entries import make_entries
from index.errors import DaskError
from index.extract.workers import extract_one, extractor_version
from index.intake import index_sources, rebuild
from index.records import Article, Entry, Failure, Quotation
from index.run_records import IndexReport, Options, Watcher
from index.settings import Settings
from index.settling import Settlement
from tests.conftest import ROOT

NAMES = ("Ada Brook", "Tom Reed", "Ada Reed", "Lena Brooks", "Council of Merrin")
OPENINGS = (
    "Clean water comes first",
    "The harbor will open in spring",
    "Nobody asked the fishermen",
    "Rents must fall",
)
ENDINGS = ("whatever it costs the town", "before the ferry goes", "said the report", "and the council knows it well")


def made(count: int) -> Iterator[dict[str, str]]:
    """Short articles of a few outlets that say the same things over and over, with changes."""
    rng = random.Random(5)
    for number in range(count):
        name, words = rng.choice(NAMES), f"{rng.choice(OPENINGS)} {rng.choice(ENDINGS)} {rng.choice(ENDINGS)}"
        yield {
            "id": f"made-{number}",
            "source": rng.choice(("Gull", "Heron", "Tern")),
            "date": f"2020-0{rng.randint(1, 9)}-1{rng.randint(0, 9)}",
            "text": f"“{words},” said {name} on day {number}. {name.split()[-1]} added: “It is {rng.choice(ENDINGS)}.”",
        }


@pytest.fixture(scope="module")
def news(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("news")
    rows = list(made(220))
    for name, some in (("a.jsonl", rows[:150]), ("b.jsonl", rows[150:200])):
        (folder / name).write_text("".join(json.dumps(row) + "\n" for row in some), encoding="utf-8")
    for row in rows[200:]:
        text = f"Id: {row['id']}\nDate: {row['date']}\nSource: {row['source']}\n\n{row['text']}"
        (folder / f"{row['id']}.txt").write_text(text, encoding="utf-8")
    with (folder / "b.jsonl").open("a", encoding="utf-8") as handle:
        handle.write('{"id": "made-3", "text": "Another text of the same id."}\n{"broken\n')
    (folder / "empty.txt").write_bytes(b"")
    for path in sorted((ROOT / "index/sample/plains-courier").rglob("*.txt"))[:3]:
        (folder / path.name).write_bytes(path.read_bytes())
    return folder


@pytest.fixture(scope="module")
def dask(tmp_path_factory: pytest.TempPathFactory) -> Iterator[distributed.LocalCluster]:
    """A scheduler with two worker processes on the loopback."""
    with distributed.LocalCluster(
        n_workers=2,
        threads_per_worker=1,
        processes=True,
        host="127.0.0.1",
        dashboard_address="127.0.0.1:0",
        worker_dashboard_address="127.0.0.1:0",
        local_directory=str(tmp_path_factory.mktemp("dask")),
        silence_logs=logging.CRITICAL,
    ) as started:
        yield started


@pytest.fixture
def settings(tmp_path: Path, dask: distributed.LocalCluster) -> Settings:
    return Settings(data=tmp_path / "data", dask=dask.scheduler_address)


def indexed(settings: Settings, sources: list[str], **how: Any) -> IndexReport:
    options = how.pop("options", Options())
    with cluster(settings, jobs=2) as hands:
        return index_sources(settings, sources, options=options, hands=hands, **how)


def held(settings: Settings) -> tuple[list[Entry], list[Failure], list[tuple[Any, ...]]]:
    """Everything that a collection says: entries, what was set aside, people."""
    with Archive(settings.archive) as archive:
        people = archive.connection.execute("SELECT * FROM people ORDER BY id").fetchall()
        return list(make_entries(archive, Settlement(archive))), archive.failures(), people


def parts(settings: Settings) -> set[str]:
    return {path.name for path in (settings.data / "parts").iterdir()}


def eventually(holds: Callable[[], bool], *, seconds: float = 30.0) -> bool:
    end = time.monotonic() + seconds
    while not holds() and time.monotonic() < end:
        time.sleep(0.05)
    return holds()


def counts(report: IndexReport) -> tuple[int, int, int, int]:
    return report.added, report.changed, report.unchanged, report.failed


@pytest.fixture(scope="module")
def alone(news: Path, tmp_path_factory: pytest.TempPathFactory) -> tuple[IndexReport, Settings]:
    """The same articles, indexed without Dask."""
    settings = Settings(data=tmp_path_factory.mktemp("alone"))
    return index_sources(settings, [str(news)]), settings


def test_a_worker_is_killed_and_all_is_as_on_one_machine(
    settings: Settings, news: Path, alone: tuple[IndexReport, Settings], dask: distributed.LocalCluster
) -> None:
    with distributed.Client(dask, set_as_default=False) as client:
        before = client.run(os.getpid)
        seen = 0

        def article() -> None:
            nonlocal seen
            seen += 1
            if seen == 170:
                os.kill(min(before.values()), signal.SIGKILL)

        report = indexed(settings, [str(news)], watcher=Watcher(article=article))
        after = client.run(os.getpid)
    assert min(before.values()) not in after.values()
    assert counts(report) == counts(alone[0]) == (223, 0, 0, 3)
    assert held(settings) == held(alone[1])
    assert list((settings.data / "parts").iterdir()) == []


def test_what_was_done_before_an_interruption_is_not_done_again(
    settings: Settings, news: Path, alone: tuple[IndexReport, Settings]
) -> None:
    seen = 0

    def interrupted() -> None:
        nonlocal seen
        seen += 1
        if seen == 180:
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        indexed(settings, [str(news)], watcher=Watcher(article=interrupted))
    assert any(name.startswith("read-") for name in parts(settings))
    # A worker that was in the midst of a piece takes its mark away when it is through.
    assert eventually(lambda: not any(name.startswith(("begun-", "seen-")) for name in parts(settings)))
    assert indexed(settings, [str(news)]).failed == 3
    assert held(settings) == held(alone[1])


def test_only_what_is_new_is_worked_on_and_rebuilding_gives_the_same(settings: Settings, tmp_path: Path) -> None:
    rows = [json.dumps(row) + "\n" for row in made(40)]
    for name, some in (("a.jsonl", rows[:25]), ("b.jsonl", rows[25:])):
        (tmp_path / name).write_text("".join(some), encoding="utf-8")
    here = Settings(data=tmp_path / "here")
    for source, wanted in (("a.jsonl", (25, 0, 0, 0)), ("*.jsonl", (15, 0, 25, 0))):
        assert counts(indexed(settings, [str(tmp_path / source)])) == wanted
        assert counts(index_sources(here, [str(tmp_path / source)])) == wanted
        assert held(settings) == held(here)
    with cluster(settings, jobs=2) as hands:
        rebuild(settings, extract=True, hands=hands)
    rebuild(here, extract=True)
    assert held(settings) == held(here)


def test_a_limit(settings: Settings, news: Path) -> None:
    assert counts(indexed(settings, [str(news)], options=Options(limit=3))) == (3, 0, 0, 0)


def leftover(settings: Settings, article: Article, **changes: Any) -> str:
    """A part that an earlier run's workers have left."""
    found = extract_one(article)
    assert isinstance(found, list)
    told = [Quotation(**{**_fields(one), **changes}) for one in found]
    row = Found(article.id, article.content_hash, extractor_version(), told)
    return Store(str(settings.data / "parts")).write(f"found-{'0' * 32}", found_to_bytes([row]))


def _fields(one: Quotation) -> dict[str, Any]:
    return {name: getattr(one, name) for name in Quotation.__dataclass_fields__}


@pytest.mark.parametrize("altered", [False, True])
def test_a_part_that_is_there_and_sound_is_taken(settings: Settings, tmp_path: Path, altered: bool) -> None:
    article = Article(id="one", text="“Rain is news,” said Ada Brook.", title="Rain")
    (tmp_path / "one.jsonl").write_text('{"id": "one", "text": "“Rain is news,” said Ada Brook.", "title": "Rain"}\n')
    name = leftover(settings, article, confidence=0.125)
    if altered:
        path = settings.data / "parts" / name
        path.write_bytes(path.read_bytes() + b"x")
    report = indexed(settings, [str(tmp_path / "one.jsonl")])
    assert counts(report) == (1, 0, 0, 0)
    (entry,) = held(settings)[0]
    assert (entry.confidence == 0.125) is not altered


class Deadly(distributed.WorkerPlugin):  # type: ignore[misc]
    """Has a worker die of an article that says so, as it would of one that takes all memory."""

    name = "deadly"

    def setup(self, worker: Any) -> None:
        extracting.extract_one = _dying

    def teardown(self, worker: Any) -> None:
        extracting.extract_one = extract_one


def _dying(article: Article) -> list[Quotation] | Failure:
    if "deadly" in article.text:
        os.kill(os.getpid(), signal.SIGKILL)
    return extract_one(article)


def test_an_article_that_three_workers_die_of_is_set_aside(
    settings: Settings, tmp_path: Path, dask: distributed.LocalCluster
) -> None:
    (tmp_path / "one.jsonl").write_text('{"id": "one", "text": "“It is deadly,” said Ada Brook."}\n')
    with distributed.Client(dask, set_as_default=False) as client:
        client.register_plugin(Deadly())
        try:
            report = indexed(settings, [str(tmp_path / "one.jsonl")])
        finally:
            client.unregister_worker_plugin("deadly")
    assert counts(report) == (0, 0, 0, 1)
    (failure,) = report.failures
    assert (failure.origin, failure.article_id) == (f"{tmp_path / 'one.jsonl'}:1", "one")
    assert failure.reason.startswith("3 workers died of it (out of memory?); leave it out")


def test_the_same_command_with_dask(
    tmp_path: Path, dask: distributed.LocalCluster, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    (tmp_path / "one.txt").write_text("date 2020-01-02 “Rain is news,” said Ada Brook, the mayor.")
    (tmp_path / "bad.txt").write_bytes(b"")
    monkeypatch.setenv("SAYWHO_DASK", dask.scheduler_address)
    command = [
        "index",
        f"local://{tmp_path}/*.txt",
        "--data",
        str(tmp_path / "data"),
        "--parts",
        f"local://{tmp_path}/p",
    ]
    assert saywho.run(command) == 3
    told = capsys.readouterr()
    assert "2 articles read" in told.out
    assert "bad.txt: is empty; there is no article to read" in told.err
    assert saywho.run(["failed", "--data", str(tmp_path / "data")]) == 0
    assert "bad.txt: is empty" in capsys.readouterr().out


def test_a_scheduler_that_does_not_answer(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr(connecting, "ANSWER_SECONDS", 1)
    (tmp_path / "one.txt").write_text("“Rain is news,” said Ada Brook.")
    command = ["index", str(tmp_path / "one.txt"), "--data", str(tmp_path / "data"), "--dask", "tcp://127.0.0.1:9"]
    assert saywho.run(command) == 1
    assert "tcp://127.0.0.1:9: Dask's scheduler does not answer" in capsys.readouterr().err


def test_a_scheduler_without_workers(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(connecting, "WORKERS_SECONDS", 1)
    with distributed.LocalCluster(
        n_workers=0,
        host="127.0.0.1",
        dashboard_address="127.0.0.1:0",
        local_directory=str(tmp_path),
        silence_logs=logging.CRITICAL,
    ) as empty:
        settings = Settings(data=tmp_path / "data", dask=empty.scheduler_address)
        with pytest.raises(DaskError, match="no workers; start some: dask worker tcp://"), cluster(settings, jobs=1):
            pass


def test_a_scheduler_that_goes(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(connecting, "ANSWER_SECONDS", 1)
    (tmp_path / "a.jsonl").write_text("".join(json.dumps(row) + "\n" for row in made(40)))
    with distributed.LocalCluster(
        n_workers=1,
        threads_per_worker=1,
        processes=False,
        protocol="tcp",
        host="127.0.0.1",
        dashboard_address="127.0.0.1:0",
        local_directory=str(tmp_path),
        silence_logs=logging.CRITICAL,
    ) as going:
        settings = Settings(data=tmp_path / "data", dask=going.scheduler_address)
        seen = 0

        def article() -> None:
            nonlocal seen
            seen += 1
            if seen == 20:
                going.close()

        with pytest.raises(DaskError, match=r"tcp://.*: Dask's scheduler answers no longer"):
            indexed(settings, [str(tmp_path / "a.jsonl")], watcher=Watcher(article=article))
    assert index_sources(settings, [str(tmp_path / "a.jsonl")]).failed == 0
    assert len({entry.article_id for entry in held(settings)[0]}) == 40


def test_without_the_extra(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "distributed", None)
    with (
        pytest.raises(DaskError, match=r"pip install 'saywho\[cluster\]'"),
        cluster(Settings(data=tmp_path, dask="local"), jobs=1),
    ):
        pass


@pytest.mark.parametrize("address", ["127.0.0.1:8786", "http://127.0.0.1:8786", "tcp://127.0.0.1"])
def test_what_is_no_address(address: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert saywho.run(["index", "x.txt", "--data", str(tmp_path), "--dask", address]) == 2
    assert f"--dask is '{address}'" in capsys.readouterr().err


def order(folder: Path, **changes: str) -> Order:
    from importlib.metadata import version

    usual = {"run": "r", "extractor": extractor_version(), "version": version("saywho")}
    return Order(store=Store(str(folder)), **{**usual, **changes})


@pytest.mark.parametrize(
    ("changes", "file", "says"),
    [
        ({}, None, ""),
        ({"run": "of another folder"}, None, "does not see the folder of parts"),
        ({}, "/no/such/file", "does not see /no/such/file"),
        ({"extractor": "network 0.0"}, None, "this machine .* with 'network 0.0'; install the same on both"),
    ],
)
def test_a_worker_says_what_it_cannot(
    tmp_path: Path, changes: dict[str, str], file: str | None, says: str, match: Callable[[str, str], bool]
) -> None:
    Store(str(tmp_path)).mark("seen-r", "secret")
    assert match(says, check(order(tmp_path, **changes), "secret", file))


@pytest.fixture
def match() -> Callable[[str, str], bool]:
    import re

    return lambda pattern, text: bool(re.search(pattern, text)) if pattern else text == ""
