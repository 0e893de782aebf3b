"""Names in an article, and which of them are one and the same: entities with their fullest name.

No model: runs of capitals, told apart by titles, given names and the words that bodies end in.
"""

import collections
import re
from dataclasses import dataclass, field
from typing import Literal

from index.extract import phrases, words
from index.extract.tokens import Page

NameKind = Literal["person", "organization", "place", "other"]

LONGEST_NAME = 10
_HEADLINE_SHARE = 0.7
_CLOSED = (
    phrases.DETERMINERS | phrases.PREPOSITIONS | phrases.CONJUNCTIONS | phrases.SUBORDINATORS | phrases.AUXILIARY
) - {"will", "both", "like"}
_BEFORE_SENTENCE = frozenset(["“", '"', "‘", ".", "?", "!", ":", "''", "``", "'"])
_LETTERS = re.compile(r"[^\W\d_]")
_OFFICES = frozenset("of the state defense defence house treasury labor education commerce energy staff".split())
_ACRONYM = re.compile(r"(?:[A-Z]\.){2,}|[A-Z]{2,6}s?|[A-Z]&[A-Z]")


@dataclass(slots=True, eq=False)
class Mention:
    """One name at tokens [first, stop), title included; `core` is the name without titles and suffix."""

    first: int
    stop: int
    kind: NameKind
    core: tuple[str, ...]
    titles: tuple[str, ...] = ()
    suffix: str = ""
    surface: str = ""
    quoted: bool = False
    entity: "Entity | None" = None


@dataclass(slots=True, eq=False)
class Entity:
    """A person, body or place of an article, with its mentions in order."""

    kind: NameKind
    mentions: list[Mention] = field(default_factory=list)
    nouns: set[str] = field(default_factory=set)
    """What stands beside the name: its titles and the words of its appositions."""
    votes: collections.Counter[str] = field(default_factory=collections.Counter)

    @property
    def gender(self) -> str:
        """ "m", "f", or "" where nothing tells."""
        best = self.votes.most_common(2)
        if not best or best[0][1] < 2 or len(best) == 2 and best[0][1] <= 2 * best[1][1]:
            return ""
        return best[0][0]

    @property
    def name(self) -> str:
        """The fullest name that the article gives: of those of two words or more the commonest, then the longest."""
        if self.kind != "person":
            count = collections.Counter(m.surface for m in self.mentions)
            return max(count, key=lambda n: (len(n.split()) > 1, count[n], len(n)))
        full = collections.Counter(
            " ".join(m.core) + (f" {m.suffix}" if m.suffix else "") for m in self.mentions if len(m.core) > 1
        )
        if full:
            full = {name: n for name, n in full.items() if len(name.split()) <= 4} or full
            return max(full, key=lambda n: (full[n] + 0.5 * (len(n.split()) > 2), len(n)))
        return max((" ".join(m.core) for m in self.mentions), key=len)


