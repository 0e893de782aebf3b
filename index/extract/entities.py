"""Which names are one and the same: the people, bodies and places of an article, each with its fullest name."""

import collections
import re
from collections.abc import Mapping
from dataclasses import dataclass, field

from index.extract import phrases, words
from index.extract.mentions import LETTERS, OFFICES, Mention, NameKind, find_mentions
from index.extract.tokens import Page

MOST_COMPARED = 40
"""How many people of one surname, and how many mentions of each, are looked at for a new mention."""


@dataclass(slots=True, eq=False)
class Entity:
    """A person, body or place of an article, with its mentions in order."""

    kind: NameKind
    mentions: list[Mention] = field(default_factory=list)
    nouns: set[str] = field(default_factory=set)
    """What stands beside the name: its titles and the words of its appositions."""
    votes: collections.Counter[str] = field(default_factory=collections.Counter)
    name: str = ""
    """The fullest name that the article gives."""
    gender: str = ""
    """"m", "f", or "" where nothing tells."""
    has_article: bool = False
    """Whether "the" stands in front of it."""
    own_words: frozenset[str] = frozenset()

    def settle(self) -> None:
        """Fills in what follows from the mentions, once they are all there."""
        self.mentions.sort(key=lambda m: m.first)
        self.own_words = frozenset(w.lower() for m in self.mentions for w in m.core)
        best = self.votes.most_common(2)
        if best and best[0][1] >= 2 and (len(best) == 1 or best[0][1] > 2 * best[1][1]):
            self.gender = best[0][0]
        self.name = self._fullest()

    def _fullest(self) -> str:
        """Of the names of two words or more the commonest, then the longest."""
        if self.kind != "person":
            count = collections.Counter(m.surface for m in self.mentions)
            return max(count, key=lambda n: (len(n.split()) > 1, count[n], len(n)))
        full = collections.Counter(
            " ".join(m.core) + (f" {m.suffix}" if m.suffix else "") for m in self.mentions if len(m.core) > 1
        )
        if not full:
            return max((" ".join(m.core) for m in self.mentions), key=len)
        usual = [n for n in full if len(n.split()) <= 4] or list(full)
        return max(usual, key=lambda n: (full[n] + 0.5 * (len(n.split()) > 2), len(n)))


class Names:
    """The names of a page: `mentions` in order, `at` by token, `entities`, and `entity_of` a mention."""

    def __init__(self, page: Page) -> None:
        self.page = page
        self.given = words.given_names()
        self.mentions = find_mentions(page)
        self.at = {t: m for m in self.mentions for t in range(m.first, m.stop)}
        self.entities: list[Entity] = []
        self.entity_of: dict[int, Entity] = {}
        self._cluster()
        self._describe()
        for entity in self.entities:
            entity.settle()

    def entity_at(self, at: int) -> Entity | None:
        """The entity whose name covers a token."""
        mention = self.at.get(at)
        return self.entity_of[mention.first] if mention else None

    def _cluster(self) -> None:
        """People by surname, bodies by their words; what is left of one or two capitals joins a person it fits."""
        people: dict[str, list[Entity]] = collections.defaultdict(list)
        by_given: dict[str, list[Entity]] = collections.defaultdict(list)
        self._promote()
        for mention in self.mentions:
            if mention.kind == "person" and len(mention.core) > 1:
                last = mention.core[-1].lower()
                known = people[last][:MOST_COMPARED]
                entity = next((e for e in known if _compatible(e, mention.core, self.given.short)), None)
                if entity is None:
                    entity = self._new("person")
                    people[last].append(entity)
                    by_given[mention.core[0].lower()].append(entity)
                self._join(entity, mention)
        bodies: dict[str, Entity] = {}
        # "President Obama" before a bare "Obama" above it
        for mention in sorted(self.mentions, key=lambda m: (m.kind != "person", m.first)):
            if mention.first not in self.entity_of:
                entity = self._person_for(mention, people, by_given) or self._body_for(mention, bodies)
                self._join(entity, mention)

    def _promote(self) -> None:
        """Two or three capitals whose last one stands alone elsewhere are a person, unless "the" is before them."""
        page = self.page
        alone = {m.core[0].lower() for m in self.mentions if len(m.core) == 1 and m.kind in ("other", "person")}
        alone |= {m.core[-1].lower() for m in self.mentions if m.kind == "person"}
        for m in self.mentions:
            if m.kind != "other" or not 2 <= len(m.core) <= 4 or not all(LETTERS.match(w) for w in m.core):
                continue
            if m.first and page.low[m.first - 1] == "the":
                continue
            if any(w.lower() in words.NOT_NAMES | words.BODIES | OFFICES for w in m.core):
                continue
            particle = any(w in words.PARTICLES for w in m.core)
            if (
                particle
                or (m.core[-1].lower() in alone and m.core[-1].lower() not in words.BODIES)
                or self._introduced(m)
            ):
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
        self.entity_of[mention.first] = entity
        entity.mentions.append(mention)
        if entity.kind == "person":
            mention.kind = "person"

    def _person_for(
        self, mention: Mention, people: dict[str, list[Entity]], by_given: dict[str, list[Entity]]
    ) -> Entity | None:
        if (
            (mention.kind == "organization" and not mention.core[0].isupper())
            or mention.kind == "place"
            or len(mention.core) != 1
        ):
            return None
        word = re.sub(r"['’]s?$", "", mention.core[0]).lower()
        found = people.get(word, [])
        if found:
            return found[0] if len(found) == 1 else self._likeliest(found[:MOST_COMPARED], mention)
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
            seen = entity.mentions[:MOST_COMPARED]
            before = [m.first for m in seen if m.first < mention.first]
            shared = len(titles & {t for m in seen for t in m.titles})
            return (
                shared + len([m for m in seen if len(m.core) > 1 and not m.quoted]) + 2 * bool(before),
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

    def _describe(self) -> None:
        for m in self.mentions:
            entity = self.entity_of[m.first]
            entity.has_article |= m.first > 0 and self.page.low[m.first - 1] == "the"
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
            if page.sentence[t] != page.sentence[m.first] or (t in self.at and self.at[t].kind == "person"):
                break
            if page.stretch[t] < 0 and page.low[t] in ("he", "his", "himself", "she", "her", "herself"):
                entity.votes["m" if page.low[t].startswith("h") and page.low[t] not in ("her", "herself") else "f"] += 1
                break


def _compatible(entity: Entity, other: tuple[str, ...], short: Mapping[str, str]) -> bool:
    """Whether a full name may be a person's who has the same surname."""
    one = entity.mentions[0].core
    a, b = one[0].lower().rstrip("."), other[0].lower().rstrip(".")
    if a == b or short.get(a, a) == short.get(b, b):
        return True
    if len(a) == 1 or len(b) == 1:
        return a[0] == b[0]
    # "Robert Francis Kennedy" and "Francis Kennedy"; "Le Pen" and "Marine Le Pen"
    mine, others = {w.lower() for w in one}, {w.lower() for w in other}
    return mine <= others or others <= mine
