"""Who a source is: names to their entity, pronouns and descriptions to somebody named, the rest to what the text says.

Attributions are taken in the order of the text; each knows who spoke before it.
"""

from collections.abc import Sequence

from index.extract import phrases, words
from index.extract.antecedents import PRONOUNS, antecedents, ranked
from index.extract.choosing import Task
from index.extract.draft import Attribution
from index.extract.entities import Entity, Names
from index.extract.evidence import Question, Wanted, can_be_named
from index.extract.history import History, Speaker
from index.extract.mentions import Mention
from index.extract.phrases import Range
from index.extract.reading import Reading
from index.extract.sources import Sources
from index.extract.tokens import Page
from index.records import Basis, SpeakerType

LONGEST_PHRASE = 12
"""Words of a description that stands for an unnamed speaker."""
MOST_CANDIDATES = 3
_MEANT = 0.4
"""A description stands for somebody named only when that is so likely."""
AS_NAMED = 0.95
"""How certain a name is: whose it is can still be mistaken. Nothing is surer than this."""
_HANDLE_PREFIXES = ("", "real", "the", "sen", "rep", "gov", "leader", "speaker", "secretary")
_LIKELY = 0.02
"""A rival less likely than this is none."""


def find_speakers(
    page: Page,
    names: Names,
    attributions: list[Attribution],
    reading: Reading | None = None,
    *,
    author: str | None = None,
) -> list[Speaker]:
    """The speaker of each attribution, in the same order.

    A reading's antecedents weigh in on pronouns and descriptions. `author` is who "I" is outside of quotations.
    """
    resolver = Resolver(page, names, reading, author)
    return [resolver.resolve(made) for made in attributions]


def _nobody(basis: Basis, certainty: float) -> Speaker:
    return Speaker(None, "unknown", basis, certainty)


def _somebody(entity: Entity, basis: Basis, certainty: float) -> Speaker:
    kind: SpeakerType = "person" if entity.kind == "person" else "organization"
    if entity.kind != "person" and entity.name.lower() in words.PEOPLE:
        kind = "group"
    elif entity.kind == "other" and len(entity.name.split()) <= 3 and not entity.has_article:
        kind = "organization" if entity.name.isupper() or entity.name.lower() in words.NAMED_BODIES else "person"
    return Speaker(entity.name, kind, basis, certainty, (), entity)


def _chosen(found: Sequence[tuple[float, Entity | None]], basis: Basis) -> Speaker:
    """The likeliest entity as a speaker, with its rivals."""
    share, entity = next((share, entity) for share, entity in found if entity is not None)
    best = _somebody(entity, basis, share)
    rivals = [(e.name, round(s, 3)) for s, e in found if e is not None and s >= _LIKELY][:MOST_CANDIDATES]
    return Speaker(best.name, best.type, basis, AS_NAMED * share, tuple(rivals), entity)


