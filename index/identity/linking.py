"""The speakers of one block, joined into people: full names first, then what is shorter, by evidence.

A function of the set of speakers: nothing depends on the order in which articles were read. Every step looks at the
distinct names of a surname through tables, or at a capped number of candidates, so a block of a hundred thousand
Smiths costs a hundred thousand times one of them.
"""

import collections
import math
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field

from index.extract import words
from index.identity.common_names import COMMON_SURNAMES
from index.identity.names import Name, fits, last_part, read_name, related, sounds_alike, variants_of
from index.identity.people_file import Entry
from index.identity.records import LocalKey, LocalSpeaker
from index.identity.scoring import AGAINST_BLOCK, Profile, day_of, evidence, profile_of, score
from index.identity.splitting import parts_of

MOST_CANDIDATES = 30
"""How many people of one surname are looked at for a name that does not say which."""
_MOST_WEIGHED = 16
"""How many of them are weighed against one another."""
_SAMPLE = 12
"""Of how many of somebody's articles the evidence is looked at when two people may be one."""
_SURE = 0.8
"""A candidate with less than this share of the likelihood is not taken."""
_SHOWN = 0.05
_NOBODY_KNOWN = -1.0
"""Log-odds of somebody whom the collection does not know by a full name, for a rare surname; for a common one more."""
_COMMON = 2.5
_ALONE = 4.0
"""For somebody whose surname nobody else in the collection has."""
_JOINS = 0.5
_DWARFED = 200
"""Beside somebody named in so many times more articles nobody is thought of."""
_GIANT = 100
_OFFICES = frozenset({"president", "senator", "representative", "governor", "speaker", "leader", "secretary", "chancellor"})
_NO_GIVEN = frozenset({"will", "more", "may"})
_IN_OFFICE = 1.0
_NAMED_THERE = 1.0
"""For a candidate whom the article names in full too; a wife or husband is told apart by gender."""
_SHORT_FOR_JUNIOR = -1.5


@dataclass(slots=True, eq=False)
class Cluster:
    """Speakers of articles that are one person."""

    members: list[LocalSpeaker] = field(default_factory=list)
    names: collections.Counter[Name] = field(default_factory=collections.Counter)
    """How many articles have each name."""
    profile: Profile = field(default_factory=Profile)
    entry: Entry | None = None
    """Who it is in the people file."""
    pinned: str = ""
    """The id that an editor gave to some of the members."""
    articles: set[str] = field(default_factory=set)
    """Where the person is named in full."""
    why: dict[LocalKey, tuple[str, ...]] = field(default_factory=dict)
    first: LocalKey = ("\U0010ffff", "", "person")
    """The smallest key of a member that is named in full."""

    @property
    def lead(self) -> Name:
        """The commonest full name, the fuller one of two that are equally common; else the commonest."""
        return min(
            self.names,
            key=lambda n: (
                not n.given,
                len(n.first) < 2 or self._is_half(n),
                -self.names[n],
                -len(n.given),
                n.shown,
            ),
        )

    def _is_half(self, name: Name) -> bool:
        """Whether a first name is the first half of a surname: "López Obrador" beside "Andrés Manuel López Obrador"."""
        if words.given_names().gender.get(name.first) is not None:
            return False
        longer = sum(count for n, count in self.names.items() if name.first in n.given[1:])
        return longer * 5 >= self.names[name]

    def take(self, members: Iterable[LocalSpeaker], name: Name) -> None:
        """Takes in speakers that have one name."""
        members = list(members)
        self.members.extend(members)
        self.names[name] += len(members)
        self.profile.add(members)
        self.first = min(self.first, *(m.key for m in members))
        self.articles.update(m.article_id for m in members)

    def join(self, other: "Cluster") -> None:
        """Takes in another cluster."""
        self.members.extend(other.members)
        self.names.update(other.names)
        self.profile.add(other.members)
        self.articles |= other.articles
        self.first = min(self.first, other.first)
        self.why.update(other.why)
        self.entry = self.entry or other.entry
        self.pinned = self.pinned or other.pinned

    @property
    def hints(self) -> tuple[str, ...]:
        """What tells a person from a namesake, for an id: office, home, body."""
        signs = self.profile.signs
        found = [signs[kind].most_common() for kind in ("titles", "places", "organizations")]
        return tuple(min(f, key=lambda s: (-s[1], s[0]))[0] for f in found if f)

    @property
    def order(self) -> tuple[int, str, str]:
        """By size, then by what its first member is: no two clusters are equal."""
        return -self.profile.size, self.first[0], self.first[1]


