"""Sayings in, groups kept up to date: what a run adds or takes away touches only what is like it."""

import collections
import hashlib
import sqlite3
import zlib
from collections.abc import Callable, Iterable, Iterator, Sequence
from itertools import islice

import numpy as np

from index.variants import prints, store
from index.variants.alignment import Side, match, side
from index.variants.fingerprints import fingerprints
from index.variants.grouping import components, neighbours, regroup
from index.variants.records import Saying
from index.variants.witnesses import sketches
from index.variants.words import Form, form, plain

Progress = Callable[[str, int], object]
"""Called with what is being done and how many of it were done since the last call."""

_BATCH = 20_000
_LEAST_EVIDENCE, _LEAST_WORDS = 24.0, 4
"""What the very same words must be worth to prove anything; fewer words count from _RARE on."""
_RARE = 40.0
_REPORTED_LEAST = 60.0
"""What a reporter's own words must be worth."""


def update(
    connection: sqlite3.Connection,
    fresh: Iterable[Saying],
    gone: Iterable[str] = (),
    *,
    progress: Progress | None = None,
) -> set[str]:
    """Takes out the sayings of the articles `gone` (ids), adds `fresh`, and returns the ids of groups that changed.

    An article that was read again is both gone and fresh; a quotation that is known already is left as it is. Nothing
    is committed: that is the caller's, so that an update is kept as a whole or not at all. Costs follow what is new,
    and what that is like.
    """
    tell = progress or (lambda _what, _count: None)
    touched, lost = _forget(connection, gone)
    changed: set[str] = lost
    for batch in _batches(fresh):
        seen, new = _remember(connection, _unknown(connection, batch))
        touched |= seen
        touched |= _compare(connection, new)
        tell("compared", len(batch))
    for numbers in components(connection, touched):
        changed |= regroup(connection, numbers)
        tell("grouped", len(numbers))
    return changed


def _batches(fresh: Iterable[Saying]) -> Iterator[list[Saying]]:
    sayings = iter(fresh)
    while batch := list(islice(sayings, _BATCH)):
        yield batch


def _unknown(connection: sqlite3.Connection, batch: Sequence[Saying]) -> list[Saying]:
    """Those that are not kept yet, each once."""
    sayings = {store.stored_id(saying.quotation_id): saying for saying in batch}
    query = "SELECT quotation FROM variant_sayings WHERE quotation IN (?)"
    known = {row[0] for row in store.chosen(connection, query, sayings)}
    return [saying for key, saying in sayings.items() if key not in known]


def _forget(connection: sqlite3.Connection, gone: Iterable[str]) -> tuple[set[int], set[str]]:
    """Takes articles out; forms that were said there or were like what is no longer said, and groups that lost some."""
    articles = [row[0] for row in store.chosen(connection, "SELECT number FROM variant_articles WHERE id IN (?)", gone)]
    query = "SELECT form FROM variant_sayings WHERE form IS NOT NULL AND article IN (?)"
    said = {row[0] for row in store.chosen(connection, query, articles)}
    store.each(connection, "DELETE FROM variant_sayings WHERE article IN (?)", articles)
    store.each(connection, "DELETE FROM variant_articles WHERE number IN (?)", articles)
    still = {row[0] for row in store.chosen(connection, "SELECT form FROM variant_sayings WHERE form IN (?)", said)}
    dead = said - still
    touched = still | neighbours(connection, dead)
    groups = {row[0] for row in store.chosen(connection, _GROUPS_OF, dead)}
    # Its id goes on to lead to the form that it was gathered around, should that be said again.
    store.each(connection, store.KEEP_IDS + " WHERE g.number IN (?)", groups)
    lost = {row[0] for row in store.chosen(connection, "SELECT id FROM variant_groups WHERE number IN (?)", groups)}
    for key in ("low", "high"):
        store.each(connection, f"DELETE FROM variant_edges WHERE {key} IN (?)", dead)  # noqa: S608
    store.each(connection, "DELETE FROM variant_forms WHERE number IN (?)", dead)
    rows = list(store.chosen(connection, "SELECT number, grouped FROM variant_forms WHERE grouped IN (?)", groups))
    store.each(connection, "DELETE FROM variant_groups WHERE number IN (?)", groups - {group for _, group in rows})
    return (touched | {number for number, _ in rows}) - dead, lost


_GROUPS_OF = "SELECT grouped FROM variant_forms WHERE grouped IS NOT NULL AND number IN (?)"


