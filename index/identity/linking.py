"""The speakers of one block, joined into people.

A function of the set of speakers: nothing depends on the order in which articles were read. Every step looks at the
distinct names of a surname through tables, or at a capped number of candidates, so a block of a hundred thousand
Smiths costs a hundred thousand times one of them.
"""

import collections
from collections.abc import Mapping, Sequence

from index.extract import words
from index.identity.clusters import Cluster, Linked, mean_evidence
from index.identity.names import Name, fits, last_part, read_name, related, sounds_alike, variants_of
from index.identity.people_file import Entry
from index.identity.records import LocalKey, LocalSpeaker
from index.identity.surnames import JOINS, MOST_CANDIDATES, Surname


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
    groups = [Surname(surname, found, entries) for surname, found in sorted(by_surname.items())]
    join_spellings(groups)
    for group in groups:
        group.settle([c for c in pinned.values() if any(last_part(n.surname) == group.surname for n in c.names)])
        linked.clusters.extend(group.clusters)
        linked.open.extend(group.open)
    linked.clusters.extend(pinned.values())
    return linked


def join_spellings(groups: list[Surname]) -> None:
    """Joins people whose surname is written in another way, by sound or by a slip, where all else agrees."""
    by_first: dict[str, list[tuple[Surname, Cluster]]] = collections.defaultdict(list)
    for group in groups:
        for cluster in group.clusters:
            for first in {n.first for n in cluster.names if len(n.first) > 1}:
                by_first[first].append((group, cluster))
    every = sorted(((g, c) for g in groups for c in g.clusters), key=lambda pair: pair[1].order, reverse=True)
    gone: set[int] = set()
    for group, cluster in every:
        best: tuple[float, Surname, Cluster] | None = None
        for first in sorted({n.first for n in cluster.names if len(n.first) > 1}):
            for other_first in variants_of(first, by_first):
                for other_group, other in by_first[other_first][:MOST_CANDIDATES]:
                    if other_group is group or id(other) in gone or other.order >= cluster.order:
                        continue
                    if not sounds_alike(group.surname, other_group.surname):
                        continue
                    near = first == other_first or sounds_alike(first, other_first)
                    if not near or fits(cluster.lead, other.lead) == "never":
                        continue
                    value = _spelled(cluster, other, group)
                    if best is None or value > best[0]:
                        best = (value, other_group, other)
        if best is not None and best[0] > JOINS:
            best[2].join(cluster)
            gone.add(id(cluster))
    for group in groups:
        group.clusters = [c for c in group.clusters if id(c) not in gone]


def _spelled(small: Cluster, large: Cluster, group: Surname) -> float:
    """Log-odds that a name is another spelling of somebody's: a slip is rare beside the right one."""
    rare = len(small.members) * 10 <= len(large.members) or len(small.members) <= 2
    same_sound = group.surname[0] == last_part(large.lead.surname)[0] or len(group.surname) > 5
    given = words.given_names().gender.get(small.lead.first) is None
    prior = (0.5 if rare else -1.0) + (1.0 if given else 0.0) + (0.0 if same_sound else -1.0)
    if small.lead.first != large.lead.first:
        prior -= 0.0 if related(small.lead.first, large.lead.first) else 1.0
    prior -= 2.0 * any(m.article_id in large.articles for m in small.members)
    return prior + mean_evidence(small, large, group.everybody)