class Names:
    """The names of a page: `mentions` in order, `at` by token, `entities`."""

    def __init__(self, page: Page) -> None:
        self.page = page
        self.given = words.given_names()
        self.lower = {w for w in page.words if w.islower()}
        self.headlines = _headlines(page)
        self.mentions = self._find()
        self.at = {t: m for m in self.mentions for t in range(m.first, m.stop)}
        self.entities: list[Entity] = []
        self._cluster()
        self._describe()

    # --- finding

    def _find(self) -> list[Mention]:
        out: list[Mention] = []
        at = 0
        while at < len(self.page):
            stop = self._run(at)
            if stop is None:
                at += 1
                continue
            made = self._mention(at, stop)
            if made:
                out.append(made)
            at = stop
        seen = {m.surface for m in out if not self._begins(m.first)}
        seen |= {m.core[k] for m in out if len(m.core) > 1 for k in (0, -1)}
        return [
            m for m in out if m.kind != "other" or len(m.core) > 1 or m.surface in seen or not self._begins(m.first)
        ]

    def _begins(self, at: int) -> bool:
        """Whether a token is the first of a sentence or of a quotation, where a capital tells nothing."""
        page = self.page
        return at == 0 or page.sentence[at - 1] != page.sentence[at] or page.words[at - 1] in _BEFORE_SENTENCE

    def _capital(self, at: int) -> bool:
        word = self.page.words[at]
        return word[0].isupper() and _LETTERS.match(word) is not None

    def _opens(self, at: int) -> bool:
        """Whether a name may begin here: a capital that is not just a sentence's first letter."""
        page, word = self.page, self.page.low[at]
        if not self._capital(at) or page.paragraph[at] in self.headlines:
            return False
        if word in phrases.PRONOUNS or word in ("i'm", "i've", "i'd", "i'll"):
            return False
        if word in _CLOSED or phrases.is_day(page, at) and word != "may" or re.match(r"[rdi]-\w", word):
            return False
        return not (
            self._begins(at) and word in self.lower and word not in words.TITLES and word not in self.given.gender
        )

    def _run(self, first: int) -> int | None:
        page = self.page
        if not self._opens(first):
            return None
        at = first + 1
        while at < len(page) and at - first < LONGEST_NAME and page.paragraph[at] == page.paragraph[first]:
            step = self._step(first, at)
            if not step:
                break
            at += step
        return at

    def _step(self, first: int, at: int) -> int:
        """How many tokens a name grows by at `at`: 0 where it ends."""
        page, low = self.page, self.page.low
        follows = at + 1 < len(page) and self._capital(at + 1) and page.stretch[at + 1] == page.stretch[first]
        nickname = (
            at + 3 < len(page) and page.words[at] in '“"‘(' and page.words[at + 2] in '”"’)' and self._capital(at + 1)
        )
        if nickname and self._capital(at + 3) and page.low[first] in self.given.gender:
            return 3
        if page.stretch[at] != page.stretch[first]:
            return 0
        if (
            page.words[at] == ","
            and at + 1 < len(page)
            and low[at + 1] in words.SUFFIXES
            and page.words[at + 1] != "ii"
        ):
            return 2
        if self._capital(at):
            if low[at - 1 : at + 1] == ["usa", "today"]:
                return 1
            if low[at] in _CLOSED | phrases.PRONOUNS or phrases.is_day(page, at) or re.match(r"[rdi]-\w", low[at]):
                return 0
            last_word = page.words[at - 1]
            return (
                0
                if last_word.endswith(".")
                and len(last_word) > 2
                and low[at - 1] not in words.TITLES
                and low[at - 1] not in ("u.s.", "u.k.", "st.", "u.n.")
                else 1
            )
        if low[at] in words.PARTICLES and follows:
            return 2
        if (
            low[at] in words.PARTICLES
            and at + 2 < len(page)
            and low[at + 1] in words.PARTICLES
            and self._capital(at + 2)
        ):
            return 3
        if low[at] == "&" and follows:
            return 2
        if low[at] == "of" and low[at - 1] in words.JOINED_BY_OF:
            if follows:
                return 2
            if (
                at + 2 < len(page)
                and low[at + 1] == "the"
                and self._capital(at + 2)
                and page.stretch[at + 2] == page.stretch[first]
            ):
                return 3
        if low[at] == "'s" and follows and low[at - 1] in words.PLACES and self._ends_in_body(at + 1):
            return 2
        return 0

    def _ends_in_body(self, at: int) -> bool:
        page, last = self.page, at
        while last + 1 < len(page) and last - at < 5 and self._capital(last + 1):
            last += 1
        return page.low[last] in words.BODIES and last >= at

    def _mention(self, first: int, stop: int) -> Mention | None:
        page = self.page
        quoted = page.stretch[first] >= 0
        tokens = [t for t in range(first, stop) if page.is_word(t)]
        low = [page.low[t] for t in tokens]
        title = self._last_title(low)
        bodies = (
            low[-1] in words.BODIES
            or "of" in low
            and low[low.index("of") - 1]
            in words.JOINED_BY_OF - {"secretary", "speaker", "minister", "chief", "director"}
        )
        if title is not None and not (bodies and len(low) - title - 1 > 2):
            core = [page.words[t] for t in tokens[title + 1 :]]
            # "Speaker of the House Paul Ryan", "Secretary of State John Kerry"
            while core and core[0].lower() in _OFFICES:
                core = core[1:]
            if bodies and len(core) > 1:
                return self._body(first, stop, quoted)
            return self._person(first, stop, core, tuple(low[: title + 1]), quoted) if core else None
        if all(w in words.TITLES | words.ROLES | {"of", "the", "state"} for w in low):
            return None
        if bodies or low[0] in words.PLACES and "'s" in low:
            return self._body(first, stop, quoted)
        surface = page.phrase(first, stop)
        if len(low) == 1 and (low[0] in words.NOT_NAMES or len(low[0]) < 2):
            return None
        if low[0] in words.PLACES and len(low) == 1 or " ".join(low) in words.PLACE_PHRASES:
            return Mention(first, stop, "place", tuple(surface.split()), surface=surface, quoted=quoted)
        if len(low) == 1 and _ACRONYM.fullmatch(page.words[first]) and page.low[first] not in self.lower:
            return self._body(first, stop, quoted)
        core = [page.words[t] for t in tokens]
        if (
            len(core) > 2
            and low[0] not in self.given.gender
            and self.given.gender.get(low[1])
            and low[0] not in words.PLACES
        ):
            core, low = core[1:], low[1:]  # "Crooked Hillary Clinton": a word before a given name is no part of it
        if any(w in words.NOT_NAMES for w in low):
            return Mention(first, stop, "other", tuple(core), surface=surface, quoted=quoted)
        if low[0] in self.given.gender and len(low) > 1 or len(low) == 3 and re.fullmatch(r"[A-Z]\.?", core[1]):
            return self._person(first, stop, core, (), quoted)
        kind: NameKind = "other"
        return Mention(first, stop, kind, tuple(core), surface=surface, quoted=quoted)

    def _last_title(self, low: list[str]) -> int | None:
        """Where the last title in front of a name stands in a run."""
        found = [k for k, w in enumerate(low[:-1]) if w in words.TITLES]
        if not found or low[0] in self.given.gender and found[0] > 0 and low[found[-1]] in words.NAMELIKE_TITLES:
            return None
        return found[-1]

    def _person(self, first: int, stop: int, core: list[str], titles: tuple[str, ...], quoted: bool) -> Mention:
        suffix = core[-1] if len(core) > 1 and core[-1].lower() in words.SUFFIXES else ""
        if suffix:
            core = core[:-1]
        if all(w.isupper() and len(w) > 2 for w in core):
            core = [w.title() for w in core]
        return Mention(first, stop, "person", tuple(core), titles, suffix, " ".join(core), quoted)

    def _body(self, first: int, stop: int, quoted: bool) -> Mention:
        surface = self.page.phrase(first, stop)
        return Mention(first, stop, "organization", tuple(w for w in surface.split()), surface=surface, quoted=quoted)

    # --- clusters

    def _cluster(self) -> None:
        """People by surname, bodies by their words; what is left of one or two capitals joins a person it fits."""
        people: dict[str, list[Entity]] = collections.defaultdict(list)
        by_given: dict[str, list[Entity]] = collections.defaultdict(list)
        self._promote()
        for mention in self.mentions:
            if mention.kind == "person" and len(mention.core) > 1:
                last = mention.core[-1].lower()
                entity = next(
                    (e for e in people[last] if _compatible(e.mentions[0].core, mention.core, self.given.short)), None
                )
                if entity is None:
                    entity = self._new("person")
                    people[last].append(entity)
                    by_given[mention.core[0].lower()].append(entity)
                self._join(entity, mention)
        bodies: dict[str, Entity] = {}
        # "President Obama" before a bare "Obama" above it
        for mention in sorted(self.mentions, key=lambda m: (m.kind != "person", m.first)):
            if mention.entity is None:
                entity = self._person_for(mention, people, by_given) or self._body_for(mention, bodies)
                self._join(entity, mention)
        for entity in self.entities:
            entity.mentions.sort(key=lambda m: m.first)

    def _promote(self) -> None:
        """Two or three capitals whose last one stands alone elsewhere are a person, unless "the" is before them."""
        page = self.page
        alone = {m.core[0].lower() for m in self.mentions if len(m.core) == 1 and m.kind in ("other", "person")}
        for m in self.mentions:
            if m.kind != "other" or not 2 <= len(m.core) <= 4 or not all(_LETTERS.match(w) for w in m.core):
                continue
            if m.first and page.low[m.first - 1] == "the":
                continue
            if any(w.lower() in words.NOT_NAMES | words.BODIES | _OFFICES for w in m.core):
                continue
            if m.core[-1].lower() in alone and m.core[-1].lower() not in words.BODIES or self._introduced(m):
                m.kind = "person"

    def _introduced(self, mention: Mention) -> bool:
        """ "…, 25," or "…, a lawyer" after it, or a role before it."""
        page, stop = self.page, mention.stop
        if mention.first and page.low[mention.first - 1] in words.ROLES and page.stretch[mention.first - 1] < 0:
            return True
        if stop + 2 < len(page) and page.words[stop] == ",":
            if re.fullmatch(r"\d\d", page.words[stop + 1]) and page.words[stop + 2] in ",.":
                return True
            if page.low[stop + 1] in ("a", "an", "the", "who", "who's"):
                return any(page.low[k] in words.ROLES | {"who"} for k in range(stop + 1, min(len(page), stop + 8)))
        return False

    def _new(self, kind: NameKind) -> Entity:
        entity = Entity(kind)
        self.entities.append(entity)
        return entity

    def _join(self, entity: Entity, mention: Mention) -> None:
        mention.entity = entity
        entity.mentions.append(mention)
        if entity.kind == "person":
            mention.kind = "person"

    def _person_for(
        self, mention: Mention, people: dict[str, list[Entity]], by_given: dict[str, list[Entity]]
    ) -> Entity | None:
        if (
            mention.kind == "organization"
            and not mention.core[0].isupper()
            or mention.kind == "place"
            or len(mention.core) != 1
        ):
            return None
        word = re.sub(r"['’]s?$", "", mention.core[0]).lower()
        found = people.get(word, [])
        if found:
            return self._likeliest(found, mention)
        if mention.kind == "organization":
            return None
        if len(by_given.get(word, [])) == 1 and not mention.titles:
            return by_given[word][0]
        if mention.kind == "person" or word in self.given.gender:
            entity = self._new("person")
            people[word].append(entity)
            return entity
        return None

    def _likeliest(self, found: list[Entity], mention: Mention) -> Entity:
        """Of several people with one surname: the title's gender, then who is named most, then who was named last."""
        titles = set(mention.titles)
        wanted = "m" if titles & words.MALE_TITLES else "f" if titles & words.FEMALE_TITLES else ""
        genders = {id(e): self._given_gender(e) for e in found}
        fitting = [e for e in found if not wanted or genders[id(e)] in (wanted, "")] or found

        def weight(entity: Entity) -> tuple[float, int]:
            before = [m.first for m in entity.mentions if m.first < mention.first]
            shared = len(titles & {t for m in entity.mentions for t in m.titles})
            return (
                shared + len([m for m in entity.mentions if len(m.core) > 1 and not m.quoted]) + 2 * bool(before),
                before[-1] if before else -1,
            )

        return max(fitting, key=weight)

    def _given_gender(self, entity: Entity) -> str:
        return self.given.gender.get(entity.mentions[0].core[0].lower(), "")

    def _body_for(self, mention: Mention, bodies: dict[str, Entity]) -> Entity:
        key = re.sub(r"^the |['’]s$|\.", "", mention.surface.lower())
        first = key.split()[0] if key else key
        entity = bodies.get(key)
        if entity is None and mention.kind == "other" and len(mention.core) == 1:
            entity = bodies.get("first " + first)
        if entity is None:
            entity = self._new(mention.kind)
            bodies[key] = entity
            if mention.kind == "organization" and len(mention.core) > 1:
                bodies.setdefault("first " + first, entity)
                letters = "".join(w[0] for w in mention.core if w[0].isupper()).lower()
                if len(letters) > 1:
                    bodies.setdefault(letters, entity)
        return entity

    # --- what the text says of them

    def _describe(self) -> None:
        for m in self.mentions:
            entity = m.entity
            if entity is None:
                continue
            entity.nouns.update(t.rstrip(".") for t in m.titles)
            if m.quoted:
                continue
            entity.nouns.update(self._beside(m))
            if entity.kind == "person":
                self._vote(entity, m)
        for entity in self.entities:
            if entity.kind == "person":
                if entity.nouns & words.FEMALE_ROLES:
                    entity.votes["f"] += 3
                if entity.nouns & words.MALE_ROLES:
                    entity.votes["m"] += 3

    def _beside(self, m: Mention) -> set[str]:
        page, out = self.page, set()
        k = m.stop
        if (
            k + 1 < len(page)
            and page.words[k] == ","
            and page.low[k + 1]
            in phrases.DETERMINERS | {"who", "president", "director", "chief", "leader", "head", "former"}
        ):
            for t in range(k + 1, min(len(page), k + 14)):
                if (
                    page.words[t] in ",.;:()—"
                    or page.stretch[t] >= 0
                    or page.low[t] in ("of", "for", "at", "in", "who", "from")
                ):
                    break
                out.add(page.low[t])
        k = m.first - 1
        if k > 0 and page.words[k] == ",":
            k -= 1
        if k < 0 or page.low[k] not in words.ROLES:
            return out & words.ROLES
        for t in range(k, max(-1, k - 4), -1):
            if (
                page.stretch[t] >= 0
                or not page.words[t].islower()
                or page.low[t] in phrases.PREPOSITIONS | phrases.DETERMINERS | phrases.CONJUNCTIONS
            ):
                break
            out.add(page.low[t])
        return out & words.ROLES

    def _vote(self, entity: Entity, m: Mention) -> None:
        page = self.page
        titles = set(m.titles)
        if titles & words.MALE_TITLES - {"father"}:
            entity.votes["m"] += 6
        elif titles & words.FEMALE_TITLES - {"sister"}:
            entity.votes["f"] += 6
        elif len(m.core) > 1 or len(entity.mentions) == 1 or m.core[0].lower() != entity.mentions[0].core[-1].lower():
            gender = self.given.gender.get(m.core[0].lower().split("-")[0], "")
            if gender:
                entity.votes[gender] += 3
        # the next pronoun in the sentence, when nobody else is named between
        for t in range(m.stop, min(len(page), m.stop + 25)):
            if page.sentence[t] != page.sentence[m.first] or t in self.at and self.at[t].kind == "person":
                break
            if page.stretch[t] < 0 and page.low[t] in ("he", "his", "himself", "she", "her", "herself"):
                entity.votes["m" if page.low[t].startswith("h") and page.low[t] not in ("her", "herself") else "f"] += 1
                break


