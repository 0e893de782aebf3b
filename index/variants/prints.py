"""Fingerprints -> forms, kept in sorted runs of pages in the archive's file; which forms may be alike.

A run is written once and never changed; when a new one would be larger than half the last, the two become one. So what
an update writes follows what is new, and a fingerprint is looked for in a handful of runs.
"""

import sqlite3
from collections.abc import Iterator

import numpy as np
import numpy.typing as npt

from index.variants.fingerprints import Prints

Numbers = npt.NDArray[np.int64]
Keys = npt.NDArray[np.uint64]
"""A fingerprint (high 32 bits) and a form's number."""

_PAGE = 2048
_LISTED = 64
"""Forms of one fingerprint that others are compared with, the oldest: what is in everybody's mouth costs no more."""
COMMON = 16
"""Forms from which a fingerprint is common: on its own it proves nothing."""
_IN_COMMON = 2
"""Fingerprints that two forms must share to be compared."""
_CANDIDATES = 32
"""Forms that one is compared with, besides one for each fingerprint that it has."""
_AT_ONCE = 1 << 20
"""Fingerprints that are looked up at once; bounds the memory."""


def add(connection: sqlite3.Connection, prints: Prints, numbers: Numbers, *, table: str = "variant") -> None:
    """Adds a run, joined with earlier ones that are not larger.

    `table` is what the names of the two tables begin with: `…_prints`, and `…_forms`, which has the numbers in use.
    """
    keys = np.sort((prints.astype(np.uint64) << np.uint64(32)) | numbers.astype(np.uint64))
    if not len(keys):
        return
    runs = connection.execute(
        f"SELECT run, COUNT(*) FROM {table}_prints GROUP BY run ORDER BY run DESC"  # noqa: S608
    ).fetchall()
    number = runs[0][0] + 1 if runs else 0
    merged = [keys]
    size = len(keys)
    for run, pages in runs:
        if pages * _PAGE > 2 * size:
            break
        merged += [_unpacked(row[0]) for row in _pages(connection, run, table)]
        size = sum(map(len, merged))
        connection.execute(f"DELETE FROM {table}_prints WHERE run = ?", (run,))  # noqa: S608
    if len(merged) > 1:
        keys = np.concatenate(merged)
        keys.sort()
        keys = keys[_alive(connection, keys, table)]
    for page, start in enumerate(range(0, len(keys), _PAGE)):
        part = keys[start : start + _PAGE]
        first, last = int(part[0] >> np.uint64(32)), int(part[-1] >> np.uint64(32))
        packed = (part >> np.uint64(32)).astype("<u4").tobytes() + part.astype("<u4").tobytes()
        row = (number, page, first, last, packed)
        connection.execute(f"INSERT INTO {table}_prints VALUES (?, ?, ?, ?, ?)", row)  # noqa: S608


def candidates(
    connection: sqlite3.Connection, prints: Prints, numbers: Numbers, *, table: str = "variant"
) -> Iterator[tuple[int, int, bool]]:
    """Pairs (new form, other form, are all their common fingerprints common ones?) that may be alike.

    `prints` and `numbers` are those of new forms, which `add` has added, in order of number. A form is compared with
    older ones (lower numbers) only, so each pair comes once.
    """
    start = 0
    while start < len(numbers):
        end = min(start + _AT_ONCE, len(numbers))
        if end < len(numbers):
            # A form's fingerprints are counted together.
            end = int(np.searchsorted(numbers, numbers[end - 1], "right"))
        yield from _candidates(connection, prints[start:end], numbers[start:end], table)
        start = end


def sharing(
    connection: sqlite3.Connection, prints: Prints, numbers: Numbers, *, table: str
) -> Iterator[tuple[int, int, int]]:
    """Pairs (new form, older form, how many fingerprints both have), of those that share two at least.

    As `candidates` otherwise, but all of them: for whoever can tell by the number which are worth a comparison.
    """
    owner, other, shared, _ = _pairs(connection, prints, numbers, table)
    yield from zip(owner.tolist(), other.tolist(), shared.tolist(), strict=True)


