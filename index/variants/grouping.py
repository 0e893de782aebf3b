"""Forms that hang together -> the groups that are kept, with ids that stay.

A group's id is the key of the form that was said first, so that reading in order of date and rebuilding come to the
same ids. Once given, it stays with that form: where two groups become one, the older id stays and the other leads to
it; where one falls apart, the part that holds the form keeps it.
"""

import collections
import dataclasses
import hashlib
import itertools
import sqlite3
from collections.abc import Iterable, Iterator, Mapping, Sequence

from index.variants import store
from index.variants.clustering import Cluster, Edge, Node, cluster
from index.variants.witnesses import witnesses

_FORMS = "SELECT number, key, places, reported, evidence, grouped FROM variant_forms WHERE number IN (?)"
_SAYINGS = """
    SELECT s.form, s.number, s.article, a.id, a.date, a.source, s.sketch
    FROM variant_sayings s JOIN variant_articles a ON a.number = s.article WHERE s.form IN (?)
"""
_EDGES = """
    SELECT low, high, shared, low_part, high_part, low_start, low_end, high_start, high_end
    FROM variant_edges WHERE low IN (?)
"""
_GROUPS = """
    SELECT number, id, core, sayings, articles, outlets, witnesses, first FROM variant_groups WHERE number IN (?)
"""


@dataclasses.dataclass(frozen=True, slots=True)
class _Form:
    key: bytes
    grouped: int | None


@dataclasses.dataclass(frozen=True, slots=True)
class _Said:
    form: int
    number: int
    article: int
    article_id: str
    date: str | None
    source: str | None
    sketch: bytes


def components(connection: sqlite3.Connection, touched: Iterable[int]) -> Iterator[list[int]]:
    """The forms that hang together with touched ones, directly or through others, or did so far; each form once."""
    done: set[int] = set()
    for number in sorted(touched):
        if number in done:
            continue
        component = outer = {number}
        while outer:
            # Where what held a group together is gone, its parts must be seen together for one to keep its id.
            outer = (neighbours(connection, outer) | _mates(connection, outer)) - component
            component = component | outer
        done |= component
        yield sorted(component)


def _mates(connection: sqlite3.Connection, numbers: Iterable[int]) -> set[int]:
    """The forms of the groups that these are in."""
    query = "SELECT DISTINCT grouped FROM variant_forms WHERE grouped IS NOT NULL AND number IN (?)"
    groups = [row[0] for row in store.chosen(connection, query, numbers)]
    return {row[0] for row in store.chosen(connection, "SELECT number FROM variant_forms WHERE grouped IN (?)", groups)}


def neighbours(connection: sqlite3.Connection, numbers: Iterable[int]) -> set[int]:
    """The forms that share something with these."""
    wanted = list(numbers)
    found = {row[0] for row in store.chosen(connection, "SELECT high FROM variant_edges WHERE low IN (?)", wanted)}
    found.update(row[0] for row in store.chosen(connection, "SELECT low FROM variant_edges WHERE high IN (?)", wanted))
    return found


def regroup(connection: sqlite3.Connection, numbers: Sequence[int]) -> set[str]:
    """Groups the forms of a component anew and keeps that; the ids of groups that are not as they were."""
    forms: dict[int, _Form] = {}
    nodes: dict[int, Node] = {}
    said: dict[int, list[_Said]] = collections.defaultdict(list)
    for row in store.chosen(connection, _SAYINGS, numbers):
        said[row[0]].append(_Said(*row))
    for number, key, places, reported, evidence, grouped in store.chosen(connection, _FORMS, numbers):
        forms[number] = _Form(key, grouped)
        days = [day for one in said[number] if (day := store.day(one.date)) is not None]
        nodes[number] = Node(
            key=key.hex(),
            weight=len({one.article for one in said[number]}),
            evidence=evidence,
            first=min(days, default=None),
            last=max(days, default=None),
            reported=bool(reported),
            joins=store.form_of("", places, reported).joins,
        )
    edges = [
        Edge(low, high, shared, low_part, high_part, (a, b), (c, d))
        for low, high, shared, low_part, high_part, a, b, c, d in store.chosen(connection, _EDGES, numbers)
    ]
    found = cluster(nodes, edges)
    found.sort(key=lambda one: (-sum(nodes[m].weight for m in one.members), nodes[one.core].key))
    held = {form.grouped for form in forms.values() if form.grouped is not None}
    old = {row[0]: row[1:] for row in store.chosen(connection, _GROUPS, held)}
    claims = _claims(found, forms, {number: row[0] for number, row in old.items()})
    changed: set[str] = set()
    for place, one in enumerate(found):
        sayings = [saying for member in one.members for saying in said[member]]
        mine = sorted(claims[place])
        own = forms[one.core].key.hex()
        if len(sayings) < 2 and (old[mine[0]][0] == own if mine else not _taken(connection, own)):
            changed |= _alone(connection, one.core, forms[one.core], mine)
        else:
            changed |= _keep(connection, one, sayings, forms, mine, old)
    return changed