@dataclass(slots=True)
class Open:
    """A speaker of whom it stays open who they are."""

    member: LocalSpeaker
    candidates: list[tuple[Cluster, float]]
    why: tuple[str, ...] = ()


@dataclass(slots=True)
class Linked:
    """What was made of a block."""

    clusters: list[Cluster]
    open: list[Open]


def link_people(
    members: Sequence[LocalSpeaker],
    *,
    entries: Sequence[Entry] = (),
    pins: Mapping[LocalKey, str] | None = None,
) -> Linked:
    """The people of one block. `entries` are those of the people file with such a surname; `pins` an editor's word."""
    linked = Linked([], [])
    by_surname: dict[str, list[tuple[LocalSpeaker, Name]]] = collections.defaultdict(list)
    pinned: dict[str, Cluster] = {}
    for member in sorted(members, key=lambda m: m.key):
        name = read_name(member.called)
        if name is None:
            continue
        person_id = (pins or {}).get(member.key)
        if person_id is not None:
            made = pinned.setdefault(person_id, Cluster(pinned=person_id))
            made.take([member], name)
            made.why[member.key] = ("ruling",)
        else:
            by_surname[last_part(name.surname)].append((member, name))
    groups = [_Surname(surname, found, entries) for surname, found in sorted(by_surname.items())]
    _join_spellings(groups)
    for group in groups:
        group.settle([c for c in pinned.values() if any(last_part(n.surname) == group.surname for n in c.names)])
        linked.clusters.extend(group.clusters)
        linked.open.extend(group.open)
    linked.clusters.extend(pinned.values())
    return linked


