"""`benchmark.py http`: `saywho serve` over a large index, asked by eight connections at once."""

import contextlib
import functools
import http.client
import itertools
import json
import os
import re
import shutil
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path
from typing import Any
from urllib.parse import urlencode

import numpy as np
import numpy.typing as npt

from scripts.benchmarking.engines import MAKERS, OURS
from scripts.benchmarking.machine import busy_seconds, children, cpu_seconds, described, gflops
from scripts.benchmarking.queries import Question
from scripts.benchmarking.searching import spread
from scripts.benchmarking.workplace import ROOT, Workplace, say

CONNECTIONS = 8
_PATIENCE = 60.0
"""Seconds that the server may take to start, or to answer one question."""
_EVERY = 0.05
"""Seconds between the questions that are asked for their `took_ms`, beside the load."""
_SCRIPT = """
local paths, threads = {}, 0
for line in io.lines("PATHS") do paths[#paths + 1] = line end
function setup(thread) thread:set("at", threads * 37) threads = threads + 1 end
function request() at = at % #paths + 1 return wrk.format("GET", paths[at]) end
function done(summary, latency)
  local e = summary.errors
  io.write(string.format('{"requests": %d, "seconds": %.6f, "errors": %d, "p50": %.4f, "p95": %.4f, "mean": %.4f}\\n',
    summary.requests, summary.duration / 1e6, e.status + e.connect + e.read + e.write + e.timeout,
    latency:percentile(50) / 1e3, latency:percentile(95) / 1e3, latency.mean / 1e3))
end
"""
"""For wrk: the questions in turn, every thread from another one on; at the end one JSON object."""


def load_figures(workplace: Workplace, *, workers: int, seconds: float) -> dict[str, Any]:
    """What the server does in so many seconds of load, after every connection has asked every question once."""
    index = workplace.index(MAKERS[OURS], "real")
    paths = [path_of(question) for question in workplace.questions()]
    before = gflops()
    with served(index.folder, workers) as (process, port):
        say(f"the server is asked every question on each of {CONNECTIONS} connections, then for {seconds:g} seconds")
        _ask_all(port, paths)
        wrk = shutil.which("wrk")
        before_load = _seconds(process.pid)
        with _watching(port, paths) as took:
            load = _wrk(wrk, port, paths, seconds, index.folder) if wrk else _threads(port, paths, seconds)
        passed, server, client_side, machine = (_seconds(process.pid) - before_load).tolist()
    answered = max(1, load["requests"] + len(took))
    return {
        "machine": described(),
        "gflops": {"before": before, "after": gflops()},
        "size": workplace.size,
        "workers": workers,
        "connections": CONNECTIONS,
        "cores": os.cpu_count(),
        "client": "wrk" if wrk else "a client in Python, since wrk is not installed",
        "per_second": round(load["requests"] / load["seconds"], 1),
        "latency_ms": {name: load[name] for name in ("p50", "p95", "mean")},
        "took_ms": spread(took),
        "errors": load["errors"],
        "server_cpu_ms": round(server * 1000 / answered, 3),
        "server_cores": round(server / passed, 2),
        "client_cores": round(client_side / passed, 2),
        "other_cores": round(max(0.0, machine - server - client_side) / passed, 2),
    }


def path_of(question: Question) -> str:
    """The address of a question at the JSON endpoint."""
    text = {"any": " OR ", "all": " "}.get(question.joined, " ").join(question.words)
    text = {"phrase": f'"{text}"', "prefix": f"{text}*"}.get(question.joined, text)
    dates = dict(zip(("date_from", "date_to"), question.dates or (), strict=False))
    asked = {"q": text, "speaker": question.speaker, "source": question.source, **dates}
    shape = {"limit": "10", "facets": "speaker,source,date", "facet_limit": "20"}
    return f"/api/v1/quotes?{urlencode({name: value for name, value in asked.items() if value} | shape)}"


class Client:
    """One connection that is kept open."""

    def __init__(self, port: int) -> None:
        self._connection = http.client.HTTPConnection("127.0.0.1", port, timeout=_PATIENCE)

    def get(self, path: str) -> tuple[int, bytes]:
        """The status and the whole body; 0 where there is no answer."""
        try:
            self._connection.request("GET", path)
            answer = self._connection.getresponse()
            return answer.status, answer.read()
        except (OSError, http.client.HTTPException):
            self.close()
            return 0, b""

    def close(self) -> None:
        """Closes the connection."""
        self._connection.close()


