"""Which names are one and the same: people by surname and given name, bodies by their words.

Consistency decides, not a list: two given names, a title's gender or the pronouns that follow keep people apart who
share a surname; a bare surname goes to whom it fits best where it stands.
"""

import collections
import re
from collections.abc import Mapping
from dataclasses import dataclass, field

from index.extract import words
from index.extract.mentions import LETTERS, OFFICES, Mention, NameKind
from index.extract.tokens import Page
from index.extract.words import word_set

MOST_COMPARED = 40
"""How many people of one surname, and how many mentions of each, are looked at for a new mention."""
_HE = {"he": "m", "his": "m", "him": "m", "himself": "m", "she": "f", "her": "f", "hers": "f", "herself": "f"}
_NO_WEIGHT = word_set("the of for and u.s. us american national federal")
_FADES = 0.15
"""What a sentence of distance costs when several people share the surname."""
_DECIDES = 2
"""Pronouns that must contradict a given name's gender before a bare surname is taken for somebody else."""


@dataclass(slots=True, eq=False)
class Cluster:
    """Mentions that name one and the same."""

    kind: NameKind
    mentions: list[Mention] = field(default_factory=list)
    gender: str = ""
    """What given name and titles say: "m", "f" or ""."""


def cluster(page: Page, mentions: list[Mention]) -> list[Cluster]:
    """The mentions of a page, grouped; kinds of mentions are corrected on the way."""
    return _Clusters(page, mentions).out


def following_pronoun(page: Page, taken: Mapping[int, Mention], m: Mention) -> str:
    """The gender of the next he or she in a name's sentence, when nobody else is named between; else ""."""
    for t in range(m.stop, min(len(page), m.stop + 25)):
        if page.sentence[t] != page.sentence[m.first] or (t in taken and taken[t].kind == "person"):
            return ""
        if page.stretch[t] < 0 and page.low[t] in _HE:
            return _HE[page.low[t]]
    return ""


def title_gender(titles: tuple[str, ...]) -> str:
    """ "m" for Mr. and his like, "f" for Mrs. and hers."""
    if set(titles) & words.MALE_TITLES - {"father"}:
        return "m"
    return "f" if set(titles) & words.FEMALE_TITLES - {"sister"} else ""


