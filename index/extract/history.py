"""Who spoke so far, and whom a pronoun or a description may mean after that."""

import bisect
import collections
from dataclasses import dataclass

from index.extract import phrases, words
from index.extract.draft import Attribution
from index.extract.entities import Entity, Names
from index.extract.mentions import Mention
from index.extract.tokens import Page
from index.extract.words import word_set
from index.records import Basis, SpeakerType

MOST_MENTIONS = 60
"""How many names in front of a pronoun are looked at: enough for any, and it keeps the work linear in the text."""

# Words, and the titles of those whom they may stand for.
_STANDS_FOR = {
    "commander-in-chief": "president",
    "pentagon chief": "secretary defense",
    "defence chief": "secretary defense",
    "defense chief": "secretary defense",
    "lawmaker": "rep sen congressman congresswoman senator representative",
    "congressman": "rep",
    "congresswoman": "rep",
    "senator": "sen",
    "governor": "gov",
    "professor": "prof",
    "general": "gen",
    "reverend": "rev",
    "cleric": "ayatollah imam sheikh",
}


_ANY_BODY = word_set(
    """
    agency newspaper paper union group organization organisation company firm department network magazine
    """
)
_ASKING = word_set("asked asks asking pressed presses")


@dataclass(frozen=True, slots=True)
class Speaker:
    """Who said it, and how the text says so."""

    name: str | None
    type: SpeakerType
    basis: Basis
    certainty: float
    """Of the step from the source's words to this speaker, 0 to 1."""
    candidates: tuple[tuple[str, float], ...] = ()
    entity: Entity | None = None

    def again(self, basis: Basis, factor: float) -> "Speaker":
        """The same speaker, tied to other words by `basis`, so much less certainly."""
        return Speaker(self.name, self.type, basis, self.certainty * factor, self.candidates, self.entity)


@dataclass(slots=True)
class _Said:
    speaker: Speaker
    made: Attribution