def _headlines(page: Page) -> set[int]:
    """The paragraphs that are set in capitals, whose capitals tell nothing."""
    out: set[int] = set()
    at = 0
    while at < len(page):
        stop = at
        while stop < len(page) and page.paragraph[stop] == page.paragraph[at]:
            stop += 1
        letters = [page.words[t] for t in range(at, stop) if _LETTERS.match(page.words[t])]
        long_words = [w for w in letters if len(w) > 3]
        capital = sum(w[0].isupper() for w in long_words)
        shouting = sum(w.isupper() for w in long_words)
        if len(long_words) >= 4 and (
            stop - at <= 25
            and page.words[stop - 1] not in {".", "”", '"'}
            and capital > _HEADLINE_SHARE * len(long_words)
            or shouting > _HEADLINE_SHARE * len(long_words)
        ):
            out.add(page.paragraph[at])
        at = stop
    return out


def _compatible(one: tuple[str, ...], other: tuple[str, ...], short: "collections.abc.Mapping[str, str]") -> bool:
    """Whether two full names with one surname may be one person's."""
    a, b = one[0].lower().rstrip("."), other[0].lower().rstrip(".")
    if a == b or short.get(a, a) == short.get(b, b):
        return True
    if len(a) == 1 or len(b) == 1:
        return a[0] == b[0]
    # "Robert Francis Kennedy" and "Francis Kennedy"; "Le Pen" and "Marine Le Pen"
    return set(w.lower() for w in one) <= set(w.lower() for w in other) or set(w.lower() for w in other) <= set(
        w.lower() for w in one
    )