class _Clusters:
    def __init__(self, page: Page, mentions: list[Mention]) -> None:
        self.page = page
        self.mentions = mentions
        self.given = words.given_names()
        self.taken = {t: m for m in mentions for t in range(m.first, m.stop)}
        self.out: list[Cluster] = []
        self.people: dict[str, list[Cluster]] = collections.defaultdict(list)
        self.by_given: dict[str, list[Cluster]] = collections.defaultdict(list)
        self.bodies: dict[str, Cluster] = {}
        self.bare: dict[str, Cluster] = {}
        """By surname: somebody who is only called by it, beside others whose full names do not fit."""
        self._agree_on_kinds()
        self._promote()
        self._full_names()
        self._contradicted()
        # "President Obama" before a bare "Obama" above it
        placed = {m.first for c in self.out for m in c.mentions}
        rest = [m for m in mentions if m.first not in placed]
        for mention in sorted(rest, key=lambda m: (m.kind != "person", m.first)):
            found = self._person_for(mention) or self._body_for(mention)
            found.mentions.append(mention)
            if found.kind == "person":
                mention.kind = "person"

    def _new(self, kind: NameKind) -> Cluster:
        made = Cluster(kind)
        self.out.append(made)
        return made

    def _agree_on_kinds(self) -> None:
        """What is a person mostly, or bears a person's surname, is one everywhere: "Trump" is no body now and then."""
        kinds: dict[str, collections.Counter[str]] = collections.defaultdict(collections.Counter)
        for m in self.mentions:
            kinds[" ".join(m.core).lower()][m.kind] += 1
        surnames = collections.Counter(
            m.core[-1].lower() for m in self.mentions if m.kind == "person" and len(m.core) > 1
        )
        for m in self.mentions:
            key = " ".join(m.core).lower()
            if (
                m.kind not in ("organization", "other")
                or key in words.NAMED_BODIES
                or m.core[-1].lower() in words.BODIES
            ):
                continue
            count = kinds[key]
            shouted = len(m.core) == 1 and m.core[0].isupper()
            bears = (
                len(m.core) == 1
                and surnames[key]
                and not shouted
                and count[m.kind] <= 3 * (surnames[key] + count["person"])
            )
            if count["person"] > count[m.kind] or bears:
                m.kind = "person"

    def _promote(self) -> None:
        """Two or three capitals whose last one stands alone elsewhere are a person, unless "the" is before them."""
        page = self.page
        alone = {m.core[0].lower() for m in self.mentions if len(m.core) == 1 and m.kind in ("other", "person")}
        alone |= {m.core[-1].lower() for m in self.mentions if m.kind == "person"}
        lower = {w for w in page.words if w.islower()}
        for m in self.mentions:
            if m.kind != "other" or not 2 <= len(m.core) <= 4 or not all(LETTERS.match(w) for w in m.core):
                continue
            if m.first and page.low[m.first - 1] == "the":
                continue
            if any(w.lower() in words.NOT_NAMES | words.BODIES | OFFICES for w in m.core):
                continue
            first, last = m.core[0].lower(), m.core[-1].lower()
            if last in alone and len(m.core) == 2 and (first in words.NO_GIVEN_NAME or first in lower):
                m.core, m.kind = m.core[-1:], "person"
                continue
            particle = any(w in words.PARTICLES for w in m.core)
            if particle or (last in alone and last not in words.BODIES) or self._introduced(m):
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

    def _full_names(self) -> None:
        """People of two words or more, by surname."""
        for mention in self.mentions:
            if mention.kind != "person" or len(mention.core) < 2:
                continue
            last = mention.core[-1].lower()
            known = self.people[last][:MOST_COMPARED]
            found = next((c for c in known if self._compatible(c, mention)), None)
            if found is None:
                found = self._new("person")
                self.people[last].append(found)
                for name in {mention.core[0].lower(), mention.alias.lower()} - {""}:
                    self.by_given[name].append(found)
                    full = self.given.short.get(name)
                    if full is not None:
                        self.by_given[full].append(found)
            found.mentions.append(mention)
            found.gender = found.gender or title_gender(mention.titles)
            found.gender = found.gender or self.given.gender.get(mention.core[0].lower().split("-")[0], "")

    def _compatible(self, known: Cluster, mention: Mention) -> bool:
        """Whether a full name may be a person's who has the same surname."""
        first, short = known.mentions[0], self.given.short
        wanted = title_gender(mention.titles)
        if wanted and known.gender and wanted != known.gender and first.core != mention.core:
            return False
        if first.suffix != mention.suffix and set(first.titles) != set(mention.titles) and first.core == mention.core:
            # "President Kelm" and "Kelm Jr.", his son
            return not (first.titles and mention.titles) and not {"president", "vice", "gov", "gov."} & {
                *first.titles,
                *mention.titles,
            }
        a, b = first.core[0].lower().rstrip("."), mention.core[0].lower().rstrip(".")
        if a == b or short.get(a, a) == short.get(b, b) or b == first.alias.lower() or a == mention.alias.lower():
            return True
        if len(a) == 1 or len(b) == 1:
            return a[0] == b[0]
        # "Robert Francis Kennedy" and "Francis Kennedy"; "Le Pen" and "Marine Le Pen"
        mine, others = {w.lower() for w in first.core}, {w.lower() for w in mention.core}
        return mine <= others or others <= mine

    def _contradicted(self) -> None:
        """Surnames whose bare mentions take the other gender's titles and pronouns than everybody so called in full.

        An article may name Rosa Kelm in full and mean her husband, known to all, by "Kelm".
        """
        votes: dict[str, collections.Counter[str]] = collections.defaultdict(collections.Counter)
        for m in self.mentions:
            last = m.core[-1].lower()
            if len(m.core) == 1 and last in self.people:
                gender = title_gender(m.titles)
                votes[last][gender] += 2 * bool(gender)
                if not gender and not m.quoted:
                    votes[last][following_pronoun(self.page, self.taken, m)] += 1
        for last, count in votes.items():
            genders = {c.gender for c in self.people[last]}
            if len(genders) == 1 and (mine := next(iter(genders))):
                other = "f" if mine == "m" else "m"
                if count[other] >= _DECIDES and count[other] > 2 * count[mine]:
                    self.bare[last] = self._new("person")
                    self.bare[last].gender = other
                    self.people[last].append(self.bare[last])

    def _person_for(self, mention: Mention) -> Cluster | None:
        shouted = mention.kind == "organization" and not mention.core[0].isupper()
        if shouted or mention.kind == "place" or len(mention.core) != 1:
            return None
        word = re.sub(r"['’]s?$", "", mention.core[0]).lower()
        found = self.people.get(word, [])
        if found:
            return self._likeliest(found[:MOST_COMPARED], mention)
        if mention.kind == "organization":
            return None
        called = self.by_given.get(word) or self.by_given.get(self.given.short.get(word, ""), [])
        if called and not mention.titles and len({id(c) for c in called}) == 1:
            return called[0]
        if mention.kind == "person" or word in self.given.gender:
            made = self._new("person")
            made.gender = title_gender(mention.titles) or self.given.gender.get(word, "")
            self.people[word].append(made)
            return made
        return None

    def _likeliest(self, found: list[Cluster], mention: Mention) -> Cluster:
        """Of several people with one surname: title, the pronoun that follows, who is named most and who was last."""
        wanted = title_gender(mention.titles)
        if len(found) == 1:
            only = found[0]
            if not wanted or not only.gender or wanted == only.gender:
                return only
            made = self._new("person")
            made.gender = wanted
            self.people[mention.core[0].lower()].append(made)
            return made
        offices = {t.rstrip(".") for t in mention.titles}
        pronoun = "" if wanted or mention.quoted else following_pronoun(self.page, self.taken, mention)
        here = self.page.sentence[mention.first]

        def weight(known: Cluster) -> float:
            score = 0.0
            if wanted and known.gender:
                score += 6.0 if known.gender == wanted else -6.0
            if mention.suffix:
                score += 6.0 if any(m.suffix == mention.suffix for m in known.mentions[:MOST_COMPARED]) else -6.0
            if pronoun and known.gender:
                score += 1.0 if known.gender == pronoun else -1.0
            seen = known.mentions
            if len(seen) > 2 * MOST_COMPARED:
                seen = seen[:MOST_COMPARED] + seen[-MOST_COMPARED:]
            score += 2.0 * len(offices & {t.rstrip(".") for m in seen for t in m.titles})
            before = [m for m in seen if m.first < mention.first]
            if before:
                score += 1.5 - min(2.5, _FADES * (here - self.page.sentence[before[-1].first]))
            if self.bare.get(mention.core[0].lower()) is known:
                score += 1.0
            return score + 0.3 * min(8, len([m for m in seen if not m.quoted]))

        return max(found, key=weight)

    def _body_for(self, mention: Mention) -> Cluster:
        surface = re.sub(r"^the |['’]s$|\.", "", mention.surface.lower())
        key = " ".join(sorted(set(surface.split()) - _NO_WEIGHT)) or surface
        first = surface.split()[0] if surface else surface
        found = self.bodies.get(key)
        if found is None and mention.kind == "other" and len(mention.core) == 1:
            found = self.bodies.get("first " + first)
        if found is None:
            found = self._new(mention.kind)
            self.bodies[key] = found
            if mention.kind == "organization" and len(mention.core) > 1:
                self.bodies.setdefault("first " + first, found)
                letters = "".join(w[0] for w in mention.core if w[0].isupper()).lower()
                if len(letters) > 1:
                    self.bodies.setdefault(letters, found)
        return found