class Resolver:
    """Takes the attributions of a page in the order of the text."""

    def __init__(self, page: Page, names: Names, reading: Reading | None, author: str | None) -> None:
        self.page = page
        self.names = names
        self.reading = reading
        self.author = author
        self.history = History(page, names)
        self.sources = Sources(page, names)
        self.by_surname: dict[str, Entity] = {}
        self.by_handle: dict[str, Entity] = {}
        for entity in sorted(names.entities, key=lambda e: len(e.mentions)):
            if entity.kind == "person":
                self.by_handle[_letters(entity.name.split()[0] + entity.name.split()[-1])] = entity
                self.by_surname.update((m.core[-1].lower(), entity) for m in entity.mentions)

    def resolve(self, made: Attribution) -> Speaker:
        """The speaker of the next attribution."""
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
        core = self.sources.core(made.source)
        first, stop = core
        head = self.page.low[first]
        if made.pattern == "label" and stop - first == 1 and head in ("q", "q.", "a", "a."):
            return self._guest(first) if head.startswith("a") else _nobody("implicit", 0.7)
        if stop - first == 1 and (head in phrases.PRONOUNS | phrases.RELATIVE or head in PRONOUNS):
            return self._pronoun(first, head, made)
        if head.startswith("@") and stop - first == 1:
            return self._handle(first)
        several = self.sources.several(core)
        if several:
            together = " and ".join(self.names.entity_of[m.first].name for m in several)
            return Speaker(together, "group", "name", 0.85)
        found = self.sources.named(made.source, core)
        if found is not None and first <= found.first and found.stop > made.source[1]:
            return self._cut(found, made.source[1])
        if found is not None:
            return _somebody(self.names.entity_of[found.first], "name", AS_NAMED)
        shouted = self.by_surname.get(self.page.low[stop - 1]) if self.page.words[stop - 1].isupper() else None
        if shouted is not None:
            return _somebody(shouted, "name", AS_NAMED)
        return self._nominal(core, made)

    def ask(self, task: Task, question: Question, at: int) -> list[tuple[float, Entity | None]]:
        """Whom a question may mean, likeliest first, after what was said before token `at`."""
        evidence = self.history.evidence
        entities, rows = evidence.rows(question, self.history.memory(at))
        return ranked(task, entities, rows, antecedents(self.names, entities, question, self.reading))

    def _handle(self, at: int) -> Speaker:
        """Whose handle it is, when somebody of that name is in the article; else the handle."""
        handle = _letters(self.page.low[at])
        for prefix in _HANDLE_PREFIXES:
            entity = self.by_handle.get(handle.removeprefix(prefix))
            if entity is not None:
                return _somebody(entity, "name", 0.9)
        return Speaker(self.page.words[at], "unnamed", "name", 0.6)

    def _cut(self, found: Mention, end: int) -> Speaker:
        """Who is meant by a name of which a source holds the first words only: capitals of a headline ran on."""
        tokens = [self.page.words[k] for k in range(found.first, end) if self.page.is_word(k)]
        known = self.by_surname.get(tokens[-1].lower()) if tokens else None
        if known is not None:
            return _somebody(known, "name", 0.9)
        return Speaker(self.page.phrase(found.first, end), "person", "name", 0.6)

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

    def _pronoun(self, at: int, word: str, made: Attribution) -> Speaker:
        before = self.history.last
        if word in phrases.RELATIVE:
            return self._relative(at)
        if word in ("i", "we"):
            return self._first_person(at, word)
        known = PRONOUNS.get(word)
        if known is None:
            return _nobody("pronoun", 0.4)
        wanted, form = known
        if wanted in ("many", "body") and self._nameless_just_spoke(at, wanted):
            return self.history.recent[-1].speaker.again("pronoun", 0.8)
        if wanted in ("m", "f") and self._unnamed_just_spoke(at):
            return self.history.recent[-1].speaker.again("pronoun", 0.8)
        if before is not None and self._goes_on_speaking(at, wanted, made):
            return before.again("pronoun", 0.95)
        question = Question(at, wanted, form, tuple(made.content))
        found = self._without_told(self.ask("pronoun", question, at), made)
        if not found:
            nameless = before is not None and before.type in ("unnamed", "group", "organization")
            return before.again("pronoun", 0.5) if before is not None and nameless else _nobody("pronoun", 0.3)
        return _chosen(found, "pronoun")

    def _goes_on_speaking(self, at: int, wanted: Wanted, made: Attribution) -> bool:
        """Whether "she added" adds to what somebody just said, who may be a she."""
        before, last = self.history.last, self.history.last_attribution
        if before is None or last is None or before.name is None or made.cue is None or wanted not in ("m", "f"):
            return False
        if (
            self.page.low[made.cue[0]] not in words.GOES_ON
            or self.page.paragraph[at] - self.page.paragraph[last.last] > 1
        ):
            return False
        if before.entity is None:
            return before.type == "unnamed"
        return before.entity.kind == "person" and before.entity.gender in ("", wanted)

    def _relative(self, at: int) -> Speaker:
        """Whom "who" or "which" takes up: who just spoke, the people right before it, or a name before it."""
        told = self.history.told(at)
        if told is not None and told.name is not None:
            return told.again("pronoun", 0.85)
        page = self.page
        before = self.sources.people_before(at) if page.low[at] in ("who", "whom") else None
        if before is not None:
            return self._unnamed(self.sources.core(before), before[1], many=True).again("pronoun", 0.85)
        entity = self.history.antecedent(at)
        return _somebody(entity, "pronoun", 0.85) if entity is not None else _nobody("pronoun", 0.3)

    def _first_person(self, at: int, word: str) -> Speaker:
        """Whoever says the words around it; outside of quotations the author, where that is known."""
        around = self.history.enclosing(at)
        if around is not None and around.name is not None:
            return around.again("pronoun", 0.8)
        if word == "i" and self.author and self.page.stretch[at] < 0:
            return Speaker(self.author, "person", "pronoun", 0.7)
        return _nobody("pronoun", 0.4)

    def _nameless_just_spoke(self, at: int, wanted: Wanted) -> bool:
        """Whether who spoke last is no entity that "it" or "they" can choose, and fits: "the mayor’s office", a place.

        A country that spoke is meant by "it"; people without a name and a group by "they".
        """
        before, made = self.history.last, self.history.last_attribution
        if before is None or made is None or before.name is None:
            return False
        if wanted == "many":
            return before.type == "group"
        near = self.page.paragraph[at] - self.page.paragraph[made.last] <= 1
        if not near or made.source is None:
            return False
        between = (k for k in range(made.source[1], at) if self.page.stretch[k] < 0)
        if any(k in self.names.at and self.names.at[k].kind == "organization" for k in between):
            return False
        return before.type == "organization" and (before.entity is None or before.entity.kind == "place")

    def _unnamed_just_spoke(self, at: int) -> bool:
        """Whether somebody without a name spoke last, and nobody was named since.

        In this paragraph, or as somebody new in the one before: "a driver".
        """
        before, made = self.history.last, self.history.last_attribution
        if before is None or made is None or before.type != "unnamed" or made.source is None:
            return False
        far = self.page.paragraph[at] - self.page.paragraph[made.source[0]]
        first = self.sources.core(made.source)[0]
        if far > 1 or (far and self.page.low[first] not in words.INDEFINITE):
            return False
        if self.page.low[self.sources.head(self.sources.core(made.source))] not in words.ROLES:
            return False
        return not any(k in self.names.at and self.names.at[k].kind == "person" for k in range(made.source[0], at))

    def _nominal(self, core: Range, made: Attribution) -> Speaker:
        """A description: of somebody named, of a body it speaks for, or of nobody named."""
        page, names = self.page, self.names
        first, stop = core
        end = made.source[1] if made.source else stop
        head = self.sources.head(core)
        noun = page.low[head]
        if noun in words.SPOKES:
            body = self._spoken_for(first, end)
            if body is not None:
                return body
        if noun in words.ISSUED:
            issuer = self._issuer(first, head, made)
            if issuer is not None:
                return issuer
        if page.low[first] == "the" and noun in self.history.unnamed:
            return self.history.unnamed[noun].again("nominal", 0.9)
        if self._is_lone_name(first, stop, noun) and noun in self.by_surname:
            return _somebody(self.by_surname[noun], "name", 0.9)
        many = noun in words.PEOPLE or words.is_plural(noun)
        inside = next((names.at[k] for k in range(head, first - 1, -1) if k in names.at), None)
        if inside is not None and inside.kind != "place" and noun in words.BODIES | words.DOCUMENTS:
            return Speaker(page.phrase(inside.first, head + 1), "organization", "nominal", 0.6)
        bare = first == head and noun in words.ROLES and page.words[head].islower()
        definite = page.low[first] in ("the", "this", "that", "our") or bare
        if definite and not many and can_be_named(names, noun):
            found = self._described(first, head, made)
            if found and found[0][1] is not None and found[0][0] >= _MEANT:
                return _chosen(found, "nominal")
        if inside is not None and noun in words.BODIES | words.DOCUMENTS:
            return Speaker(page.phrase(inside.first, head + 1), "organization", "nominal", 0.6)
        if stop - first <= 4 and not many and self._is_lone_name(first, stop, noun):
            while first < stop - 1 and page.low[first] in words.TITLES:
                first += 1
            return Speaker(page.phrase(first, stop), "person", "name", 0.6)
        return self._unnamed(core, end, many)

    def _described(self, first: int, head: int, made: Attribution | None) -> list[tuple[float, Entity | None]]:
        """Whom a description at tokens [first, head] may mean."""
        page = self.page
        said = {page.low[k] for k in range(first, head + 1) if page.is_word(k)}
        question = Question(
            at=head,
            wanted="any",
            content=tuple(made.content) if made is not None else (),
            noun=page.low[head],
            said=frozenset(said - phrases.DETERMINERS - {"former", "of"}),
            definite=page.low[first] in ("the", "this", "that"),
        )
        found = self.ask("nominal", question, first)
        return self._without_told(found, made) if made is not None else found

    def _without_told(
        self, found: list[tuple[float, Entity | None]], made: Attribution
    ) -> list[tuple[float, Entity | None]]:
        """What may be meant without whom it is said to, right behind the cue: in "he told Kelm" he is not Kelm."""
        told = self.names.entity_at(made.cue[1]) if made.cue is not None and made.cue[1] < len(self.page) else None
        kept = [(share, entity) for share, entity in found if entity is None or entity is not told]
        total = sum(share for share, _ in kept)
        return [(share / total, entity) for share, entity in kept] if total else []

    def _spoken_for(self, first: int, end: int) -> Speaker | None:
        """The body behind an unnamed spokesperson."""
        body = self.sources.body_of(first, end)
        if body is not None and body.stop < end and self.page.low[body.stop] in words.BODIES:
            return Speaker(self.page.phrase(body.first, body.stop + 1), "organization", "nominal", 0.75)
        if body is not None:
            return _somebody(self.names.entity_of[body.first], "nominal", 0.75)
        noun = self.sources.spoken_for(first, end)
        if noun is None or any(k in self.names.at for k in range(first, end)):
            return None
        found = [(s, e) for s, e in self._described(noun, noun, None) if e is not None and e.kind == "organization"]
        return _chosen(found, "nominal") if found and found[0][0] > 0.3 else None

    def _issuer(self, first: int, head: int, made: Attribution) -> Speaker | None:
        """Who wrote "the letter", "his statement"."""
        word = self.page.low[first]
        if word in ("his", "her", "its", "their"):
            wanted, _ = PRONOUNS[word]
            question = Question(first, wanted, "possessive", tuple(made.content))
            found = self.ask("pronoun", question, first)
            return _chosen(found, "nominal") if found else None
        if word not in ("the", "this", "that"):
            return None
        owner = next((k for k in range(first, head) if self.page.low[k] in ("'s", "'")), None)
        if owner is not None and owner - 1 not in self.names.at:
            found = self._described(first, owner - 1, made)
            return _chosen(found, "nominal") if found and found[0][1] is not None else None
        mention = self.sources.issuer(self.page.low[head], first)
        return _somebody(self.names.entity_of[mention.first], "nominal", 0.6) if mention is not None else None

    def _is_lone_name(self, first: int, stop: int, noun: str) -> bool:
        """Whether a source is a name that opens its sentence and stands nowhere else."""
        capitals = all(phrases.is_capital(self.page, k) for k in range(first, stop))
        if self.page.low[stop - 1] in phrases.DETERMINERS | phrases.PREPOSITIONS | phrases.CONJUNCTIONS:
            return False
        return capitals and noun not in words.DOCUMENTS | words.ROLES | words.NOT_NAMES

    def _unnamed(self, core: Range, end: int, many: bool) -> Speaker:
        page, head = self.page, self.sources.head(core)
        phrase = self.sources.phrase(core, end, LONGEST_PHRASE)
        if not phrase:
            return _nobody("implicit", 0.4)
        if many:
            return Speaker(phrase, "group", "nominal", 0.7)
        noun = page.low[head]
        kind: SpeakerType = "organization" if noun in words.BODIES and phrases.is_capital(page, head) else "unnamed"
        speaker = Speaker(phrase, kind, "nominal", 0.6)
        if page.low[core[0]] in words.INDEFINITE:
            self.history.unnamed[noun] = speaker
        return speaker


def _letters(text: str) -> str:
    return "".join(letter for letter in text.lower() if letter.isalpha())
