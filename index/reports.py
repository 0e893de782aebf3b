"""What a run did, as a file for whoever started it: schedulers, monitors, the next step of a pipeline.

`docs/keeping-fresh.md` lists the fields. The file appears when it is whole, and also when the run failed.
"""

import contextlib
import dataclasses
import datetime
import json
import os
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from index.errors import SaywhoError, UsageError
from index.run_records import IndexReport

SCHEMA = 1
"""Counted up when a field goes or changes its meaning; new fields may come at any time."""
SOME_SET_ASIDE = 3
INTERRUPTED = 130
_MOST_FAILURES = 1000
"""Failures that are listed one by one; `failed` counts all of them."""


def exit_code_of(report: IndexReport) -> int:
    """What a run that came to its end exits with."""
    return SOME_SET_ASIDE if report.failed else 0


def row_of(
    report: IndexReport,
    *,
    started: datetime.datetime,
    exit_code: int,
    dry_run: bool = False,
    error: str | None = None,
) -> dict[str, Any]:
    """A run as a JSON object; times are UTC, ISO 8601."""
    row = dataclasses.asdict(report)
    row["failures"] = row["failures"][:_MOST_FAILURES]
    row["seconds"] = round(report.seconds, 3)
    now = datetime.datetime.now(datetime.UTC)
    head = {
        "schema": SCHEMA,
        "started": started.isoformat(timespec="seconds"),
        "finished": now.isoformat(timespec="seconds"),
        "exit_code": exit_code,
        "error": error,
        "dry_run": dry_run,
    }
    return {**head, **row}


@dataclasses.dataclass(slots=True)
class Kept:
    """A report while it is filled in, and, when the run has ended, as a JSON object."""

    report: IndexReport = dataclasses.field(default_factory=IndexReport)
    row: dict[str, Any] = dataclasses.field(default_factory=dict)


@contextlib.contextmanager
def reporting(path: Path | None, *, dry_run: bool = False) -> Iterator[Kept]:
    """A report to be filled in; it is written when the block ends, whether that went well or not.

    UsageError, before anything is done, where the file cannot be written.
    """
    if path is not None:
        _check(path)
    kept, started = Kept(), datetime.datetime.now(datetime.UTC)
    code, error = 1, None
    try:
        yield kept
        code = exit_code_of(kept.report)
    except SaywhoError as raised:
        code, error = raised.exit_code, str(raised)
        raise
    except KeyboardInterrupt:
        code, error = INTERRUPTED, "interrupted"
        raise
    except BaseException as raised:
        error = f"{type(raised).__name__}: {raised}"
        raise
    finally:
        kept.row = row_of(kept.report, started=started, exit_code=code, dry_run=dry_run, error=error)
        if path is not None:
            with contextlib.suppress(UsageError) if error else contextlib.nullcontext():
                write_report(path, kept.row)


def write_report(path: Path, row: dict[str, Any]) -> None:
    """Puts a report in its place in one step."""
    temporary = path.with_name(f".{path.name}.{os.getpid()}")
    try:
        try:
            temporary.write_text(json.dumps(row, indent=1) + "\n", encoding="utf-8")
            temporary.replace(path)
        finally:
            temporary.unlink(missing_ok=True)
    except OSError as error:
        raise UsageError(f"--report {path}: cannot be written ({error.strerror}); the articles were indexed") from error


def _check(path: Path) -> None:
    folder = path.absolute().parent
    with contextlib.suppress(OSError):
        folder.mkdir(parents=True, exist_ok=True)  # the data folder, perhaps, before the first run
    if not folder.is_dir() or not os.access(folder, os.W_OK):
        raise UsageError(
            f"--report {path}: cannot be written: {folder} is no folder that may be written to; name another file"
        )
