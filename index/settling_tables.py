"""What settling keeps in the archive: which articles wait, and what the witnesses of quotations make of them."""

SCHEMA = """
    CREATE TABLE unsettled (            -- articles put or removed since they were last settled
        article_id TEXT PRIMARY KEY
    ) WITHOUT ROWID;
    INSERT INTO unsettled SELECT id FROM articles;
    CREATE TABLE settled_by (what TEXT PRIMARY KEY, value TEXT NOT NULL) WITHOUT ROWID;
    CREATE TABLE findings (             -- one for each quotation that stands in several places
        quotation_id TEXT PRIMARY KEY,
        article_id TEXT NOT NULL,
        group_id TEXT NOT NULL,         -- of the same words
        person TEXT,                    -- taken over from other articles
        confidence REAL NOT NULL,
        witnesses INTEGER NOT NULL,
        rivals TEXT NOT NULL,           -- JSON: [id, name, articles] each
        phrase TEXT                     -- a fuller description of somebody whom nobody names
    ) WITHOUT ROWID;
    CREATE INDEX findings_by_article ON findings (article_id);
    CREATE INDEX findings_by_group ON findings (group_id);
"""
