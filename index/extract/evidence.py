"""What speaks for each person or body that a pronoun or a description may mean: one row of numbers a candidate.

The rows follow `FEATURES`; a chooser (choosing.py) turns them into probabilities. What is looked at is bounded, so the
work stays linear in the text.
"""

import bisect
import math
from dataclasses import dataclass, field
from typing import Literal

import numpy
from numpy.typing import NDArray

from index.extract import phrases, words
from index.extract.entities import Entity, Names
from index.extract.mentions import Mention
from index.extract.phrases import Range
from index.extract.tokens import Page
from index.extract.words import word_set

MOST_MENTIONS = 40
"""How many names in front of a pronoun are looked at."""
MOST_BEHIND = 4
"""And how many behind it, in its own sentence."""

Form = Literal["subject", "object", "possessive"]
Wanted = Literal["m", "f", "body", "many", "any"]

FEATURES = (
    *("same sentence", "one sentence back", "two sentences back", "sentences back", "tokens back", "same paragraph"),
    *("one paragraph back", "paragraphs back", "outside marks sentences back", "never outside marks"),
    *("subject sentences back", "subject in same sentence", "subject one sentence back", "never a subject"),
    *("last is subject", "last is possessive", "last in marks", "last behind a preposition", "last is a source"),
    *("mentions", "share of mentions", "mentions near", "share of subjects", "sources", "in the first lines"),
    *("full name given", "gender fits", "gender unknown", "only one of the gender", "recency rank", "subject rank"),
    *("first named in sentence before", "first named in paragraph", "first named in paragraph before"),
    *("spoke last", "spoke last but one", "spoke last person", "sentences since spoke", "was asked", "asked before"),
    *("says the clause", "named in the content", "is a body", "is no person for sure", "is one word"),
    *("object and subject in same sentence", "possessive and subject in same sentence", "possessive and same sentence"),
    *("possessive and last possessive", "subject and last subject", "behind", "behind by tokens", "behind a subject"),
    *("noun stands beside name", "words stand beside name", "noun in name", "role and person", "body and body"),
    *(
        "noun contradicts gender",
        "noun of office",
        "title of office",
        "nobody",
        "nobody for a role",
        "nobody for a body",
    ),
    *("nobody for a modified noun", "nobody for no definite article", "nobody for an unknown noun"),
)
"""What the columns of a row of evidence mean."""
_COLUMN = {name: k for k, name in enumerate(FEATURES)}

# Words, and the titles of those whom they may stand for.
_STANDS_FOR = {
    "commander-in-chief": "president",
    "pentagon chief": "secretary defense",
    "defence chief": "secretary defense",
    "defense chief": "secretary defense",
    "lawmaker": "rep sen congressman congresswoman senator representative",
    "congressman": "rep representative",
    "congresswoman": "rep representative",
    "senator": "sen",
    "governor": "gov",
    "professor": "prof",
    "general": "gen",
    "reverend": "rev pastor",
    "cleric": "ayatollah imam sheikh",
    "republican": "sen rep gov senator",
    "democrat": "sen rep gov senator",
    "candidate": "nominee",
    "nominee": "candidate",
    "mogul": "businessman billionaire developer",
    "billionaire": "businessman mogul",
    "businessman": "mogul billionaire",
    "spokeswoman": "spokesperson secretary",
    "spokesman": "spokesperson secretary",
    "attorney": "lawyer",
    "lawyer": "attorney counsel",
    "jurist": "judge justice",
    "boss": "chief ceo executive director",
    "chief": "director head ceo commissioner",
    "executive": "ceo president chief",
}
_OFFICES = word_set("president governor mayor senator secretary speaker minister chancellor pope king queen judge")
_ANY_BODY = word_set(
    """
    agency newspaper paper union group organization organisation company firm department network magazine campaign
    ministry committee publication outlet institute bank court commission team league
    """
)
_ASKING = word_set("asked asks asking pressed presses")
_SPEAKS = word_set("said told wrote says adds asked replied tweeted")


