"""The tables of an archive's file, with those that other modules keep in it, and the way from a version to the next."""

import sqlite3
from pathlib import Path

from index.copies.store import ANEW as COPIES_ANEW
from index.copies.store import SCHEMA as COPIES
from index.errors import SchemaVersionError
from index.identity.tables import SCHEMA as IDENTITY
from index.ledger_table import SCHEMA as LEDGER
from index.places_table import ENTRIES
from index.places_table import SCHEMA as PLACES
from index.settling_tables import SCHEMA as SETTLING
from index.variants.store import SCHEMA as VARIANTS

_CHANGES = """
    CREATE TABLE changes (              -- beside the articles, whose long rows are written anew with any change
        article_id TEXT PRIMARY KEY,
        revision INTEGER NOT NULL,      -- in which its entries last changed
        removed INTEGER NOT NULL        -- 1: the article was removed in that revision
    ) WITHOUT ROWID;
    CREATE INDEX changes_by_revision ON changes (revision);
    INSERT INTO changes SELECT id, (SELECT number FROM revision), 0 FROM articles;
    CREATE INDEX articles_by_extractor ON articles (extractor);
    ALTER TABLE revision ADD COLUMN quotations INTEGER NOT NULL DEFAULT 0;
    UPDATE revision SET quotations = (SELECT count(*) FROM quotations);
    CREATE TABLE published (            -- builds that were made from this very archive
        build TEXT PRIMARY KEY,
        revision INTEGER NOT NULL
    ) WITHOUT ROWID;
    CREATE INDEX quotations_by_id ON quotations (json_extract(record, '$.id'));
"""
MIGRATIONS: tuple[str, ...] = (
    """
    CREATE TABLE articles (
        id TEXT PRIMARY KEY,
        content_hash TEXT NOT NULL,
        date TEXT,
        record TEXT NOT NULL,           -- JSON: the article without its text
        text TEXT NOT NULL,
        read_at TEXT NOT NULL,          -- UTC, ISO 8601
        extractor TEXT NOT NULL
    );
    CREATE INDEX articles_by_date ON articles (date, id);
    CREATE TABLE quotations (
        article_id TEXT NOT NULL REFERENCES articles (id) ON DELETE CASCADE,
        place INTEGER NOT NULL,         -- from 0, in the order of the text
        record TEXT NOT NULL,           -- JSON
        PRIMARY KEY (article_id, place)
    ) WITHOUT ROWID;
    CREATE TABLE earlier_articles (
        id TEXT NOT NULL,
        content_hash TEXT NOT NULL,
        record TEXT NOT NULL,
        text TEXT NOT NULL,
        read_at TEXT NOT NULL,
        replaced_at TEXT NOT NULL
    );
    CREATE TABLE failures (
        origin TEXT NOT NULL,           -- the file, and the line where there is one
        file TEXT NOT NULL,
        source TEXT NOT NULL,           -- what the user named, so that it can be read again
        reading TEXT NOT NULL,          -- JSON: how it was read
        article_id TEXT,
        reason TEXT NOT NULL,
        at TEXT NOT NULL,
        PRIMARY KEY (origin, reason)
    ) WITHOUT ROWID;
    CREATE TABLE revision (number INTEGER NOT NULL);
    INSERT INTO revision VALUES (0);
    """,
    _CHANGES + LEDGER + IDENTITY + VARIANTS + SETTLING,
    PLACES + COPIES,
    ENTRIES + COPIES_ANEW,
)
"""Each entry takes the archive from its place's version to the next; never edited once released."""


def migrate(connection: sqlite3.Connection, path: Path) -> None:
    """Brings an archive's tables to this version; SchemaVersionError where a newer saywho wrote them."""
    version = int(connection.execute("PRAGMA user_version").fetchone()[0])
    if version > len(MIGRATIONS):
        raise SchemaVersionError(
            f"{path}: was written by a newer saywho (archive version {version}; this one knows "
            f"{len(MIGRATIONS)}); use that one"
        )
    if version < len(MIGRATIONS):
        connection.execute("PRAGMA journal_mode=WAL")
        for number, script in enumerate(MIGRATIONS[version:], version + 1):
            connection.executescript(f"BEGIN; {script} PRAGMA user_version={number}; COMMIT;")
