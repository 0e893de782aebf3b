"""The people of one surname: full names first, then what is shorter, by evidence."""

import collections
import math
from collections.abc import Iterable, Sequence

from index.extract import words
from index.identity.clusters import (
    Cluster,
    Open,
    entry_of,
    has_suffix,
    main_names,
    may_be,
    mean_evidence,
    reasons,
)
from index.identity.common_names import COMMON_SURNAMES
from index.identity.names import Name, fits, is_slip, last_part, read_name, variants_of
from index.identity.people_file import Entry
from index.identity.records import LocalSpeaker
from index.identity.scoring import AGAINST_BLOCK, evidence, profile_of, score
from index.identity.splitting import parts_of

MOST_CANDIDATES = 30
"""How many people of one surname are looked at for a name that does not say which."""
_MOST_WEIGHED = 16
"""How many of them are weighed against one another."""
_SURE = 0.8
"""A candidate with less than this share of the likelihood is not taken."""
_SHOWN = 0.05
_NOBODY_KNOWN = -1.0
"""Log-odds of somebody whom the collection does not know by a full name, for a rare surname; for a common one more."""
_COMMON = 2.5
_ALONE = 4.0
"""For somebody whose surname nobody else in the collection has."""
JOINS = 0.5
_DWARFED = 200
"""Beside somebody named in so many times more articles nobody is thought of."""
_GIANT = 100
_OFTEN = 3
"""Page furniture comes again and again, and from one outlet."""
_HALF = 4.0
_ANOTHER_NAME = 4.0
"""What it costs that two given names differ in spelling only: Ivana is not Ivanka."""
_BARE_GIVEN = 3.0
_KNOWN = 30
_OFFICES = frozenset(
    {"president", "senator", "representative", "governor", "speaker", "leader", "secretary", "chancellor"}
)
_NO_GIVEN = frozenset({"will", "more", "may"})
_IN_OFFICE = 1.0
_NAMED_THERE = 1.0
"""For a candidate whom the article names in full too; a wife or husband is told apart by gender."""
_SHORT_FOR_JUNIOR = -1.5


