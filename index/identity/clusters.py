"""People on the way: speakers of articles that were joined, and what two of them have in common."""

import collections
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field

from index.extract import words
from index.identity.names import Name, fits
from index.identity.people_file import Entry
from index.identity.records import LocalKey, LocalSpeaker
from index.identity.scoring import Profile, day_of, evidence

_SAMPLE = 12
"""Of how many of somebody's articles the evidence is looked at when two people may be one."""


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
    def gender(self) -> str:
        """What most of the articles that tell say; empty where they differ."""
        found = self.profile.signs["gender"].most_common(2)
        return found[0][0] if found and (len(found) == 1 or found[0][1] > 2 * found[1][1]) else ""

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


def has_suffix(cluster: Cluster) -> bool:
    """Whether all of somebody's names say which of the family: Jr., III."""
    return all(n.suffix for n in cluster.names)


def main_names(cluster: Cluster, *, share: int = 20) -> list[Name]:
    """The names that a person is mostly called by, at least one in `share`; a slip among hundreds decides nothing."""
    most = max(cluster.names.values())
    return [n for n, count in cluster.names.items() if count * share >= most and n.given]


def may_be(name: Name, cluster: Cluster) -> bool:
    """Whether a name may be somebody's."""
    return any(fits(name, known) != "never" for known in main_names(cluster)) and not (
        name.suffix and all(n.suffix != name.suffix for n in cluster.names)
    )


def mean_evidence(small: Cluster, large: Cluster, everybody: Profile) -> float:
    """What a sample of somebody's articles says for their being somebody else, on the mean; at most 6 either way."""
    members = sorted((m for m in small.members if m.told), key=lambda m: m.key)
    step = max(1, len(members) // _SAMPLE)
    sample = members[::step][:_SAMPLE]
    return sum(max(-6.0, min(6.0, evidence(m, large.profile, everybody))) for m in sample) / len(sample)


def entry_of(cluster: Cluster, entries: Sequence[Entry]) -> Entry | None:
    """The one entry of a people file that somebody must be, by names and, where it has any, by titles at the dates;
    else None.
    """
    names = main_names(cluster)
    fitting = [
        e for e in entries if names and all(any(fits(n, known) in ("same", "near") for known in e.names) for n in names)
    ]
    if len(fitting) > 1:
        weighed = sorted(((sum(e.suits(m) for m in cluster.members), e) for e in fitting), key=lambda w: -w[0])
        fitting = [weighed[0][1]] if weighed[0][0] > max(0, weighed[1][0]) else []
    if not fitting:
        return None
    entry = fitting[0]
    if not entry.titles:
        return entry  # a full name is all that the file says
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
