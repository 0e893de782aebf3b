"""One writer at a time: a lock on the data folder that a dead process does not keep."""

import contextlib
import dataclasses
import datetime
import json
import os
import socket
import sys
import time
from collections.abc import Callable, Iterator
from pathlib import Path

from filelock import FileLock, Timeout

from index.errors import LockHeldError, UsageError

LOCK_NAME = "writer.lock"
_HOLDER_NAME = "writer.json"
_TURN_NAME = "next.lock"
_LONGEST_COMMAND = 300
_LOOKS = 0.1
"""Seconds between two tries."""


@dataclasses.dataclass(frozen=True, slots=True)
class Holder:
    """Who writes to a data folder: process and machine, since when (UTC, ISO 8601), and by which command."""

    pid: int
    host: str
    since: str
    command: str

    def __str__(self) -> str:
        return f"process {self.pid} on {self.host} since {self.since}: {self.command}"


@contextlib.contextmanager
def write_lock(data: Path, *, wait: float = 0.0, waiting: Callable[[str], None] = lambda _: None) -> Iterator[None]:
    """Holds the data folder for writing. LockHeldError where another run has it; UsageError without rights.

    Another run is waited for so many seconds, and `waiting` is told once for whom. The kernel lets go of the lock when
    its process ends, however that happens; the file itself stays.
    """
    path = data / LOCK_NAME
    try:
        data.mkdir(parents=True, exist_ok=True)
        lock = FileLock(path)
        _acquire(lock, data, wait, waiting)
    except OSError as error:
        raise UsageError(
            f"{data}: cannot be written to ({error.strerror}); give yourself the rights, or name another folder "
            "with --data"
        ) from error
    try:
        with contextlib.suppress(OSError):  # it only helps a message
            _tell(data)
        yield
    finally:
        with contextlib.suppress(OSError):
            (data / _HOLDER_NAME).unlink()
        lock.release()


class Turn:
    """The place of whoever is next to write: one process waits, and others that want the same need not."""

    def __init__(self, data: Path) -> None:
        self._lock = FileLock(data / _TURN_NAME)

    def take(self) -> bool:
        """Whether nobody else has it; what is taken is given up, by the kernel where the process ends."""
        try:
            self._lock.acquire(timeout=0)
        except Timeout:
            return False
        except OSError as error:
            where = Path(self._lock.lock_file)
            raise UsageError(f"{where}: cannot be written to ({error.strerror}); give yourself the rights") from error
        return True

    def give_up(self) -> None:
        """Lets the next one have it."""
        self._lock.release()


def holder(data: Path) -> Holder | None:
    """Who said last that they write to a data folder; None where nobody does, or nobody could say so."""
    try:
        return Holder(**json.loads((data / _HOLDER_NAME).read_bytes()))
    except (OSError, ValueError, TypeError):
        return None


def _acquire(lock: FileLock, data: Path, wait: float, waiting: Callable[[str], None]) -> None:
    started = time.monotonic()
    try:
        lock.acquire(timeout=0)
        return
    except Timeout:
        if wait > 0:
            waiting(f"{data}: another run{_named(data)} is writing here; waiting up to {wait:g} seconds for it")
    try:
        if wait <= 0:
            raise Timeout(lock.lock_file)
        lock.acquire(timeout=wait, poll_interval=_LOOKS)
    except Timeout:
        waited = f" (waited {time.monotonic() - started:.0f} seconds)" if wait > 0 else ""
        raise LockHeldError(
            f"{data}: another run{_named(data)} is writing here{waited}; wait for it (--wait SECONDS), or stop it"
        ) from None


def _named(data: Path) -> str:
    found = holder(data)
    return f" ({found})" if found else ""


def _tell(data: Path) -> None:
    now = datetime.datetime.now(datetime.UTC).isoformat(timespec="seconds")
    command = " ".join([Path(sys.argv[0]).name, *sys.argv[1:]])[:_LONGEST_COMMAND]
    text = json.dumps(dataclasses.asdict(Holder(os.getpid(), socket.gethostname(), now, command)))
    temporary = data / f".{_HOLDER_NAME}.{os.getpid()}"
    temporary.write_text(text, encoding="ascii")
    temporary.replace(data / _HOLDER_NAME)
