"""`benchmark.py export`: every quotation of a large index as a file, by the command and by HTTP."""

import http.client
import subprocess
import sys
import threading
import time
import zlib
from pathlib import Path
from typing import Any

from scripts.benchmarking.engines import MAKERS, OURS
from scripts.benchmarking.machine import anonymous_bytes, children, described, gflops
from scripts.benchmarking.serving import served
from scripts.benchmarking.workplace import ROOT, Workplace, say

_EVERY = 0.1
"""Seconds between two looks at a process's memory."""
_BLOCK = 2**16
COMMANDS = ("csv", "jsonl", "parquet")
PATHS = {"/search.csv": "identity", "/search.csv (gzip)": "gzip", "/search.jsonl": "identity"}


class _Memory:
    """Looks at the anonymous memory of processes until the end of the block."""

    def __init__(self, *processes: int) -> None:
        self._processes = processes
        self._over = threading.Event()
        self._thread = threading.Thread(target=self._look)
        self.seen: list[int] = []

    def _look(self) -> None:
        while not self._over.wait(_EVERY):
            self.seen.append(sum(map(anonymous_bytes, self._processes)))

    def __enter__(self) -> "_Memory":
        self._thread.start()
        return self

    def __exit__(self, *error: object) -> None:
        self._over.set()
        self._thread.join()

    def figures(self) -> dict[str, int]:
        """The most bytes in the first tenth of the time, and in all of it."""
        tenth = self.seen[: max(1, len(self.seen) // 10)]
        return {"early": max(tenth, default=0), "peak": max(self.seen, default=0)}


def export_figures(workplace: Workplace) -> dict[str, Any]:
    """Rows a second and memory, of all rows in each form."""
    index = workplace.index(MAKERS[OURS], "real")
    before = gflops()
    rows = [_by_command(index.folder, form, workplace.size) for form in COMMANDS]
    rows += [_by_http(index.folder, name, workplace.size) for name in PATHS]
    return {
        "machine": described(),
        "gflops": {"before": before, "after": gflops()},
        "size": workplace.size,
        "rows": rows,
    }


def _by_command(data: Path, form: str, size: int) -> dict[str, Any]:
    say(f"saywho export --format {form}")
    target = data / f"export.{form}"
    command = [sys.executable, str(ROOT / "saywho.py"), "export", "--data", str(data), "-o", str(target)]
    started = time.perf_counter()
    with subprocess.Popen(command, stderr=subprocess.PIPE) as process, _Memory(process.pid) as memory:
        _, told = process.communicate()
    seconds = time.perf_counter() - started
    try:
        if process.returncode or not told.startswith(f"{size:,} quotations".encode()):
            sys.exit(f"saywho export says: {told.decode(errors='replace').strip()}")
        length = target.stat().st_size
    finally:
        target.unlink(missing_ok=True)
    return _figures(f"saywho export, {form}", size, seconds, length, memory)


def _by_http(data: Path, name: str, size: int) -> dict[str, Any]:
    path = name.partition(" ")[0]
    say(f"GET {name}")
    with served(data, 1) as (server, port):
        connection = http.client.HTTPConnection("127.0.0.1", port, timeout=600)
        connection.request("GET", "/readyz")
        connection.getresponse().read()  # the index is opened at the first question
        with _Memory(*children(server.pid)) as memory:
            started = time.perf_counter()
            connection.request("GET", path, headers={"Accept-Encoding": PATHS[name]})
            answer = connection.getresponse()
            if answer.status != 200:
                sys.exit(f"{path}: the server answers {answer.status}")
            unpacked = zlib.decompressobj(31) if answer.headers["Content-Encoding"] == "gzip" else None
            length = lines = 0
            while block := answer.read(_BLOCK):
                length += len(block)
                lines += (unpacked.decompress(block) if unpacked else block).count(b"\n")
            seconds = time.perf_counter() - started
        connection.close()
    if lines < size:
        sys.exit(f"{path}: gives {lines:,} lines of {size:,}")
    return _figures(f"GET {name}", size, seconds, length, memory)


def _figures(name: str, size: int, seconds: float, length: int, memory: _Memory) -> dict[str, Any]:
    return {"name": name, "seconds": seconds, "per_second": size / seconds, "bytes": length, **memory.figures()}
