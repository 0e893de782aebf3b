"""`saywho serve` with several workers: connections, files and stopping."""

import http.client
import re
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path

import pytest

from tests.entries import a_build, an_entry

ROOT = Path(__file__).resolve().parents[1]
WORKERS = 2
QUESTION = "/api/v1/quotes?q=rain"
linux = pytest.mark.skipif(sys.platform != "linux", reason="reads /proc")


@pytest.fixture
def server(tmp_path: Path) -> Iterator[tuple["subprocess.Popen[str]", int]]:
    """The running command and its port."""
    a_build(tmp_path, [an_entry(number) for number in range(50)])
    options = ["--port", "0", "--workers", str(WORKERS), "--data", str(tmp_path)]
    command = [sys.executable, "-m", "saywho", "serve", *options]
    with subprocess.Popen(command, cwd=ROOT, stderr=subprocess.PIPE, text=True) as process:
        assert process.stderr is not None
        told = re.search(r"http://127\.0\.0\.1:(\d+)", process.stderr.readline())
        assert told
        yield process, int(told[1])
        process.kill()


def test_a_connection_stays_open(server: tuple["subprocess.Popen[str]", int]) -> None:
    with closing(http.client.HTTPConnection("127.0.0.1", server[1], timeout=10)) as connection:
        connection.connect()
        first = connection.sock
        for address, status in ((QUESTION, 200), ("/api/v1/quotes?x=1", 400), ("/static/site.css", 200), ("/", 200)):
            connection.request("GET", address)
            answer = connection.getresponse()
            answer.read()
            assert (answer.status, answer.will_close) == (status, False)
        assert connection.sock is first


@linux
def test_workers_map_the_same_files(server: tuple["subprocess.Popen[str]", int]) -> None:
    process, port = server
    mapped: dict[int, dict[str, int]] = {}
    deadline = time.monotonic() + 30
    while len(mapped) < WORKERS and time.monotonic() < deadline:
        with closing(http.client.HTTPConnection("127.0.0.1", port, timeout=10)) as connection:
            connection.request("GET", QUESTION)
            assert connection.getresponse().read()
        of_workers = {worker: _mapped(worker) for worker in _children(process.pid)}
        mapped = {worker: packs for worker, packs in of_workers.items() if packs}
    files, other_files = mapped.values()
    assert set(files) == set(other_files) != set()
    assert {*files.values(), *other_files.values()} == {0}


@linux
def test_a_request_that_is_under_way_is_answered_before_it_stops(server: tuple["subprocess.Popen[str]", int]) -> None:
    process, port = server
    with socket.create_connection(("127.0.0.1", port), timeout=10) as connection:
        connection.sendall(f"GET {QUESTION} HTTP/1.1\r\nHost: localhost\r\n".encode())
        time.sleep(0.5)
        process.send_signal(signal.SIGTERM)
        time.sleep(0.5)
        connection.sendall(b"\r\n")
        answer = b"".join(iter(lambda: connection.recv(65536), b""))
    assert answer.startswith(b"HTTP/1.1 200 OK")
    assert answer.endswith(b"}\n")
    assert process.wait(20) == 0


def _children(pid: int) -> list[int]:
    return [int(child) for child in Path(f"/proc/{pid}/task/{pid}/children").read_text().split()]


def _mapped(pid: int) -> dict[str, int]:
    """The arrays' files that a process has mapped, by device and inode, and how many KiB of each are its own."""
    found: dict[str, int] = {}
    file = ""
    for line in Path(f"/proc/{pid}/smaps").read_text().splitlines():
        if re.match(r"[0-9a-f]+-[0-9a-f]+ ", line):
            parts = line.split(maxsplit=5)
            file = f"{parts[3]} {parts[4]}" if len(parts) > 5 and parts[5].endswith(".pack") else ""
        elif file and line.startswith("Private_Dirty:"):
            found[file] = found.get(file, 0) + int(line.split()[1])
    return found