class _Surname:
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
        for member, name, candidates in self.waiting:
            alive = [c for c in candidates if c in self.clusters] or [c for c in self.clusters if _may_be(name, c)]
            self._decide(member, name, [*alive, *(p for p in pinned if _may_be(name, p))])
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
        elif plain and (not made or all(size > 3 * len(c.members) and _has_suffix(c) for c in made) or len(made) == 1):
            alone = Cluster()
            for name in plain:
                alone.take(self.forms[name], name)
            made.append(alone)
        elif plain:
            large = [c for c in made if len(c.members) * 20 >= size]
            for name in plain:
                if len(large) == 1:
                    large[0].take(self.forms[name], name)
                elif not large:
                    alone = next((c for c in made if any(not n.middles for n in c.names)), None)
                    if alone is None:
                        alone = Cluster()
                        made.append(alone)
                    alone.take(self.forms[name], name)
                else:
                    self.waiting.extend((member, name, large) for member in self.forms[name])
        self.clusters.extend(made)

    def _is_same(self, known: Cluster, plain: list[Name], size: int) -> bool:
        """Whether a name without a suffix is that of the only one whose name has one: Jr. is often left out."""
        if not _has_suffix(known) and self.surname not in COMMON_SURNAMES:
            return True
        together = sum(m.article_id in known.articles for n in plain for m in self.forms[n])
        if _has_suffix(known) and together > 0.05 * min(size, len(known.members)):
            return False
        alone = Cluster()
        for name in plain:
            alone.take(self.forms[name], name)
        if not _has_suffix(known):
            return mean_evidence(known, alone, self.everybody) > -0.5
        if all(n.suffix != "jr" for n in known.names):
            return True  # "III" is left out more often than not
        return size <= 2 * len(known.members) or mean_evidence(known, alone, self.everybody) > 0

    def _initials(self) -> None:
        """ "J. Smith", "J. Edgar Hoover": the one person whom it fits, or a person of that name."""
        names = sorted((n for n in self.forms if len(n.first) == 1), key=lambda n: (-len(n.given), n.given, n.surname))
        own: list[Cluster] = []
        for name in names:
            fitting = [c for c in self.clusters if c not in own and _may_be(name, c)][: MOST_CANDIDATES]
            if len(fitting) > 1 or (fitting and len(name.given) == 1 and self.surname in COMMON_SURNAMES):
                self.waiting.extend((member, name, fitting) for member in self.forms[name])
            elif fitting:
                fitting[0].take(self.forms[name], name)
            else:
                same = next((c for c in own if _may_be(name, c)), None)
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
            if values[id(best[2])] > _JOINS and margin > 1.0:
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
                and own.keys() & offices & _OFFICES
                and sum(own[t] for t in offices) >= 0.5 * sum(own.values())
                and (not gender or set(cluster.profile.signs["gender"]) <= {gender[0][0]})
            ):
                giant.join(cluster)
            else:
                kept.append(cluster)
        self.clusters = kept

    def _near(self, a: Cluster, b: Cluster) -> bool:
        if a.entry is not None and b.entry is not None and a.entry is not b.entry:
            return False
        mine, theirs = _main_names(a), _main_names(b)
        return all(fits(x, y) in ("near", "same") for x in mine for y in theirs)

    def _together(self, small: Cluster, large: Cluster) -> float:
        """Log-odds that two people are one: what their articles say, how common the surname, whether both stand in
        one article.
        """
        prior = 2.5 - (2.0 if self.surname in COMMON_SURNAMES else 0.0)
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
            fitting = [c for c in known if _may_be(name, c)]
            for member in self.forms[name]:
                if not fitting or not self._decide(member, name, fitting):
                    loose.append((member, name))
        by_gender: dict[str, Cluster] = {}
        genders = {m.gender for m, _ in loose if m.gender}
        for member, name in loose:
            gender = member.gender if len(genders) > 1 else ""
            by_gender.setdefault(gender, Cluster()).take([member], name)
        self.clusters.extend(by_gender[g] for g in sorted(by_gender))

    def _decide(self, member: LocalSpeaker, name: Name, candidates: list[Cluster]) -> bool:
        """Gives a speaker to the likeliest of some people, or leaves them open; False where it is none of these."""
        looked = sorted(candidates, key=lambda c: c.order)[:_MOST_WEIGHED]
        largest = looked[0].profile
        if not member.gender or largest.signs["gender"][member.gender] * 2 > largest.given["gender"]:
            looked = [c for c in looked if c.profile.size * _DWARFED >= largest.size]
        rows = [(self._likelihood(member, c), c) for c in looked]
        alone = len(candidates) == 1 and len(self.clusters) <= 1
        unknown = _NOBODY_KNOWN + (_COMMON if self.surname in COMMON_SURNAMES else 0.0) - (_ALONE if alone else 0.0)
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
        if not shown:
            return False
        self.open.append(Open(member, shown, ("surname-only",) if not name.given else ("several-of-that-name",)))
        return True

    def _likelihood(self, member: LocalSpeaker, cluster: Cluster) -> float:
        value = score(member, cluster.profile, self.everybody)
        if cluster.entry is not None and cluster.entry.in_office(member.date):
            value += _IN_OFFICE
        if member.article_id in cluster.articles:
            value += _NAMED_THERE
        if _has_suffix(cluster):
            value += _SHORT_FOR_JUNIOR
        return value

    def _beside_pinned(self, pinned: Sequence[Cluster]) -> None:
        """Where an editor split a person, each of the others goes to the part that it is more like."""
        for cluster in list(self.clusters):
            rivals = [p for p in pinned if any(n in p.names for n in cluster.names)]
            if not rivals:
                continue
            for member in list(cluster.members):
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


def _has_suffix(cluster: Cluster) -> bool:
    return all(n.suffix for n in cluster.names)


def _main_names(cluster: Cluster) -> list[Name]:
    """The names that a person is mostly called by; a slip among hundreds decides nothing."""
    most = max(cluster.names.values())
    return [n for n, count in cluster.names.items() if count * 20 >= most and n.given]


def _may_be(name: Name, cluster: Cluster) -> bool:
    return any(fits(name, known) != "never" for known in _main_names(cluster)) and not (
        name.suffix and all(n.suffix != name.suffix for n in cluster.names)
    )