class History:
    """The attributions resolved so far, and what they make likely for the next one."""

    def __init__(self, page: Page, names: Names) -> None:
        self.page = page
        self.names = names
        self.recent: collections.deque[_Said] = collections.deque(maxlen=4)
        self.by_attribution: dict[int, Speaker] = {}
        self.unnamed: dict[str, Speaker] = {}
        """Speakers without a name by their noun: "an aide" for a later "the aide"."""
        self.last_person: Entity | None = None
        self.last_entity: Entity | None = None
        self._sources: set[int] = set()
        self._firsts = [m.first for m in names.mentions]

    def add(self, made: Attribution, speaker: Speaker) -> None:
        """Takes note of who said it."""
        if speaker.entity is not None:
            self.last_entity = speaker.entity
            if speaker.entity.kind == "person":
                self.last_person = speaker.entity
            if made.source is not None:
                self._sources.update(range(*made.source))
        self.recent.append(_Said(speaker, made))
        self.by_attribution[id(made)] = speaker

    @property
    def last(self) -> Speaker | None:
        """The speaker of the attribution before."""
        return self.recent[-1].speaker if self.recent else None

    @property
    def last_attribution(self) -> Attribution | None:
        """The attribution before."""
        return self.recent[-1].made if self.recent else None

    def antecedent(self, at: int) -> Entity | None:
        """The name that "who" or "which" at token `at` takes up."""
        for k in range(at - 1, max(-1, at - 15), -1):
            if self.page.sentence[k] != self.page.sentence[at]:
                break
            if k in self.names.at:
                return self.names.entity_at(k)
        return None

    def ranked(self, at: int, kind: str, made: Attribution) -> list[tuple[float, Entity]]:
        """The entities that a pronoun at token `at` may mean, likeliest first, with a score (larger is likelier).

        `kind`: "m", "f", "body" or "many". Near names, subjects, whoever spoke last, whoever was asked, and whoever is
        reported to say the very clause.
        """
        expected = self._expected(at)
        own = [range(first, stop) for first, stop in made.content]
        best: dict[int, tuple[float, Entity]] = {}
        for mention in self._before(at):
            entity = self.names.entity_of[mention.first]
            if not _fits(entity, kind) or mention.stop > at or any(mention.first in piece for piece in own):
                continue
            score = self._weight(mention, at) + expected.get(id(entity), 0.0) + _gender_weight(entity, kind)
            if id(entity) not in best or best[id(entity)][0] < score:
                best[id(entity)] = (score, entity)
        out = [(score + 0.12 * sum(m.first < at for m in e.mentions[:4]), e) for score, e in best.values()]
        return sorted(out, key=lambda pair: -pair[0])

    def _weight(self, mention: Mention, at: int) -> float:
        """How likely a name is meant from where it stands."""
        page = self.page
        score = 0.6 * (page.paragraph[at] == page.paragraph[mention.first])
        score -= 1.1 * (page.sentence[at] - page.sentence[mention.first]) + 0.004 * (at - mention.stop)
        score += 1.2 * self._is_subject(mention) - 1.5 * mention.quoted + 0.3 * (mention.first in self._sources)
        return score - 0.6 * (mention.stop < len(page) and page.low[mention.stop] in ("'s", "'"))

    def _expected(self, at: int) -> dict[int, float]:
        """What was said so far, as a weight for the entities that it makes likelier, by id()."""
        out: dict[int, float] = collections.defaultdict(float)
        if self.last_person is not None:
            out[id(self.last_person)] += 1.0
        made = self.last_attribution
        if made is None or self.last is None:
            return out
        entity = self.last.entity
        if entity is not None:
            out[id(entity)] += 0.5
            if made.cue is not None and self.page.low[made.cue[0]] in _ASKING:
                out[id(entity)] -= 1.0
        for asked in {id(e) for t in range(*(made.addressed or (0, 0))) if (e := self.names.entity_at(t)) is not None}:
            out[asked] += 1.5
        for said in reversed(self.recent):
            if any(first <= at < stop for first, stop in said.made.content):
                if said.speaker.entity is not None:
                    out[id(said.speaker.entity)] += 1.5
                break
        return out

    def _before(self, at: int) -> list[Mention]:
        low = bisect.bisect_left(self._firsts, at)
        return self.names.mentions[max(0, low - MOST_MENTIONS) : low]

    def _is_subject(self, mention: Mention) -> bool:
        page = self.page
        begin = page.sentence_bounds[page.sentence[mention.first]][0]
        before = page.low[mention.first - 1] if mention.first > begin else ""
        after = page.low[mention.stop] if mention.stop < len(page) else ""
        if (
            before in phrases.PREPOSITIONS - {"as"}
            or (before == "the" and mention.first - begin > 1)
            or after in ("'s", "'")
        ):
            return False
        return (
            mention.first - begin <= 2
            or after in phrases.AUXILIARY
            or after.endswith(("ed", "s"))
            or after in ("said", "told", "wrote")
        )

    def described(self, first: int, stop: int, head: int) -> Entity | None:
        """Whom "the leader", "the ministry", "the Pentagon chief" stand for: the nearest it fits."""
        page = self.page
        noun = page.low[head]
        said = {page.low[k] for k in range(first, stop) if page.is_word(k)} - phrases.DETERMINERS - {"former", "of"}
        phrase = " ".join(page.low[first + 1 : head + 1])
        wanted = {noun, *_STANDS_FOR.get(noun, "").split(), *_STANDS_FOR.get(phrase, "").split()}
        best: tuple[float, Entity] | None = None
        for mention in self._before(first):
            entity = self.names.entity_of[mention.first]
            if entity.kind == "person":
                score = self._person_score(entity, noun, wanted, said)
                near = page.paragraph[first] - page.paragraph[mention.first] <= 2
                if not score and noun in words.ROLES - words.UNNAMED and entity is self.last_entity and near:
                    score = 0.4
            else:
                score = _body_score(entity, noun)
            if score <= 0:
                continue
            score += 0.3 * (entity is self.last_entity)
            score -= 0.03 * (page.sentence[first] - page.sentence[mention.first])
            if best is None or score > best[0]:
                best = (score, entity)
        return best[1] if best else None

    def _person_score(self, entity: Entity, noun: str, wanted: set[str], said: set[str]) -> float:
        wrong = (noun in words.FEMALE_ROLES and entity.gender == "m") or (
            noun in words.MALE_ROLES and entity.gender == "f"
        )
        if wrong or noun in words.BODIES:
            return -1.0
        return 2.0 * bool(wanted & entity.nouns) + 0.7 * len((said - {noun}) & entity.nouns)


def _gender_weight(entity: Entity, kind: str) -> float:
    if kind not in ("m", "f"):
        return 0.0
    return -1.0 if entity.kind == "other" else 0.7 * (entity.gender == kind)


def _body_score(entity: Entity, noun: str) -> float:
    if entity.kind not in ("organization", "other") or noun in words.ROLES - words.UNNAMED:
        return 0.0
    if noun in entity.own_words:
        return 2.5
    return 0.5 if noun in _ANY_BODY and entity.kind == "organization" else 0.0


def _fits(entity: Entity, kind: str) -> bool:
    if kind in ("m", "f"):
        maybe = entity.kind == "other" and not entity.has_article and 2 <= len(entity.name.split()) <= 3
        return maybe or (entity.kind == "person" and entity.gender in ("", kind))
    return entity.kind == "organization" and (kind == "body" or entity.name.endswith("s"))
