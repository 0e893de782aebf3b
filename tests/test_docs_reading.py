"""What the documents print for taking articles in and keeping them fresh, run over files of the names that it uses."""

import gzip
import json
import os
import re
import shlex
import shutil
import subprocess
import zipfile
from collections.abc import Iterator
from pathlib import Path

import pytest

import saywho
from index.readers import robots
from index.settings import Settings
from index.status import look
from tests.conftest import ROOT
from tests.local_server import LocalServer, local_server
from tests.reading import a_page
from tests.test_docs import BLOCK, README
from tests.test_index_readers_feed import rss
from tests.test_index_readers_warc import http, record

FRESH = (ROOT / "docs" / "keeping-fresh.md").read_text(encoding="utf-8")
FRENCH = (
    "Le pont est fermé depuis lundi. « Nous allons réparer le pont avant l’hiver », a dit la maire de la ville aux "
    "habitants. Elle a ajouté que les travaux commenceront la semaine prochaine, si la pluie le permet."
)


def commands(document: str, section: str) -> list[str]:
    """The lines of a section that begin with `saywho`, without their remarks."""
    text = document.split(f"## {section}\n")[1].split("\n## ")[0]
    lines = [line for language, block in BLOCK.findall(text) if language in ("", "sh") for line in block.splitlines()]
    return [line.split("  #")[0].strip() for line in lines if line.startswith("saywho ")]


@pytest.fixture
def server() -> Iterator[LocalServer]:
    """Stands for https://example.org."""
    robots.forget()
    with local_server() as running:
        page = running.put("/2020/bridge", a_page())
        running.put("/feed.xml", rss(f"<title>Bridge</title><link>{page}</link>"), type="application/rss+xml")
        yield running


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A working folder with the files that the documents name."""
    (tmp_path / "articles").mkdir()
    for number, path in enumerate(sorted((ROOT / "index/sample/plains-courier").rglob("*.txt"))[:3]):
        shutil.copyfile(path, tmp_path / "articles" / f"{number}.txt")
    (tmp_path / "news.csv").write_text('body,date\n"“Rain is news,” said Ada Brook.",03/04/2020\n', encoding="utf-8")
    (tmp_path / "crawl.warc.gz").write_bytes(
        gzip.compress(record(http(), url="https://gazette.example/2020/02/02/ferry"))
    )
    with zipfile.ZipFile(tmp_path / "old.zip", "w") as packed:
        packed.writestr("1999/snow.txt", "“Snow is news,” said Tom Reed.")
    (tmp_path / "articles.fr").mkdir()
    (tmp_path / "articles.fr" / "pont.txt").write_text(FRENCH, encoding="utf-8")
    (tmp_path / "sources.txt").write_text("# one a line\narticles.fr\n", encoding="utf-8")
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("SAYWHO_DATA", str(tmp_path / "saywho-data"))
    return tmp_path


def articles(folder: Path) -> int:
    held = look(Settings(data=folder / "saywho-data")).archive
    assert held is not None
    return held.articles


def run(line: str, server: LocalServer, *more: str) -> int:
    """A printed command, with this machine in the place of example.org."""
    here = line.replace("https://example.org", server.address)
    near = ["--allow-private", "--limit-of", "delay=0"] if here != line else []
    return saywho.run([*shlex.split(here)[1:], *near, *more])


def test_every_format_is_read_as_the_readme_says(folder: Path, server: LocalServer) -> None:
    lines = commands(README, "What it reads")
    assert len(lines) == 5
    held = [0]
    for line in lines:
        assert run(line, server) == 0, line
        held.append(articles(folder))
    assert held == [0, 3, 4, 6, 7, 8]
    assert saywho.run(["search", "speaker:brook", "--from", "2020-04-03", "--to", "2020-04-03"]) == 0


def test_watching_as_the_readme_says(folder: Path, server: LocalServer, capsys: pytest.CaptureFixture[str]) -> None:
    for line in (line for line in commands(README, "Kept up to date, served, moved") if " watch " in line):
        assert run(line, server, "--once", "--rest", "0") == 0
    assert articles(folder) == 4


def test_indexing_again_does_only_what_is_new(folder: Path, server: LocalServer) -> None:
    line = next(line for line in commands(FRESH.replace("# Keeping a collection fresh", "## Once"), "Once"))
    told = []
    for _ in range(2):
        assert run(line, server, "--report", "report.json") == 0
        told.append(json.loads(Path("report.json").read_text(encoding="utf-8")))
    assert [(one["added"], one["unchanged"]) for one in told] == [(4, 0), (0, 4)]


def test_pruning_is_shown_first(folder: Path, server: LocalServer, capsys: pytest.CaptureFixture[str]) -> None:
    assert saywho.run(["index", "articles/"]) == 0
    (folder / "articles" / "0.txt").unlink()
    shown, done = (line for line in commands(FRESH, "What is done again, and what is not"))
    for line, left in ((shown, 3), (done, 2)):
        assert run(line, server) == 0
        assert articles(folder) == left


def shell(script: str, folder: Path) -> subprocess.CompletedProcess[str]:
    """What a scheduler's shell makes of it, with `saywho` where the environment has it."""
    path = f"{ROOT / '.venv' / 'bin'}{os.pathsep}{os.environ['PATH']}"
    return subprocess.run(
        ["sh", "-e", "-c", script], cwd=folder, env={**os.environ, "PATH": path}, capture_output=True, text=True
    )


def test_the_line_for_cron(folder: Path, server: LocalServer) -> None:
    (line,) = re.findall(r"^\*/15 \* \* \* \* (.*)$", FRESH, re.MULTILINE)
    (folder / "feeds.txt").write_text("articles.fr\n", encoding="utf-8")
    done = shell(line.replace("/srv/", f"{folder}/"), folder)
    assert (done.returncode, json.loads((folder / "saywho" / "last-run.json").read_text())["added"]) == (0, 3)
    assert "%" not in line, "cron takes it for the end of the line"


@pytest.mark.parametrize(("broken", "code"), [(0, 0), (1, 1)])
def test_the_job_of_a_ci(folder: Path, broken: int, code: int) -> None:
    (script,) = (block for language, block in BLOCK.findall(FRESH) if language == "sh")
    rows = [{"text": f"“Rain {number} is news,” said Ada Brook.", "id": f"n{number}"} for number in range(110)]
    lines = [json.dumps(row) for row in rows] + ["{"] * (2 * broken)
    (folder / "articles" / "n.jsonl").write_text("\n".join(lines), encoding="utf-8")
    done = shell(script, folder)
    assert done.returncode == code, done.stderr
    assert json.loads((folder / "report.json").read_text())["exit_code"] == code


@pytest.mark.skipif(shutil.which("systemd-analyze") is None, reason="systemd-analyze is not installed")
def test_the_units(tmp_path: Path) -> None:
    watching, once, timer = (block for language, block in BLOCK.findall(FRESH) if language == "ini")
    for name, text in (("fresh.service", watching), ("once.service", once), ("once.timer", timer)):
        path = tmp_path / name
        path.write_text(text.replace("User=saywho\n", ""), encoding="utf-8")
        done = subprocess.run(
            ["systemd-analyze", "verify", "--man=no", path], capture_output=True, text=True, check=False
        )
        assert (done.returncode, [line for line in done.stderr.splitlines() if name in line]) == (0, [])
