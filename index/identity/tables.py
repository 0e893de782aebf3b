"""The tables of identity in the archive, and reading and writing single rows."""

import json
import sqlite3
import zlib
from collections.abc import Iterable, Sequence
from typing import TypeAlias

import msgspec

from index.identity.names import read_name
from index.identity.records import LocalSpeaker

SCHEMA = """
    CREATE TABLE identity_articles (
        article_id TEXT PRIMARY KEY,
        source TEXT NOT NULL,
        date TEXT,
        beside TEXT NOT NULL,           -- other names in the article, by tabs
        topics TEXT NOT NULL            -- words, by tabs
    ) WITHOUT ROWID;
    CREATE TABLE local_speakers (
        article_id TEXT NOT NULL,
        name TEXT NOT NULL,             -- as the extractor gives it
        type TEXT NOT NULL,
        block TEXT NOT NULL,            -- only speakers of one block may be the same
        count INTEGER NOT NULL,         -- quotations
        evidence TEXT NOT NULL,         -- JSON: what the article says of them
        person_id TEXT,                 -- of `people`, before an editor's merges; NULL while it is open or new
        candidates TEXT,                -- JSON: [[id, share], …] while it is open
        why TEXT,                       -- JSON: short reasons
        PRIMARY KEY (article_id, name, type)
    ) WITHOUT ROWID;
    CREATE INDEX local_speakers_by_block ON local_speakers (block);
    CREATE INDEX local_speakers_by_person ON local_speakers (person_id);
    CREATE TABLE former_speakers (      -- whom an article's speakers were before it was read anew, until it is settled,
                                        -- or as long as nothing else is left of them
        article_id TEXT NOT NULL,
        name TEXT NOT NULL,
        type TEXT NOT NULL,
        block TEXT NOT NULL,
        person_id TEXT NOT NULL,        -- empty where it was open
        PRIMARY KEY (article_id, name, type)
    ) WITHOUT ROWID;
    CREATE TABLE touched_blocks (
        block TEXT PRIMARY KEY,
        whole INTEGER NOT NULL          -- 1 where all of it is to be settled anew, not the surnames with news alone
    ) WITHOUT ROWID;
    CREATE TABLE people (               -- ids are never given to somebody else, also when nobody is left of them
        id TEXT PRIMARY KEY,
        name TEXT NOT NULL,
        type TEXT NOT NULL,
        wikidata TEXT NOT NULL DEFAULT ''
    ) WITHOUT ROWID;
    CREATE TABLE person_aliases (
        alias TEXT NOT NULL,
        person_id TEXT NOT NULL,
        kind TEXT NOT NULL,             -- merged: the alias is gone; split: it stays, and some of its members went here
        PRIMARY KEY (alias, person_id)
    ) WITHOUT ROWID;
    CREATE TABLE identity_state (key TEXT PRIMARY KEY, value TEXT NOT NULL) WITHOUT ROWID;
"""
"""For the archive's migration."""

_OWN = ("known_as", "forms", "titles", "organizations", "places", "home", "party", "gender")


def to_evidence(speaker: LocalSpeaker) -> str:
    """What an article says of a speaker, apart from what it shares with the article's others; empty values left out."""
    values = {key: getattr(speaker, key) for key in _OWN}
    return json.dumps({key: value for key, value in values.items() if value}, ensure_ascii=False)


MOST_TOLD = 150
"""Of how many articles that have one full name what they say is read."""
Answer: TypeAlias = tuple[str | None, str | None, str | None]
"""What stands in `person_id`, `candidates` and `why`."""


class _Own(msgspec.Struct):
    """What `to_evidence` wrote."""

    known_as: str = ""
    forms: tuple[str, ...] = ()
    titles: tuple[str, ...] = ()
    organizations: tuple[str, ...] = ()
    places: tuple[str, ...] = ()
    home: str = ""
    party: str = ""
    gender: str = ""


_DECODER = msgspec.json.Decoder(_Own)
_COLUMNS = "s.article_id, s.name, s.type, s.block, s.count, s.evidence, s.person_id, s.candidates, s.why"
_PEOPLE = (
    f"SELECT {_COLUMNS}, a.source, a.date, a.beside, a.topics FROM local_speakers s "  # noqa: S608 constants
    "JOIN identity_articles a ON a.article_id = s.article_id WHERE s.block = ? ORDER BY s.article_id, s.name, s.type"
)
_BODIES = (
    f"SELECT {_COLUMNS}, '', NULL, '', '' FROM local_speakers s WHERE s.block = ? "  # noqa: S608 constants
    "ORDER BY s.article_id, s.name, s.type"
)


