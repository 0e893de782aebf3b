"""What saywho tells on stderr, as lines for people or as one JSON object a line (JSON lines, UTF-8, times in UTC).

`SAYWHO_LOG_FORMAT=json` asks for the second, of every command. Each object has `time`, `level` and `message`, and what
else is known under names of its own; a traceback is in `traceback`.
"""

import datetime
import json
import logging
import os
import sys
import threading
from collections.abc import Mapping

import msgspec

TEXT = "saywho: %(message)s"
ABOUT = "about"
"""The attribute of a log record that holds what else is known: a mapping of names to JSON values."""
VARIABLE = "SAYWHO_LOG_FORMAT"

_encode = msgspec.json.Encoder().encode
_writing = threading.Lock()


class JsonLines(logging.Formatter):
    """Log records as JSON objects."""

    def format(self, record: logging.LogRecord) -> str:
        """One record, without a line's end."""
        row = _row(record.levelname.lower(), record.getMessage(), record.created)
        if record.name not in ("root", "saywho"):
            row["logger"] = record.name
        about = getattr(record, ABOUT, None)
        row |= about if isinstance(about, Mapping) else {}
        if record.exc_info:
            row["traceback"] = self.formatException(record.exc_info)
        return _line(row).decode()


class TextLines(logging.Formatter):
    """Log records for people; the id of the request that one belongs to stands behind it."""

    def __init__(self) -> None:
        super().__init__(TEXT)

    def formatMessage(self, record: logging.LogRecord) -> str:  # noqa: N802 - logging's own name
        """The first line of a record."""
        about = getattr(record, ABOUT, None) or {}
        return super().formatMessage(record) + (f" [request {about['request']}]" if "request" in about else "")


def in_json() -> bool:
    """Whether the environment asks for JSON lines."""
    return os.environ.get(VARIABLE) == "json"


def set_up(form: str) -> None:
    """All log records go to stderr in that form (`text` or `json`) from now on."""
    handler = logging.StreamHandler()
    handler.setFormatter(JsonLines() if form == "json" else TextLines())
    logging.basicConfig(handlers=[handler], level=logging.WARNING, force=True)


def tell(level: str, message: str, **about: object) -> None:
    """Writes one JSON line to stderr."""
    write(_row(level, message) | about)


def write(row: Mapping[str, object]) -> None:
    """Writes an object as a line to stderr, whole, whoever else writes."""
    line = _line(row) + b"\n"
    out = getattr(sys.stderr, "buffer", None)
    with _writing:
        if out is None:
            sys.stderr.write(line.decode())
        else:
            out.write(line)
            out.flush()


def moment(seconds: float | None = None) -> str:
    """A time since the epoch (None: now) in UTC, to the millisecond: `2026-03-04T05:06:07.089Z`."""
    zone = datetime.UTC
    then = datetime.datetime.now(zone) if seconds is None else datetime.datetime.fromtimestamp(seconds, zone)
    return then.isoformat(timespec="milliseconds")[: -len("+00:00")] + "Z"


def _row(level: str, message: str, seconds: float | None = None) -> dict[str, object]:
    return {"time": moment(seconds), "level": level, "message": message}


def _line(row: Mapping[str, object]) -> bytes:
    try:
        return _encode(row)
    except UnicodeEncodeError:  # half of a surrogate pair, which UTF-8 cannot hold
        return json.dumps(row).encode("ascii")
