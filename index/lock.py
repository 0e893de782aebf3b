"""One writer at a time: a lock on the data folder that a dead process does not keep."""

import contextlib
import os
from collections.abc import Iterator
from pathlib import Path

from filelock import FileLock, Timeout

from index.errors import LockHeldError, UsageError

LOCK_NAME = "writer.lock"
_HOLDER_NAME = "writer.pid"
_TURN_NAME = "next.lock"
_LOOKS = 0.1
"""Seconds between two tries."""


@contextlib.contextmanager
def write_lock(data: Path, *, patience: float = 0) -> Iterator[None]:
    """Holds the data folder for writing, after so many seconds of waiting at most.

    LockHeldError where another run has it; UsageError without rights.

    The kernel lets go of the lock when its process ends, however that happens; the file itself stays.
    """
    path = data / LOCK_NAME
    try:
        data.mkdir(parents=True, exist_ok=True)
        lock = FileLock(path)
        lock.acquire(timeout=patience, poll_interval=_LOOKS)
    except Timeout:
        raise LockHeldError(f"{data}: another run{_holder(data)} is writing here; wait for it, or stop it") from None
    except OSError as error:
        raise UsageError(
            f"{data}: cannot be written to ({error.strerror}); give yourself the rights, or name another folder "
            "with --data"
        ) from error
    try:
        with contextlib.suppress(OSError):  # it only helps a message
            (data / _HOLDER_NAME).write_text(str(os.getpid()), encoding="ascii")
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


def _holder(data: Path) -> str:
    with contextlib.suppress(OSError, ValueError):
        return f" (process {int((data / _HOLDER_NAME).read_text(encoding='ascii'))})"
    return ""
