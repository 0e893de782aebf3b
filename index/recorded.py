"""Corrections that wait for a run: written down at once, whoever holds the archive, and taken into its ledger later.

Each is a file of its own in a folder of the data folder, as a line of `index.ledger_exchange`, so that taking it in
twice changes nothing.
"""

import contextlib
import os
from pathlib import Path

from index.archive import Archive
from index.errors import ArchiveError
from index.ledger import Correction
from index.ledger_exchange import LineError, carried, from_line, merge, to_line
from index.ledger_table import fitted
from index.manifest import sync, write_durably
from index.settings import Settings

_REFUSED = ".refused"


def record(settings: Settings, archive: Archive, asked: Correction) -> Correction:
    """Writes a correction down so that it lasts, without the write lock, and gives the line that it will be.

    Its number is the one that it gets where nobody is faster. UsageError where it cannot be, ArchiveError where it
    cannot be written.
    """
    ledger = [*archive.corrections(), *waiting(settings, archive)]
    line = fitted(asked, ledger)
    [mine] = [one for one in carried([*ledger, line]) if one.entry == line.entry]
    folder = settings.recorded
    temporary = folder / f".{line.entry}.{os.getpid()}"
    try:
        if not folder.is_dir():
            folder.mkdir(exist_ok=True)
            sync(settings.data)
        write_durably(temporary, to_line(mine).encode())
        temporary.replace(folder / f"{line.entry}.json")
        sync(folder)
    except OSError as error:
        with contextlib.suppress(OSError):
            temporary.unlink()
        raise ArchiveError(f"{folder}: cannot be written ({error.strerror}); is there room, and the right?") from error
    return line


def waiting(settings: Settings, archive: Archive) -> list[Correction]:
    """The corrections that wait, numbered as if they were taken in now."""
    return merge(archive.corrections(), [line for _, line in _read(settings) if line is not None]).fresh


def is_waiting(settings: Settings, line: Correction) -> bool:
    """Whether a correction still waits."""
    return (settings.recorded / f"{line.entry}.json").exists()


def take_in(settings: Settings, archive: Archive) -> list[str]:
    """Takes what waits into the ledger, and commits; a line for each that could not be. The caller has the lock."""
    found = _read(settings)
    if not found:
        return []
    lines = [line for _, line in found if line is not None]
    done = merge(archive.corrections(), lines)
    archive.adopt(done.fresh)
    archive.commit(lasting=True)
    wrong = {line.entry: why for line, why in done.refused}
    notes = []
    for path, line in found:
        if line is None or line.entry in wrong:
            why = wrong[line.entry] if line else "is no correction"
            with contextlib.suppress(OSError):
                path.rename(path.with_suffix(_REFUSED))
            notes.append(f"{path.with_suffix(_REFUSED)}: a recorded correction {why}, and was not taken in")
        else:
            path.unlink(missing_ok=True)
    return notes


def _read(settings: Settings) -> list[tuple[Path, Correction | None]]:
    """The files that wait; those that are no correction without one."""
    found: list[tuple[Path, Correction | None]] = []
    for path in sorted(settings.recorded.glob("*.json")):
        try:
            found.append((path, from_line(path.read_bytes())))
        except FileNotFoundError:  # a run has taken it in
            continue
        except (OSError, LineError):
            found.append((path, None))
    return found
