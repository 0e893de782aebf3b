"""The tables that copies are kept in, inside the archive's file; `update` with all articles makes them anew."""

import sqlite3

SCHEMA = """
    CREATE TABLE copy_forms (           -- the same words once
        number INTEGER PRIMARY KEY AUTOINCREMENT,
        words INTEGER NOT NULL,
        prints INTEGER NOT NULL,        -- how many of its stretches are looked up
        key BLOB NOT NULL UNIQUE        -- 16 bytes of sha256 over the words
    );
    CREATE TABLE copy_articles (
        id TEXT PRIMARY KEY,
        form INTEGER NOT NULL,
        date TEXT
    ) WITHOUT ROWID;
    CREATE INDEX copy_articles_by_form ON copy_articles (form);
    CREATE TABLE copy_edges (           -- forms that are like each other
        low INTEGER NOT NULL,
        high INTEGER NOT NULL,
        PRIMARY KEY (low, high)
    ) WITHOUT ROWID;
    CREATE INDEX copy_edges_by_high ON copy_edges (high);
    CREATE TABLE copy_of (
        article_id TEXT PRIMARY KEY,
        original TEXT NOT NULL
    ) WITHOUT ROWID;
    CREATE INDEX copy_of_by_original ON copy_of (original);
    CREATE TABLE copy_prints (          -- as variant_prints
        run INTEGER NOT NULL,
        page INTEGER NOT NULL,
        first INTEGER NOT NULL,
        last INTEGER NOT NULL,
        postings BLOB NOT NULL,
        PRIMARY KEY (run, page)
    );
"""

ANEW = "".join(f"DROP TABLE IF EXISTS copy_{name};" for name in ("forms", "articles", "edges", "of", "prints")) + SCHEMA
"""Makes the tables anew, in the place of those of an earlier form; settling fills them."""


def clear(connection: sqlite3.Connection) -> None:
    """Empties the tables, so that all articles are compared anew."""
    for name in ("forms", "articles", "edges", "prints"):
        connection.execute(f"DELETE FROM copy_{name}")  # noqa: S608


def original_of(connection: sqlite3.Connection, article_id: str) -> str | None:
    """The article that this one is a copy of: the earliest that is like it; None where none is earlier."""
    row = connection.execute("SELECT original FROM copy_of WHERE article_id = ?", (article_id,)).fetchone()
    return str(row[0]) if row else None


def how_many(connection: sqlite3.Connection) -> int:
    """How many articles are copies of an earlier one."""
    return int(connection.execute("SELECT count(*) FROM copy_of").fetchone()[0])
