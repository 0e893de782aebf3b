"""Witnesses: what the articles that report the same words make of one another's speakers.

Each article that reports a quotation is a witness of who said it, and copies of one text are one witness. What an
article says outright (it names the speaker beside the words) is its own evidence, which nobody overrides: where two
articles name different people outright, the words are disputed, and both stand. What we only inferred (whom a pronoun
means, who goes on speaking) gives way to witnesses who name somebody that the article names too. An article that names
nobody takes the name from those who do.
"""

import dataclasses
import math
from collections.abc import Callable, Sequence

from index.records import Basis, Kind, Rival, SpeakerType

Present = Callable[[str, str], bool]
"""(article id, person's id) -> whether the article names that person anywhere."""

SURE = 0.5
"""Least confidence with which an article is taken to name somebody outright: below, it is likelier wrong than right."""
_LEAD = 2.0
"""How many times better attested than the next one a speaker must be to be taken over."""
_INFERRED = 0.4
"""What an inferred speaker counts, against one who is named outright."""
_MIN_WORDS = 6
"""Shorter words are no dispute: different people say them."""
_MOST_PEOPLE = 8
"""So many people, the best attested, are looked at for the same words."""
_OUTRIGHT: frozenset[Basis] = frozenset({"name", "corrected"})


@dataclasses.dataclass(frozen=True, slots=True, kw_only=True)
class Report:
    """What one article says of who said some words."""

    quotation: str
    article: str
    witness: int
    """Copies of one text have the same."""
    words: int
    kind: Kind
    person: str | None
    """Somebody of the collection; None for the unnamed, the undecided and nobody."""
    name: str | None
    type: SpeakerType
    basis: Basis
    confidence: float
    may_be: frozenset[str] = frozenset()
    """Of the undecided: whom the name may mean."""
    voice_of: frozenset[str] = frozenset()
    """Whom the speaker speaks for: a spokesman and who sent him are no rivals."""

    @property
    def outright(self) -> bool:
        """Whether the article itself names the speaker."""
        return self.person is not None and self.basis in _OUTRIGHT and self.confidence >= SURE


@dataclasses.dataclass(frozen=True, slots=True, kw_only=True)
class Finding:
    """What the witnesses make of one quotation."""

    person: str | None
    """Taken over from others; None where the article's own speaker stays."""
    confidence: float
    """Of `person`, 0 to 1."""
    witnesses: int
    """Independent articles that name the speaker, this one among them."""
    rivals: tuple[Rival, ...] = ()
    """Whom other articles name outright; empty where nothing is disputed."""


def weigh(reports: Sequence[Report], present: Present) -> dict[str, Finding]:
    """By quotation: what the witnesses of one and the same words make of it. Linear in the reports."""
    every, outright = _Attested(reports), _Attested([one for one in reports if one.outright])
    disputing = _Attested([one for one in reports if _may_be_disputed(one)])
    taken = {one.quotation: _taken_over(one, every, outright, present) for one in reports}
    agreeing: dict[str, set[int]] = {}
    for one in reports:
        speaker = taken[one.quotation][0] or one.person
        if speaker is not None:
            agreeing.setdefault(speaker, set()).add(one.witness)
    found = {}
    for one in reports:
        person, confidence = taken[one.quotation]
        speaker = person or one.person
        found[one.quotation] = Finding(
            person=person,
            confidence=confidence,
            witnesses=len(agreeing[speaker]) if speaker is not None else 0,
            rivals=_rivals(one, disputing) if person is None and _may_be_disputed(one) else (),
        )
    return found


class _Attested:
    """How well each of a few people is attested: the best attested ones, since more could not change anything."""

    def __init__(self, reports: Sequence[Report]) -> None:
        by: dict[str, dict[int, float]] = {}
        self.said: dict[str, Report] = {}
        for one in reports:
            if one.person is not None:
                weight = one.confidence if one.outright else _INFERRED * one.confidence
                mine = by.setdefault(one.person, {})
                mine[one.witness] = max(mine.get(one.witness, 0.0), weight)
                self.said.setdefault(one.person, one)
        sums = {person: sum(mine.values()) for person, mine in by.items()}
        kept = sorted(sums, key=lambda person: (-sums[person], person))[:_MOST_PEOPLE]
        self._by = {person: by[person] for person in kept}
        self._sums = {person: sums[person] for person in kept}

    def but(self, witness: int) -> dict[str, float]:
        """person -> how much all witnesses but one count; the best attested first, without those that nobody names."""
        rest = {
            person: self._sums[person] - mine.get(witness, 0.0)
            for person, mine in self._by.items()
            if len(mine) > (witness in mine)
        }
        return dict(sorted(rest.items(), key=lambda pair: (-pair[1], pair[0])))

    def witnesses_but(self, person: str, witness: int) -> int:
        """How many other witnesses name that person."""
        mine = self._by.get(person, {})
        return len(mine) - (witness in mine)

    def sure_of(self, person: str, witness: int) -> float:
        """How likely one of the other witnesses is right, 0 to 1: each but the surest adds to the surest one's."""
        weights = sorted((w for who, w in self._by[person].items() if who != witness), reverse=True)[:_MOST_PEOPLE]
        return round(min(0.99, 1 - math.prod(1 - weight for weight in weights)), 3)


def _taken_over(one: Report, every: _Attested, outright: _Attested, present: Present) -> tuple[str | None, float]:
    """Whom an article takes over from the others, and how sure that is; None where its own speaker stays."""
    stays = None, 0.0
    if one.basis == "corrected" or one.outright:
        return stays
    named = outright.but(one.witness)
    if not named:
        return stays
    scores = every.but(one.witness)
    best = max(named, key=lambda person: (scores.get(person, named[person]), person))
    others = max((score for person, score in scores.items() if person != best), default=0.0)
    if scores.get(best, named[best]) < _LEAD * others:
        return stays
    confidence = outright.sure_of(best, one.witness)
    if one.person is None:
        fits = one.type != "group" and (not one.may_be or best in one.may_be)
        return (best, confidence) if fits else stays
    if one.person in named or not present(one.article, best):
        return stays
    return best, confidence


def _rivals(one: Report, disputing: _Attested) -> tuple[Rival, ...]:
    """Whom other articles name outright for words that this one gives to somebody else outright."""
    return tuple(
        Rival(id=person, name=other.name or person, articles=disputing.witnesses_but(person, one.witness))
        for person in disputing.but(one.witness)
        if _is_rival(one, other := disputing.said[person])
    )


def _may_be_disputed(one: Report) -> bool:
    return one.outright and one.kind != "indirect" and one.words >= _MIN_WORDS


def _is_rival(one: Report, other: Report) -> bool:
    """Whether two speakers cannot both be right: not a body and its voice."""
    if one.person == other.person or (one.type == "person") != (other.type == "person"):
        return False
    return other.person not in one.voice_of and one.person not in other.voice_of
