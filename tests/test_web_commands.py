import os
import platform
import signal
import socket
import subprocess
import sys
import time
import urllib.error
import urllib.request
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path

import pytest

import saywho
from index.errors import SaywhoError
from index.manifest import published
from index.settings import Settings
from search.library import Library
from tests.entries import a_build, an_entry
from web import commands

ROOT = Path(__file__).resolve().parents[1]


@pytest.mark.parametrize("module", ["web", "search.commands"])
def test_what_answers_questions_loads_nothing_heavy(module: str) -> None:
    code = f"import sys, {module}; print(sorted({{'spacy', 'nltk', 'pydantic'}} & set(sys.modules)))"
    found = subprocess.run([sys.executable, "-c", code], cwd=ROOT, capture_output=True, text=True, check=True)
    assert found.stdout == "[]\n"


class Served:
    """A running `saywho serve`."""

    def __init__(self, process: "subprocess.Popen[str]", address: str, said: list[str]) -> None:
        self.process, self.address, self.said = process, address, said

    def ask(self, path: str) -> int:
        try:
            with urllib.request.urlopen(self.address + path, timeout=10) as response:
                status: int = response.status
                return status
        except urllib.error.HTTPError as error:
            with error:
                return error.code


@pytest.fixture
def served(tmp_path: Path) -> Iterator[Served]:
    process = subprocess.Popen(
        [sys.executable, "-m", "saywho", "serve", "--port", "0", "--data", str(tmp_path)],
        cwd=ROOT,
        stderr=subprocess.PIPE,
        stdout=subprocess.DEVNULL,
        text=True,
    )
    assert process.stderr is not None
    said = []
    for line in process.stderr:
        said.append(line.strip())
        if line.startswith("saywho is at "):
            break
    with process, closing(process.stderr):
        yield Served(process, said[-1].split()[3], said)
        if process.poll() is None:
            process.kill()


def test_serve_says_where_it_is_and_what_is_missing(served: Served, tmp_path: Path) -> None:
    assert (
        served.said[0] == f"saywho: nothing is published in {tmp_path} yet; run: saywho index SOURCE… --data {tmp_path}"
    )
    assert (served.ask("/healthz"), served.ask("/readyz"), served.ask("/")) == (200, 503, 503)


def test_what_is_published_later_is_served_at_once(served: Served, tmp_path: Path) -> None:
    assert served.ask("/readyz") == 503
    a_build(tmp_path, [an_entry()])
    assert (served.ask("/readyz"), served.ask("/search?q=rain")) == (200, 200)


def test_ctrl_c_ends_it_quietly(served: Served) -> None:
    assert served.ask("/healthz") == 200
    served.process.send_signal(signal.SIGINT)
    assert served.process.stderr is not None
    assert served.process.stderr.read() == ""
    assert served.process.wait(10) == 0


def test_a_port_in_use_is_said_before_anything_starts(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = taken.getsockname()[1]
        assert saywho.run(["serve", "--port", str(port), "--data", str(tmp_path)]) == 1
    said = capsys.readouterr().err.splitlines()
    assert len(said) == 1
    assert f"port {port} is in use" in said[0]
    assert "--port" in said[0]


@pytest.mark.parametrize(
    ("error", "told"),
    [
        (PermissionError(13, "Permission denied"), "port 80 needs rights"),
        (OSError(98, "Address already in use"), "port 80 is in use"),
        (OSError(99, "Cannot assign requested address"), "not an address of this machine"),
        (OSError(24, "Too many open files"), "Too many open files"),
    ],
)
def test_each_refusal_says_what_to_do(monkeypatch: pytest.MonkeyPatch, error: OSError, told: str) -> None:
    def refuse(*_: object) -> None:
        raise error

    monkeypatch.setattr(commands.socket.socket, "bind", refuse)
    with pytest.raises(SaywhoError, match=told):
        commands.listen("127.0.0.1", 80)


@pytest.mark.parametrize("host", ["no such host", "192.0.2.7", "x" * 300])
def test_a_host_that_is_not_here_is_named(host: str) -> None:
    with pytest.raises(SaywhoError, match="is not an address of this machine"):
        commands.listen(host, 0)


def test_the_demo_is_built_once_and_apart(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("SAYWHO_DATA", str(tmp_path))
    assert saywho.run(["demo", "--no-serve"]) == 0
    settings = Settings(data=tmp_path / "demo")
    first = published(settings.builds)
    library = Library(settings)
    stats = library.current().stats()
    library.close()
    assert stats.articles >= 60
    assert stats.sources == 6
    started = time.monotonic()
    assert saywho.run(["demo", "--no-serve"]) == 0
    assert time.monotonic() - started < 5
    assert published(settings.builds) == first
    assert not (tmp_path / "builds").exists()


def test_workers_and_port_come_from_the_environment_too(tmp_path: Path) -> None:
    environment = {**os.environ, "SAYWHO_PORT": "not a port"}
    found = subprocess.run(
        [sys.executable, "-m", "saywho", "serve", "--data", str(tmp_path)],
        cwd=ROOT,
        env=environment,
        capture_output=True,
        text=True,
        check=False,
        timeout=30,
    )
    assert found.returncode == 2
    assert "SAYWHO_PORT" in found.stderr


@pytest.mark.skipif(platform.libc_ver()[0] != "glibc", reason="other allocators are left as they are")
def test_freed_memory_is_used_again() -> None:
    code = """
import resource
import numpy as np
from web.memory import keep_freed
keep_freed()
for time in range(9):
    if time == 1:
        before = resource.getrusage(resource.RUSAGE_SELF).ru_minflt
    arrays = [np.ones(1_000_000, np.uint8) for _ in range(12)]
    del arrays
print(resource.getrusage(resource.RUSAGE_SELF).ru_minflt - before)
"""
    found = subprocess.run([sys.executable, "-c", code], cwd=ROOT, capture_output=True, text=True, check=True)
    assert int(found.stdout) < 1000  # eight times 2,900 pages otherwise