@dataclass(frozen=True, slots=True)
class Question:
    """Something that stands for somebody: where it is, and what it asks for."""

    at: int
    wanted: Wanted
    form: Form = "subject"
    content: tuple[Range, ...] = ()
    """What is said, when it is a source: who is named in there is hardly the one who says it."""
    noun: str = ""
    """A description's head; "" for a pronoun."""
    said: frozenset[str] = frozenset()
    """A description's other words."""
    definite: bool = True


@dataclass(slots=True)
class Memory:
    """Who spoke so far, by id() of the entity; `History` keeps it."""

    spoke: list[Entity | None] = field(default_factory=list)
    """The speakers of the attributions before, last at the end."""
    last_person: Entity | None = None
    last_at: int = 0
    """The last token of the attribution before."""
    asking: bool = False
    """Whether the attribution before was a question."""
    addressed: frozenset[int] = frozenset()
    sayer: Entity | None = None
    """Who says the clause that the question stands in."""


@dataclass(slots=True)
class _Seen:
    """What is known of one candidate from its mentions around a question."""

    entity: Entity
    last: int = -1
    count: int = 0
    near: int = 0
    subjects: int = 0
    sources: int = 0
    last_subject: int = -1
    last_outside: int = -1
    inside: int = 0
    behind: int = -1


