"""Who a source is: names to their entity, pronouns and descriptions to somebody named, the rest to what the text says.

Attributions are taken in the order of the text; each knows who spoke before it.
"""

import math

from index.extract import phrases, words
from index.extract.draft import Attribution
from index.extract.entities import Entity, Names
from index.extract.history import History, Speaker
from index.extract.mentions import Mention
from index.extract.phrases import Range
from index.extract.tokens import Page
from index.records import Basis, SpeakerType

LONGEST_PHRASE = 12
"""Words of a description that stands for an unnamed speaker."""

_PRONOUN_KIND = {"he": "m", "she": "f", "it": "body", "they": "many"}
_BOUNDS = phrases.PREPOSITIONS - {"of"} | phrases.RELATIVE | {"when", "while", "where", "during", "told"}


def find_speakers(page: Page, names: Names, attributions: list[Attribution]) -> list[Speaker]:
    """The speaker of each attribution, in the same order."""
    resolver = _Resolver(page, names)
    return [resolver.resolve(made) for made in attributions]


def _nobody(basis: Basis, certainty: float) -> Speaker:
    return Speaker(None, "unknown", basis, certainty)


def _somebody(entity: Entity, basis: Basis, certainty: float) -> Speaker:
    kind: SpeakerType = "person" if entity.kind == "person" else "organization"
    if entity.kind == "other" and len(entity.name.split()) <= 3 and not entity.has_article:
        kind = "organization" if entity.name.isupper() or entity.name.lower() in words.NAMED_BODIES else "person"
    return Speaker(entity.name, kind, basis, certainty, (), entity)


