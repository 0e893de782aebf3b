"""How much each word of each row counts (BM25F), worked out once when an index is written.

Robertson, Zaragoza and Taylor, "Simple BM25 extension to multiple weighted fields", CIKM 2004: the counts of a word in
a row's fields are added up, each over its field's length and times its boost, and the sum is saturated once. What a
query adds is the word's rarity. Of `quote_exact` by exact word, and of each scope of SCOPES by stem:

    SCOPE.post_at  uint64 [words or stems + 1]
    SCOPE.rows     uint32 [postings], ascending within a word or stem
    SCOPE.weights  float32 [postings], (k1 + 1) w / (k1 + w)
"""

import math
from collections.abc import Sequence
from pathlib import Path

import numpy as np
import numpy.typing as npt

from index.schema import BY_NAME, SEARCHED
from index.whoosh_codec.arrays import F32, U32, Array, Stream, offsets, save, spread
from index.whoosh_codec.inverting import Inverted
from index.whoosh_codec.vocabulary import NO_STEM

K1 = 1.2
B = 0.75
SCOPES = ("quote", "all")
"""The choices of fields for which stems are worked out beforehand; others are put together by the query."""
EXACT_SCOPE = "quote_exact"
_STEP = 1.02
_AT_ONCE = 6_000_000


def pivot_of(words: int, rows: int) -> float:
    """What counts as a field's usual length: its mean over all rows of an index, to a step of two percent.

    The steps keep what was worked out for a segment right while the collection grows.
    """
    mean = words / rows if words and rows else 1.0
    return float(_STEP ** round(math.log(mean, _STEP)))


def saturated(sums: Array) -> F32:
    """The weight of words counted so often, lengths and boosts taken into account."""
    wide: F32 = sums.astype(np.float32, copy=False)
    out: F32 = np.float32(K1 + 1) * wide / (np.float32(K1) + wide)
    return out


def counted(counts: Array, lengths: Array, field: str, pivot: float) -> F32:
    """Counts of a word in rows where `field` has so many words: shares of one field's sum, before saturation."""
    boost = np.float32(BY_NAME[field].boost)
    usual = np.float32(1 - B) + np.float32(B / pivot) * lengths.astype(np.float32)
    return boost * counts.astype(np.float32) / usual


def fields_of(scope: str) -> tuple[str, ...]:
    """The exact fields that a scope is searched in."""
    return tuple(f"{name}_exact" for name in SEARCHED[scope])


def united(parts: Sequence[tuple[U32, F32]]) -> tuple[U32, F32]:
    """Rows with what is counted in them, from lists that may share rows -> each row once, with its weight."""
    parts = [part for part in parts if len(part[0])]
    if not parts:
        return np.zeros(0, np.uint32), np.zeros(0, np.float32)
    if len(parts) == 1:
        return parts[0][0], saturated(parts[0][1])
    rows = np.concatenate([rows for rows, _ in parts])
    order = np.argsort(rows, kind="stable")
    rows = rows[order]
    firsts = np.flatnonzero(np.concatenate(([True], rows[1:] != rows[:-1])))
    sums = np.add.reduceat(np.concatenate([found for _, found in parts])[order], firsts)
    return rows[firsts], saturated(sums)


def write_weights(
    folder: Path, fields: dict[str, Inverted], stem_of: U32, stems: int, pivots: dict[str, float]
) -> None:
    """Works out and writes a segment's weights."""
    quote = fields[EXACT_SCOPE]
    with Stream(folder, f"{EXACT_SCOPE}.weights", "<f4") as out:
        for at in range(0, len(quote.rows), _AT_ONCE):
            rows = quote.rows[at : at + _AT_ONCE]
            sums = counted(quote.counts[at : at + _AT_ONCE], quote.lengths[rows], EXACT_SCOPE, pivots[EXACT_SCOPE])
            out.append(saturated(sums))
    by_stem = np.argsort(stem_of, kind="stable")
    by_stem = by_stem[: int(np.searchsorted(stem_of[by_stem], np.uint32(NO_STEM)))]
    load = sum(np.diff(field.post_at.astype(np.int64))[by_stem] for field in fields.values())
    owner = stem_of[by_stem]
    # Cuts between words lie between stems.
    total = np.cumsum(load) if len(by_stem) else np.zeros(0, np.int64)
    first_words = np.searchsorted(owner, np.arange(stems + 1, dtype=np.uint32)).tolist()
    found = {scope: np.zeros(stems, np.int64) for scope in SCOPES}
    outs = {
        scope: (Stream(folder, f"{scope}.rows", "<u4"), Stream(folder, f"{scope}.weights", "<f4")) for scope in SCOPES
    }
    stem = 0
    while stem < stems:
        begun = int(total[first_words[stem] - 1]) if first_words[stem] else 0
        reach = int(np.searchsorted(total, begun + _AT_ONCE, "right"))
        stop = max(stem + 1, int(owner[reach]) if reach < len(owner) else stems)
        words = by_stem[first_words[stem] : first_words[stop]]
        _write_stems(words, stem_of, fields, pivots, found, outs)
        stem = stop
    for scope, streams in outs.items():
        for stream in streams:
            stream.__exit__(None, None, None)
        save(folder, f"{scope}.post_at", offsets(found[scope]))


def _write_stems(
    words: npt.NDArray[np.int64],
    stem_of: U32,
    fields: dict[str, Inverted],
    pivots: dict[str, float],
    found: dict[str, npt.NDArray[np.int64]],
    outs: dict[str, tuple[Stream, Stream]],
) -> None:
    """The postings of all stems that these words have, appended to every scope's streams."""
    keys, sums, owners = [], [], []
    for number, (name, field) in enumerate(fields.items()):
        starts = field.post_at[words]
        lengths = (field.post_at[words + 1] - starts).astype(np.int64)
        there = spread(starts, lengths)
        rows = field.rows[there]
        keys.append((np.repeat(stem_of[words].astype(np.uint64), lengths) << np.uint64(32)) | rows)
        sums.append(counted(field.counts[there], field.lengths[rows], name, pivots[name]))
        owners.append(np.full(len(rows), number, np.uint8))
    key, counts, owner = np.concatenate(keys), np.concatenate(sums), np.concatenate(owners)
    order = np.argsort(key, kind="stable")  # runs that are in order already: stable sorting merges them
    key, counts, owner = key[order], counts[order], owner[order]
    names = list(fields)
    for scope in SCOPES:
        wanted = fields_of(scope)
        if len(wanted) == len(names):
            mine, said = key, counts
        else:
            chosen = np.flatnonzero(np.isin(owner, [names.index(name) for name in wanted]))
            mine, said = key[chosen], counts[chosen]
        if not len(mine):
            continue
        firsts = np.flatnonzero(np.concatenate(([True], mine[1:] != mine[:-1])))
        rows_out, weights_out = outs[scope]
        rows_out.append(mine[firsts].astype(np.uint32))
        weights_out.append(saturated(np.add.reduceat(said, firsts)))
        stems, counted_ = np.unique((mine[firsts] >> np.uint64(32)).astype(np.int64), return_counts=True)
        found[scope][stems] += counted_
