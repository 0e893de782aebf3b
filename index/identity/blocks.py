"""The speakers of one block -> its people or bodies, before they get their ids. Pure: any process can do it."""

import collections
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from index.identity.linking import link_people
from index.identity.linking_bodies import link_bodies
from index.identity.people_file import Entry
from index.identity.records import LocalKey, LocalSpeaker
from index.records import SpeakerType


@dataclass(frozen=True, slots=True)
class Block:
    """What linking a block needs."""

    name: str
    speakers: Sequence[LocalSpeaker]
    entries: Sequence[Entry]
    """Of the people file, those whose names fall into the block."""
    pins: Mapping[LocalKey, str]
    """Whom an editor gave to somebody."""


@dataclass(slots=True, eq=False)
class Group:
    """One person of a block, whatever kind, on the way to an id."""

    name: str
    type: SpeakerType
    members: list[LocalKey]
    why: Mapping[LocalKey, tuple[str, ...]]
    pinned: str = ""
    wikidata: str = ""
    hints: tuple[str, ...] = ()
    id: str = ""

    @property
    def anchor(self) -> str:
        """What makes the group itself: its first member."""
        return "\0".join(min(self.members))


@dataclass(slots=True)
class Linked:
    """What was made of a block."""

    groups: list[Group]
    open: list[tuple[LocalKey, list[tuple[Group, float]]]]
    why_open: dict[LocalKey, tuple[str, ...]] = field(default_factory=dict)


def link(blocks: Sequence[Block]) -> list[Linked]:
    """The people or bodies of each block."""
    return [_people(block) if block.name.startswith("person:") else _bodies(block) for block in blocks]


def _people(block: Block) -> Linked:
    out = Linked([], [])
    found = link_people(block.speakers, entries=block.entries, pins=block.pins)
    made = {}
    for cluster in found.clusters:
        made[id(cluster)] = Group(
            cluster.lead.shown,
            "person",
            [member.key for member in cluster.members],
            cluster.why,
            cluster.pinned,
            cluster.entry.wikidata if cluster.entry is not None else "",
            cluster.hints,
        )
        out.groups.append(made[id(cluster)])
    for item in found.open:
        out.open.append((item.member.key, [(made[id(c)], share) for c, share in item.candidates]))
        out.why_open[item.member.key] = item.why
    return out


def _bodies(block: Block) -> Linked:
    out = Linked([], [])
    bodies = link_bodies(block.speakers, pins=block.pins)
    kept = {}
    for body in bodies.clusters:
        kinds: collections.Counter[SpeakerType] = collections.Counter(
            m.type for m in body.members if m.type != "person"
        )
        kind: SpeakerType = min(kinds, key=lambda k: (-kinds[k], k)) if kinds else "organization"
        kept[id(body)] = Group(body.name, kind, [member.key for member in body.members], body.why, body.pinned)
        out.groups.append(kept[id(body)])
    for open_body in bodies.open:
        out.open.append((open_body.member.key, [(kept[id(c)], share) for c, share in open_body.candidates]))
        out.why_open[open_body.member.key] = ("several-of-that-name",)
    return out