def _claims(found: Sequence[Cluster], forms: Mapping[int, _Form], ids: Mapping[int, str]) -> dict[int, list[int]]:
    """By cluster (its place): the old groups whose ids belong to it; each old group belongs to one."""
    anchors = {form.key.hex(): number for number, form in forms.items()}
    claims: dict[int, list[int]] = collections.defaultdict(list)
    claimed: set[int] = set()
    for place, one in enumerate(found):
        for member in one.members:
            group = forms[member].grouped
            if group is not None and group not in claimed and anchors.get(ids[group], member) in one.members:
                claims[place].append(group)
                claimed.add(group)
    for place, one in enumerate(found):
        for group in {forms[member].grouped for member in one.members} - claimed:
            if group is not None:
                claims[place].append(group)
                claimed.add(group)
    return claims


def _alone(connection: sqlite3.Connection, number: int, form: _Form, mine: Sequence[int]) -> set[str]:
    """One saying that is like no other: it needs no row, its id is its form's key."""
    if form.grouped is None:
        return set()
    connection.execute("UPDATE variant_forms SET grouped = NULL WHERE number = ?", (number,))
    store.each(connection, "DELETE FROM variant_groups WHERE number IN (?)", mine)
    return {form.key.hex()}


def _keep(
    connection: sqlite3.Connection,
    one: Cluster,
    sayings: list[_Said],
    forms: Mapping[int, _Form],
    mine: Sequence[int],
    old: Mapping[int, tuple[object, ...]],
) -> set[str]:
    sayings.sort(
        key=lambda said: (said.date is None, said.date or "", said.article_id, forms[said.form].key, said.number)
    )
    same = [(("article", s.article), ("outlet", s.source)) if s.source else (("article", s.article),) for s in sayings]
    numbers = witnesses([said.sketch for said in sayings], same)
    counts = (
        len(sayings),
        len({said.article for said in sayings}),
        len({said.source for said in sayings if said.source}),
        max(numbers) + 1,
        sayings[0].date,
    )
    # The older id stays, and the others lead to what it leads to.
    store.each(connection, store.KEEP_IDS + " WHERE g.number IN (?)", mine[1:])
    store.each(connection, "DELETE FROM variant_groups WHERE number IN (?)", mine[1:])
    members_before = {number for number, form in forms.items() if mine and form.grouped == mine[0]}
    if mine:
        group, group_id = mine[0], str(old[mine[0]][0])
        if members_before == set(one.members) and old[group][1:] == (one.core, *counts):
            return set()
        connection.execute(
            "UPDATE variant_groups SET core = ?, sayings = ?, articles = ?, outlets = ?, witnesses = ?, first = ? "
            "WHERE number = ?",
            (one.core, *counts, group),
        )
    else:
        group_id = _new_id(connection, [forms[said.form].key for said in sayings])
        cursor = connection.execute(
            "INSERT INTO variant_groups (id, core, sayings, articles, outlets, witnesses, first) "
            "VALUES (?, ?, ?, ?, ?, ?, ?)",
            (group_id, one.core, *counts),
        )
        group = int(cursor.lastrowid or 0)
    store.each(connection, f"UPDATE variant_forms SET grouped = {group} WHERE number IN (?)", one.members)  # noqa: S608
    connection.executemany(
        "UPDATE variant_sayings SET witness = ? WHERE number = ?",
        [(witness, said.number) for witness, said in zip(numbers, sayings, strict=True)],
    )
    return {group_id}


def _new_id(connection: sqlite3.Connection, keys: Sequence[bytes]) -> str:
    """An id that a group around one of these forms had before, the oldest; else the key of the first said.

    `keys` are in the order in which the forms were said. A key may be taken: by a group that got its id from that form
    and went on without it.
    """
    rows = store.chosen(
        connection,
        "SELECT a.age, a.id FROM variant_aliases a LEFT JOIN variant_groups g ON g.id = a.id "
        "WHERE g.id IS NULL AND a.key IN (?)",
        set(keys),
    )
    before = min(rows, default=None)
    if before is not None:
        return str(before[1])
    others = (hashlib.sha256(keys[0] + bytes([number])).hexdigest()[:16] for number in range(256))
    ids = itertools.chain((key.hex() for key in keys), others)
    return next(one for one in ids if not _taken(connection, one))


def _taken(connection: sqlite3.Connection, group_id: str) -> bool:
    return connection.execute("SELECT 1 FROM variant_groups WHERE id = ?", (group_id,)).fetchone() is not None
