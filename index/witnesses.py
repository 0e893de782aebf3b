"""Witnesses: what the articles that report the same words make of one another's speakers.

Each article that reports a quotation is a witness of who said it, and copies of one text are one witness. What an
article says outright (it names the speaker beside the words) is its own evidence, which nobody overrides: where two
articles name different people outright, the words are disputed, and both stand. What we only inferred (whom a pronoun
means, who goes on speaking) gives way to witnesses who name somebody that the article names too. An article that names
nobody takes the name from those who do.
"""

import dataclasses
import math
import re
from collections.abc import Callable, Sequence

from rapidfuzz import fuzz
from rapidfuzz.distance import Levenshtein

from index.records import Basis, Kind, Rival, SpeakerType

Named = Callable[[str, str], bool]
"""(article's id, person's id) -> whether the article names that person anywhere."""
Fits = Callable[[str, str], bool]
"""(an article's own words for a speaker, person's id) -> whether those words may name that person."""

SURE = 0.5
"""Least confidence with which an article is taken to name somebody outright: below, it is likelier wrong than right."""
_DOUBTFUL = 0.85
"""Below this confidence a name beside the words gives way where many others name somebody else outright."""
_MANY = 3
_LEAD = 2.0
"""How many times better attested than the next one a speaker must be to be taken over."""
_OVER_INFERENCE = 1.5
"""How many times better attested than what an article was only inferred to say."""
_LEAST = 0.55
"""How well attested a speaker must be at least: a name beside the words is enough, or a pronoun that is very sure."""
_GRADES: dict[Basis, float] = {
    "name": 1.0,
    "corrected": 1.0,
    "nominal": 0.7,
    "pronoun": 0.6,
    "continued": 0.5,
    "implicit": 0.4,
    "corroborated": 0.0,
}
"""What a witness's confidence counts, by how the text ties the words to the speaker."""
_LONGEST = 60
"""Letters of a description that is taken over from another article."""
_MIN_WORDS = 5
"""Shorter words are no dispute: different people say them."""
_FEW_WORDS = 8
_DAYS, _DAYS_OF_FEW = 30, 3
"""How far apart articles may be that dispute the same saying; fewer words are said again by others sooner."""
_SURE_OF_BOTH = 0.9
"""Least confidence of both sides of a dispute: below, one of them is more often misread than they disagree."""
_ALIKE = 92.0
"""How much of the shorter words must stand in the longer ones, in per cent, for a dispute."""
_MOST_PEOPLE = 8
"""So many people, the best attested, are looked at for the same words."""
_INDEFINITE = re.compile(r"(?:an?|one|another|some|many|several)\b", re.IGNORECASE)
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
    mention: str = ""
    """The article's own words for the speaker."""
    text: str = ""
    """The words, in small letters, with blanks between them."""
    day: int | None = None
    """The article's, counted from some first one; None where it has no date."""

    @property
    def outright(self) -> bool:
        """Whether the article itself names the speaker."""
        return self.person is not None and self.basis in _OUTRIGHT and self.confidence >= SURE

    @property
    def weight(self) -> float:
        """What this counts as a witness."""
        grade = _GRADES[self.basis]
        return self.confidence * (grade if self.outright or grade < 1 else _GRADES["implicit"])


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
    phrase: str | None = None
    """Of somebody whom no article names: a fuller description, from another one."""


def weigh(reports: Sequence[Report], *, named: Named, fits: Fits) -> dict[str, Finding]:
    """By quotation: what the witnesses of one and the same words make of it. Linear in the reports."""
    every, outright = _Attested(reports), _Attested([one for one in reports if one.outright])
    disputing = _Attested([one for one in reports if _may_be_disputed(one)])
    taken = {one.quotation: _taken_over(one, every, outright, named, fits) for one in reports}
    agreeing: dict[str, set[int]] = {}
    for one in reports:
        speaker = taken[one.quotation][0] or one.person
        if speaker is not None:
            agreeing.setdefault(speaker, set()).add(one.witness)
    phrase = _description([one for one in reports if taken[one.quotation][0] is None])
    found = {}
    for one in reports:
        person, confidence = taken[one.quotation]
        speaker = person or one.person
        found[one.quotation] = Finding(
            person=person,
            confidence=confidence,
            witnesses=len(agreeing[speaker]) if speaker is not None else 0,
            rivals=_rivals(one, disputing, named, fits) if person is None and _may_be_disputed(one) else (),
            phrase=phrase if person is None and _is_described(one) and one.name != phrase else None,
        )
    return found


