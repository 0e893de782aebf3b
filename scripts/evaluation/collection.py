"""An archive's speakers, gathered and settled in a database of their own, for the figures of identity."""

import sqlite3
import time
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from index.archive import Archive
from index.identity import SCHEMA, LocalSpeaker, PeopleFile, local_speakers, settle, store


@dataclass(slots=True)
class Settled:
    """A settled collection and the CPU seconds that each step took."""

    connection: sqlite3.Connection
    articles: int
    speakers: int
    gathering: float
    storing: float
    settling: float

    @property
    def whole(self) -> float:
        """All steps together."""
        return self.gathering + self.storing + self.settling


def gathered(
    archive: Path, *, year: str | None = None, most: int | None = None
) -> Iterator[tuple[str, list[LocalSpeaker], float]]:
    """Each article's id with its speakers and the CPU seconds that gathering them took; articles of one year only."""
    with Archive(archive) as opened:
        count = 0
        for article, quotations in opened.articles():
            if year is not None and (article.date or "")[:4] != year:
                continue
            if most is not None and count >= most:
                return
            count += 1
            begin = time.process_time()
            found = local_speakers(article, quotations)
            yield article.id, found, time.process_time() - begin


def settled(
    archive: Path,
    *,
    year: str | None = None,
    most: int | None = None,
    people: PeopleFile | None = None,
    into: Path | None = None,
) -> Settled:
    """The speakers of an archive (of a copy of it: opening one may bring it up to date), settled."""
    every = list(gathered(archive, year=year, most=most))
    connection = sqlite3.connect(into or ":memory:")
    connection.executescript(SCHEMA)
    begin = time.process_time()
    for article_id, found, _ in every:
        store(connection, article_id, found)
    stored = time.process_time()
    settle(connection, people=people)
    connection.commit()
    done = time.process_time()
    return Settled(
        connection,
        len(every),
        sum(len(found) for _, found, _ in every),
        sum(seconds for _, _, seconds in every),
        stored - begin,
        done - stored,
    )
