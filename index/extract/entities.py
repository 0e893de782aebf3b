"""The people, bodies and places of an article, each with its mentions, fullest name, gender and what it is called."""

import collections
from dataclasses import dataclass, field

from index.extract import phrases, words
from index.extract.clustering import cluster, following_pronoun, title_gender
from index.extract.mentions import Mention, NameKind, find_mentions
from index.extract.reading import Reading
from index.extract.runs import read_mentions
from index.extract.tokens import Page

_PARTIES = {"r-": "republican", "d-": "democrat"}
_ENDS_APPOSITION = frozenset({"of", "for", "at", "in", "who", "from"})


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
    """The names of a page: `mentions` in order, `at` by token, `entities`, and `entity_of` a mention.

    With a reading its names, mended, are the mentions; without one they are found by capitals.
    """

    def __init__(self, page: Page, reading: Reading | None = None) -> None:
        self.page = page
        self.given = words.given_names()
        self.mentions = read_mentions(page, reading) if reading is not None and reading.names else find_mentions(page)
        self.at = {t: m for m in self.mentions for t in range(m.first, m.stop)}
        self.entities: list[Entity] = []
        self.entity_of: dict[int, Entity] = {}
        for group in cluster(page, self.mentions):
            if group.mentions:
                entity = Entity(group.kind, group.mentions)
                self.entities.append(entity)
                self.entity_of.update((m.first, entity) for m in group.mentions)
        self._describe()
        for entity in self.entities:
            entity.settle()
        self.nouns = frozenset(noun for entity in self.entities for noun in entity.nouns)

    def entity_at(self, at: int) -> Entity | None:
        """The entity whose name covers a token."""
        mention = self.at.get(at)
        return self.entity_of[mention.first] if mention else None

    def _describe(self) -> None:
        for m in self.mentions:
            entity = self.entity_of[m.first]
            entity.has_article |= m.first > 0 and self.page.low[m.first - 1] == "the"
            entity.nouns.update(t.rstrip(".") for t in m.titles)
            if entity.kind == "person":
                entity.nouns.update(self._home(m))
            if m.quoted:
                continue
            entity.nouns.update(self._beside(m))
            if entity.kind in ("person", "other"):
                self._vote(entity, m)
        for entity in self.entities:
            if entity.kind == "person":
                if entity.nouns & words.FEMALE_ROLES:
                    entity.votes["f"] += 3
                if entity.nouns & words.MALE_ROLES:
                    entity.votes["m"] += 3

    def _home(self, m: Mention) -> set[str]:
        """Place and party right behind a name: "Kelm of Ohio", "Kelm (R-Ohio)"."""
        page, out = self.page, set()
        for t in range(m.stop, min(len(page), m.stop + 5)):
            low = page.low[t]
            if t in self.at and self.at[t].kind == "person":
                break
            if low in words.PLACES:
                out.add(low)
            elif low[:2] in _PARTIES and page.words[t][0].isupper():
                out.add(_PARTIES[low[:2]])
            elif not (page.words[t] in ",(-" or low in ("of", "from", "the") or low in phrases.DETERMINERS):
                break
        return out

    def _beside(self, m: Mention) -> set[str]:
        """The roles in an apposition behind a name, and in what stands in front of it."""
        page, out = self.page, set()
        k = m.stop
        heads = phrases.DETERMINERS | {"who", "president", "director", "chief", "leader", "head", "former"}
        if k + 1 < len(page) and page.words[k] == "," and page.low[k + 1] in heads:
            for t in range(k + 1, min(len(page), k + 14)):
                if page.words[t] in ",.;:()—" or page.stretch[t] >= 0 or page.low[t] in _ENDS_APPOSITION:
                    break
                out.add(page.low[t])
        k = m.first - 1
        if k > 0 and page.words[k] == ",":
            k -= 1
        if k < 0 or page.low[k] not in words.ROLES:
            return out & words.ROLES
        for t in range(k, max(-1, k - 4), -1):
            small = page.low[t] in phrases.PREPOSITIONS | phrases.DETERMINERS | phrases.CONJUNCTIONS
            if page.stretch[t] >= 0 or not page.words[t].islower() or small:
                break
            out.add(page.low[t])
        return out & words.ROLES

    def _vote(self, entity: Entity, m: Mention) -> None:
        gender = title_gender(m.titles)
        if gender:
            entity.votes[gender] += 6
        elif len(m.core) > 1 or len(entity.mentions) == 1 or m.core[0].lower() != entity.mentions[0].core[-1].lower():
            given = self.given.gender.get(m.core[0].lower().split("-")[0], "")
            if given:
                entity.votes[given] += 3
        pronoun = following_pronoun(self.page, self.at, m)
        if pronoun:
            entity.votes[pronoun] += 1
