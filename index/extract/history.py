"""Who spoke so far, and what that makes likely for the next one."""

import collections
from dataclasses import dataclass

from index.extract.draft import Attribution
from index.extract.entities import Entity, Names
from index.extract.evidence import Evidence, Memory
from index.extract.tokens import Page
from index.extract.words import word_set
from index.records import Basis, SpeakerType

MOST_SAID = 8
"""Attributions that are remembered with their contents."""
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
    """Who it may have been, likeliest first; the probabilities sum to 1 at most."""
    entity: Entity | None = None

    def again(self, basis: Basis, factor: float) -> "Speaker":
        """The same speaker, tied to other words by `basis`, so much less certainly."""
        return Speaker(self.name, self.type, basis, self.certainty * factor, self.candidates, self.entity)


@dataclass(slots=True)
class _Said:
    speaker: Speaker
    made: Attribution


class History:
    """The attributions resolved so far."""

    def __init__(self, page: Page, names: Names) -> None:
        self.page = page
        self.names = names
        self.evidence = Evidence(page, names)
        self.recent: collections.deque[_Said] = collections.deque(maxlen=MOST_SAID)
        self.by_attribution: dict[int, Speaker] = {}
        self.unnamed: dict[str, Speaker] = {}
        """Speakers without a name by their noun: "an aide" for a later "the aide"."""
        self.last_person: Entity | None = None

    def add(self, made: Attribution, speaker: Speaker) -> None:
        """Takes note of who said it."""
        if speaker.entity is not None:
            if speaker.entity.kind == "person":
                self.last_person = speaker.entity
            if made.source is not None:
                self.evidence.sources.update(range(*made.source))
        self.by_attribution[id(made)] = speaker
        if not made.nobody or made.addressed is not None:
            self.recent.append(_Said(speaker, made))

    @property
    def last(self) -> Speaker | None:
        """The speaker of the attribution before."""
        return self.recent[-1].speaker if self.recent else None

    @property
    def last_attribution(self) -> Attribution | None:
        """The attribution before."""
        return self.recent[-1].made if self.recent else None

    def enclosing(self, at: int) -> Speaker | None:
        """Who says the clause that token `at` stands in, when an attribution before has it as content."""
        for said in reversed(self.recent):
            if any(first <= at < stop for first, stop in said.made.content):
                return said.speaker
        return None

    def memory(self, at: int) -> Memory:
        """What was said so far, as evidence for a question at token `at`."""
        last = self.last_attribution
        asked: set[int] = set()
        if last is not None and last.addressed is not None:
            asked = {id(e) for t in range(*last.addressed) if (e := self.names.entity_at(t)) is not None}
        enclosing = self.enclosing(at)
        return Memory(
            spoke=[said.speaker.entity for said in self.recent],
            last_person=self.last_person,
            last_at=last.last if last is not None else 0,
            asking=last is not None and last.cue is not None and self.page.low[last.cue[0]] in _ASKING,
            addressed=frozenset(asked),
            sayer=enclosing.entity if enclosing is not None else None,
        )

    def told(self, at: int) -> Speaker | None:
        """The speaker whose source ends right before token `at`, a comma aside: "said the official, [who] …"."""
        before = at - 1 if at and self.page.words[at - 1] == "," else at
        for said in reversed(self.recent):
            source = said.made.source
            if source is not None and source[0] < before <= source[1]:
                return said.speaker
        return None

    def antecedent(self, at: int) -> Entity | None:
        """The name that "who" or "which" at token `at` takes up: for "who" a person, where one is near."""
        near: list[Entity] = []
        for k in range(at - 1, max(-1, at - 15), -1):
            if self.page.sentence[k] != self.page.sentence[at]:
                break
            entity = self.names.entity_at(k)
            if entity is not None and entity.kind != "place":
                near.append(entity)
        who = self.page.low[at] in ("who", "whom")
        person = next((e for e in near if e.kind == "person"), None) if who else None
        return person or next(iter(near), None)