def read_speakers(connection: sqlite3.Connection, block: str) -> tuple[list[LocalSpeaker], list[Answer]]:
    """The speakers of a block in the order of their keys, and what was made of each. Bodies come without company."""
    speakers: list[LocalSpeaker] = []
    answers: list[Answer] = []
    decode = _DECODER.decode
    every = _every(connection, block)
    for (
        article_id,
        name,
        kind,
        where,
        count,
        evidence,
        person_id,
        open_for,
        why,
        source,
        date,
        beside,
        topics,
    ) in connection.execute(_PEOPLE if block.startswith("person:") else _BODIES, (block,)):
        answers.append((person_id, open_for, why))
        apart = every.get(name, 1)
        if apart > 1 and zlib.crc32(article_id.encode("utf-8", "surrogatepass")) % apart:
            speakers.append(
                LocalSpeaker(
                    article_id=article_id, name=name, type=kind, block=where, date=date, count=count, told=False
                )
            )
            continue
        own = decode(evidence)
        speakers.append(
            LocalSpeaker(
                article_id=article_id,
                name=name,
                type=kind,
                block=where,
                known_as=own.known_as,
                forms=own.forms,
                titles=own.titles,
                organizations=own.organizations,
                places=own.places,
                home=own.home,
                party=own.party,
                gender=own.gender,
                beside=tuple(beside.split("\t")) if beside else (),
                topics=tuple(topics.split("\t")) if topics else (),
                source=source,
                date=date,
                count=count,
            )
        )
    return speakers, answers


def _every(connection: sqlite3.Connection, block: str) -> dict[str, int]:
    """Names with their given name that stand in very many articles: of how many of these one is read."""
    if not block.startswith("person:"):
        return {}
    rows = connection.execute(
        "SELECT name, count(*) FROM local_speakers WHERE block = ? GROUP BY name HAVING count(*) > ?",
        (block, 2 * MOST_TOLD),
    )
    full = ((name, count) for name, count in rows if (parsed := read_name(name)) is not None and parsed.given)
    return {name: count // MOST_TOLD for name, count in full}


def store(connection: sqlite3.Connection, article_id: str, speakers: Sequence[LocalSpeaker]) -> None:
    """Keeps an article's speakers in the place of those that it had; what they touch is settled by `settle`."""
    fresh = {
        (s.name, s.type): (s.block, s.count, to_evidence(s)) for s in sorted(speakers, key=lambda s: (s.name, s.type))
    }
    shared = _shared(article_id, speakers)
    old_shared = connection.execute(
        "SELECT article_id, source, date, beside, topics FROM identity_articles WHERE article_id = ?", (article_id,)
    ).fetchone()
    old = {
        (name, kind): (block, count, evidence, person_id)
        for name, kind, block, count, evidence, person_id in connection.execute(
            "SELECT name, type, block, count, evidence, person_id FROM local_speakers WHERE article_id = ?",
            (article_id,),
        )
    }
    if old_shared == shared and fresh == {key: row[:3] for key, row in old.items()}:
        return
    touched = {row[0] for row in old.values()} | {row[0] for row in fresh.values()}
    connection.executemany("INSERT OR IGNORE INTO touched_blocks VALUES (?, 0)", [(b,) for b in sorted(touched)])
    connection.executemany(
        "INSERT OR REPLACE INTO former_speakers VALUES (?, ?, ?, ?, ?)",
        [(article_id, *key, row[0], row[3] or "") for key, row in old.items() if key not in fresh],
    )
    connection.execute("DELETE FROM local_speakers WHERE article_id = ?", (article_id,))
    if not fresh:
        connection.execute("DELETE FROM identity_articles WHERE article_id = ?", (article_id,))
        return
    connection.execute("INSERT OR REPLACE INTO identity_articles VALUES (?, ?, ?, ?, ?)", shared)
    connection.executemany(
        "INSERT INTO local_speakers (article_id, name, type, block, count, evidence, person_id) "
        "VALUES (?, ?, ?, ?, ?, ?, ?)",
        [(article_id, *key, *row, old[key][3] if key in old else None) for key, row in fresh.items()],
    )


def _shared(article_id: str, speakers: Sequence[LocalSpeaker]) -> tuple[str, str, str | None, str, str]:
    """What an article's speakers have in common, as `identity_articles` keeps it."""
    if not speakers:
        return (article_id, "", None, "", "")
    one = speakers[0]
    return (
        article_id,
        one.source,
        one.date,
        "\t".join(one.beside),
        "\t".join(one.topics),
    )


def touched_blocks(connection: sqlite3.Connection) -> list[tuple[str, bool]]:
    """The blocks that changed since they were last settled, and whether as a whole."""
    rows = connection.execute("SELECT block, whole FROM touched_blocks ORDER BY block")
    return [(block, bool(whole)) for block, whole in rows]


def touch(connection: sqlite3.Connection, blocks: Iterable[str]) -> None:
    """Marks blocks to be settled anew as a whole."""
    connection.executemany("INSERT OR REPLACE INTO touched_blocks VALUES (?, 1)", [(b,) for b in blocks])


def state(connection: sqlite3.Connection, key: str) -> str | None:
    """What was kept under a key."""
    row = connection.execute("SELECT value FROM identity_state WHERE key = ?", (key,)).fetchone()
    return row[0] if row else None


def keep_state(connection: sqlite3.Connection, key: str, value: str) -> None:
    """Keeps a value under a key."""
    connection.execute("INSERT OR REPLACE INTO identity_state VALUES (?, ?)", (key, value))
