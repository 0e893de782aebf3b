"""Small collections for the tests of identity: articles in a line or two, and who is who in them."""

import sqlite3
from collections.abc import Mapping, Sequence

from index.identity import (
    SCHEMA,
    LocalSpeaker,
    People,
    PeopleFile,
    Resolution,
    Rulings,
    local_speakers,
    settle,
    store,
)
from index.records import Quotation, SpeakerType
from tests.making import an_article


def speakers_of(
    article_id: str, text: str, *names: str, kind: SpeakerType = "person", **values: object
) -> list[LocalSpeaker]:
    """The speakers of an article in which each of some names says something."""
    article = an_article(article_id, text, **values)
    quotations = [
        Quotation(
            article_id=article_id, kind="direct", content=((0, 1),), text=text[:1], speaker=name, speaker_type=kind
        )
        for name in names
    ]
    return local_speakers(article, quotations)


def a_connection() -> sqlite3.Connection:
    """An empty database with the tables of identity."""
    connection = sqlite3.connect(":memory:")
    connection.executescript(SCHEMA)
    return connection


class Collection:
    """A collection of which the tests ask who somebody is."""

    def __init__(self, *articles: Sequence[LocalSpeaker], people: PeopleFile | None = None) -> None:
        self.connection = a_connection()
        self.people = people
        self.rulings = Rulings()
        self.add(*articles)

    def add(self, *articles: Sequence[LocalSpeaker]) -> set[str]:
        """Takes in articles and settles; the articles whose speakers changed."""
        for speakers in articles:
            store(self.connection, speakers[0].article_id, speakers)
        return settle(self.connection, people=self.people, rulings=self.rulings)

    def rule(self, **rulings: object) -> set[str]:
        """Settles under an editor's rulings."""
        self.rulings = Rulings(**rulings)  # type: ignore[arg-type]
        return settle(self.connection, people=self.people, rulings=self.rulings)

    def who(self, article_id: str, name: str, kind: SpeakerType = "person") -> Resolution:
        """Who a speaker of an article is."""
        return People(self.connection, rulings=self.rulings).person_of((article_id, name, kind))

    def ids(self) -> Mapping[tuple[str, str], str | None]:
        """Everybody's id."""
        rows = self.connection.execute("SELECT article_id, name, type FROM local_speakers").fetchall()
        return {(row[0], row[1]): self.who(*row).person_id for row in rows}
