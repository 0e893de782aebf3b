"""Links the blocks that were touched anew and gives their people the ids they had."""

import collections
import functools
import hashlib
import json
import sqlite3
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence

from index.identity import tables
from index.identity.blocks import Block, Group, Linked, link
from index.identity.ids import Matched, match, new_id
from index.identity.names import block_of, last_part, read_name, sounds_alike
from index.identity.people_file import PeopleFile
from index.identity.records import LocalKey, LocalSpeaker, Rulings
from index.spreading import Spread, here

VERSION = 1
"""A change of the method settles every block anew."""


_PIECE = 2_000
"""Speakers whose blocks are linked at once; more where one block has more."""


def settle(
    connection: sqlite3.Connection,
    *,
    people: PeopleFile | None = None,
    rulings: Rulings | None = None,
    progress: Callable[[int, int], None] | None = None,
    spread: Spread = here,
) -> set[str]:
    """Settles who is who where something changed, and tells which articles' speakers are now somebody else, or called
    otherwise.

    What changed: articles since the last call, the people file, the rulings. `progress` hears how many blocks of how
    many are done; blocks are linked where `spread` has it done. Nothing is committed.
    """
    rulings = rulings or Rulings()
    _touch_changed(connection, people, rulings)
    changed = _renamed(connection, rulings)
    blocks = tables.touched_blocks(connection)
    pins = _pins(connection, rulings)
    taken = {row[0] for row in connection.execute("SELECT id FROM people UNION SELECT alias FROM person_aliases")}
    taken |= set(rulings.assignments.values())
    waiting: collections.deque[tuple[Block, dict[LocalKey, tables.Answer]]] = collections.deque()

    def asked() -> Iterator[list[Block]]:
        # Blocks do not know of one another, so one may be read before the last one's answers are kept.
        read = (_read(connection, block, whole, people, pins.get(block, {})) for block, whole in blocks)
        for some in _pieces(read):
            waiting.extend(some)
            yield [block for block, _ in some]

    number = 0
    for some in spread(link, asked()):
        for linked in some:
            block, was = waiting.popleft()
            changed |= _keep(connection, block, linked, was, rulings, taken)
            number += 1
            if progress is not None:
                progress(number, len(blocks))
    connection.execute("DELETE FROM touched_blocks")
    # Of whom nothing is left it stays known whose they were: the article may come back, or an editor undo.
    connection.execute(
        "DELETE FROM former_speakers WHERE EXISTS "
        "(SELECT 1 FROM local_speakers s WHERE s.person_id = former_speakers.person_id)"
    )
    return changed


def _pieces(
    read: Iterable[tuple[Block, dict[LocalKey, tables.Answer]]],
) -> Iterator[list[tuple[Block, dict[LocalKey, tables.Answer]]]]:
    piece: list[tuple[Block, dict[LocalKey, tables.Answer]]] = []
    size = 0
    for one in read:
        piece.append(one)
        size += len(one[0].speakers)
        if size >= _PIECE:
            yield piece
            piece, size = [], 0
    if piece:
        yield piece


def _read(
    connection: sqlite3.Connection,
    block: str,
    whole: bool,
    people: PeopleFile | None,
    pins: Mapping[LocalKey, str],
) -> tuple[Block, dict[LocalKey, tables.Answer]]:
    """What linking a block needs, and what was made of its speakers so far."""
    speakers, answers = tables.read_speakers(connection, block)
    if not whole and block.startswith("person:"):
        kept = _with_news(connection, block, speakers, answers)
        speakers, answers = [speakers[k] for k in kept], [answers[k] for k in kept]
    entries = people.by_block.get(block, ()) if people is not None else ()
    was = {s.key: answer for s, answer in zip(speakers, answers, strict=True)}
    return Block(block, speakers, entries, pins), was


def _keep(
    connection: sqlite3.Connection,
    block: Block,
    linked: Linked,
    was: Mapping[LocalKey, tables.Answer],
    rulings: Rulings,
    taken: set[str],
) -> set[str]:
    """Gives the people of a block their ids and keeps them; the articles whose speakers are somebody else now."""
    before: dict[LocalKey, str] = {key: answer[0] for key, answer in was.items() if answer[0] is not None}
    _hold_apart(linked, before, rulings)
    groups = linked.groups
    for group in groups:
        group.id = group.pinned
    free = [g for g in groups if not g.pinned]
    voices = {**_inherited(connection, block.name, was, before), **before}
    for key in block.pins:
        voices.pop(key, None)
    matched = match([g.members for g in free], voices)
    for number, person_id in matched.ids.items():
        free[number].id = person_id
    # content decides who gets the plain slug, not the order in which articles came
    for group in sorted((g for g in free if not g.id), key=lambda g: (-len(g.members), g.anchor)):
        group.id = new_id(group.name, hints=group.hints, anchor=group.anchor, taken=taken)
        taken.add(group.id)
    _keep_aliases(connection, matched, free)
    changed = _keep_people(connection, groups)
    return changed | _keep_members(connection, linked, was)