class _Attested:
    """How well each of a few people is attested: the best attested ones, since more could not change anything."""

    def __init__(self, reports: Sequence[Report]) -> None:
        by: dict[str, dict[int, list[tuple[float, str]]]] = {}
        self.said: dict[str, Report] = {}
        self._words: dict[str, tuple[int, int]] = {}
        for one in reports:
            if one.person is not None:
                least, most = self._words.get(one.person, (one.words, one.words))
                self._words[one.person] = min(least, one.words), max(most, one.words)
                told = by.setdefault(one.person, {}).setdefault(one.witness, [])
                # The best two quotations of a witness: one of them is another one than whoever asks.
                told.append((one.weight, one.quotation))
                told.sort(key=lambda pair: (-pair[0], pair[1]))
                del told[2:]
                self.said[one.person] = min(self.said.get(one.person, one), one, key=lambda r: r.quotation)
        sums = {person: sum(told[0][0] for told in mine.values()) for person, mine in by.items()}
        kept = sorted(sums, key=lambda person: (-sums[person], person))[:_MOST_PEOPLE]
        self._by = {person: by[person] for person in kept}
        self._sums = {person: sums[person] for person in kept}

    def but(self, one: Report) -> dict[str, float]:
        """person -> how much all other quotations count; the best attested first, without those that none of them has.

        The same article's and its copies' are among them: whom they name is whom this text names.
        """
        rest = {}
        for person, mine in self._by.items():
            score, told = self._sums[person], mine.get(one.witness)
            others = len(mine)
            if told is not None:
                left = next((weight for weight, quotation in told if quotation != one.quotation), None)
                score += (left or 0.0) - told[0][0]
                others -= left is None
            if others:
                rest[person] = score
        return dict(sorted(rest.items(), key=lambda pair: (-pair[1], pair[0])))

    def reaches(self, person: str, one: Report, *, both: bool = False) -> bool:
        """Whether somebody's words are half as long as a quotation, or, of `both`, neither is twice the other.

        Long words may quote short ones: whose the short ones are says nothing of the long ones.
        """
        least, most = self._words[person]
        return 2 * most >= one.words and (not both or least <= 2 * one.words)

    def witnesses_but(self, person: str, witness: int) -> int:
        """How many other witnesses name that person."""
        mine = self._by.get(person, {})
        return len(mine) - (witness in mine)

    def sure_of(self, person: str, one: Report) -> float:
        """How likely one of the others is right, 0 to 1: each witness adds to what surer ones leave open."""
        mine = self._by[person].values()
        weights = [next((w for w, quotation in told if quotation != one.quotation), 0.0) for told in mine]
        return round(min(0.99, 1 - math.prod(1 - w for w in sorted(weights, reverse=True)[:_MOST_PEOPLE])), 3)


def _taken_over(
    one: Report, every: _Attested, outright: _Attested, named: Named, fits: Fits
) -> tuple[str | None, float]:
    """Whom an article takes over from the others, and how sure that is; None where its own speaker stays."""
    stays = None, 0.0
    scores = every.but(one)
    if one.basis == "corrected" or not scores:
        return stays
    best = next(iter(scores))
    score = scores[best]
    rest = max((other for person, other in scores.items() if person not in (best, one.person)), default=0.0)
    if best == one.person or score < max(_LEAST, _LEAD * rest) or not every.reaches(best, one):
        return stays
    own = one.weight + scores.get(one.person, 0.0) if one.person is not None else 0.0
    if one.person is None:
        fitting = one.type != "group" and (not one.may_be or best in one.may_be) and _suits(one, best, fits)
        # "A witness" is not somebody whom the same article names.
        gives_way = fitting and not (_INDEFINITE.match(one.mention) and named(one.article, best))
    elif one.type != "person" and one.basis == "nominal":
        gives_way = False  # "the campaign" is who the article says it is, whoever spoke for it
    elif not one.outright:
        gives_way = score >= _OVER_INFERENCE * own and named(one.article, best) and _suits(one, best, fits)
    elif one.mention and fits(one.mention, best):
        # "Kelly" was taken for somebody of that name; it does not say which.
        gives_way = score >= _LEAD * own
    else:
        many = outright.witnesses_but(best, one.witness) >= _MANY
        alone = not outright.witnesses_but(one.person, one.witness)
        gives_way = one.confidence < _DOUBTFUL and many and alone and named(one.article, best)
    return (best, every.sure_of(best, one)) if gives_way else stays