class _Resolver:
    def __init__(self, page: Page, names: Names) -> None:
        self.page = page
        self.names = names
        self.history = History(page, names)
        self.by_surname = {m.core[-1].lower(): m for m in names.mentions if m.kind == "person"}

    def resolve(self, made: Attribution) -> Speaker:
        speaker = self._resolve(made)
        self.history.add(made, speaker)
        return speaker

    def _resolve(self, made: Attribution) -> Speaker:
        if made.nobody:
            return _nobody("implicit", 0.8)
        before = self.history.by_attribution.get(id(made.follows)) if made.pattern == "continued" else None
        if before is not None:
            return before.again("continued", 0.95)
        if made.source is None:
            return self._implicit(made)
        first, stop = self._core(made.source)
        head = self.page.low[first]
        if made.pattern == "label" and stop - first == 1 and head in ("q", "q.", "a", "a."):
            return self._guest(first) if head.startswith("a") else _nobody("implicit", 0.7)
        if stop - first == 1 and head in phrases.PRONOUNS | phrases.RELATIVE:
            return self._pronoun(first, head, made)
        found = self._named(made.source, first, stop)
        if found is not None:
            return _somebody(self.names.entity_of[found.first], "name", 0.95)
        return self._nominal(first, stop, made.source[1])

    def _implicit(self, made: Attribution) -> Speaker:
        """Whoever spoke just before, when this comes right after it."""
        before, attribution = self.history.last, self.history.last_attribution
        if before is None or attribution is None or made.pattern == "fragment":
            return _nobody("implicit", 0.5)
        gap = self.page.paragraph[made.content[0][0]] - self.page.paragraph[attribution.last]
        return before.again("implicit", 0.65) if gap <= 1 and before.name is not None else _nobody("implicit", 0.4)

    def _guest(self, first: int) -> Speaker:
        """Who answers in an interview: whom its first words introduce."""
        guest = next((m for m in self.names.mentions if m.kind == "person" and m.first < first), None)
        if guest is None:
            return _nobody("implicit", 0.7)
        return _somebody(self.names.entity_of[guest.first], "implicit", 0.75)

    def _core(self, source: Range) -> Range:
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
            by = next((k for k in range(stop, source[1]) if page.low[k] in ("by", "from")), source[1])
            after = next((at[k] for k in range(source[1] - 1, by, -1) if k in at and at[k].kind == "person"), None)
            after = after or next((at[k] for k in range(by, min(source[1], by + 5)) if k in at), None)
            return after or owner
        if stop < source[1] and page.words[stop] == "," and page.low[last] in words.ROLES | {"of"} | words.SPOKES:
            for k in range(stop + 1, min(source[1], stop + 5)):
                if k in at and at[k].kind in ("person", "other"):
                    return at[k]
        return None

    def _shouted_name(self, at: int) -> Mention | None:
        """WALLACE in a transcript, when Wallace is named elsewhere."""
        return self.by_surname.get(self.page.low[at])

    def _pronoun(self, at: int, word: str, made: Attribution) -> Speaker:
        kind, before = _PRONOUN_KIND.get(word), self.history.last
        if word in phrases.RELATIVE:
            entity = self.history.antecedent(at)
            return _somebody(entity, "pronoun", 0.85) if entity is not None else _nobody("pronoun", 0.3)
        if kind is None:
            return _nobody("pronoun", 0.4)
        if kind == "many" and before is not None and before.type == "group":
            return before.again("pronoun", 0.8)
        if kind in ("m", "f") and self._unnamed_just_spoke(at):
            return self.history.recent[-1].speaker.again("pronoun", 0.8)
        ranked = self.history.ranked(at, kind, made)
        if not ranked:
            nameless = before is not None and before.type in ("unnamed", "group", "organization")
            return before.again("pronoun", 0.5) if before is not None and nameless else _nobody("pronoun", 0.3)
        top = ranked[0][0]
        total = sum(math.exp(score - top) for score, _ in ranked[:4])
        shares = tuple((e.name, round(math.exp(score - top) / total, 3)) for score, e in ranked[:3])
        best = _somebody(ranked[0][1], "pronoun", 0.5 + 0.45 * shares[0][1])
        return Speaker(best.name, best.type, "pronoun", best.certainty, shares, best.entity)

    def _unnamed_just_spoke(self, at: int) -> bool:
        """Whether somebody without a name spoke last, in this paragraph, and nobody was named since."""
        before, made = self.history.last, self.history.last_attribution
        if before is None or made is None or before.type != "unnamed" or made.source is None:
            return False
        if self.page.paragraph[made.source[0]] != self.page.paragraph[at]:
            return False
        if self.page.low[self._head(*self._core(made.source))] not in words.ROLES:
            return False
        return not any(k in self.names.at and self.names.at[k].kind == "person" for k in range(made.source[0], at))

    def _nominal(self, first: int, stop: int, end: int) -> Speaker:
        """A description: of somebody named, of a body it speaks for, or of nobody named."""
        page, names = self.page, self.names
        head = self._head(first, stop)
        noun = page.low[head]
        body = self._body_in(first, end) if noun in words.SPOKES else None
        if body is not None:
            return _somebody(names.entity_of[body.first], "nominal", 0.75)
        if page.low[first] == "the" and noun in self.history.unnamed:
            return self.history.unnamed[noun].again("nominal", 0.9)
        many = noun in words.PEOPLE or _is_plural(noun)
        if not many and (page.low[first] in ("the", "this", "that", "our") or first == head):
            entity = self.history.described(first, stop, head)
            if entity is not None:
                return _somebody(entity, "nominal", 0.6)
        inside = next((names.at[k] for k in range(head, first - 1, -1) if k in names.at), None)
        if inside is not None and noun in words.BODIES | words.DOCUMENTS:
            return Speaker(page.phrase(inside.first, head + 1), "organization", "nominal", 0.6)
        if stop - first <= 3 and not many and self._is_lone_name(first, stop, noun):
            return Speaker(page.phrase(first, stop), "person", "name", 0.6)
        return self._unnamed(first, stop, end, many)

    def _is_lone_name(self, first: int, stop: int, noun: str) -> bool:
        """Whether a source is a name that opens its sentence and stands nowhere else."""
        capitals = all(phrases.is_capital(self.page, k) for k in range(first, stop))
        return capitals and noun not in words.DOCUMENTS | words.ROLES | words.NOT_NAMES

    def _unnamed(self, first: int, stop: int, end: int, many: bool) -> Speaker:
        page, head = self.page, self._head(first, stop)
        phrase = self._phrase(first, stop, end)
        if not phrase:
            return _nobody("implicit", 0.4)
        if many:
            return Speaker(phrase, "group", "nominal", 0.7)
        noun = page.low[head]
        kind: SpeakerType = "organization" if noun in words.BODIES and phrases.is_capital(page, head) else "unnamed"
        speaker = Speaker(phrase, kind, "nominal", 0.6)
        if page.low[first] in ("a", "an", "one", "another"):
            self.history.unnamed[noun] = speaker
        return speaker

    def _head(self, first: int, stop: int) -> int:
        """The noun that a description is about: its last word, or the one before "of"."""
        page = self.page
        of = next((k for k in range(first + 1, stop) if page.low[k] == "of"), stop)
        head = of - 1
        while head > first and not page.is_word(head):
            head -= 1
        return head

    def _body_in(self, first: int, stop: int) -> Mention | None:
        """The body that a spokesperson speaks for: "a spokesman for the ministry", "a Pentagon spokeswoman"."""
        inside = [self.names.at[k] for k in range(first, stop) if k in self.names.at]
        return None if any(m.kind == "person" for m in inside) else next(iter(inside), None)

    def _phrase(self, first: int, stop: int, end: int) -> str:
        """The description as its speaker's name: as long as it holds together; nothing when it runs on."""
        page, at = self.page, stop
        while at < end and page.words[at] not in {",", "(", ";", ":", "—"} and page.low[at] not in phrases.RELATIVE:
            at += 1
        if at - first > LONGEST_PHRASE:
            at = stop
        return page.phrase(first, at) if at - first <= 2 * LONGEST_PHRASE else ""


def _is_plural(noun: str) -> bool:
    return noun.endswith("s") and not noun.endswith(("ss", "us", "is", "news")) and len(noun) > 3
