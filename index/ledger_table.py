"""The ledger as it is kept in the archive's file: lines are added, and nothing in it is ever changed or removed."""

import dataclasses
import datetime
import json
import sqlite3
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
    earlier = read(connection)
    now = datetime.datetime.now(datetime.UTC).isoformat(timespec="seconds")
    number = earlier[-1].number + 1 if earlier else 1
    line = dataclasses.replace(correction, number=number, at=correction.at or now)
    check(line, earlier)
    values = (number, line.at, line.who, line.why, line.action, line.subject, line.article)
    connection.execute("INSERT INTO ledger VALUES (?, ?, ?, ?, ?, ?, ?, ?)", (*values, _stored(line)))
    return line


def read(connection: sqlite3.Connection) -> list[Correction]:
    """Every line, oldest first."""
    rows = connection.execute("SELECT record FROM ledger ORDER BY number")
    return [_line(json.loads(row[0])) for row in rows]


def _stored(line: Correction) -> str:
    return json.dumps(dataclasses.asdict(line))


def _line(row: dict[str, Any]) -> Correction:
    content = tuple((start, end) for start, end in row["content"])
    return Correction(**{**row, "content": content, "parts": tuple(map(tuple, row["parts"]))})