def _suits(one: Report, person: str, fits: Fits) -> bool:
    """Whether somebody may be whom a pronoun means."""
    return one.basis != "pronoun" or " " in one.mention or fits(one.mention, person)


def _description(reports: Sequence[Report]) -> str | None:
    """What to call somebody whom no article names: the fullest of what several witnesses call them, if not too long.

    Somebody whom an article was inferred to mean counts for little against several that describe another.
    """
    described = [one for one in reports if _is_described(one)]
    witnesses = len({one.witness for one in described})
    inferred = sum(one.weight for one in reports if one.person is not None)
    if witnesses < 2 or any(one.outright for one in reports) or inferred * _LEAD > witnesses:
        return None
    phrases = sorted({str(one.name) for one in described}, key=lambda phrase: (-len(phrase), phrase))
    return next((phrase for phrase in phrases if len(phrase) <= _LONGEST), None)


def _is_described(one: Report) -> bool:
    return one.person is None and bool(one.name) and not one.may_be and one.type in ("unnamed", "group")


def _rivals(one: Report, disputing: _Attested, named: Named, fits: Fits) -> tuple[Rival, ...]:
    """Whom other articles name outright for words that this one gives to somebody else outright."""
    return tuple(
        Rival(id=person, name=other.name or person, articles=disputing.witnesses_but(person, one.witness))
        for person in disputing.but(one)
        if disputing.witnesses_but(person, one.witness)
        and disputing.reaches(person, one, both=True)
        and _is_rival(one, other := disputing.said[person], fits)
        and not _is_misread(one, other, disputing, named)
        and not _is_misread(other, one, disputing, named)
    )


def _is_misread(one: Report, other: Report, disputing: _Attested, named: Named) -> bool:
    """Whether one stands alone against several, and its article names their speaker too.

    It then more likely gives that speaker's words as somebody else quotes them, or we took one for the other.
    """
    assert one.person is not None and other.person is not None  # noqa: S101
    alone = not disputing.witnesses_but(one.person, one.witness)
    return alone and disputing.witnesses_but(other.person, one.witness) >= 2 and named(one.article, other.person)


def _may_be_disputed(one: Report) -> bool:
    whole = one.kind == "direct" and one.words >= _MIN_WORDS
    return one.outright and whole and one.confidence >= _SURE_OF_BOTH


def _is_rival(one: Report, other: Report, fits: Fits) -> bool:
    """Whether two speakers cannot both be right: not a body and its voice, and no two forms of a name."""
    if one.person is None or other.person is None or one.person == other.person:
        return False
    if (one.type == "person") != (other.type == "person"):
        return False
    same = _same_surname if one.type == "person" else _same_letters
    if same(one.name or "", other.name or ""):
        return False
    if fits(one.mention, other.person) or fits(other.mention, one.person) or not _of_one_time(one, other):
        return False
    return fuzz.partial_ratio(one.text, other.text, score_cutoff=_ALIKE) > 0


def _of_one_time(one: Report, other: Report) -> bool:
    """Whether two articles may report the same occasion, by their dates."""
    few = min(one.words, other.words) < _FEW_WORDS
    if one.day is None or other.day is None:
        return not few
    return abs(one.day - other.day) <= (_DAYS_OF_FEW if few else _DAYS)


def _same_surname(one: str, other: str) -> bool:
    """Whether two names have a word in common, or last words that one letter tells apart: "Meyers", "Mayers"."""
    mine, theirs = one.casefold().split(), other.casefold().split()
    if not mine or not theirs:
        return False
    if {word for word in mine if len(word) > 2} & {word for word in theirs if len(word) > 2}:
        return True
    return Levenshtein.distance(mine[-1], theirs[-1], score_cutoff=1) <= 1


def _same_letters(one: str, other: str) -> bool:
    """Whether the first letters of a body's name stand in the other's: "USAF" and "Air Force"."""
    mine, theirs = _initials(one), _initials(other)
    return len(mine) > 1 and len(theirs) > 1 and (mine in theirs or theirs in mine)


def _initials(name: str) -> str:
    words = [word.replace(".", "") for word in name.split()]
    return "".join(word if word.isupper() else word[:1] for word in words if word[:1].isupper())