def _with_news(
    connection: sqlite3.Connection, block: str, speakers: Sequence[LocalSpeaker], answers: Sequence[tables.Answer]
) -> list[int]:
    """The numbers of the speakers who may be somebody else now: those whose surname, or one that sounds like it, has
    somebody new, changed or gone. Other surnames of a block do not touch one another.
    """
    surname: list[str] = []
    for speaker in speakers:
        name = read_name(speaker.called)
        surname.append(last_part(name.surname) if name is not None else "")
    news = {s for s, answer in zip(surname, answers, strict=True) if answer[2] is None}
    for (gone,) in connection.execute("SELECT name FROM former_speakers WHERE block = ?", (block,)):
        name = read_name(gone)
        if name is None or block_of(name) != block:
            return list(range(len(speakers)))
        news.add(last_part(name.surname))
    rest = set(surname) - news
    reached = list(news)
    while reached:
        one = reached.pop()
        alike = {other for other in rest if sounds_alike(one, other)}
        rest -= alike
        reached.extend(alike)
    return [k for k, s in enumerate(surname) if s not in rest]


def _hold_apart(linked: Linked, before: Mapping[LocalKey, str], rulings: Rulings) -> None:
    """Splits a group again whose members had two ids that an editor holds apart."""
    for a, b in rulings.apart:
        for group in list(linked.groups):
            had = collections.Counter(before.get(m, "") for m in group.members)
            if not had[a] or not had[b]:
                continue
            smaller = min((a, b), key=lambda i: (had[i], i))
            moved = [m for m in group.members if before.get(m) == smaller]
            group.members = [m for m in group.members if before.get(m) != smaller]
            linked.groups.append(Group(group.name, group.type, moved, group.why, "", "", group.hints))


def _inherited(
    connection: sqlite3.Connection, block: str, keys: Iterable[LocalKey], before: Mapping[LocalKey, str]
) -> dict[LocalKey, str]:
    """The ids of speakers whose article was read anew and now calls them otherwise."""
    former: dict[str, list[str]] = collections.defaultdict(list)
    for article_id, person_id in connection.execute(
        "SELECT article_id, person_id FROM former_speakers WHERE block = ? ORDER BY article_id, name, type", (block,)
    ):
        if person_id:
            former[article_id].append(person_id)
    out: dict[LocalKey, str] = {}
    for key in keys:
        if key not in before and former.get(key[0]):
            out[key] = former[key[0]].pop(0)
    return out


def _keep_aliases(connection: sqlite3.Connection, matched: Matched, groups: Sequence[Group]) -> None:
    rows = [(old, groups[number].id, "merged") for old, number in matched.merged.items()]
    rows += [(old, groups[n].id, "split") for old, numbers in matched.split.items() for n in numbers]
    connection.executemany("INSERT OR REPLACE INTO person_aliases VALUES (?, ?, ?)", rows)
    # an id that lives again is nobody's alias
    connection.executemany(
        "DELETE FROM person_aliases WHERE alias = ? AND kind = 'merged'", [(g.id,) for g in groups if g.id]
    )


def _keep_people(connection: sqlite3.Connection, groups: Sequence[Group]) -> set[str]:
    """Keeps names and types; the articles of whom is now called otherwise."""
    changed: set[str] = set()
    main: dict[str, Group] = {}
    for group in groups:
        if group.id not in main or (len(group.members), group.pinned == "") > (
            len(main[group.id].members),
            main[group.id].pinned == "",
        ):
            main[group.id] = group
    for person_id, group in main.items():
        row = (person_id, group.name, group.type, group.wikidata)
        old = connection.execute("SELECT id, name, type, wikidata FROM people WHERE id = ?", (person_id,)).fetchone()
        if old == row or (old is not None and group.pinned):
            continue
        connection.execute("INSERT OR REPLACE INTO people VALUES (?, ?, ?, ?)", row)
        if old is not None and old[1:3] != row[1:3]:
            changed.update(m[0] for g in groups if g.id == person_id for m in g.members)
    return changed


