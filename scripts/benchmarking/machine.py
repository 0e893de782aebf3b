"""What the machine is and does: its speed at matrix products, processes' memory, what the page cache holds."""

import ctypes
import mmap
import os
import platform
import time
from collections.abc import Iterator
from pathlib import Path

import numpy as np


def gflops() -> float:
    """What a product of float32 matrices does on one core now: no figure of time means anything without it."""
    square = np.random.default_rng(0).random((1024, 1024), np.float32)
    square @ square
    started = time.process_time()
    for _ in range(8):
        square @ square
    return float(8 * 2 * 1024**3 / (time.process_time() - started) / 1e9)


def described() -> str:
    """The processor, its cores, the system and Python."""
    model = platform.processor() or platform.machine()
    for line in _lines(Path("/proc/cpuinfo")):
        if line.startswith("model name"):
            model = line.partition(":")[2].strip()
            break
    versions = f"Python {platform.python_version()}, numpy {np.__version__}"
    return f"{model}, {os.cpu_count()} cores, {platform.system()}, {versions}"


def anonymous_bytes(process: int) -> int:
    """Memory of a process that no file backs (RssAnon); 0 where the system does not tell."""
    for line in _lines(Path(f"/proc/{process}/status")):
        if line.startswith("RssAnon"):
            return int(line.split()[1]) * 1024
    return 0


def cpu_seconds(process: int) -> float:
    """User and system time of a process and of its children that ended; 0 where the system does not tell."""
    for line in _lines(Path(f"/proc/{process}/stat")):
        # The second field is the name in parentheses, which may hold blanks; utime is the 14th.
        values = line.rpartition(")")[2].split()
        return sum(map(int, values[11:15])) / os.sysconf("SC_CLK_TCK")
    return 0.0


def busy_seconds() -> float:
    """What all cores have worked since the machine was started; 0 where the system does not tell."""
    for line in _lines(Path("/proc/stat")):
        # cpu, then user, nice, system, idle, iowait, irq, softirq, steal
        values = [int(value) for value in line.split()[1:9]]
        return (sum(values) - values[3] - values[4]) / os.sysconf("SC_CLK_TCK")
    return 0.0


def children(process: int) -> list[int]:
    """The processes that a process has started and that still run."""
    lines = _lines(Path(f"/proc/{process}/task/{process}/children"))
    return [int(child) for line in lines for child in line.split()]


def folder_bytes(folder: Path) -> int:
    """The bytes of all files below a folder."""
    return sum(path.stat().st_size for path in _files(folder))


def drop_from_cache(folder: Path) -> float:
    """Asks the system to forget a folder's files, and returns the share of them that it still holds.

    Pages that some process has mapped stay, so nobody may have the files open.
    """
    held = total = 0
    for path in _files(folder):
        with path.open("rb") as file:
            os.fsync(file.fileno())
            os.posix_fadvise(file.fileno(), 0, 0, os.POSIX_FADV_DONTNEED)
            size = path.stat().st_size
            held += _pages_held(file.fileno(), size)
            total += -(-size // mmap.PAGESIZE)
    return held / total if total else 0.0


def _pages_held(descriptor: int, size: int) -> int:
    """How many of a file's pages are in the page cache."""
    if not size:
        return 0
    with mmap.mmap(descriptor, size, access=mmap.ACCESS_COPY) as mapped:
        pages = (ctypes.c_ubyte * -(-size // mmap.PAGESIZE))()
        start = ctypes.c_char.from_buffer(mapped)
        failed = ctypes.CDLL(None, use_errno=True).mincore(ctypes.byref(start), ctypes.c_size_t(size), pages)
        del start
        if failed:
            raise OSError(ctypes.get_errno(), "mincore does not tell what is in the page cache")
        return sum(page & 1 for page in bytes(pages))


def _files(folder: Path) -> Iterator[Path]:
    return (path for path in sorted(folder.rglob("*")) if path.is_file())


def _lines(path: Path) -> list[str]:
    try:
        return path.read_text(encoding="utf-8", errors="replace").splitlines()
    except OSError:  # another system, or a process that has ended
        return []
