"""The ledger as it is kept in the archive's file: lines are added, and nothing in it is ever changed or removed."""

import dataclasses
import datetime
import hashlib
import json
import secrets
import sqlite3
from collections.abc import Iterable, Sequence
from typing import Any

from index.ledger import Correction, check

SCHEMA = """
    CREATE TABLE ledger (
        number INTEGER PRIMARY KEY,
        at TEXT NOT NULL,               -- UTC, ISO 8601
        who TEXT NOT NULL,
        why TEXT NOT NULL,
        action TEXT NOT NULL,
        subject TEXT NOT NULL,
        article TEXT,                   -- of a quotation's correction
        record TEXT NOT NULL            -- JSON: the whole correction
    );
    CREATE INDEX ledger_by_article ON ledger (article);
    CREATE TRIGGER ledger_stays BEFORE UPDATE ON ledger
        BEGIN SELECT RAISE(ABORT, 'the ledger is only added to'); END;
    CREATE TRIGGER ledger_keeps BEFORE DELETE ON ledger
        BEGIN SELECT RAISE(ABORT, 'the ledger is only added to'); END;
"""


def append(connection: sqlite3.Connection, correction: Correction) -> Correction:
    """Adds a line, and gives it as it stands there: numbered, and dated now. UsageError where it cannot be."""
    line = fitted(correction, read(connection))
    _insert(connection, [line])
    return line


def fitted(correction: Correction, earlier: Sequence[Correction]) -> Correction:
    """A correction as the next line behind these: numbered, dated now, known by an entry id. UsageError."""
    line = dataclasses.replace(
        correction,
        number=max((one.number for one in earlier), default=0) + 1,
        at=correction.at or _after(max((one.at for one in earlier), default="")),
        entry=correction.entry or secrets.token_hex(16),
    )
    check(line, earlier)
    return line


def adopt(connection: sqlite3.Connection, lines: Iterable[Correction]) -> None:
    """Adds lines that were made elsewhere, numbered as they come behind those that are there."""
    _insert(connection, lines)


def read(connection: sqlite3.Connection) -> list[Correction]:
    """Every line, in the order in which they came into this ledger."""
    rows = connection.execute("SELECT record FROM ledger ORDER BY number")
    return [_line(row[0]) for row in rows]


def _insert(connection: sqlite3.Connection, lines: Iterable[Correction]) -> None:
    connection.executemany(
        "INSERT INTO ledger VALUES (?, ?, ?, ?, ?, ?, ?, ?)",
        [(one.number, one.at, one.who, one.why, one.action, one.subject, one.article, _stored(one)) for one in lines],
    )


def _after(last: str) -> str:
    """Now, but later than that: clocks of several machines differ, and one may be put back."""
    now = datetime.datetime.now(datetime.UTC)
    if last:
        now = max(now, datetime.datetime.fromisoformat(last) + datetime.timedelta(microseconds=1))
    return now.isoformat(timespec="microseconds")


def _stored(line: Correction) -> str:
    return json.dumps(dataclasses.asdict(line))


def _line(record: str) -> Correction:
    row: dict[str, Any] = json.loads(record)
    content = tuple((start, end) for start, end in row["content"])
    entry = row.get("entry") or hashlib.sha256(record.encode()).hexdigest()[:32]  # of before lines had ids
    return Correction(**{**row, "content": content, "parts": tuple(map(tuple, row["parts"])), "entry": entry})
