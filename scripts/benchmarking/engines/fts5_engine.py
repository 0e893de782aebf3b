"""SQLite's FTS5, with the questions put the faster of the two usual ways.

The matches of a question go into a temporary table once, with numbers for speaker, source and year, and the facets are
counted by GROUP BY over that; asking for each facet by a join of its own, as generated interfaces do, is slower. The
text index is contentless and optimised after loading, prefixes of 3 to 5 letters are indexed, numbers are indexed
columns, statistics are gathered, and the file is mapped. Words in any form go through SQLite's own `porter` stemmer.
"""

# ruff: noqa: S608 the names of tables and columns are this module's own; values go in as parameters
import json
import sqlite3
from pathlib import Path

from scripts.benchmarking.answers import BEST, VALUES, Answer, Counts
from scripts.benchmarking.engines import Row
from scripts.benchmarking.engines.rows import Codes, counted, day, read
from scripts.benchmarking.queries import Question

_BATCH = 20_000
_FILE = "fts5.sqlite"
_NONE = -1
"""The speaker of quotations that have none."""
_COLUMNS: dict[Row, dict[str, float]] = {
    "plain": {"quote": 1.0},
    "real": {"quote": 2.0, "before": 0.5, "after": 0.5, "name": 1.0, "title": 1.0},
}
"""Columns of text and their weights; phrases never run from one into the next."""
_MAKE = """
    PRAGMA journal_mode=off; PRAGMA synchronous=off; PRAGMA cache_size=-400000; PRAGMA temp_store=memory;
    CREATE TABLE entries (id INTEGER PRIMARY KEY, record BLOB NOT NULL);
    CREATE TABLE codes (id INTEGER PRIMARY KEY, speaker INTEGER, source INTEGER, year INTEGER, date INTEGER);
"""
_FINISH = """
    CREATE INDEX by_speaker ON codes (speaker, id); CREATE INDEX by_source ON codes (source, id);
    CREATE INDEX by_date ON codes (date, id); CREATE INDEX by_year ON codes (year); ANALYZE;
"""
_OPEN = "PRAGMA cache_size=-1500000; PRAGMA mmap_size=16000000000; PRAGMA temp_store=memory;"