@contextlib.contextmanager
def served(data: Path, workers: int) -> Iterator[tuple["subprocess.Popen[bytes]", int]]:
    """`saywho serve` on a free port, until the end of the block."""
    log = data / "serve.log"
    options = ["--data", str(data), "--port", "0", "--workers", str(workers)]
    with log.open("wb") as file:
        process = subprocess.Popen([sys.executable, str(ROOT / "saywho.py"), "serve", *options], stderr=file)
    try:
        deadline = time.monotonic() + _PATIENCE
        while not (told := re.search(r"http://127\.0\.0\.1:(\d+)", log.read_text(encoding="utf-8"))):
            if process.poll() is not None or time.monotonic() > deadline:
                sys.exit(f"saywho serve does not start; it says: {log.read_text(encoding='utf-8').strip()}")
            time.sleep(_EVERY)
        yield process, int(told[1])
    finally:
        process.terminate()
        process.wait(_PATIENCE)


def _ask_all(port: int, paths: Sequence[str]) -> None:
    """Every question, on as many connections as the load has: one alone would leave all workers but its own cold."""
    refused: list[str] = []

    def ask() -> None:
        with contextlib.closing(Client(port)) as client:
            for path in paths:
                status, body = client.get(path)
                if status != 200:
                    refused.append(f"{path}: the server answers {status} {body[:200]!r}")
                    return

    _at_once([ask] * CONNECTIONS)
    if refused:
        sys.exit(refused[0])


def _at_once(tasks: Sequence[Callable[[], None]]) -> None:
    threads = [threading.Thread(target=task) for task in tasks]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()


@contextlib.contextmanager
def _watching(port: int, paths: Sequence[str]) -> Iterator[list[float]]:
    """Asks one question now and then, and gives what each answer says the search took, in milliseconds."""
    took: list[float] = []
    over = threading.Event()

    def watch() -> None:
        with contextlib.closing(Client(port)) as client:
            for number in itertools.count():
                if over.wait(_EVERY):
                    return
                status, body = client.get(paths[number * 7 % len(paths)])
                if status == 200:
                    took.append(float(json.loads(body)["took_ms"]))

    thread = threading.Thread(target=watch)
    thread.start()
    try:
        yield took
    finally:
        over.set()
        thread.join()


def _wrk(wrk: str, port: int, paths: Sequence[str], seconds: float, folder: Path) -> dict[str, Any]:
    listed, script = folder / "paths.txt", folder / "wrk.lua"
    listed.write_text("\n".join(paths) + "\n", encoding="ascii")
    script.write_text(_SCRIPT.replace("PATHS", str(listed)), encoding="utf-8")
    command = [wrk, "-t2", f"-c{CONNECTIONS}", f"-d{max(1, round(seconds))}s", "-s", str(script)]
    run = subprocess.run([*command, f"http://127.0.0.1:{port}"], capture_output=True, text=True, check=False)
    if run.returncode:
        sys.exit(f"{' '.join(command)}: did not run: {run.stderr.strip() or run.stdout.strip()}")
    figures: dict[str, Any] = json.loads(run.stdout.splitlines()[-1])
    return figures


def _threads(port: int, paths: Sequence[str], seconds: float) -> dict[str, Any]:
    times: list[float] = []
    wrong: list[int] = []
    started = time.perf_counter()

    def ask(number: int) -> None:
        with contextlib.closing(Client(port)) as client:
            for path in itertools.islice(itertools.cycle(paths), number * 37, None):
                moment = time.perf_counter()
                if moment > started + seconds:
                    return
                status, _ = client.get(path)
                times.append((time.perf_counter() - moment) * 1000)
                if status != 200:
                    wrong.append(status)

    _at_once([functools.partial(ask, number) for number in range(CONNECTIONS)])
    passed = time.perf_counter() - started
    return {"requests": len(times), "seconds": passed, "errors": len(wrong), **spread(times)}


def _seconds(server: int) -> npt.NDArray[np.float64]:
    """float64 [4]: by the clock; of processor time of the server, of this process and its children, of the machine."""
    of_server = sum(cpu_seconds(one) for one in (server, *children(server)))
    return np.array([time.perf_counter(), of_server, sum(os.times()[:4]), busy_seconds()])