def _pairs(
    connection: sqlite3.Connection, prints: Prints, numbers: Numbers, table: str
) -> tuple[Numbers, Numbers, Numbers, npt.NDArray[np.bool_]]:
    """New forms, older forms that share fingerprints with them, how many, and whether a rare one is among these."""
    ordered = np.sort(prints)
    found = _listed(connection, table, ordered[np.concatenate(([True], ordered[1:] != ordered[:-1]))])
    keys = (found >> np.uint64(32)).astype(np.uint32)
    starts = np.searchsorted(keys, prints, "left")
    counts = np.searchsorted(keys, prints, "right") - starts
    listed = np.minimum(counts, _LISTED)
    owner = np.repeat(numbers, listed)
    place = np.arange(len(owner)) - np.repeat(np.cumsum(listed) - listed, listed) + np.repeat(starts, listed)
    other = (found[place] & np.uint64(0xFFFFFFFF)).astype(np.int64)
    common = np.repeat(counts > COMMON, listed)
    kept = other < owner
    # Sorted, the fingerprints that a pair has in common stand together, a rare one first.
    both = (owner[kept] << 33) | (other[kept] << 1) | common[kept]
    both.sort()
    firsts = np.flatnonzero(np.concatenate(([True], both[1:] >> 1 != both[:-1] >> 1))) if len(both) else both
    shared = np.diff(np.concatenate((firsts, [len(both)])))
    kept = shared >= _IN_COMMON
    pairs, shared = both[firsts[kept]], shared[kept]
    return pairs >> 33, (pairs >> 1) & 0xFFFFFFFF, shared, pairs & 1 == 0


def _candidates(
    connection: sqlite3.Connection, prints: Prints, numbers: Numbers, table: str
) -> Iterator[tuple[int, int, bool]]:
    owner, other, shared, any_rare = _pairs(connection, prints, numbers, table)
    order = np.lexsort((other, -shared, owner))
    owner, other, any_rare = owner[order], other[order], any_rare[order]
    own, sizes = np.unique(numbers, return_counts=True)
    most = _CANDIDATES + sizes[np.searchsorted(own, owner)]
    kept = np.arange(len(owner)) - np.searchsorted(owner, owner, "left") < most
    yield from zip(owner[kept].tolist(), other[kept].tolist(), (~any_rare[kept]).tolist(), strict=True)


def _listed(connection: sqlite3.Connection, table: str, wanted: Prints) -> Keys:
    """The postings of these fingerprints (sorted), by fingerprint and number."""
    parts: list[Keys] = []
    pages = connection.execute(f"SELECT rowid, first, last FROM {table}_prints").fetchall()  # noqa: S608
    for page, first, last in pages:
        start, end = np.searchsorted(wanted, (first, last + 1))
        if start == end:
            continue
        query = f"SELECT postings FROM {table}_prints WHERE rowid = ?"  # noqa: S608
        keys = _unpacked(connection.execute(query, (page,)).fetchone()[0])
        mine = (keys >> np.uint64(32)).astype(np.uint32)
        near = wanted[start:end]
        place = np.minimum(np.searchsorted(near, mine), len(near) - 1)
        parts.append(keys[near[place] == mine])
    found = np.concatenate(parts) if parts else np.zeros(0, np.uint64)
    found.sort()
    return found


def _pages(connection: sqlite3.Connection, run: int, table: str) -> list[tuple[bytes]]:
    query = f"SELECT postings FROM {table}_prints WHERE run = ? ORDER BY page"  # noqa: S608
    return connection.execute(query, (run,)).fetchall()


def _unpacked(packed: bytes) -> Keys:
    both = np.frombuffer(packed, "<u4").astype(np.uint64)
    half = len(both) // 2
    return (both[:half] << np.uint64(32)) | both[half:]


def _alive(connection: sqlite3.Connection, keys: Keys, table: str) -> npt.NDArray[np.bool_]:
    numbers = (keys & np.uint64(0xFFFFFFFF)).astype(np.int64)
    most = int(numbers.max(initial=0)) + 1
    alive = np.zeros(most, np.bool_)
    rows = connection.execute(f"SELECT number FROM {table}_forms WHERE number < ?", (most,))  # noqa: S608
    alive[np.fromiter((row[0] for row in rows), np.int64)] = True
    mine: npt.NDArray[np.bool_] = alive[numbers]
    return mine