class Surname:
    """The people of one surname."""

    def __init__(self, surname: str, found: list[tuple[LocalSpeaker, Name]], entries: Sequence[Entry]) -> None:
        self.surname = surname
        self.forms: dict[Name, list[LocalSpeaker]] = collections.defaultdict(list)
        shown: dict[tuple[tuple[str, ...], str, str], collections.Counter[str]] = {}
        for _, name in found:
            shown.setdefault((name.given, name.surname, name.suffix), collections.Counter())[name.shown] += 1
        usual = {key: min(count, key=lambda s: (-count[s], s)) for key, count in shown.items()}
        for member, name in found:
            key = (name.given, name.surname, name.suffix)
            self.forms[Name(*key, usual[key])].append(member)
        self.everybody = profile_of([member for member, _ in found], AGAINST_BLOCK)
        self.entries = [e for e in entries if any(last_part(n.surname) == surname for n in e.names)]
        self.clusters: list[Cluster] = []
        self.open: list[Open] = []
        self.waiting: list[tuple[LocalSpeaker, Name, list[Cluster]]] = []
        """Full names that may be several people's."""
        self._first_names()
        self._initials()
        self._file()
        self._nicknames()
        self._furniture()

    def settle(self, pinned: Sequence[Cluster]) -> None:
        """Decides about names that do not say which."""
        self._same_names()
        self.clusters.sort(key=lambda c: c.order)
        living = {id(c) for c in self.clusters}
        fitting: dict[Name, list[Cluster]] = {}
        for member, name, candidates in self.waiting:
            alive = [c for c in candidates if id(c) in living]
            if not alive:
                alive = fitting.setdefault(name, [c for c in self.clusters if may_be(name, c)])
            alive = [*alive, *(p for p in pinned if may_be(name, p))]
            if alive:
                self._decide(member, name, alive)
            else:
                self.open.append(Open(member, [], ("several-of-that-name",)))
        self._bare(pinned)
        self._beside_pinned(pinned)

    def _first_names(self) -> None:
        """One person for a first name, several where middle names or suffixes say so."""
        families: dict[str, list[Name]] = collections.defaultdict(list)
        for name in self.forms:
            if len(name.first) > 1:
                families[name.first].append(name)
        for first in sorted(families):
            self._family(sorted(families[first], key=lambda n: (-len(self.forms[n]), n.given, n.suffix, n.surname)))

    def _family(self, names: list[Name]) -> None:
        telling = [n for n in names if n.middles or n.suffix]
        plain = [n for n in names if not (n.middles or n.suffix)]
        made: list[Cluster] = []
        for name in telling:
            fitting = [c for c in made if all(fits(name, known) == "same" for known in c.names)]
            if not fitting:
                fitting = [Cluster()]
                made.extend(fitting)
            fitting[0].take(self.forms[name], name)
        size = sum(len(self.forms[n]) for n in plain)
        if plain and len(made) == 1 and self._is_same(made[0], plain, size):
            for name in plain:
                made[0].take(self.forms[name], name)
        elif plain and (not made or all(size > 3 * len(c.members) and has_suffix(c) for c in made) or len(made) == 1):
            alone = Cluster()
            for name in plain:
                alone.take(self.forms[name], name)
            made.append(alone)
        elif plain:
            large = [c for c in made if len(c.members) * 20 >= size]
            if not large:
                large = [Cluster()]
                made.extend(large)
            for name in plain:
                if len(large) == 1:
                    large[0].take(self.forms[name], name)
                else:
                    self.waiting.extend((member, name, large) for member in self.forms[name])
        self.clusters.extend(made)

    def _is_same(self, known: Cluster, plain: list[Name], size: int) -> bool:
        """Whether a name without a suffix is that of the only one whose name has one: Jr. is often left out."""
        if not has_suffix(known) and self.surname not in COMMON_SURNAMES:
            return True
        together = sum(m.article_id in known.articles for n in plain for m in self.forms[n])
        if has_suffix(known) and together > 0.05 * min(size, len(known.members)):
            return False
        alone = Cluster()
        for name in plain:
            alone.take(self.forms[name], name)
        if not has_suffix(known):
            return mean_evidence(known, alone, self.everybody) > -0.5
        if all(n.suffix != "jr" for n in known.names):
            return True  # "III" is left out more often than not
        return size <= 2 * len(known.members) or mean_evidence(known, alone, self.everybody) > 0

    def _initials(self) -> None:
        """ "J. Smith", "J. Edgar Hoover": the one person whom it fits, or a person of that name."""
        names = sorted((n for n in self.forms if len(n.first) == 1), key=lambda n: (-len(n.given), n.given, n.surname))
        own: list[Cluster] = []
        by_letter: dict[str, list[Cluster]] = collections.defaultdict(list)
        for cluster in sorted(self.clusters, key=lambda c: c.order):
            for letter in {w[0] for n in cluster.names for w in n.given}:
                by_letter[letter].append(cluster)
        for name in names:
            fitting = [c for c in by_letter[name.first] if may_be(name, c)][:MOST_CANDIDATES]
            if len(fitting) > 1 or (fitting and len(name.given) == 1 and self.surname in COMMON_SURNAMES):
                self.waiting.extend((member, name, fitting) for member in self.forms[name])
            elif fitting:
                fitting[0].take(self.forms[name], name)
            else:
                same = next((c for c in own if c.lead.first == name.first and may_be(name, c)), None)
                if same is None:
                    same = Cluster()
                    own.append(same)
                same.take(self.forms[name], name)
        self.clusters.extend(own)

    def _file(self) -> None:
        """Ties people to the people file; two that are one entry are one."""
        if not self.entries:
            return
        taken: dict[str, Cluster] = {}
        kept: list[Cluster] = []
        for cluster in sorted(self.clusters, key=lambda c: c.order):
            cluster.entry = entry_of(cluster, self.entries)
            known = taken.get(cluster.entry.id) if cluster.entry is not None else None
            if known is not None and all(fits(a, b) != "never" for a in cluster.names for b in known.names):
                known.join(cluster)
                continue
            kept.append(cluster)
            if cluster.entry is not None:
                taken[cluster.entry.id] = cluster
        self.clusters = kept

    def _nicknames(self) -> None:
        """Joins Bill with William, Willard Mitt with Mitt, where only one fits and nothing speaks against it."""
        by_given: dict[str, list[Cluster]] = collections.defaultdict(list)
        for cluster in self.clusters:
            for given in {w for n in cluster.names for w in n.given if len(w) > 1}:
                by_given[given].append(cluster)
        gone: set[int] = set()
        for cluster in sorted(self.clusters, key=lambda c: c.order, reverse=True):
            others: dict[int, Cluster] = {}
            for given in {w for n in cluster.names for w in (n.given[:1] + n.given[1:2])}:
                for other_given in variants_of(given, by_given):
                    for other in by_given.get(other_given, ()):
                        if other is not cluster and id(other) not in gone:
                            others[id(other)] = other
            fitting = [o for o in others.values() if self._near(cluster, o)]
            if not fitting:
                continue
            values = {id(o): self._together(cluster, o) for o in fitting}
            # between two whom it fits as well, the better known is likelier
            weighed = sorted(
                ((values[id(o)] + 0.5 * math.log(o.profile.size), o.order, o) for o in fitting),
                key=lambda w: (-w[0], w[1]),
            )
            best = weighed[0]
            margin = best[0] - weighed[1][0] if len(weighed) > 1 else math.inf
            if values[id(best[2])] > JOINS and margin > 1.0:
                best[2].join(cluster)
                for given in {w for n in cluster.names for w in n.given if len(w) > 1}:
                    by_given[given].append(best[2])
                gone.add(id(cluster))
        self.clusters = [c for c in self.clusters if id(c) not in gone]

    def _furniture(self) -> None:
        """Gives a name that a page has run together ("Thanksgiving Kelm") to the one well-known bearer of the surname
        who has the same office.
        """
        if len(self.clusters) < 2:
            return
        giant = min(self.clusters, key=lambda c: c.order)
        offices = {t for t, n in giant.profile.signs["titles"].items() if n * 5 >= giant.profile.given["titles"]}
        gender = giant.profile.signs["gender"].most_common(1)
        kept = []
        for cluster in self.clusters:
            own = cluster.profile.signs["titles"]
            odd = all(words.given_names().gender.get(n.first) is None or n.first in _NO_GIVEN for n in cluster.names)
            if (
                cluster is not giant
                and odd
                and cluster.pinned == ""
                and len(cluster.members) * _GIANT <= len(giant.members)
                and len(cluster.members) >= _OFTEN
                and len(cluster.profile.signs["source"]) == 1
                and own.keys() & offices & _OFFICES
                and sum(own[t] for t in offices) >= 0.5 * sum(own.values())
                and (not gender or set(cluster.profile.signs["gender"]) <= {gender[0][0]})
            ):
                giant.join(cluster)
            else:
                kept.append(cluster)
        self.clusters = kept

    def _near(self, a: Cluster, b: Cluster) -> bool:
        if a.gender and b.gender and a.gender != b.gender:
            return False
        if a.entry is not None and b.entry is not None and a.entry is not b.entry:
            return False
        mine, theirs = main_names(a, share=4), main_names(b, share=4)
        return all(fits(x, y) in ("near", "same") for x in mine for y in theirs)

    def _together(self, small: Cluster, large: Cluster) -> float:
        """Log-odds that two people are one: what their articles say, how common the surname, whether both stand in
        one article.
        """
        prior = 2.5 - (2.0 if self.surname in COMMON_SURNAMES else 0.0)
        if _is_half(small.lead, large.lead) or _is_half(large.lead, small.lead):
            return _HALF + mean_evidence(small, large, self.everybody)
        if is_slip(small.lead.first, large.lead.first):
            prior -= _ANOTHER_NAME
        both = sum(m.article_id in large.articles for m in small.members)
        prior -= min(4.0, 2.0 * both)
        return prior + mean_evidence(small, large, self.everybody)

    def _same_names(self) -> None:
        """Two people of one name, where their articles cannot be about one."""
        out: list[Cluster] = []
        for cluster in self.clusters:
            parts = parts_of(cluster.members, common=self.surname in COMMON_SURNAMES) if cluster.entry is None else []
            if len(parts) < 2:
                out.append(cluster)
                continue
            name_of = {m.key: n for m, n in self._named(cluster)}
            for part in parts:
                made = Cluster(why=dict.fromkeys((m.key for m in part), ("full-name", "told-apart")))
                for member in part:
                    made.take([member], name_of[member.key])
                out.append(made)
        self.clusters = out

    def _named(self, cluster: Cluster) -> Iterable[tuple[LocalSpeaker, Name]]:
        own = {m.key for m in cluster.members}
        return ((m, name) for name, members in self.forms.items() for m in members if m.key in own) if own else ()

    def _bare(self, pinned: Sequence[Cluster]) -> None:
        """A surname alone: whom it fits; with nobody to fit, those who are called so are one."""
        known = [*self.clusters, *pinned]
        loose: list[tuple[LocalSpeaker, Name]] = []
        for name in sorted((n for n in self.forms if not n.given), key=lambda n: (n.surname, n.suffix)):
            fitting = sorted((c for c in known if may_be(name, c)), key=lambda c: c.order)
            for member in self.forms[name]:
                if fitting and self._decide(member, name, fitting):
                    continue
                if name.surname in words.given_names().gender and not _is_introduced(member):
                    self.open.append(Open(member, [], ("given-name-only",)))
                else:
                    loose.append((member, name))
        by_gender: dict[str, Cluster] = {}
        genders = {m.gender for m, _ in loose if m.gender}
        for member, name in loose:
            gender = member.gender if len(genders) > 1 else ""
            by_gender.setdefault(gender, Cluster()).take([member], name)
        self.clusters.extend(by_gender[g] for g in sorted(by_gender))

    def _decide(self, member: LocalSpeaker, name: Name, candidates: list[Cluster]) -> bool:
        """Gives a speaker to the likeliest of some people, the largest first, or leaves it open; False where it is
        none of these.
        """
        looked = candidates[:_MOST_WEIGHED]
        largest = looked[0].profile
        if not member.gender or largest.signs["gender"][member.gender] * 2 > largest.given["gender"]:
            looked = [c for c in looked if c.profile.size * _DWARFED >= largest.size]
        rows = [(self._likelihood(member, c), c) for c in looked]
        alone = len(candidates) == 1 and len(self.clusters) <= 1
        nameless = not name.given and name.surname in words.given_names().gender and not _is_introduced(member)
        if nameless and looked[0].profile.size >= _KNOWN:
            nameless = False
        unknown = (
            (_BARE_GIVEN if nameless else 0.0)
            + _NOBODY_KNOWN
            + (_COMMON if self.surname in COMMON_SURNAMES else 0.0)
            - (_ALONE if alone else 0.0)
        )
        best = max(value for value, _ in rows)
        total = sum(math.exp(value - best) for value, _ in rows) + math.exp(min(50.0, unknown - best))
        shares = sorted(((math.exp(v - best) / total, c.order, c) for v, c in rows), key=lambda s: (-s[0], s[1]))
        share, _, chosen = shares[0]
        if share >= _SURE:
            chosen.members.append(member)
            chosen.names[name] += 1
            chosen.why[member.key] = ("only-one",) if alone else reasons(member, chosen.profile)
            return True
        shown = [(c, round(s, 3)) for s, _, c in shares if s >= _SHOWN][:5]
        if not shown and not nameless:
            return False
        self.open.append(Open(member, shown, ("surname-only",) if not name.given else ("several-of-that-name",)))
        return True

    def _likelihood(self, member: LocalSpeaker, cluster: Cluster) -> float:
        value = score(member, cluster.profile, self.everybody)
        if cluster.entry is not None and cluster.entry.in_office(member.date):
            value += _IN_OFFICE
        if member.article_id in cluster.articles:
            value += _NAMED_THERE
        if has_suffix(cluster):
            value += _SHORT_FOR_JUNIOR
        return value

    def _beside_pinned(self, pinned: Sequence[Cluster]) -> None:
        """Where an editor split a person, each of the others goes to the part that it is more like."""
        for cluster in list(self.clusters):
            rivals = [p for p in pinned if any(n in p.names for n in cluster.names)]
            if not rivals:
                continue
            for member in list(cluster.members):
                if len(cluster.members) == 1:
                    break  # who is alone is like nobody, and stays who they were
                mine = evidence(member, cluster.profile, self.everybody, itself=True)
                best = max(rivals, key=lambda p: evidence(member, p.profile, self.everybody))
                if evidence(member, best.profile, self.everybody) > mine + 2.0:
                    cluster.members.remove(member)
                    name = read_name(member.called)
                    if name is not None:
                        best.members.append(member)
                        best.names[name] += 1
                        best.why[member.key] = ("like-ruling",)
            if not cluster.members:
                self.clusters.remove(cluster)


def _is_half(half: Name, whole: Name) -> bool:
    """Whether a name is a double surname of a longer one: "Wasserman Schultz" and "Debbie Wasserman Schultz"."""
    return half.first in whole.given[1:] and words.given_names().gender.get(half.first) is None


def _is_introduced(member: LocalSpeaker) -> bool:
    """Whether a title or an honorific stands before a name, so that it is a surname."""
    return bool(member.titles) or any(form.split()[0] in ("Mr.", "Ms.") for form in member.forms)
