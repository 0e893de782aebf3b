"""What is kept of versions -> groups and places, for entries, pages and witnesses."""

import sqlite3
from collections import Counter
from collections.abc import Iterable, Iterator
from itertools import pairwise

from index.variants import store
from index.variants.alignment import Side, match, part, side
from index.variants.records import Group, Member, Place, Relation
from index.variants.words import Form

_MEMBERS = """
    SELECT s.quotation, a.id, a.date, a.source, s.witness, s.plain, f.number
    FROM variant_forms f JOIN variant_sayings s ON s.form = f.number JOIN variant_articles a ON a.number = s.article
    WHERE {} ORDER BY a.date IS NULL, a.date, a.id, s.number
"""
_PLACES = """
    SELECT s.quotation, COALESCE(g.id, lower(hex(f.key))), COALESCE(g.sayings, 1),
           CASE WHEN g.id IS NULL THEN a.date ELSE g.first END, COALESCE(g.witnesses, 1)
    FROM variant_sayings s JOIN variant_articles a ON a.number = s.article
    LEFT JOIN variant_forms f ON f.number = s.form LEFT JOIN variant_groups g ON g.number = f.grouped
"""
_MOST, _WHOLE = 0.55, 0.75
"""Shares of a form's evidence: below the one it says much besides; below the other it is only part of the fullest."""
_PIECE, _GAP = 30.0, 3
"""Evidence (bits) of a piece that can be told, and words that may be missing between two for them to be one."""


def places(connection: sqlite3.Connection, quotation_ids: Iterable[str] | None = None) -> Iterator[Place]:
    """The place of each of these quotations, or of all, in no order; unknown ids are left out."""
    rows: Iterable[tuple[bytes | str, str | None, int, str | None, int]]
    if quotation_ids is None:
        rows = connection.execute(_PLACES)
    else:
        wanted = [store.stored_id(one) for one in quotation_ids]
        rows = store.chosen(connection, _PLACES + " WHERE s.quotation IN (?)", wanted)
    for stored, group_id, count, first, witnesses in rows:
        shown = store.shown_id(stored)
        yield Place(quotation_id=shown, group_id=group_id or shown, count=count, first=first, witnesses=witnesses)


def resolve(connection: sqlite3.Connection, group_id: str) -> str | None:
    """The id that a group has by now that once had this one; None where there is none of it any more."""
    row = connection.execute("SELECT id FROM variant_groups WHERE id = ?", (group_id,)).fetchone()
    if row is None and isinstance(key := store.stored_id(group_id), bytes):
        row = _by_key(connection, key)
    if row is None:
        alias = connection.execute("SELECT key FROM variant_aliases WHERE id = ?", (group_id,)).fetchone()
        row = _by_key(connection, alias[0]) if alias else None
    if row is None:
        query = "SELECT quotation FROM variant_sayings WHERE form IS NULL AND quotation = ?"
        found = connection.execute(query, (store.stored_id(group_id),)).fetchone()
        row = (store.shown_id(found[0]),) if found else None
    return None if row is None else str(row[0])


def _by_key(connection: sqlite3.Connection, key: bytes) -> tuple[str] | None:
    query = (
        "SELECT COALESCE(g.id, lower(hex(f.key))) FROM variant_forms f "
        "LEFT JOIN variant_groups g ON g.number = f.grouped WHERE f.key = ?"
    )
    row: tuple[str] | None = connection.execute(query, (key,)).fetchone()
    return row


def group(connection: sqlite3.Connection, group_id: str) -> Group:
    """A group with its members; an earlier id of it will do. KeyError where there is none."""
    now = resolve(connection, group_id)
    if now is None:
        raise KeyError(group_id)
    row = connection.execute("SELECT number FROM variant_groups WHERE id = ?", (now,)).fetchone()
    if row is not None:
        rows = connection.execute(_MEMBERS.format("f.grouped = ?"), row).fetchall()
    else:
        key = store.stored_id(now)
        rows = connection.execute(_MEMBERS.format("f.key = ?"), (key,)).fetchall()
    if not rows:
        rows = connection.execute(
            "SELECT s.quotation, a.id, a.date, a.source, 0, s.plain, NULL FROM variant_sayings s "
            "JOIN variant_articles a ON a.number = s.article WHERE s.quotation = ?",
            (key,),
        ).fetchall()
    forms = store.forms(connection, sorted({row[6] for row in rows if row[6] is not None}))
    counts = Counter(row[5] for row in rows)
    fullest = min(rows, key=lambda r: _fullness(forms.get(r[6])))
    commonest = max(rows, key=lambda r: counts[r[5]])
    relations: dict[tuple[int, int], Relation] = {}
    found = []
    for quotation, article_id, date, source, witness, plain, number in rows:
        if (plain, number) not in relations:
            relations[plain, number] = _relation(forms.get(number), forms.get(fullest[6]), same=plain == fullest[5])
        found.append(
            Member(
                quotation_id=store.shown_id(quotation),
                article_id=article_id,
                date=date,
                source=source,
                relation=relations[plain, number],
                witness=witness,
            )
        )
    return Group(
        id=now,
        members=tuple(found),
        earliest=store.shown_id(rows[0][0]),
        fullest=store.shown_id(fullest[0]),
        commonest=store.shown_id(commonest[0]),
        articles=len({one.article_id for one in found}),
        outlets=len({one.source for one in found if one.source}),
        witnesses=len({one.witness for one in found}),
    )


def _fullness(form: Form | None) -> tuple[bool, int]:
    return (False, 0) if form is None else (form.reported, -len(form.signature))


def _relation(form: Form | None, fullest: Form | None, *, same: bool) -> Relation:
    """How a form stands to the fullest of its group."""
    if form is not None and form.reported and fullest is not None and not fullest.reported:
        return "reported"
    if same or form is None or fullest is None:
        return "same"
    one, full = side(form), side(fullest)
    if _joined(one, full):
        return "joined"
    found = match(one, full)
    if found is None:
        # Both are tied to the group's core, each in its own way.
        return "edited"
    if found.left_part < _MOST and found.right_part < _MOST:
        return "overlapping"
    return "cut" if found.right_part < min(_WHOLE, found.left_part) else "edited"


def _joined(one: Side, full: Side) -> bool:
    """Do its pieces lie apart in the fullest form, or some of them not in it at all?"""
    ends = [0, *one.joins, len(one.signature)]
    pieces = [part(one, start, end) for start, end in pairwise(ends)] if one.joins else []
    found = [match(piece, full) for piece in pieces if piece.sums[-1] >= _PIECE]
    places = [each.right for each in found if each is not None]
    if len(places) < len(found):
        return True
    return any(not -_GAP <= after[0] - before[1] <= _GAP for before, after in pairwise(places))
