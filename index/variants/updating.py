"""Sayings in, groups kept up to date: what a run adds or takes away touches only what is like it."""

import collections
import sqlite3
from collections.abc import Callable, Iterable, Iterator, Sequence
from itertools import islice
from typing import TypeVar

import numpy as np

from index.spreading import Spread, here
from index.variants import prints, store
from index.variants.fingerprints import fingerprints
from index.variants.grouping import components, neighbours, regroup
from index.variants.preparing import Pairs, Prepared, compare, prepare
from index.variants.records import Saying
from index.variants.words import Form

Progress = Callable[[str, int], object]
"""Called with what is being done and how many of it were done since the last call."""

T = TypeVar("T")

_BATCH = 20_000
_PIECE = 1_000
"""Sayings that are prepared at once."""
_PAIRS = 5_000
"""Pairs that are compared at once."""


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
    prepared = (one for piece in _batches(fresh, _PIECE) for one in prepare(piece))
    return take_in(connection, prepared, gone, progress=progress)


def take_in(
    connection: sqlite3.Connection,
    fresh: Iterable[Prepared],
    gone: Iterable[str] = (),
    *,
    progress: Progress | None = None,
    spread: Spread = here,
) -> set[str]:
    """As `update`, of sayings that were prepared elsewhere; pairs are compared where `spread` has it done."""
    tell = progress or (lambda _what, _count: None)
    touched, changed = _forget(connection, gone)

    def asked() -> Iterator[Pairs]:
        for batch in _batches(fresh, _BATCH):
            seen, new = _remember(connection, _unknown(connection, batch))
            touched.update(seen)
            yield from _pairs(connection, new)
            tell("compared", len(batch))

    # What pairs share is needed when all have been compared, so that the next batch need not wait for it.
    for rows in spread(compare, asked()):
        connection.executemany("INSERT OR REPLACE INTO variant_edges VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?)", rows)
        for low, high, *_ in rows:
            touched |= {low, high}
    for numbers in components(connection, touched):
        changed |= regroup(connection, numbers)
        tell("grouped", len(numbers))
    return changed


def _batches(items: Iterable[T], size: int) -> Iterator[list[T]]:
    left = iter(items)
    while batch := list(islice(left, size)):
        yield batch


def _unknown(connection: sqlite3.Connection, batch: Sequence[Prepared]) -> list[Prepared]:
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


def _remember(connection: sqlite3.Connection, batch: Sequence[Prepared]) -> tuple[set[int], dict[int, Form]]:
    """Keeps sayings; the forms that are said twice by now, and those that are new and can be compared."""
    articles = _article_numbers(connection, batch)
    keys = {saying.key for saying in batch if saying.form is not None}
    known: dict[bytes, int] = dict(
        store.chosen(connection, "SELECT key, number FROM variant_forms WHERE key IN (?)", keys)
    )
    new: dict[int, Form] = {}
    for saying in batch:
        if saying.form is None or saying.key in known:
            continue
        cursor = connection.execute(
            "INSERT INTO variant_forms (key, signature, places, reported, evidence) VALUES (?, ?, ?, ?, ?)",
            (saying.key, saying.form.signature, store.places_of(saying.form), saying.form.reported, saying.evidence),
        )
        known[saying.key] = int(cursor.lastrowid or 0)
        new[known[saying.key]] = saying.form
    numbers = [known[saying.key] if saying.form is not None else None for saying in batch]
    connection.executemany(
        "INSERT INTO variant_sayings (quotation, article, form, plain, sketch) VALUES (?, ?, ?, ?, ?)",
        [
            (store.stored_id(saying.quotation_id), articles[saying.article_id], number, saying.plain, saying.sketch)
            for saying, number in zip(batch, numbers, strict=True)
        ],
    )
    counts = collections.Counter(number for number in numbers if number is not None)
    # A group may have got its id from such a form and gone on without it: then the form needs one of its own.
    query = "SELECT id FROM variant_groups WHERE id IN (?)"
    taken = {row[0] for row in store.chosen(connection, query, [key.hex() for key in keys])}
    fresh_forms = {known[key] for key in keys if known[key] in new and key.hex() not in taken}
    return {number for number, count in counts.items() if count > 1 or number not in fresh_forms}, new


def _article_numbers(connection: sqlite3.Connection, batch: Sequence[Prepared]) -> dict[str, int]:
    rows = {saying.article_id: (saying.article_id, saying.date, saying.source) for saying in batch}
    connection.executemany(
        "INSERT INTO variant_articles (id, date, source) VALUES (?, ?, ?) "
        "ON CONFLICT (id) DO UPDATE SET date = excluded.date, source = excluded.source",
        rows.values(),
    )
    return dict(store.chosen(connection, "SELECT id, number FROM variant_articles WHERE id IN (?)", rows))


def _pairs(connection: sqlite3.Connection, new: dict[int, Form]) -> Iterator[Pairs]:
    """Which forms new ones may be like."""
    if not new:
        return
    order = sorted(new)
    found, places = fingerprints([new[number].signature for number in order])
    numbers = np.array(order, np.int64)[places]
    # A reporter's words must be followed closely to count, so half of their fingerprints are enough to find them.
    reported = np.array([new[number].reported for number in order], np.bool_)[places]
    kept = ~reported | (found & 1 == 0)
    found, numbers = found[kept], numbers[kept]
    prints.add(connection, found, numbers)
    for some in _batches(prints.candidates(connection, found, numbers), _PAIRS):
        wanted = {number for own, other, _ in some for number in (own, other)}
        forms = {number: new[number] for number in wanted if number in new}
        # Numbers of forms that are gone stay in the runs until these are joined.
        forms |= store.forms(connection, sorted(wanted - forms.keys()))
        pairs = [(min(own, other), max(own, other), common) for own, other, common in some if other in forms]
        yield Pairs(forms, pairs)
