"""Texts as numbers of words -> postings, in parts that fit into memory, then as one.

An inverted text (`Inverted`) is kept by word: word w has postings [post_at[w], post_at[w + 1]) (a row and how often the
word stands in it, rows ascending) and places [place_at[w], place_at[w + 1]) (where it stands in the text, ascending).
"""

import dataclasses
from pathlib import Path

import numpy as np
import numpy.typing as npt

from index.whoosh_codec.arrays import U32, U64, Array, ArrayFolder, Stream, blank, offsets, save, spread
from index.whoosh_codec.vocabulary import BREAK

MOST_COUNT = 65535
"""How often a word can be counted in one row; more is as much."""
_AT_ONCE = 4_000_000
"""Postings and places that are moved in one go."""


@dataclasses.dataclass(frozen=True, slots=True)
class Inverted:
    """One field of many rows, by word and by row."""

    post_at: U64
    """[words + 1]"""
    rows: U32
    """[postings]"""
    counts: npt.NDArray[np.uint16]
    """[postings] at most MOST_COUNT"""
    place_at: U64
    """[words + 1]"""
    places: U32
    """[places] into `text`"""
    text: U32
    """[words of all rows] the rows' texts one after the other; BREAK at a text's end and where no phrase runs on."""
    text_at: U64
    """[rows + 1] where each row's text begins"""
    lengths: U32
    """[rows] words, breaks not counted"""


_PARTS = tuple(field.name for field in dataclasses.fields(Inverted))


def open_inverted(folder: ArrayFolder, name: str) -> Inverted:
    """A field's arrays, memory-mapped."""
    return Inverted(**{part: folder.load(f"{name}.{part}") for part in _PARTS})


def invert(text: U32, row_lengths: Array, words: int) -> Inverted:
    """Texts of rows, breaks included, as postings; `words` is how many different ones there are."""
    ends = np.cumsum(row_lengths, dtype=np.int64)
    said = np.flatnonzero(text != np.uint32(BREAK)).astype(np.uint64)
    # Word and place in one number: sorting numbers is much faster than sorting pairs.
    pairs = (text[said].astype(np.uint64) << np.uint64(32)) | said
    pairs.sort()
    places = pairs.astype(np.uint32)
    word = (pairs >> np.uint64(32)).astype(np.uint32)
    del pairs
    row_of = np.repeat(np.arange(len(row_lengths), dtype=np.uint32), row_lengths)
    rows = row_of[places]
    new = np.ones(len(places), np.bool_)
    new[1:] = (word[1:] != word[:-1]) | (rows[1:] != rows[:-1])
    firsts = np.flatnonzero(new)
    counts = np.diff(firsts, append=len(places))
    return Inverted(
        post_at=offsets(np.bincount(word[firsts], minlength=words)),
        rows=rows[firsts],
        counts=np.minimum(counts, MOST_COUNT).astype(np.uint16),
        place_at=offsets(np.bincount(word, minlength=words)),
        places=places,
        text=text,
        text_at=np.concatenate((np.zeros(1, np.uint64), ends.astype(np.uint64))),
        lengths=np.bincount(row_of[said.astype(np.int64)], minlength=len(row_lengths)).astype(np.uint32),
    )


def save_inverted(folder: Path, name: str, inverted: Inverted) -> None:
    """Writes a field's arrays."""
    for part in _PARTS:
        save(folder, f"{name}.{part}", getattr(inverted, part))


def join_parts(folder: Path, name: str, parts: list[Inverted], order: npt.NDArray[np.int64]) -> None:
    """Writes parts that follow one another as one field, with words in another order: the n-th is what was order[n].

    Words that a part is too old to know have nothing in it.
    """
    words = len(order)
    new_number = np.empty(words + 1, np.uint32)
    new_number[order] = np.arange(words, dtype=np.uint32)
    new_number[words] = BREAK
    with Stream(folder, f"{name}.text", "<u4") as out:
        for part in parts:
            for at in range(0, len(part.text), _AT_ONCE):
                out.append(new_number[np.minimum(part.text[at : at + _AT_ONCE], np.uint32(words))])
    rows_before = np.cumsum([0, *(len(part.lengths) for part in parts)])
    text_before = np.cumsum([0, *(len(part.text) for part in parts)])
    save(folder, f"{name}.lengths", np.concatenate([part.lengths for part in parts]))
    text_at = [part.text_at[:-1] + np.uint64(before) for part, before in zip(parts, text_before, strict=False)]
    save(folder, f"{name}.text_at", np.concatenate([*text_at, text_before[-1:].astype(np.uint64)]))
    _gather(folder, name, "post_at", ("rows", "counts"), parts, order, rows_before)
    _gather(folder, name, "place_at", ("places",), parts, order, text_before)


def _gather(
    folder: Path,
    name: str,
    table: str,
    arrays: tuple[str, ...],
    parts: list[Inverted],
    order: npt.NDArray[np.int64],
    before: npt.NDArray[np.int64],
) -> None:
    """Writes `arrays` word by word in the new order; the first of them counts from `before` on in each part."""
    tables = [getattr(part, table) for part in parts]
    at = offsets(np.sum([_bounds(known, order)[1] for known in tables], axis=0))
    save(folder, f"{name}.{table}", at)
    total = int(at[-1])
    written = [blank(folder, f"{name}.{array}", getattr(parts[0], array).dtype.str, total) for array in arrays]
    if not total:
        return
    cuts = np.searchsorted(at, np.arange(0, total, _AT_ONCE, dtype=np.uint64)).tolist()
    for first, stop in zip(cuts, [*cuts[1:], len(order)], strict=True):
        if first == stop:
            continue
        base = int(at[first])
        pieces = [np.empty(int(at[stop]) - base, target.dtype) for target in written]
        put = at[first:stop].astype(np.int64) - base
        for part, known, shift in zip(parts, tables, before.tolist(), strict=False):
            start, length = _bounds(known, order[first:stop])
            here, there = spread(put, length), spread(start, length)
            for number, (array, piece) in enumerate(zip(arrays, pieces, strict=True)):
                values = getattr(part, array)[there]
                piece[here] = values + values.dtype.type(shift) if number == 0 else values
            put += length
        for target, piece in zip(written, pieces, strict=True):
            target[base : base + len(piece)] = piece


def _bounds(at: U64, words: npt.NDArray[np.int64]) -> tuple[npt.NDArray[np.int64], npt.NDArray[np.int64]]:
    """Where each of the words begins by a table, and how much it has; nothing where the table does not know it."""
    last = len(at) - 1
    start = at[np.minimum(words, last)].astype(np.int64)
    return start, at[np.minimum(words + 1, last)].astype(np.int64) - start
