"""The tables that versions are kept in, inside the archive's file, and the statements that several modules need."""

import datetime
import json
import sqlite3
from collections.abc import Iterable, Iterator, Sequence
from typing import Any

from index.variants.words import Form

SCHEMA = """
    CREATE TABLE variant_articles (
        number INTEGER PRIMARY KEY,
        id TEXT NOT NULL UNIQUE,
        date TEXT,
        source TEXT
    );
    CREATE TABLE variant_forms (        -- the same words, as they are compared, once
        number INTEGER PRIMARY KEY AUTOINCREMENT,
        key BLOB NOT NULL UNIQUE,       -- 8 bytes of sha256 over all of the form
        signature TEXT NOT NULL,        -- a code point a word; empty where only the very same words can be like it
        places TEXT,                    -- JSON: joins, and what stands within marks; NULL where there is neither
        reported INTEGER NOT NULL,
        evidence REAL NOT NULL,         -- bits
        grouped INTEGER                 -- variant_groups.number; NULL: one saying, like no other
    );
    CREATE INDEX variant_forms_by_group ON variant_forms (grouped) WHERE grouped IS NOT NULL;
    CREATE TABLE variant_sayings (
        number INTEGER PRIMARY KEY,
        quotation NOT NULL UNIQUE,      -- the quotation's id: 8 bytes where it is 16 hex digits, else as it is
        article INTEGER NOT NULL,
        form INTEGER,                   -- NULL: too short, or too common, to prove anything
        plain INTEGER NOT NULL,         -- 32 bits over the words as they stand
        sketch BLOB NOT NULL,           -- of the words around
        witness INTEGER NOT NULL DEFAULT 0
    );
    CREATE INDEX variant_sayings_by_form ON variant_sayings (form) WHERE form IS NOT NULL;
    CREATE INDEX variant_sayings_by_article ON variant_sayings (article);
    CREATE TABLE variant_edges (        -- what two forms share; places are in words
        low INTEGER NOT NULL,
        high INTEGER NOT NULL,
        shared REAL NOT NULL,
        low_part REAL NOT NULL,
        high_part REAL NOT NULL,
        low_start INTEGER NOT NULL,
        low_end INTEGER NOT NULL,
        high_start INTEGER NOT NULL,
        high_end INTEGER NOT NULL,
        PRIMARY KEY (low, high)
    ) WITHOUT ROWID;
    CREATE INDEX variant_edges_by_high ON variant_edges (high);
    CREATE TABLE variant_groups (
        number INTEGER PRIMARY KEY AUTOINCREMENT,   -- the lower, the older
        id TEXT NOT NULL UNIQUE,
        core INTEGER NOT NULL,                      -- the form that all are tied to
        sayings INTEGER NOT NULL,
        articles INTEGER NOT NULL,
        outlets INTEGER NOT NULL,
        witnesses INTEGER NOT NULL,
        first TEXT                                  -- the earliest date
    );
    CREATE TABLE variant_aliases (      -- ids that groups had, and the form that they were gathered around
        id TEXT PRIMARY KEY,
        key BLOB NOT NULL,
        age INTEGER NOT NULL            -- the lower, the older
    ) WITHOUT ROWID;
    CREATE INDEX variant_aliases_by_key ON variant_aliases (key);
    CREATE TABLE variant_prints (       -- fingerprints -> forms, in sorted runs that are joined as they grow
        run INTEGER NOT NULL,
        page INTEGER NOT NULL,
        first INTEGER NOT NULL,
        last INTEGER NOT NULL,
        postings BLOB NOT NULL,         -- the fingerprints (uint32, little-endian), then the forms (uint32)
        PRIMARY KEY (run, page)
    );
"""
"""Creates all tables; nothing in them is the truth, and `update` with all sayings makes them anew."""

TABLES = tuple(f"variant_{name}" for name in ["articles", "forms", "sayings", "edges", "groups", "prints"])
_AT_ONCE = 500
"""Values in one statement; SQLite's own limit was 999 for long."""


KEEP_IDS = """
    INSERT OR REPLACE INTO variant_aliases
    SELECT g.id, f.key, g.number FROM variant_groups g JOIN variant_forms f ON f.number = g.core
"""


def clear(connection: sqlite3.Connection) -> None:
    """Empties the tables for a rebuild, but keeps the groups' ids, which the same words get again."""
    connection.execute(KEEP_IDS)
    for table in TABLES:
        connection.execute(f"DELETE FROM {table}")  # noqa: S608


def each(connection: sqlite3.Connection, statement: str, values: Iterable[Any]) -> None:
    """Runs a statement whose `(?)` stands for the values, however many."""
    wanted = list(values)
    for start in range(0, len(wanted), _AT_ONCE):
        part = wanted[start : start + _AT_ONCE]
        connection.execute(statement.replace("(?)", f"({','.join('?' * len(part))})"), part)


def chosen(connection: sqlite3.Connection, query: str, values: Iterable[Any]) -> Iterator[tuple[Any, ...]]:
    """The rows of a query whose `(?)` stands for the values, however many."""
    wanted = list(values)
    for start in range(0, len(wanted), _AT_ONCE):
        part = wanted[start : start + _AT_ONCE]
        yield from connection.execute(query.replace("(?)", f"({','.join('?' * len(part))})"), part)


def stored_id(quotation_id: str) -> bytes | str:
    """A quotation's id as it is kept."""
    if len(quotation_id) == 16 and quotation_id.isascii() and quotation_id == quotation_id.lower():
        try:
            return bytes.fromhex(quotation_id)
        except ValueError:
            return quotation_id
    return quotation_id


def shown_id(stored: bytes | str) -> str:
    """The id that `stored_id` was given."""
    return stored.hex() if isinstance(stored, bytes) else stored


def places_of(form: Form) -> str | None:
    """The part of a form that is kept as JSON."""
    if not form.joins and form.quoted is None:
        return None
    return json.dumps([form.joins, form.quoted], separators=(",", ":"))


def form_of(signature: str, places: str | None, reported: int) -> Form:
    """The form of a row."""
    if places is None:
        return Form(signature, reported=bool(reported))
    joins, quoted = json.loads(places)
    spans = None if quoted is None else tuple((start, end) for start, end in quoted)
    return Form(signature, tuple(joins), spans, bool(reported))


def forms(connection: sqlite3.Connection, numbers: Sequence[int]) -> dict[int, Form]:
    """The forms of these numbers."""
    rows = chosen(
        connection, "SELECT number, signature, places, reported FROM variant_forms WHERE number IN (?)", numbers
    )
    return {number: form_of(*rest) for number, *rest in rows}


def day(date: str | None) -> int | None:
    """An ISO date as a number of days; None where there is none that a calendar has."""
    try:
        return datetime.date.fromisoformat(date).toordinal() if date else None
    except ValueError:
        return None