class Evidence:
    """The candidates of a page's questions and what speaks for each."""

    def __init__(self, page: Page, names: Names) -> None:
        self.page = page
        self.names = names
        self.firsts = [m.first for m in names.mentions]
        self.subject = [_is_subject(page, m) for m in names.mentions]
        self.sources: set[int] = set()
        """Tokens of sources so far."""

    def rows(self, question: Question, memory: Memory) -> tuple[list[Entity], NDArray[numpy.float32]]:
        """The candidates, and a row of evidence for each; for a description one more row, for nobody named."""
        seen = self._seen(question)
        order = sorted(seen.values(), key=lambda s: -s.last)
        rows = numpy.zeros((len(order) + bool(question.noun), len(FEATURES)), numpy.float32)
        if order:
            self._fill(rows, question, memory, order)
        if question.noun:
            _fill_nobody(rows[-1], question)
        return [s.entity for s in order], rows

    def _seen(self, question: Question) -> dict[int, _Seen]:
        page, at, names = self.page, question.at, self.names
        low = bisect.bisect_left(self.firsts, at)
        high = low
        if not question.noun:
            while (
                high < len(self.firsts)
                and high - low < MOST_BEHIND
                and page.sentence[self.firsts[high]] == page.sentence[at]
            ):
                high += 1
        out: dict[int, _Seen] = {}
        here = page.sentence[at]
        for k in range(max(0, low - MOST_MENTIONS), high):
            mention = names.mentions[k]
            entity = names.entity_of[mention.first]
            if mention.stop > at >= mention.first or not _fits(entity, question):
                continue
            one = out.get(id(entity))
            if one is None:
                one = out[id(entity)] = _Seen(entity)
            if any(first <= mention.first < stop for first, stop in question.content):
                one.inside += 1
                continue
            if mention.first > at:
                one.behind = k if one.behind < 0 else one.behind
                continue
            one.last = k
            one.count += 1
            one.near += here - page.sentence[mention.first] <= 3
            one.sources += mention.first in self.sources
            if self.subject[k]:
                one.subjects += 1
                one.last_subject = k
            if not mention.quoted:
                one.last_outside = k
        return {key: one for key, one in out.items() if one.last >= 0 or one.behind >= 0}

    def _fill(self, rows: NDArray[numpy.float32], question: Question, memory: Memory, order: list[_Seen]) -> None:
        page, at, mentions = self.page, question.at, self.names.mentions
        here, paragraph = page.sentence[at], page.paragraph[at]
        named_first = self._named_first(at)
        total, rank = sum(one.count for one in order), 0
        by_subject = {id(one): k for k, one in enumerate(sorted(order, key=lambda s: -s.last_subject))}
        fitting = sum(one.entity.gender == question.wanted for one in order) if question.wanted in ("m", "f") else 0
        for row, one in zip(rows, order, strict=False):
            entity = one.entity
            values: dict[str, float] = {
                "mentions": math.log1p(one.count),
                "share of mentions": one.count / max(1, total),
                "mentions near": min(one.near, 4),
                "sources": math.log1p(one.sources),
                "in the first lines": entity.mentions[0].first < 60,
                "full name given": len(entity.mentions[0].core) > 1,
                "named in the content": min(one.inside, 2),
                "is a body": entity.kind == "organization",
                "is no person for sure": entity.kind == "other",
                "is one word": entity.kind == "other" and len(entity.mentions[0].core) == 1,
                "spoke last person": memory.last_person is entity,
                "was asked": id(entity) in memory.addressed,
                "says the clause": memory.sayer is entity,
            }
            if question.wanted in ("m", "f"):
                fits = entity.gender == question.wanted
                values |= {
                    "gender fits": fits,
                    "gender unknown": not entity.gender,
                    "only one of the gender": fits and fitting == 1,
                }
            back = next((k for k, who in enumerate(reversed(memory.spoke[-4:])) if who is entity), None)
            if back is not None:
                values |= {
                    "spoke last": back == 0,
                    "spoke last but one": back == 1,
                    "sentences since spoke": 1 / (1 + max(0, here - page.sentence[memory.last_at]))
                    if back == 0
                    else 0.0,
                    "asked before": back == 0 and memory.asking,
                }
            if one.last >= 0:
                values |= self._last(one, question, here, paragraph)
                values |= {"recency rank": 1 / (1 + rank), "subject rank": 1 / (1 + by_subject[id(one)])}
                values |= {name: who is entity for name, who in named_first.items()}
                rank += 1
            elif one.behind >= 0:
                first = mentions[one.behind].first
                values |= {
                    "behind": 1.0,
                    "behind by tokens": min(20, first - at) / 20,
                    "behind a subject": self.subject[one.behind],
                }
            if question.noun:
                values |= _described(entity, question)
            for name, value in values.items():
                row[_COLUMN[name]] = value

    def _last(self, one: _Seen, question: Question, here: int, paragraph: int) -> dict[str, float]:
        """How near a candidate was named, and how."""
        page, mentions = self.page, self.names.mentions
        last = mentions[one.last]
        back = here - page.sentence[last.first]
        far = paragraph - page.paragraph[last.first]
        before = page.low[last.first - 1] if last.first else ""
        owner = last.stop < len(page) and page.low[last.stop] in ("'s", "'")
        subject_back = here - page.sentence[mentions[one.last_subject].first] if one.last_subject >= 0 else 99
        outside = here - page.sentence[mentions[one.last_outside].first] if one.last_outside >= 0 else 99
        return {
            "same sentence": back == 0,
            "one sentence back": back == 1,
            "two sentences back": back == 2,
            "sentences back": min(back, 12) / 4,
            "tokens back": math.log1p(max(0, question.at - last.stop)) / 3,
            "same paragraph": far == 0,
            "one paragraph back": far == 1,
            "paragraphs back": min(far, 8) / 4,
            "outside marks sentences back": min(outside, 12) / 4,
            "never outside marks": one.last_outside < 0,
            "subject sentences back": min(subject_back, 12) / 4,
            "subject in same sentence": subject_back == 0,
            "subject one sentence back": subject_back == 1,
            "never a subject": one.last_subject < 0,
            "last is subject": self.subject[one.last],
            "last is possessive": owner,
            "last in marks": last.quoted,
            "last behind a preposition": before in phrases.PREPOSITIONS,
            "last is a source": last.first in self.sources,
            "share of subjects": one.subjects / max(1, one.count),
            "object and subject in same sentence": question.form == "object" and subject_back == 0,
            "possessive and subject in same sentence": question.form == "possessive" and subject_back == 0,
            "possessive and same sentence": question.form == "possessive" and back == 0,
            "possessive and last possessive": question.form == "possessive" and owner,
            "subject and last subject": question.form == "subject" and self.subject[one.last],
        }

    def _named_first(self, at: int) -> dict[str, Entity | None]:
        page = self.page
        here, out = page.sentence[at], dict[str, Entity | None]()
        before = page.sentence_bounds[here - 1] if here else (0, 0)
        begin = page.sentence_bounds[here][0]
        while begin and page.paragraph[begin - 1] == page.paragraph[at] and at - begin < 300:
            begin -= 1
        out["first named in sentence before"] = self._first_person(*before)
        out["first named in paragraph"] = self._first_person(begin, at)
        above = begin
        while above and page.paragraph[above - 1] == page.paragraph[begin - 1] and begin - above < 300:
            above -= 1
        out["first named in paragraph before"] = self._first_person(above, begin)
        return out

    def _first_person(self, first: int, stop: int) -> Entity | None:
        """Who is named first, outside of marks, in some tokens."""
        k = bisect.bisect_left(self.firsts, first)
        last = min(len(self.firsts), k + MOST_MENTIONS)
        while k < last and self.firsts[k] < stop:
            mention = self.names.mentions[k]
            if mention.kind == "person" and not mention.quoted:
                return self.names.entity_of[mention.first]
            k += 1
        return None


