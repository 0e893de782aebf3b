"""What was read and what was found in it: one SQLite file, the truth from which any index can be rebuilt.

Texts are kept as they were read. A changed article's earlier version moves to `earlier_articles`; nothing is dropped.
"""

import dataclasses
import datetime
import json
import re
import sqlite3
from collections.abc import Iterable, Iterator, Mapping, Sequence
from pathlib import Path
from types import TracebackType
from typing import Any, Self

import msgspec

from index import ledger_table
from index.archive_tables import migrate
from index.errors import ArchiveError, SchemaVersionError
from index.ledger import Correction
from index.records import Article, Failure, Quotation, article_from_json, quotation_from_json, to_json

_UPSERT = """
    INSERT INTO articles (id, content_hash, date, record, text, read_at, extractor) VALUES (?, ?, ?, ?, ?, ?, ?)
    ON CONFLICT (id) DO UPDATE SET content_hash = excluded.content_hash, date = excluded.date,
        record = excluded.record, text = excluded.text, read_at = excluded.read_at, extractor = excluded.extractor
"""
_BUILDS_NOTED = 20

_decode = msgspec.json.Decoder(Quotation).decode


@dataclasses.dataclass(frozen=True, slots=True)
class Known:
    """What the archive holds under an article's id."""

    content_hash: str
    extractor: str
    origin: str


@dataclasses.dataclass(frozen=True, slots=True)
class Changes:
    """What has changed since some revision, by articles' ids; one that was removed and came back has changed."""

    changed: tuple[str, ...]
    """In the order of `Archive.ids`."""
    removed: tuple[str, ...]


@dataclasses.dataclass(frozen=True, slots=True)
class Counts:
    """How much an archive holds."""

    articles: int
    quotations: int
    failures: int
    earlier: int
    revision: int