def mean_evidence(small: Cluster, large: Cluster, everybody: Profile) -> float:
    """What a sample of somebody's articles says for their being somebody else, on the mean; at most 6 either way."""
    members = sorted(small.members, key=lambda m: m.key)
    step = max(1, len(members) // _SAMPLE)
    sample = members[::step][:_SAMPLE]
    return sum(max(-6.0, min(6.0, evidence(m, large.profile, everybody))) for m in sample) / len(sample)


def entry_of(cluster: Cluster, entries: Sequence[Entry]) -> Entry | None:
    """The one entry of a people file that somebody must be, by names and by titles at the dates; else None."""
    names = _main_names(cluster)
    fitting = [
        e for e in entries if names and all(any(fits(n, known) in ("same", "near") for known in e.names) for n in names)
    ]
    if len(fitting) > 1:
        weighed = sorted(((sum(e.suits(m) for m in cluster.members), e) for e in fitting), key=lambda w: -w[0])
        fitting = [weighed[0][1]] if weighed[0][0] > max(0, weighed[1][0]) else []
    if not fitting:
        return None
    entry = fitting[0]
    said = [m for m in cluster.members if m.titles or m.party]
    suits = sum(entry.suits(m) for m in said)
    if said:
        return entry if suits > 0 else None
    return entry if any(entry.in_office(m.date) for m in cluster.members) else None


def reasons(member: LocalSpeaker, profile: Profile) -> tuple[str, ...]:
    """Why a shorter name was taken for somebody: the signs that they share, the most telling first."""
    out = [
        f"{kind.removesuffix('s')}:{sign}"
        for kind in ("titles", "places", "organizations")
        for sign in getattr(member, kind)
        if profile.signs[kind][sign]
    ]
    if member.party and profile.signs["party"][member.party]:
        out.append(f"party:{member.party}")
    day = day_of(member.date)
    if day is not None and profile.days and profile.days[0] - 60 <= day <= profile.days[-1] + 60:
        out.append("at-that-time")
    shared = sum(name in profile.signs["beside"] for name in member.beside)
    if shared > 1:
        out.append(f"company:{shared}")
    return ("surname", *out[:4])


def _join_spellings(groups: list[_Surname]) -> None:
    """Joins people whose surname is written in another way, by sound or by a slip, where all else agrees."""
    by_first: dict[str, list[tuple[_Surname, Cluster]]] = collections.defaultdict(list)
    for group in groups:
        for cluster in group.clusters:
            for first in {n.first for n in cluster.names if len(n.first) > 1}:
                by_first[first].append((group, cluster))
    every = sorted(
        ((g, c) for g in groups for c in g.clusters), key=lambda pair: pair[1].order, reverse=True
    )
    gone: set[int] = set()
    for group, cluster in every:
        best: tuple[float, _Surname, Cluster] | None = None
        for first in sorted({n.first for n in cluster.names if len(n.first) > 1}):
            for other_first in variants_of(first, by_first):
                for other_group, other in by_first[other_first][:MOST_CANDIDATES]:
                    if other_group is group or id(other) in gone or other.order >= cluster.order:
                        continue
                    if not sounds_alike(group.surname, other_group.surname):
                        continue
                    if fits(cluster.lead, other.lead) == "never":
                        continue
                    value = _spelled(cluster, other, group)
                    if best is None or value > best[0]:
                        best = (value, other_group, other)
        if best is not None and best[0] > _JOINS:
            best[2].join(cluster)
            gone.add(id(cluster))
            group.clusters.remove(cluster)


def _spelled(small: Cluster, large: Cluster, group: _Surname) -> float:
    """Log-odds that a name is another spelling of somebody's: a slip is rare beside the right one."""
    rare = len(small.members) * 10 <= len(large.members) or len(small.members) <= 2
    same_sound = group.surname[0] == last_part(large.lead.surname)[0] or len(group.surname) > 5
    given = words.given_names().gender.get(small.lead.first) is None
    prior = (0.5 if rare else -1.0) + (1.0 if given else 0.0) + (0.0 if same_sound else -1.0)
    if small.lead.first != large.lead.first:
        prior -= 0.0 if related(small.lead.first, large.lead.first) else 1.0
    prior -= 2.0 * any(m.article_id in large.articles for m in small.members)
    return prior + mean_evidence(small, large, group.everybody)
