"""Who a source is: names to their entity, pronouns and descriptions to somebody named, the rest to what the text says.

Attributions are taken in the order of the text; each knows who spoke before it.
"""

import math
import re
from dataclasses import dataclass

from index.extract import phrases, words
from index.extract.attributions import Attribution
from index.extract.mentions import Entity, Mention, Names
from index.extract.tokens import Page
from index.records import Basis, SpeakerType

LONGEST_PHRASE = 12
"""Words of a description that stands for an unnamed speaker."""

_PRONOUN_KIND = {
    "he": "m",
    "she": "f",
    "it": "body",
    "they": "many",
    "who": "relative",
    "which": "relative",
    "that": "relative",
}
_BOUNDS = phrases.PREPOSITIONS - {"of"} | phrases.RELATIVE | {"when", "while", "where", "during", "told"}
# Offices and the words that stand for whoever holds them.
_ALIASES = {
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


@dataclass(frozen=True, slots=True)
class Speaker:
    """Who said it, and how the text says so."""

    name: str | None
    type: SpeakerType
    basis: Basis
    certainty: float
    """Of the step from the source's words to this speaker, 0 to 1."""
    candidates: tuple[tuple[str, float], ...] = ()


@dataclass(slots=True)
class _Said:
    entity: Entity | None
    speaker: Speaker
    made: Attribution


def find_speakers(page: Page, names: Names, attributions: list[Attribution]) -> list[Speaker]:
    """The speaker of each attribution, in the same order."""
    resolver = _Resolver(page, names)
    return [resolver.resolve(made) for made in attributions]


class _Resolver:
    def __init__(self, page: Page, names: Names) -> None:
        self.page = page
        self.names = names
        self.said: list[_Said] = []
        self.by_attribution: dict[int, _Said] = {}
        self.sources: set[int] = set()
        self.unnamed: dict[str, Speaker] = {}
        self.firsts = [m.first for m in names.mentions]

    def resolve(self, made: Attribution) -> Speaker:
        entity, speaker = self._resolve(made)
        if made.source is not None and entity is not None:
            self.sources.update(range(*made.source))
        said = _Said(entity, speaker, made)
        self.said.append(said)
        self.by_attribution[id(made)] = said
        return speaker

    def _resolve(self, made: Attribution) -> tuple[Entity | None, Speaker]:
        if made.nobody:
            return None, Speaker(None, "unknown", "implicit", 0.8)
        if made.pattern == "continued" and made.follows is not None:
            before = self.by_attribution.get(id(made.follows))
            if before:
                return before.entity, _like(before.speaker, "continued", 0.95)
        if made.source is None:
            return self._implicit(made)
        first, stop = self._core(made.source)
        head = self.page.low[first]
        if made.pattern == "label" and self._label(first, stop) is None and stop - first == 1 and head in ("q", "a"):
            return None, Speaker(None, "unknown", "implicit", 0.7)
        if stop - first == 1 and head in phrases.PRONOUNS | phrases.RELATIVE:
            return self._pronoun(first, head, made)
        found = self._named(made.source, first, stop)
        if found is not None and found.entity is not None:
            return found.entity, self._of(found.entity, "name", 0.95)
        return self._nominal(first, stop, made)

    def _of(self, entity: Entity, basis: Basis, certainty: float) -> Speaker:
        kind: SpeakerType = "person" if entity.kind == "person" else "organization"
        name = entity.name
        if entity.kind == "other" and len(name.split()) <= 3 and not self._has_article(entity):
            kind = "organization" if name.isupper() or name.lower() in words.NAMED_BODIES else "person"
        return Speaker(name, kind, basis, certainty)

    def _has_article(self, entity: Entity) -> bool:
        return any(m.first and self.page.low[m.first - 1] == "the" for m in entity.mentions)

    # --- names

    def _core(self, source: phrases.Range) -> phrases.Range:
        """The source without its apposition, its relative clause and what follows a preposition."""
        page = self.page
        first, stop = source
        while first < stop and not page.is_word(first):
            first += 1
        if first >= stop:
            return source
        end = first + 1
        while end < stop:
            inside = end in self.names.at and end - 1 in self.names.at and self.names.at[end] is self.names.at[end - 1]
            if not inside and (
                page.words[end] in {",", "(", ":", ";", "—", "–", "--", "["} or page.low[end] in _BOUNDS
            ):
                break
            end += 1
        while end > first + 1 and not page.is_word(end - 1):
            end -= 1
        return first, end

    def _label(self, first: int, stop: int) -> Mention | None:
        return self.names.at.get(stop - 1)

    def _named(self, source: phrases.Range, first: int, stop: int) -> Mention | None:
        """The name that heads a source: at the end of its core, or in apposition to a role ("a lawyer, Ann Lee,")."""
        page, at = self.page, self.names.at
        last = stop - 1
        if page.low[last] in ("'s", "'") and last > first:
            last -= 1
        found = at.get(last)
        of = next(
            (k for k in range(first + 1, last + 1) if page.low[k] == "of" and not (k in at and at[k].first < k)), None
        )
        if of is not None:
            # "Joel Pollak of the Times": the name before "of"; "the head of the Times": nobody's name
            found = at.get(of - 1)
        if found is None and page.words[last].isupper() and self._shouted_name(last):
            return self._shouted_name(last)
        if found is not None and page.low[last] in words.DOCUMENTS | words.PEOPLE and found.kind != "organization":
            found = None
        if found is not None:
            return found
        if page.low[last] in words.DOCUMENTS:
            owner = next((at[k] for k in range(last, first - 1, -1) if k in at), None)
            after = (
                next((at[k] for k in range(stop, min(source[1], stop + 5)) if k in at), None)
                if stop < source[1] and page.low[stop] in ("by", "from")
                else None
            )
            return after or owner
        if stop < source[1] and page.words[stop] == "," and page.low[last] in words.ROLES | {"of"} | words.SPOKES:
            for k in range(stop + 1, min(source[1], stop + 5)):
                if k in at and at[k].kind in ("person", "other"):
                    return at[k]
        return None

    def _shouted_name(self, at: int) -> Mention | None:
        """WALLACE in a transcript, when Wallace is named elsewhere."""
        word = self.page.low[at]
        return next((m for m in self.names.mentions if m.kind == "person" and m.core[-1].lower() == word), None)

    # --- pronouns

    def _pronoun(self, at: int, word: str, made: Attribution) -> tuple[Entity | None, Speaker]:
        kind = _PRONOUN_KIND.get(word)
        before = self.said[-1] if self.said else None
        if kind == "relative":
            found = self._antecedent(at)
            if found is not None and found.entity is not None:
                return found.entity, self._of(found.entity, "pronoun", 0.85)
            return None, Speaker(None, "unknown", "pronoun", 0.3)
        if kind is None:
            quoted = before is not None and word in ("i", "we") and self.page.stretch[at] >= 0
            if quoted and before is not None:
                return before.entity, _like(before.speaker, "pronoun", 0.4)
            return None, Speaker(None, "unknown", "pronoun", 0.4)
        if kind == "many" and before is not None and before.speaker.type == "group":
            return before.entity, _like(before.speaker, "pronoun", 0.8)
        ranked = self._ranked(at, kind, made)
        if not ranked:
            if (
                before is not None
                and before.speaker.name
                and before.speaker.type in ("unnamed", "group", "organization")
            ):
                return before.entity, _like(before.speaker, "pronoun", 0.5)
            if kind == "many":
                return None, Speaker(None, "unknown", "pronoun", 0.3)
            return None, Speaker(None, "unknown", "pronoun", 0.3)
        total = sum(math.exp(s) for s, _ in ranked[:4])
        shares = tuple((e.name, round(math.exp(s) / total, 3)) for s, e in ranked[:3])
        best = ranked[0][1]
        speaker = self._of(best, "pronoun", 0.5 + 0.45 * shares[0][1])
        return best, Speaker(speaker.name, speaker.type, "pronoun", speaker.certainty, shares)

    def _antecedent(self, at: int) -> Mention | None:
        for k in range(at - 1, max(-1, at - 15), -1):
            if self.page.sentence[k] != self.page.sentence[at]:
                break
            if k in self.names.at:
                return self.names.at[k]
        return None

    def _ranked(self, at: int, kind: str, made: Attribution) -> list[tuple[float, Entity]]:
        """The entities that a pronoun at token `at` may mean, likeliest first: near, a subject, who spoke last."""
        page, out = self.page, []
        last = next((s.entity for s in reversed(self.said) if s.entity is not None and s.entity.kind == "person"), None)
        previous = self.said[-1].entity if self.said else None
        asked = self.said[-1].made.addressed if self.said else None
        answers = {id(m.entity) for t in range(*asked) if (m := self.names.at.get(t))} if asked else set()
        asker = self.said[-1].entity if self.said and self._asks(self.said[-1].made) else None
        reporting = self._reporting(at)
        own = {t for first, stop in made.content for t in range(first, stop)}
        best: dict[int, tuple[float, Entity]] = {}
        for mention in self._before(at):
            entity = mention.entity
            if entity is None or not _fits(entity, kind) or mention.first in own or mention.stop > at:
                continue
            distance = page.sentence[at] - page.sentence[mention.first]
            score = -1.1 * distance - 0.004 * (at - mention.stop)
            score += 1.2 * self._is_subject(mention) - 1.5 * mention.quoted
            score -= 0.6 * (mention.stop < len(page) and page.low[mention.stop] in ("'s", "'"))
            score += 1.5 * (id(entity) in answers) + 1.5 * (entity is reporting) - 1.0 * (entity is asker)
            score += 0.3 * (mention.first in self.sources)
            score += 1.0 * (entity is last) + 0.5 * (entity is previous) + 0.5 * (entity.gender == kind)
            if id(entity) not in best or best[id(entity)][0] < score:
                best[id(entity)] = (score, entity)
        for score, entity in best.values():
            known = sum(m.first < at for m in entity.mentions)
            out.append((score + 0.12 * min(4, known), entity))
        return sorted(out, key=lambda pair: -pair[0])

    def _asks(self, made: Attribution) -> bool:
        return made.cue is not None and self.page.low[made.cue[0]] in ("asked", "asks", "asking", "pressed")

    def _reporting(self, at: int) -> Entity | None:
        """Who is reported to say the very clause that a token stands in."""
        for said in self.said[-1:-4:-1]:
            if any(first <= at < stop for first, stop in said.made.content):
                return said.entity
        return None

    def _before(self, at: int) -> list[Mention]:
        """The mentions in front of a token, the nearest sixty: enough for any pronoun, and linear in the text."""
        low, high = 0, len(self.firsts)
        while low < high:
            middle = (low + high) // 2
            if self.firsts[middle] < at:
                low = middle + 1
            else:
                high = middle
        return self.names.mentions[max(0, low - 60) : low]

    def _is_subject(self, mention: Mention) -> bool:
        page = self.page
        begin = page.sentence_bounds[page.sentence[mention.first]][0]
        before = page.low[mention.first - 1] if mention.first > begin else ""
        after = page.low[mention.stop] if mention.stop < len(page) else ""
        if (
            before in phrases.PREPOSITIONS - {"as"}
            or before == "the"
            and mention.first - begin > 1
            or after in ("'s", "'")
        ):
            return False
        return (
            mention.first - begin <= 2
            or after in phrases.AUXILIARY
            or after.endswith(("ed", "s"))
            or after in ("said", "told", "wrote")
        )

    # --- descriptions

    def _nominal(self, first: int, stop: int, made: Attribution) -> tuple[Entity | None, Speaker]:
        page = self.page
        source = made.source or (first, stop)
        head = self._head(first, stop)
        noun = page.low[head]
        if noun in words.SPOKES:
            body = self._body_in(first, source[1], head)
            if body is not None and body.entity is not None:
                return body.entity, self._of(body.entity, "nominal", 0.75)
        if page.low[first] == "the" and noun in self.unnamed:
            return None, _like(self.unnamed[noun], "nominal", 0.9)
        definite = page.low[first] in ("the", "this", "that", "our") or first == head
        if definite and noun not in words.PEOPLE and not _is_plural(noun):
            entity = self._described(first, stop, head, made)
            if entity is not None:
                return entity, self._of(entity, "nominal", 0.6)
        inside = next((self.names.at[k] for k in range(head, first - 1, -1) if k in self.names.at), None)
        if inside is not None and noun in words.BODIES | words.DOCUMENTS and inside.entity is not None:
            phrase = page.phrase(inside.first, head + 1)
            return None, Speaker(phrase, "organization", "nominal", 0.6)
        capitals = all(phrases.is_capital(page, k) for k in range(first, stop))
        if (
            capitals
            and stop - first <= 3
            and noun not in words.PEOPLE | words.DOCUMENTS | words.ROLES | words.NOT_NAMES
        ):
            # A name that a sentence opens with and that stands nowhere else.
            return None, Speaker(page.phrase(first, stop), "person", "name", 0.6)
        phrase = self._phrase(first, stop, source[1])
        if not phrase:
            return None, Speaker(None, "unknown", "implicit", 0.4)
        if noun in words.PEOPLE or _is_plural(noun):
            return None, Speaker(phrase, "group", "nominal", 0.7)
        kind: SpeakerType = "organization" if noun in words.BODIES and phrases.is_capital(page, head) else "unnamed"
        speaker = Speaker(phrase, kind, "nominal", 0.6)
        if page.low[first] in ("a", "an", "one", "another"):
            self.unnamed[noun] = speaker
        return None, speaker

    def _head(self, first: int, stop: int) -> int:
        """The noun that a description is about: its last word, or the one before "of"."""
        page = self.page
        of = next((k for k in range(first + 1, stop) if page.low[k] == "of"), stop)
        head = of - 1
        while head > first and not page.is_word(head):
            head -= 1
        return head

    def _body_in(self, first: int, stop: int, head: int) -> Mention | None:
        """The body that a spokesperson speaks for: "a spokesman for the ministry", "a Pentagon spokeswoman"."""
        inside = [self.names.at[k] for k in range(first, stop) if k in self.names.at]
        if any(m.kind == "person" for m in inside):
            return None
        return next((m for m in inside if m.kind in ("organization", "place", "other")), None)

    def _phrase(self, first: int, stop: int, end: int) -> str:
        """The description as its speaker's name: as long as it holds together."""
        page = self.page
        at = stop
        while at < end and page.words[at] not in {",", "(", ";", ":", "—"} and page.low[at] not in phrases.RELATIVE:
            at += 1
        if at - first > LONGEST_PHRASE:
            at = stop
        return page.phrase(first, max(at, first + 1)) if at - first <= 2 * LONGEST_PHRASE else ""

    def _described(self, first: int, stop: int, head: int, made: Attribution) -> Entity | None:
        """Whom "the leader", "the ministry", "the Pentagon chief" stand for: the nearest it fits."""
        page = self.page
        noun = page.low[head]
        said = {page.low[k] for k in range(first, stop) if page.is_word(k)} - phrases.DETERMINERS - {"former", "of"}
        wanted = {
            noun,
            *_ALIASES.get(noun, "").split(),
            *_ALIASES.get(" ".join(page.low[first + 1 : head + 1]), "").split(),
        }
        person = noun in words.ROLES - words.UNNAMED
        best: tuple[float, Entity] | None = None
        last = next((s.entity for s in reversed(self.said) if s.entity is not None), None)
        for mention in self._before(page.start and first):
            entity = mention.entity
            if entity is None:
                continue
            score = 0.0
            if entity.kind == "person" and noun not in words.BODIES - {"general"}:
                if (
                    noun in words.FEMALE_ROLES
                    and entity.gender == "m"
                    or noun in words.MALE_ROLES
                    and entity.gender == "f"
                ):
                    continue
                score = 2.0 * bool(wanted & entity.nouns) + 0.7 * len(said - {noun} & entity.nouns)
                if (
                    score == 0
                    and person
                    and entity is last
                    and page.paragraph[first] - page.paragraph[mention.first] <= 2
                ):
                    score = 0.4
            elif entity.kind in ("organization", "other") and not person:
                own = {w.lower() for m in entity.mentions for w in m.core}
                if noun in own or noun in _GENERIC and entity.kind == "organization":
                    score = 2.5 if noun in own else 0.5
            if score <= 0:
                continue
            score += 0.3 * (entity is last) - 0.03 * (page.sentence[first] - page.sentence[mention.first])
            if best is None or score > best[0]:
                best = (score, entity)
        return best[1] if best else None

    # --- nobody beside it

    def _implicit(self, made: Attribution) -> tuple[Entity | None, Speaker]:
        """Whoever spoke just before, when this comes right after it."""
        page = self.page
        before = self.said[-1] if self.said else None
        if before is None or made.pattern in ("shouts", "fragment"):
            return None, Speaker(None, "unknown", "implicit", 0.5)
        gap = page.paragraph[made.content[0][0]] - page.paragraph[before.made.last]
        if gap <= 1 and before.speaker.name is not None:
            return before.entity, _like(before.speaker, "implicit", 0.65)
        return None, Speaker(None, "unknown", "implicit", 0.4)


_GENERIC = frozenset(
    "agency newspaper paper union group organization organisation company firm department network magazine".split()
)


def _like(speaker: Speaker, basis: Basis, factor: float) -> Speaker:
    return Speaker(speaker.name, speaker.type, basis, speaker.certainty * factor, speaker.candidates)


def _fits(entity: Entity, kind: str) -> bool:
    if kind in ("m", "f"):
        return entity.kind == "person" and entity.gender in ("", kind)
    if kind == "body":
        return entity.kind == "organization"
    return entity.kind == "organization" and re.search(r"s$", entity.name) is not None


def _is_plural(noun: str) -> bool:
    return noun.endswith("s") and not noun.endswith(("ss", "us", "is", "news")) and len(noun) > 3
