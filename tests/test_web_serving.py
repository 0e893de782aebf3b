"""`saywho serve` with several workers: connections, files and stopping."""

import http.client
import json
import os
import re
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import closing, contextmanager
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
    with running(tmp_path) as found:
        yield found


@contextmanager
def running(folder: Path, *options: str, **settings: str) -> Iterator[tuple["subprocess.Popen[str]", int]]:
    """The command over a data folder, and its port."""
    given = ["--port", "0", "--workers", str(WORKERS), "--data", str(folder), *options]
    command = [sys.executable, "-m", "saywho", "serve", *given]
    with subprocess.Popen(
        command, cwd=ROOT, env={**os.environ, **settings}, stderr=subprocess.PIPE, text=True
    ) as process:
        assert process.stderr is not None
        lines = map(re.compile(r"http://127\.0\.0\.1:(\d+)").search, process.stderr)
        told = next(filter(None, lines))  # behind what is missing
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


MANY = 20_000
"""Rows whose export the system's buffers cannot hold."""


@pytest.fixture(scope="module")
def large(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("large")
    a_build(folder, [an_entry(number) for number in range(MANY)])
    return folder


def _begin_export(port: int) -> socket.socket:
    """A connection whose export has begun, and of which little has been read."""
    connection = socket.create_connection(("127.0.0.1", port), timeout=20)
    connection.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 1 << 16)
    connection.sendall(b"GET /search.csv HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n")
    assert connection.recv(100).startswith(b"HTTP/1.1 200")
    return connection


@linux
def test_a_stream_is_read_to_its_end_before_it_stops(large: Path) -> None:
    with running(large) as (process, port), closing(_begin_export(port)) as connection:
        process.send_signal(signal.SIGTERM)
        time.sleep(1)
        assert process.poll() is None
        read = b"".join(iter(lambda: connection.recv(1 << 16), b""))
        assert read.endswith(b"\r\n0\r\n\r\n")  # the last of its pieces
        assert read.count(b"Gull") >= MANY
        assert process.wait(60) == 0  # on a busy machine a worker may wait out its grace


@linux
def test_a_stream_that_nobody_reads_holds_it_no_longer_than_is_set(large: Path) -> None:
    with running(large, SAYWHO_GRACE="1") as (process, port), closing(_begin_export(port)):
        started = time.monotonic()
        process.send_signal(signal.SIGTERM)
        process.wait(20)
        assert 1 <= time.monotonic() - started < 10


def _ask(port: int, path: str, **headers: str) -> tuple[int, str, dict[str, str]]:
    with closing(http.client.HTTPConnection("127.0.0.1", port, timeout=10)) as connection:
        connection.request("GET", path, headers=headers)
        answer = connection.getresponse()
        return answer.status, answer.read().decode(), dict(answer.getheaders())


def _until(true: Callable[[], bool]) -> None:
    deadline = time.monotonic() + 20
    while not true():
        assert time.monotonic() < deadline
        time.sleep(0.05)


def _is_told(port: int, *lines: str) -> Callable[[], bool]:
    """Whether /metrics has these lines, ten times in a row, whichever process answers."""
    return lambda: all(line in _ask(port, "/metrics")[1].splitlines() for line in lines for _ in range(10))


COUNTED = 'saywho_requests_total{method="GET",route="/api/v1/quotes",status="200"}'
ALL = f"saywho_processes {WORKERS}.0"


@linux
def test_every_process_tells_what_all_have_counted(server: tuple["subprocess.Popen[str]", int]) -> None:
    process, port = server
    _until(_is_told(port, ALL))
    for _ in range(40):
        _ask(port, QUESTION)
    _until(_is_told(port, f"{COUNTED} 40.0"))
    first = _children(process.pid)[0]
    os.kill(first, signal.SIGKILL)  # what it had counted stays, and another one takes its place
    _until(lambda: first not in (now := _children(process.pid)) and len(now) == WORKERS)
    _until(_is_told(port, ALL, f"{COUNTED} 40.0"))


@linux
def test_a_reload_keeps_counts_and_answers(server: tuple["subprocess.Popen[str]", int]) -> None:
    process, port = server
    for _ in range(5):
        assert _ask(port, QUESTION)[0] == 200
    before = set(_children(process.pid))
    process.send_signal(signal.SIGHUP)
    _until(lambda: not before & (now := set(_children(process.pid))) and len(now) == WORKERS)
    assert _ask(port, QUESTION)[0] == 200
    _until(_is_told(port, f"{COUNTED} 6.0"))


def test_the_log_is_one_object_a_line(tmp_path: Path) -> None:
    with running(tmp_path, "--log-format", "json") as (process, port):
        assert _ask(port, "/readyz", **{"X-Request-Id": "probe-1"})[0] == 503
        time.sleep(0.5)
        os.kill(_children(process.pid)[0], signal.SIGKILL)  # gunicorn says so
        time.sleep(1)
        process.send_signal(signal.SIGTERM)
        assert process.stderr is not None
        rows = [json.loads(line) for line in process.stderr.read().splitlines()]
    assert {"time", "level", "message"} <= set.intersection(*map(set, rows))
    of_request = [row for row in rows if row.get("request") == "probe-1"]
    assert [row["message"].split()[0] for row in of_request] == ["GET", "request"]
    assert (of_request[1]["status"], of_request[1]["route"], of_request[1]["build"]) == (503, "/readyz", None)
    assert any(row.get("logger") == "gunicorn.error" for row in rows)


def test_it_is_not_ready_while_the_build_is_damaged(tmp_path: Path) -> None:
    a_build(tmp_path, [an_entry()])
    pack = next(tmp_path.rglob("*.pack"))
    pack.write_bytes(pack.read_bytes()[:-1])
    with running(tmp_path) as (_, port):
        status, told, headers = _ask(port, "/readyz")
        assert (status, int(headers["Retry-After"]) > 0, "damaged" in told) == (503, True, True)
        assert str(tmp_path) not in told
        assert _ask(port, "/healthz")[:2] == (200, "ok\n")


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