def _keep_members(connection: sqlite3.Connection, linked: Linked, was: Mapping[LocalKey, tables.Answer]) -> set[str]:
    """Keeps whose each speaker is; the articles of those that are somebody else's now."""
    changed: set[str] = set()
    now: dict[LocalKey, tables.Answer] = {}
    for group in linked.groups:
        for member in group.members:
            now[member] = (group.id, None, _reasons(group.why.get(member, ("full-name",))))
    for member, candidates in linked.open:
        shown = json.dumps([[g.id, share] for g, share in candidates])
        now[member] = (None, shown, json.dumps(linked.why_open.get(member, ())))
    rows = []
    for key, answer in now.items():
        if was[key] != answer:
            rows.append((*answer, *key))
        # who was never settled is news too, also when it stays open
        if was[key][0] != answer[0] or was[key] == (None, None, None):
            changed.add(key[0])
    connection.executemany(
        "UPDATE local_speakers SET person_id = ?, candidates = ?, why = ? WHERE article_id = ? AND name = ? AND "
        "type = ?",
        rows,
    )
    return changed


@functools.lru_cache(maxsize=10_000)
def _reasons(why: tuple[str, ...]) -> str:
    return json.dumps(why)


def _touch_changed(connection: sqlite3.Connection, people: PeopleFile | None, rulings: Rulings) -> None:
    """Marks the blocks that the method, the people file or the rulings concern, where these are not what they were."""
    known = tables.state(connection, "method")
    if known != str(VERSION):
        tables.touch(connection, _blocks(connection, "SELECT DISTINCT block FROM local_speakers"))
        tables.keep_state(connection, "method", str(VERSION))
    digest = _digest([repr((e.id, e.name, e.names, e.titles)) for e in people.entries]) if people is not None else ""
    if (tables.state(connection, "people file") or "") != digest:
        tables.touch(
            connection,
            _blocks(connection, "SELECT DISTINCT block FROM local_speakers WHERE block LIKE 'person:%'"),
        )
        tables.keep_state(connection, "people file", digest)
    old = {tuple(row) for row in json.loads(tables.state(connection, "assignments") or "[]")}
    now = {(*key, person_id) for key, person_id in rulings.assignments.items()}
    for article_id, name, _ in sorted(old ^ now):
        tables.touch(
            connection,
            _blocks(
                connection,
                "SELECT DISTINCT block FROM local_speakers WHERE article_id = ? AND name = ?",
                (article_id, name),
            ),
        )
    tables.keep_state(connection, "assignments", json.dumps(sorted(now)))
    apart_before = {tuple(row) for row in json.loads(tables.state(connection, "apart") or "[]")}
    for pair in sorted(apart_before ^ set(rulings.apart)):
        for person_id in pair:
            tables.touch(
                connection,
                _blocks(connection, "SELECT DISTINCT block FROM local_speakers WHERE person_id = ?", (person_id,)),
            )
    tables.keep_state(connection, "apart", json.dumps(sorted(rulings.apart)))


def _renamed(connection: sqlite3.Connection, rulings: Rulings) -> set[str]:
    """Articles whose speakers are called otherwise because merges or names were ruled, or are no longer."""
    old_merges = {tuple(row) for row in json.loads(tables.state(connection, "merges") or "[]")}
    old_names = {tuple(row) for row in json.loads(tables.state(connection, "names") or "[]")}
    concerned = {a for pair in old_merges ^ set(rulings.merges) for a in pair}
    concerned |= {pair[0] for pair in old_names ^ set(rulings.names.items())}
    tables.keep_state(connection, "merges", json.dumps(sorted(rulings.merges)))
    tables.keep_state(connection, "names", json.dumps(sorted(rulings.names.items())))
    aliases = dict(connection.execute("SELECT alias, person_id FROM person_aliases WHERE kind = 'merged'"))
    wanted = {aliases.get(person_id, person_id) for person_id in concerned} | concerned
    # whoever was merged into one of these is called otherwise too
    reach = True
    while reach:
        more = {a for a, b in [*rulings.merges, *old_merges] if b in wanted} - wanted
        reach = bool(more)
        wanted |= more
    return {
        row[0]
        for person_id in sorted(wanted)
        for row in connection.execute("SELECT article_id FROM local_speakers WHERE person_id = ?", (person_id,))
    }


def _pins(connection: sqlite3.Connection, rulings: Rulings) -> dict[str, dict[LocalKey, str]]:
    """By block, the speakers whom an editor gave to somebody."""
    out: dict[str, dict[LocalKey, str]] = collections.defaultdict(dict)
    for (article_id, name), person_id in rulings.assignments.items():
        for kind, block in connection.execute(
            "SELECT type, block FROM local_speakers WHERE article_id = ? AND name = ?", (article_id, name)
        ):
            out[block][article_id, name, kind] = person_id
    return out


def _blocks(connection: sqlite3.Connection, query: str, values: tuple[str, ...] = ()) -> Iterator[str]:
    return iter([row[0] for row in connection.execute(query, values)])


def _digest(parts: Sequence[str]) -> str:
    return hashlib.sha256("\0".join(parts).encode("utf-8", "surrogatepass")).hexdigest()