def _fits(entity: Entity, question: Question) -> bool:
    """Whether an entity may be meant at all."""
    if question.wanted in ("m", "f"):
        maybe = entity.kind == "other" and not entity.has_article and len(entity.name.split()) <= 3
        return (maybe or entity.kind == "person") and entity.gender in ("", question.wanted)
    if question.noun:
        if question.noun in words.BODIES | _ANY_BODY:
            return entity.kind in ("organization", "other")
        return entity.kind == "person" or (entity.kind == "other" and not entity.has_article)
    return entity.kind == "organization" and (question.wanted == "body" or entity.name.endswith("s"))


def _is_subject(page: Page, mention: Mention) -> bool:
    """Whether a name is likely its clause's subject, from the words beside it."""
    begin = page.sentence_bounds[page.sentence[mention.first]][0]
    before = page.low[mention.first - 1] if mention.first > begin else ""
    after = page.low[mention.stop] if mention.stop < len(page) else ""
    if after in ("'s", "'") or before in phrases.PREPOSITIONS - {"as"}:
        return False
    if before == "the" and mention.first - begin > 1:
        return False
    verb = after in phrases.AUXILIARY or after in _SPEAKS or (after.endswith(("ed", "s")) and after.islower())
    return mention.first - begin <= 2 or verb


def can_be_named(names: Names, noun: str) -> bool:
    """Whether a description with this head may stand for somebody of the article: "the senator", not "the youth"."""
    if noun in words.UNNAMED:
        return False
    if noun in words.ROLES | words.BODIES | _ANY_BODY or noun in _STANDS_FOR:
        return True
    return noun in names.nouns


def _described(entity: Entity, question: Question) -> dict[str, float]:
    """How a description suits an entity."""
    noun = question.noun
    phrase = " ".join([*sorted(question.said - {noun}), noun])
    wanted = {noun, *_STANDS_FOR.get(noun, "").split(), *_STANDS_FOR.get(phrase, "").split()}
    if entity.kind == "person":
        wrong = (noun in words.FEMALE_ROLES and entity.gender == "m") or (
            noun in words.MALE_ROLES and entity.gender == "f"
        )
        return {
            "noun stands beside name": bool(wanted & entity.nouns),
            "words stand beside name": min(2, len((question.said - {noun}) & entity.nouns)),
            "role and person": noun in words.ROLES,
            "noun contradicts gender": wrong or noun in words.BODIES,
            "noun of office": noun in _OFFICES,
            "title of office": noun in _OFFICES and noun in entity.nouns,
        }
    return {
        "noun in name": noun in entity.own_words,
        "words stand beside name": min(2, len((question.said - {noun}) & entity.own_words)),
        "body and body": noun in _ANY_BODY | words.BODIES,
        "noun contradicts gender": noun in words.ROLES,
    }


def _fill_nobody(row: NDArray[numpy.float32], question: Question) -> None:
    noun = question.noun
    row[_COLUMN["nobody"]] = 1.0
    row[_COLUMN["nobody for a role"]] = noun in words.ROLES - words.UNNAMED
    row[_COLUMN["nobody for a body"]] = noun in _ANY_BODY | words.BODIES
    row[_COLUMN["nobody for a modified noun"]] = min(3, len(question.said - {noun}))
    row[_COLUMN["nobody for no definite article"]] = not question.definite
    row[_COLUMN["nobody for an unknown noun"]] = noun not in words.ROLES | words.BODIES | _ANY_BODY