class Archive:
    """An open archive; a context manager. Everything between two `commit`s is kept as a whole or not at all.

    Raises ArchiveError where the file cannot be opened, read or written, and SchemaVersionError where a newer
    saywho wrote it.
    """

    def __init__(self, path: Path, *, create: bool = False) -> None:
        self.path = path
        if not create and not path.is_file():
            raise ArchiveError(f"{path}: there is no archive; type: saywho index SOURCE")
        try:
            if create:
                path.parent.mkdir(parents=True, exist_ok=True)
            self._connection = sqlite3.connect(path, timeout=30)
        except (OSError, sqlite3.Error) as error:
            raise ArchiveError(f"{path}: cannot be opened ({_reason(error)}); are there rights to write?") from error
        try:
            self._connection.execute("PRAGMA foreign_keys=ON")
            migrate(self._connection, path)
            self._connection.execute("PRAGMA synchronous=NORMAL")
        except sqlite3.Error as error:
            self._connection.close()
            raise ArchiveError(
                f"{path}: cannot be used as an archive ({_reason(error)}); is the disk full, or the file "
                "damaged? It was left as it is"
            ) from error
        except SchemaVersionError:
            self._connection.close()
            raise

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, value: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._connection.close()

    def _one(self, query: str, values: Sequence[object] = ()) -> int:
        return int(self._connection.execute(query, values).fetchone()[0])

    @property
    def connection(self) -> sqlite3.Connection:
        """For the modules that keep tables of their own in the archive; `commit` makes what they do last."""
        return self._connection

    def known(self, article_id: str) -> Known | None:
        """What is held under that id, or None."""
        row = self._connection.execute(
            "SELECT content_hash, extractor, json_extract(record, '$.origin') FROM articles WHERE id = ?", (article_id,)
        ).fetchone()
        return Known(*row) if row else None

    def put(self, article: Article, quotations: Sequence[Quotation], *, extractor: str) -> None:
        """Keeps an article and its quotations in the place of what was held under its id."""
        record = to_json(article)
        text = record.pop("text")
        now = _now()
        try:
            self._connection.execute(
                "INSERT INTO earlier_articles SELECT id, content_hash, record, text, read_at, ? FROM articles "
                "WHERE id = ? AND content_hash <> ?",
                (now, article.id, article.content_hash),
            )
            self._connection.execute(
                _UPSERT, (article.id, article.content_hash, article.date, json.dumps(record), text, now, extractor)
            )
            dropped = self._connection.execute("DELETE FROM quotations WHERE article_id = ?", (article.id,)).rowcount
            self._connection.executemany(
                "INSERT INTO quotations VALUES (?, ?, ?)",
                [(article.id, place, json.dumps(to_json(found))) for place, found in enumerate(quotations)],
            )
            self._wait([article.id])
            self._count_up([article.id], more=len(quotations) - dropped)
        except sqlite3.Error as error:
            raise self._write_error(error) from error

    def set_origin(self, article_id: str, origin: str) -> None:
        """Says of an article that it comes from another place, where a copy of it stands."""
        try:
            self._connection.execute(
                "UPDATE articles SET record = json_set(record, '$.origin', ?) WHERE id = ?", (origin, article_id)
            )
        except sqlite3.Error as error:
            raise self._write_error(error) from error

    def remove(self, article_id: str) -> bool:
        """Removes an article and its quotations; whether it was there. Its text moves to the earlier versions."""
        try:
            moved = self._connection.execute(
                "INSERT INTO earlier_articles SELECT id, content_hash, record, text, read_at, ? FROM articles "
                "WHERE id = ?",
                (_now(), article_id),
            ).rowcount
            if not moved:
                return False
            dropped = self._connection.execute("DELETE FROM quotations WHERE article_id = ?", (article_id,)).rowcount
            self._connection.execute("DELETE FROM articles WHERE id = ?", (article_id,))
            self._wait([article_id])
            self._count_up([article_id], more=-dropped, removed=True)
        except sqlite3.Error as error:
            raise self._write_error(error) from error
        return True

    def touch(self, article_ids: Iterable[str]) -> int:
        """Marks articles whose entries must be made anew though they were not read again; how many are there."""
        query = "SELECT 1 FROM articles WHERE id = ?"
        there = [one for one in dict.fromkeys(article_ids) if self._connection.execute(query, (one,)).fetchone()]
        if there:
            try:
                self._count_up(there)
            except sqlite3.Error as error:
                raise self._write_error(error) from error
        return len(there)

    def _wait(self, article_ids: Iterable[str]) -> None:
        """Articles that are to be settled (`index.settling`)."""
        rows = ((article_id,) for article_id in article_ids)
        self._connection.executemany("INSERT OR IGNORE INTO unsettled VALUES (?)", rows)

    def _count_up(self, article_ids: Sequence[str], *, more: int = 0, removed: bool = False) -> None:
        """A new revision, in which these articles changed and there are so many more quotations."""
        self._connection.execute("UPDATE revision SET number = number + 1, quotations = quotations + ?", (more,))
        self._connection.executemany(
            "INSERT OR REPLACE INTO changes VALUES (?, (SELECT number FROM revision), ?)",
            [(article_id, removed) for article_id in article_ids],
        )

    def changed_since(self, revision: int) -> Changes:
        """Which articles were put, touched or removed after a revision."""
        changed = self._connection.execute(
            "SELECT id FROM changes CROSS JOIN articles ON id = article_id WHERE changes.revision > ? AND removed = 0 "
            "ORDER BY date, id",
            (revision,),
        )
        removed = self._connection.execute(
            "SELECT article_id FROM changes WHERE revision > ? AND removed = 1 ORDER BY article_id", (revision,)
        )
        return Changes(tuple(row[0] for row in changed), tuple(row[0] for row in removed))

    def note_build(self, build_id: str, revision: int) -> None:
        """Keeps which revision a build was made from; of another archive's build, or of one of a copy, it has none."""
        try:
            self._connection.execute("INSERT OR REPLACE INTO published VALUES (?, ?)", (build_id, revision))
            self._connection.execute(
                "DELETE FROM published WHERE build NOT IN (SELECT build FROM published ORDER BY build DESC LIMIT ?)",
                (_BUILDS_NOTED,),
            )
        except sqlite3.Error as error:
            raise self._write_error(error) from error

    def has_made(self, build_id: str, revision: int) -> bool:
        """Whether a build was made from this archive in that revision, so that `changed_since` tells what it lacks."""
        found = self._connection.execute("SELECT revision FROM published WHERE build = ?", (build_id,)).fetchone()
        return found is not None and found[0] == revision

    def commit(self, *, lasting: bool = False) -> None:
        """Makes what was put so far last; with `lasting` through a power cut too, which takes the disk a moment."""
        try:
            self._connection.commit()
            if lasting:
                self._connection.execute("PRAGMA wal_checkpoint(PASSIVE)").fetchall()
        except sqlite3.Error as error:
            raise self._write_error(error) from error

    def articles(self, article_ids: Iterable[str] | None = None) -> Iterator[tuple[Article, list[Quotation]]]:
        """Every article with its quotations, undated ones first, then by date and id; or those, in the order given."""
        query = "SELECT id, record, text FROM articles"
        rows: Iterable[tuple[str, str, str]]
        if article_ids is None:
            rows = self._connection.execute(f"{query} ORDER BY date, id")
        else:
            rows = (
                row
                for article_id in article_ids
                for row in self._connection.execute(f"{query} WHERE id = ?", (article_id,))
            )
        for article_id, record, text in rows:
            article = article_from_json({**json.loads(record), "text": text})
            yield article, self.quotations(article_id)

    def quotations(self, article_id: str) -> list[Quotation]:
        """An article's quotations, in the order of the text."""
        found = self._connection.execute(
            "SELECT record FROM quotations WHERE article_id = ? ORDER BY place", (article_id,)
        )
        return [_quotation(row[0]) for row in found]

    def all_quotations(self) -> Iterator[tuple[str, str | None, list[Quotation]]]:
        """Every article's id, date and quotations, in the order of `articles`, without reading its text."""
        for article_id, date in self._connection.execute("SELECT id, date FROM articles ORDER BY date, id"):
            yield article_id, date, self.quotations(article_id)

    def quotation(self, quotation_id: str) -> tuple[Article, Quotation] | None:
        """One quotation as it was extracted, with its article; None where there is none of that id."""
        row = self._connection.execute(
            "SELECT article_id, record FROM quotations WHERE json_extract(record, '$.id') = ?", (quotation_id,)
        ).fetchone()
        article = self.article(row[0]) if row else None
        return (article, _quotation(row[1])) if article else None

    def corrections(self) -> list[Correction]:
        """The ledger of editors' corrections, in the order of their numbers."""
        return ledger_table.read(self._connection)

    def correct(self, correction: Correction) -> Correction:
        """Adds a correction to the ledger, and gives it as it stands there. UsageError where it cannot be."""
        try:
            line = ledger_table.append(self._connection, correction)
            self._corrected([line])
        except sqlite3.Error as error:
            raise self._write_error(error) from error
        return line

    def adopt(self, lines: Sequence[Correction]) -> None:
        """Adds corrections that were made elsewhere to the ledger; they have their numbers already."""
        try:
            ledger_table.adopt(self._connection, lines)
            self._corrected(lines)
        except sqlite3.Error as error:
            raise self._write_error(error) from error

    def _corrected(self, lines: Sequence[Correction]) -> None:
        """What these lines are about is to be settled, and there is a new revision."""
        undone = {line.subject for line in lines if line.action == "undo"}
        about = [*lines, *(one for one in self.corrections() if str(one.number) in undone)] if undone else lines
        self._wait(one.article for one in about if one.article is not None)
        self._count_up([])

    def ids(self) -> list[str]:
        """The ids of all articles, in the order of `articles`."""
        return [row[0] for row in self._connection.execute("SELECT id FROM articles ORDER BY date, id")]

    def article(self, article_id: str) -> Article | None:
        """One article as it was read, or None."""
        row = self._connection.execute("SELECT record, text FROM articles WHERE id = ?", (article_id,)).fetchone()
        return article_from_json({**json.loads(row[0]), "text": row[1]}) if row else None

    def articles_alone(self) -> Iterator[Article]:
        """Every article as it was read, one by one by its id, so that the archive may be written to meanwhile."""
        return (article for article_id in self.ids() if (article := self.article(article_id)) is not None)

    def size(self) -> tuple[int, int]:
        """How many articles and quotations there are."""
        return self._one("SELECT count(*) FROM articles"), self._one("SELECT quotations FROM revision")

    def faults(self) -> list[str]:
        """What SQLite finds wrong with the file, at most a few lines."""
        said = [row[0] for row in self._connection.execute("PRAGMA integrity_check(5)")]
        return [] if said == ["ok"] else said

    def counts(self) -> Counts:
        """How much there is."""
        articles, quotations = self.size()
        return Counts(
            articles=articles,
            quotations=quotations,
            failures=self._one("SELECT count(*) FROM failures"),
            earlier=self._one("SELECT count(*) FROM earlier_articles"),
            revision=self.revision(),
        )

    def revision(self) -> int:
        """Counted up with every article put or removed: a build that has the same number is up to date."""
        return self._one("SELECT number FROM revision")

    def extractors(self) -> dict[str, int]:
        """How many articles each extractor worked on."""
        return dict(self._connection.execute("SELECT extractor, count(*) FROM articles GROUP BY 1 ORDER BY 2 DESC"))

    def add_failure(self, failure: Failure, *, source: str, reading: Mapping[str, object]) -> None:
        """Keeps what could not be read and why, and how to read it again: the source that was named, and options."""
        file = file_of(failure.origin)
        values = (failure.origin, file, source, json.dumps(reading), failure.article_id, failure.reason, _now())
        try:
            self._connection.execute("INSERT OR REPLACE INTO failures VALUES (?, ?, ?, ?, ?, ?, ?)", values)
        except sqlite3.Error as error:
            raise self._write_error(error) from error

    def forget_failures(self, file: str) -> None:
        """Drops what an earlier run noted about a file that is being read again."""
        try:
            self._connection.execute("DELETE FROM failures WHERE file = ?", (file,))
        except sqlite3.Error as error:
            raise self._write_error(error) from error

    def failures(self) -> list[Failure]:
        """What could not be read, by file and line."""
        query = "SELECT origin, reason, article_id FROM failures ORDER BY file, length(origin), origin"
        rows = self._connection.execute(query)
        return [Failure(origin=origin, reason=reason, article_id=article_id) for origin, reason, article_id in rows]

    def failed_sources(self) -> list[tuple[str, dict[str, Any]]]:
        """The sources, as they were named, that hold something that could not be read, and how they were read."""
        rows = self._connection.execute("SELECT DISTINCT source, reading FROM failures ORDER BY 1, 2")
        return [(source, json.loads(reading)) for source, reading in rows]

    def _write_error(self, error: sqlite3.Error) -> ArchiveError:
        return ArchiveError(
            f"{self.path}: cannot be written ({_reason(error)}); is there room on the disk, and are there rights to "
            "write? What was kept before still stands"
        )


def _quotation(record: str) -> Quotation:
    try:
        return _decode(record)
    except msgspec.DecodeError:  # half of a surrogate pair, which broken JSON can hold
        return quotation_from_json(json.loads(record))


def file_of(origin: str) -> str:
    """The file of an origin: `a.jsonl:7` is in `a.jsonl`."""
    return re.sub(r":\d+$", "", origin)


def _now() -> str:
    return datetime.datetime.now(datetime.UTC).isoformat(timespec="seconds")


def _reason(error: Exception) -> str:
    return str(getattr(error, "strerror", None) or error)
