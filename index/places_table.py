"""Which files articles were found in, as the archive keeps it."""

SCHEMA = """
    CREATE TABLE places (               -- files and addresses that articles were read from
        number INTEGER PRIMARY KEY,
        path BLOB NOT NULL,             -- absolute, links resolved, as the file system has it; or the address
        name BLOB NOT NULL,             -- UTF-8: the path below what the user named: ids are made of it
        state TEXT,                     -- JSON: how it was when it was read; NULL: it is read in any case
        UNIQUE (path, name)
    );
    CREATE TABLE found_in (
        place INTEGER NOT NULL,
        article_id TEXT NOT NULL,
        content_hash TEXT NOT NULL,
        gone INTEGER NOT NULL DEFAULT 0,    -- 1: the file has it no longer
        PRIMARY KEY (place, article_id)
    ) WITHOUT ROWID;
    CREATE INDEX found_in_by_article ON found_in (article_id);
"""

ENTRIES = """
    CREATE TABLE IF NOT EXISTS feed_entries (
        place INTEGER NOT NULL,         -- the feed
        link TEXT NOT NULL,
        digest TEXT NOT NULL,           -- of what the feed says of it
        article_id TEXT NOT NULL,
        fetched INTEGER NOT NULL,       -- seconds since 1970
        PRIMARY KEY (place, link)
    ) WITHOUT ROWID;
"""
