"""Speakers across articles: the speaker of one article in, a person, body or group of the collection out.

For now the same name, letters alone compared, is the same person.
"""

import collections
import re
from collections.abc import Iterable
from typing import TypeVar

from index.identity.ids import slug_of
from index.identity.records import Person
from index.records import Quotation, SpeakerType, Status

T = TypeVar("T")

NAMED: frozenset[SpeakerType] = frozenset({"person", "organization", "group"})


class Identity:
    """Who is who in a collection; add every quotation first, then `settle`, then ask."""

    def __init__(self) -> None:
        self._spellings: dict[str, collections.Counter[str]] = collections.defaultdict(collections.Counter)
        self._types: dict[str, collections.Counter[SpeakerType]] = collections.defaultdict(collections.Counter)
        self._people: dict[str, Person] = {}

    def add(self, quotations: Iterable[Quotation]) -> None:
        """Takes in the speakers of one article."""
        for quotation in quotations:
            if quotation.speaker is not None and quotation.speaker_type in NAMED:
                key = _key(quotation.speaker)
                self._spellings[key][quotation.speaker] += 1
                self._types[key][quotation.speaker_type] += 1

    def settle(self) -> None:
        """Gives every name its person. Where two names make the same id, the later in the alphabet gets a number."""
        self._people.clear()
        taken: collections.Counter[str] = collections.Counter()
        for key in sorted(self._spellings):
            name = _commonest(self._spellings[key])
            slug = slug_of(name)
            taken[slug] += 1
            person_id = slug if taken[slug] == 1 else f"{slug}-{taken[slug]}"
            self._people[key] = Person(person_id, name, _commonest(self._types[key]))

    def person(self, quotation: Quotation) -> Person | None:
        """Who said it; None for the unnamed and for nobody."""
        if quotation.speaker is None or quotation.speaker_type not in NAMED:
            return None
        return self._people[_key(quotation.speaker)]


def status_of(quotation: Quotation) -> Status:
    """Whether somebody with a name is given, somebody without one, or nobody."""
    if quotation.speaker is None or quotation.speaker_type == "unknown":
        return "unknown"
    return "resolved" if quotation.speaker_type in NAMED else "unnamed"


def _key(name: str) -> str:
    return " ".join(re.findall(r"[^\W_]+", name.casefold().replace("’", "").replace("'", ""))) or name


def _commonest(counter: "collections.Counter[T]") -> T:
    return min(counter, key=lambda value: (-counter[value], str(value)))
