"""Runs over feeds and archives: what is kept, told, read again; and what a search need not load."""

import json
import subprocess
import sys
import zipfile
from collections.abc import Iterator
from pathlib import Path

import pytest

import saywho
from index.archive import Archive
from index.intake import index_sources
from index.readers import ReadingOptions, robots
from index.records import Article
from index.run_records import IndexReport, Options
from index.settings import Settings
from tests.local_server import LocalServer, local_server
from tests.reading import PARAGRAPHS, TEXT, a_page, items, write
from tests.test_index_readers_feed import rss
from tests.test_index_readers_languages import TEXTS

NOW = Options(reading=ReadingOptions(allow_private=True, limits={"delay": "0"}))


@pytest.fixture
def settings(tmp_path: Path) -> Settings:
    return Settings(data=tmp_path / "data")


@pytest.fixture
def server() -> Iterator[LocalServer]:
    robots.forget()
    with local_server() as running:
        yield running


@pytest.fixture
def feed(server: LocalServer) -> str:
    """A feed of a page, a page that is away for a while, and one in French."""
    links = (
        server.put("/a", a_page()),
        server.put("/b", status=503),
        server.put("/fr", a_page(TEXTS["fr"], TEXTS["fr"], title="Le président parle")),
    )
    return server.put("/feed", rss(*(f"<link>{link}</link>" for link in links)), type="text/xml")


def counts(report: IndexReport) -> tuple[int, int, int, int]:
    return report.added, report.changed, report.unchanged, report.failed


def failures(settings: Settings) -> list[str]:
    with Archive(settings.archive) as archive:
        return [failure.origin for failure in archive.failures()]


def test_a_feed_again_and_again(settings: Settings, server: LocalServer, feed: str) -> None:
    first = index_sources(settings, [feed], options=NOW)
    assert (counts(first), first.left_out) == ((1, 0, 0, 1), {"fr": 1})
    assert failures(settings) == [f"{feed}:2"]
    server.put("/b", a_page(*PARAGRAPHS, "And so it was.", title="Another title of a page"))
    assert counts(index_sources(settings, [feed], options=NOW)) == (1, 0, 1, 0)
    assert failures(settings) == []
    again = index_sources(settings, [feed], options=NOW)
    assert (counts(again), again.build) == ((0, 0, 2, 0), None)


def test_what_a_feed_could_not_give_is_read_again_as_it_was_named(
    settings: Settings, server: LocalServer, feed: str, capsys: pytest.CaptureFixture[str]
) -> None:
    data = ["--data", str(settings.data)]
    said = ["--allow-private", "--limit-of", "delay=0", "--language", "fr"]
    assert saywho.run(["index", feed, *said, *data]) == 3
    server.put("/b", a_page(*PARAGRAPHS, "And so it was.", title="Another title of a page"))
    capsys.readouterr()
    assert saywho.run(["failed", "--retry", *data]) == 0
    assert "3 articles read" in capsys.readouterr().out
    with Archive(settings.archive) as archive:
        assert sorted(str(a.language) for a, _ in archive.articles()) == ["en", "en", "fr"]


def test_articles_left_out_are_told_and_reported(
    settings: Settings, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    path = write(tmp_path / "fr.txt", TEXTS["fr"])
    report = tmp_path / "report.json"
    assert saywho.run(["index", str(path), "--report", str(report), "--data", str(settings.data)]) == 0
    assert "left out: 1 not in English: fr (1); --language fr takes them" in capsys.readouterr().err
    assert json.loads(report.read_text())["left_out"] == {"fr": 1}
    assert saywho.run(["extract", str(path)]) == 0
    assert "left out: 1 not in English" in capsys.readouterr().err


def test_a_mended_archive_is_no_longer_a_failure(settings: Settings, tmp_path: Path) -> None:
    path = tmp_path / "news.zip"
    with zipfile.ZipFile(path, "w") as archive:
        archive.writestr("a.txt", TEXT)
    whole = path.read_bytes()
    path.write_bytes(whole[:-10])
    assert counts(index_sources(settings, [str(path)])) == (0, 0, 0, 1)
    assert failures(settings) == [str(path)]
    path.write_bytes(whole)
    assert counts(index_sources(settings, [str(path)])) == (1, 0, 0, 0)
    assert failures(settings) == []


def test_every_format_and_limit_stands_in_the_help(capsys: pytest.CaptureFixture[str]) -> None:
    assert saywho.run(["index", "--help"]) == 0
    told = capsys.readouterr().out
    for word in ("txt", "jsonl", "csv", "parquet", "html", "rss", "warc", ".zip", "page=16MB", "delay=1", "@FILE"):
        assert word in told


@pytest.mark.parametrize(
    ("modules", "never"),
    [
        ("saywho, search.commands", ("index.readers", "lxml", "trafilatura", "py3langid", "pyarrow", "protego")),
        ("index.commands", ("lxml", "trafilatura", "py3langid", "pyarrow", "protego")),
    ],
)
def test_no_library_is_loaded_before_its_format_is_read(modules: str, never: tuple[str, ...]) -> None:
    code = f"import {modules}, sys; print([m for m in sys.modules if m.startswith({never!r})])"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "[]"


def test_a_file_that_breaks_its_reader_is_set_aside_and_the_rest_goes_on(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def breaks(*_: object, **__: object) -> None:
        raise KeyError("of no library's documentation")

    monkeypatch.setattr(zipfile.ZipFile, "infolist", breaks)
    with zipfile.ZipFile(tmp_path / "a.zip", "w") as archive:
        archive.writestr("a.txt", TEXT)
    bad, good = items(tmp_path / "a.zip", write(tmp_path / "b.txt", TEXT))
    assert "its reader failed on it (KeyError: " in getattr(bad, "reason", "")
    assert isinstance(good, Article)
