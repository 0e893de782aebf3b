"""The bodies and groups of one block: one name by rule and table is one body; acronyms go to what they stand for."""

import collections
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from index.identity.bodies import HEADS, Body, read_body
from index.identity.names import plain
from index.identity.records import LocalKey, LocalSpeaker

_MOSTLY = 0.8
"""The share of an acronym's known readings that one needs to be its reading where an article gives none."""


@dataclass(slots=True, eq=False)
class BodyCluster:
    """Speakers of articles that are one body or group."""

    key: str
    members: list[LocalSpeaker] = field(default_factory=list)
    shown: collections.Counter[str] = field(default_factory=collections.Counter)
    pinned: str = ""
    why: dict[LocalKey, tuple[str, ...]] = field(default_factory=dict)

    @property
    def name(self) -> str:
        """The commonest way to write it; the table's own where that is not rare; of two equally common the longer."""
        most = max(self.shown.values())
        own = [s for s in self.shown if plain(s).replace(".", "") == self.key and self.shown[s] * 5 >= most]
        return min(own or self.shown, key=lambda s: (-self.shown[s], -len(s), s))


@dataclass(slots=True)
class OpenBody:
    """An acronym, or "the Department", of which it stays open what is meant."""

    member: LocalSpeaker
    candidates: list[tuple[BodyCluster, float]]


@dataclass(slots=True)
class LinkedBodies:
    """What was made of a block."""

    clusters: list[BodyCluster]
    open: list[OpenBody]


def link_bodies(members: Sequence[LocalSpeaker], *, pins: Mapping[LocalKey, str] | None = None) -> LinkedBodies:
    """The bodies of one block."""
    clusters: dict[str, BodyCluster] = {}
    short: list[tuple[LocalSpeaker, Body]] = []
    pinned: dict[str, BodyCluster] = {}
    nameless: list[LocalSpeaker] = []
    readings: dict[str, collections.Counter[str]] = collections.defaultdict(collections.Counter)
    for member in sorted(members, key=lambda m: m.key):
        body = read_body(member.called)
        if body is None:
            continue
        person_id = (pins or {}).get(member.key)
        if person_id is not None:
            made = pinned.setdefault(person_id, BodyCluster(body.key, pinned=person_id))
            _put(made, member, body.shown, ("ruling",))
        elif body.key in HEADS:
            nameless.append(member)
        elif body.acronym:
            short.append((member, body))
            readings[body.key].update({b.key for form in member.forms if (b := read_body(form)) is not None})
        else:
            _put(clusters.setdefault(body.key, BodyCluster(body.key)), member, body.shown, ("name",))
    known = {key: len(c.members) for key, c in clusters.items()}
    for key, count in readings.items():
        for reading in [r for r in count if r not in clusters and count[r] < 2 and r != key]:
            del count[reading]
    linked = LinkedBodies([], [OpenBody(member, []) for member in nameless])
    for member, body in short:
        count = readings[body.key]
        own = [b.key for form in member.forms if (b := read_body(form)) is not None and b.key in count]
        if own:
            _put(clusters.setdefault(own[0], BodyCluster(own[0])), member, body.shown, ("expansion",))
            continue
        weights = {r: count[r] + known.get(r, 0) for r in count}
        total = sum(weights.values())
        best = max(sorted(weights), key=lambda r: weights[r], default=None)
        if best is None or total < 1:
            _put(clusters.setdefault(body.key, BodyCluster(body.key)), member, body.shown, ("name",))
        elif weights[best] >= _MOSTLY * total:
            _put(clusters.setdefault(best, BodyCluster(best)), member, body.shown, ("expansion-elsewhere",))
        else:
            found = [(clusters[r], round(w / total, 3)) for r, w in sorted(weights.items()) if r in clusters]
            linked.open.append(OpenBody(member, sorted(found, key=lambda f: -f[1])[:5]))
    linked.clusters = [clusters[k] for k in sorted(clusters)] + list(pinned.values())
    return linked


def _put(cluster: BodyCluster, member: LocalSpeaker, shown: str, why: tuple[str, ...]) -> None:
    cluster.members.append(member)
    cluster.shown[shown] += 1
    cluster.why[member.key] = why
