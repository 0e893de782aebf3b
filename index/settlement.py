"""What is settled of an archive, as it is read: editors' rulings, people, findings and versions, article by article."""

import dataclasses
import json
import sqlite3
from collections.abc import Callable, Iterable, Mapping, Sequence
from typing import TypeAlias

from index import variants
from index.archive import Archive
from index.identity import People, Resolution, Rulings
from index.identity.directory import Directory
from index.ledger import Corrected, Correction, corrected, in_force
from index.records import Article, Quotation, Rival, SpeakerType
from index.witnesses import Finding

Resolutions: TypeAlias = Mapping[tuple[str, SpeakerType], Resolution]
"""Who the named speakers of one article are, by name and type there."""


def rulings_of(held: Iterable[Correction]) -> Rulings:
    """An editor's decisions on people, as identity takes them."""
    merges, names = [], {}
    assigned: dict[tuple[str, str], str] = {}
    for one in held:
        if one.action == "merge":
            merges.append((one.subject, str(one.value)))
        elif one.action == "rename":
            names[one.subject] = str(one.value)
        elif one.action == "split":
            assigned |= dict.fromkeys(one.parts, str(one.person))
            names.setdefault(str(one.person), str(one.value))
        elif one.action == "speaker" and one.person is not None:
            assigned[str(one.article), str(one.value)] = one.person
    return Rulings(merges=tuple(merges), assignments=assigned, names=names)


def by_article(held: Iterable[Correction]) -> dict[str, list[Correction]]:
    """The corrections of quotations, by the article that they stand in."""
    found: dict[str, list[Correction]] = {}
    for one in held:
        if one.action == "speaker":
            found.setdefault(str(one.article), []).append(one)
    return found


@dataclasses.dataclass(frozen=True, slots=True)
class SettledArticle:
    """What a collection tells of one article; by the quotations' ids where nothing else is said."""

    quotations: Sequence[Quotation]
    """As corrected."""
    corrections: Mapping[str, Correction]
    speakers: Resolutions
    findings: Mapping[str, Finding]
    places: Mapping[str, variants.Place]


class Settlement:
    """What is settled of an archive, article by article."""

    def __init__(self, archive: Archive) -> None:
        self._connection = archive.connection
        held = in_force(archive.corrections())
        self.rulings = rulings_of(held)
        self.people = People(self._connection, rulings=self.rulings)
        self.directory = Directory(self._connection, self.people, self.rulings)
        self._corrections = by_article(held)

    def of(self, article: Article, quotations: Sequence[Quotation]) -> SettledArticle:
        """What is settled of an article and its quotations as they were extracted."""
        done = self.corrected(article.id, quotations, lambda: article.text)
        ids = [one.id for one in done.quotations]
        return SettledArticle(
            quotations=done.quotations,
            corrections=done.by,
            speakers=self.people.of_article(article.id),
            findings=findings(self._connection, article.id),
            places={place.quotation_id: place for place in variants.places(self._connection, ids)},
        )

    def corrections_of(self, article_id: str) -> list[Correction]:
        """The corrections of an article's quotations that hold, whether it is there or not."""
        return list(self._corrections.get(article_id, ()))

    def corrected(self, article_id: str, quotations: Sequence[Quotation], text: Callable[[], str]) -> Corrected:
        """An article's quotations as editors corrected them; `text` is asked for where one was corrected."""
        mine = self._corrections.get(article_id)
        return corrected(quotations, mine, text()) if mine else Corrected(list(quotations), {}, [])


def findings(connection: sqlite3.Connection, article_id: str) -> dict[str, Finding]:
    """What the witnesses make of an article's quotations, by id; those that stand in no other article are left out."""
    rows = connection.execute(
        "SELECT quotation_id, person, confidence, witnesses, rivals, phrase FROM findings WHERE article_id = ?",
        (article_id,),
    )
    return {
        quotation_id: Finding(
            person=person,
            confidence=confidence,
            witnesses=witnesses,
            rivals=tuple(Rival(id=key, name=name, articles=count) for key, name, count in json.loads(rivals)),
            phrase=phrase,
        )
        for quotation_id, person, confidence, witnesses, rivals, phrase in rows
    }


def resolved(quotation: Quotation, resolutions: Resolutions) -> Resolution | None:
    """Who the speaker of a quotation is in the collection; None for the unnamed and for nobody."""
    if quotation.speaker is None:
        return None
    found = resolutions.get((quotation.speaker, quotation.speaker_type))
    return None if found is None or found.status == "unnamed" else found


def unnamed(quotation: Quotation) -> SpeakerType:
    """What somebody is who has no name in the collection."""
    return "unnamed" if quotation.speaker_type in ("person", "organization") else quotation.speaker_type