def _remember(connection: sqlite3.Connection, batch: Sequence[Saying]) -> tuple[set[int], dict[int, Form]]:
    """Keeps sayings; the forms that are said twice by now, and those that are new and can be compared."""
    articles = _article_numbers(connection, batch)
    forms = [form(saying.text, saying.kind) for saying in batch]
    sides: dict[Form, Side] = {one: side(one) for one in forms}
    keys = {one: _key(one) for one, made in sides.items() if _proves(one, made)}
    known: dict[bytes, int] = dict(
        store.chosen(connection, "SELECT key, number FROM variant_forms WHERE key IN (?)", set(keys.values()))
    )
    new: dict[int, Form] = {}
    for one, key in keys.items():
        if key in known:
            continue
        cursor = connection.execute(
            "INSERT INTO variant_forms (key, signature, places, reported, evidence) VALUES (?, ?, ?, ?, ?)",
            (key, one.signature, store.places_of(one), one.reported, round(sides[one].sums[-1], 1)),
        )
        known[key] = int(cursor.lastrowid or 0)
        new[known[key]] = one
    sketched = sketches([(saying.before, saying.after) for saying in batch])
    numbers = [known[keys[one]] if one in keys else None for one in forms]
    connection.executemany(
        "INSERT INTO variant_sayings (quotation, article, form, plain, sketch) VALUES (?, ?, ?, ?, ?)",
        [
            (store.stored_id(saying.quotation_id), articles[saying.article_id], number, _plain(saying.text), sketch)
            for saying, number, sketch in zip(batch, numbers, sketched, strict=True)
        ],
    )
    counts = collections.Counter(number for number in numbers if number is not None)
    # A group may have got its id from such a form and gone on without it: then the form needs one of its own.
    query = "SELECT id FROM variant_groups WHERE id IN (?)"
    taken = {row[0] for row in store.chosen(connection, query, [key.hex() for key in keys.values()])}
    fresh_forms = {known[key] for one, key in keys.items() if known[key] in new and key.hex() not in taken}
    return {number for number, count in counts.items() if count > 1 or number not in fresh_forms}, new


def _article_numbers(connection: sqlite3.Connection, batch: Sequence[Saying]) -> dict[str, int]:
    rows = {saying.article_id: (saying.article_id, saying.date, saying.source) for saying in batch}
    connection.executemany(
        "INSERT INTO variant_articles (id, date, source) VALUES (?, ?, ?) "
        "ON CONFLICT (id) DO UPDATE SET date = excluded.date, source = excluded.source",
        rows.values(),
    )
    return dict(store.chosen(connection, "SELECT id, number FROM variant_articles WHERE id IN (?)", rows))


def _proves(one: Form, made: Side) -> bool:
    evidence = made.sums[-1]
    if one.reported:
        return evidence >= _REPORTED_LEAST
    words = len(one.signature) if one.quoted is None else sum(end - start for start, end in one.quoted)
    return evidence >= _RARE or (evidence >= _LEAST_EVIDENCE and words >= _LEAST_WORDS)


def _key(one: Form) -> bytes:
    whole = f"{one.signature}\0{store.places_of(one) or ''}\0{one.reported}"
    return hashlib.sha256(whole.encode("utf-8", "surrogatepass")).digest()[:8]


def _plain(text: str) -> int:
    return zlib.crc32(plain(text).encode("utf-8", "surrogatepass"))


def _compare(connection: sqlite3.Connection, new: dict[int, Form]) -> set[int]:
    """Finds what new forms are like and keeps it; the forms of all pairs."""
    if not new:
        return set()
    order = sorted(new)
    found, places = fingerprints([new[number].signature for number in order])
    numbers = np.array(order, np.int64)[places]
    # A reporter's words must be followed closely to count, so half of their fingerprints are enough to find them.
    reported = np.array([new[number].reported for number in order], np.bool_)[places]
    kept = ~reported | (found & 1 == 0)
    found, numbers = found[kept], numbers[kept]
    prints.add(connection, found, numbers)
    sides = {number: side(one) for number, one in new.items()}
    touched: set[int] = set()
    pairs = iter(prints.candidates(connection, found, numbers))
    while some := list(islice(pairs, _BATCH * 5)):
        missing = {other for _, other, _ in some if other not in sides}
        # Numbers of forms that are gone stay in the runs until these are joined.
        sides.update((number, side(one)) for number, one in store.forms(connection, sorted(missing)).items())
        rows = []
        for own, other, common in some:
            low, high = min(own, other), max(own, other)
            if other in sides and (m := match(sides[low], sides[high], common=common)):
                rows.append(
                    (low, high, round(m.shared, 1), round(m.left_part, 3), round(m.right_part, 3), *m.left, *m.right)
                )
                touched |= {low, high}
        connection.executemany("INSERT OR REPLACE INTO variant_edges VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?)", rows)
        for number in missing:
            sides.pop(number, None)
    return touched