class Made:
    """FTS5 over one row's columns."""

    def __init__(self, row: Row) -> None:
        self._row = row
        self._weights = _COLUMNS[row]
        self._texts = {"exact": "unicode61"} | ({"stemmed": "porter unicode61"} if row == "real" else {})

    def build(self, entries: Path, folder: Path) -> int:
        """Loads everything in one transaction, then optimises."""
        connection = sqlite3.connect(folder / _FILE, isolation_level=None)
        connection.executescript(_MAKE)
        for table, tokenizer in self._texts.items():
            columns = ", ".join(self._weights)
            prefixes = ", prefix='3 4 5'" if table == "exact" else ""
            weights = ", ".join(map(str, self._weights.values()))
            connection.execute(
                f"CREATE VIRTUAL TABLE {table} USING fts5({columns}, content='', tokenize='{tokenizer}'{prefixes})"
            )
            connection.execute(f"INSERT INTO {table} ({table}, rank) VALUES ('rank', 'bm25({weights})')")
        codes = {name: Codes() for name in ("speaker", "source")}
        connection.execute("BEGIN")
        count = self._load(connection, entries, codes)
        connection.execute("COMMIT")
        for table in self._texts:
            connection.execute(f"INSERT INTO {table} ({table}) VALUES ('optimize')")
        connection.executescript(_FINISH)
        connection.close()
        for name, values in codes.items():
            values.save(folder / f"{name}.json")
        return count

    def _load(self, connection: sqlite3.Connection, entries: Path, codes: dict[str, Codes]) -> int:
        records: list[tuple[object, ...]] = []
        numbers: list[tuple[object, ...]] = []
        texts: list[tuple[object, ...]] = []
        marks = ", ".join("?" * (len(self._weights) + 1))
        count = 0

        def flush() -> None:
            connection.executemany("INSERT INTO entries VALUES (?, ?)", records)
            connection.executemany("INSERT INTO codes VALUES (?, ?, ?, ?, ?)", numbers)
            for table in self._texts:
                columns = ", ".join(self._weights)
                connection.executemany(f"INSERT INTO {table} (rowid, {columns}) VALUES ({marks})", texts)
            for batch in (records, numbers, texts):
                batch.clear()

        for count, (line, entry) in enumerate(read(entries), 1):
            speaker = _NONE if entry["speaker_id"] is None else codes["speaker"][entry["speaker_id"]]
            date = day(entry["date"])
            records.append((count, line))
            numbers.append((count, speaker, codes["source"][entry["source"]], date // 10000, date))
            if self._row == "plain":
                texts.append((count, entry["text"]))
            else:
                title = entry["title"]
                texts.append((count, entry["text"], entry["before"], entry["after"], entry["speaker"] or "", title))
            if len(records) == _BATCH:
                flush()
        flush()
        return count

    def open(self, folder: Path) -> str:
        """Opens the file for reading, with room for temporary tables in memory."""
        self._connection = sqlite3.connect(f"{(folder / _FILE).absolute().as_uri()}?mode=ro", uri=True)
        self._connection.executescript(_OPEN)
        self._codes = {name: Codes.load(folder / f"{name}.json") for name in ("speaker", "source")}
        return f"SQLite {sqlite3.sqlite_version}"

    def cannot(self, question: Question) -> str:
        """It can express them all."""
        return ""

    def ask(self, question: Question) -> Answer:
        """One temporary table for each set of filters, and a GROUP BY for each facet."""
        facets: dict[str, list[tuple[int, int]]] = {}
        total, best = 0, []
        for number, (variant, names) in enumerate(counted(question, self._row)):
            table = self._find(variant, scored=number == 0)
            if number == 0:
                ((total,),) = self._connection.execute(f"SELECT count(*) FROM {table}")
                best = self._connection.execute(f"SELECT id FROM {table} ORDER BY score, id LIMIT {BEST}").fetchall()
            for name in names:
                facets[name] = self._connection.execute(
                    f"SELECT {name}, count(*) AS n FROM {table} WHERE {name} <> {_NONE} GROUP BY {name} "
                    f"ORDER BY n DESC LIMIT {1000 if name == 'year' else VALUES}"
                ).fetchall()
        return Answer(
            total=total,
            speakers=self._named("speaker", facets),
            sources=self._named("source", facets),
            years={str(year): count for year, count in facets["year"]},
            hits=tuple(self._entry_id(row) for (row,) in best),
        )

    def _find(self, question: Question, *, scored: bool) -> str:
        """The name of a table that holds a question's matches."""
        conditions: list[str] = []
        values: list[object] = []
        for name, value in (("speaker", question.speaker), ("source", question.source)):
            if value is not None:
                conditions.append(f"codes.{name} = ?")
                values.append(self._codes[name].of(value))
        if question.dates is not None:
            conditions.append("codes.date BETWEEN ? AND ?")
            values += map(day, question.dates)
        if not question.words and not conditions:
            return "(SELECT *, 0 AS score FROM codes)"
        source, score = "codes", "0"
        if question.words:
            table = "exact" if self._row == "plain" or question.joined in ("phrase", "prefix") else "stemmed"
            # CROSS JOIN keeps the text index outside, where it is faster.
            source, score = f"{table} CROSS JOIN codes ON codes.id = {table}.rowid", f"{table}.rank" if scored else "0"
            conditions.append(f"{table} MATCH ?")
            values.append(_match(question))
        self._connection.execute("DROP TABLE IF EXISTS temp.found")
        self._connection.execute(
            "CREATE TEMP TABLE found AS SELECT codes.id, codes.speaker, codes.source, codes.year, "
            f"{score} AS score FROM {source} WHERE {' AND '.join(conditions)}",
            values,
        )
        return "found"

    def _named(self, name: str, facets: dict[str, list[tuple[int, int]]]) -> Counts:
        values = self._codes[name].values
        return tuple((values[code], count) for code, count in facets[name])

    def _entry_id(self, row: int) -> str:
        ((record,),) = self._connection.execute("SELECT record FROM entries WHERE id = ?", (row,))
        return str(json.loads(record)["id"])


def _match(question: Question) -> str:
    """A question's words in FTS5's own language."""
    match question.joined:
        case "phrase":
            return f'"{" ".join(question.words)}"'
        case "prefix":
            return f'"{question.words[0]}" *'
        case "any":
            return " OR ".join(f'"{word}"' for word in question.words)
        case _:
            return " AND ".join(f'"{word}"' for word in question.words)
