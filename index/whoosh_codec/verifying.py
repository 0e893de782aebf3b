"""A build's index read from end to end and compared with what the other modules promise: a line for each thing wrong.

Offsets, order and range of every array, and whether each entry is found by its id and has not changed.
"""

import itertools
from collections.abc import Callable, Iterator
from pathlib import Path

import numpy as np
import numpy.typing as npt

from index.errors import IndexDamagedError
from index.whoosh_codec.arrays import U32, U64, Array
from index.whoosh_codec.bulk import stored_form
from index.whoosh_codec.columns import Values
from index.whoosh_codec.inverting import MOST_COUNT, Inverted
from index.whoosh_codec.lexicon import Strings
from index.whoosh_codec.reader import Part, Reader
from index.whoosh_codec.segment import CODED, Keys, Segment, Weighted
from index.whoosh_codec.stock import read_segments
from index.whoosh_codec.vocabulary import BREAK, NO_STEM
from index.whoosh_codec.weights import EXACT_SCOPE, K1
from index.whoosh_codec.writer import FOLDER

_AT_ONCE = 4_000_000
"""Values of a long array that are looked at in one go."""
_SHOWN = 5
"""Entries of a segment that are named when they are wrong."""
_TOLD_EVERY = 500
_WRONG = (IndexDamagedError, OSError, ValueError, LookupError, TypeError, AttributeError)
"""What reading an array that is not what it should be may raise."""

Progress = Callable[[int], None]
Faults = Iterator[str]


def faults(folder: Path, progress: Progress | None = None) -> Faults:
    """What is wrong with the index of the build in `folder`, whose files have been compared with its manifest.

    `progress` is told now and then how many more entries have been looked at.
    """
    try:
        reader = Reader(folder, check=False)
        names = [listed.segment_id() for listed in read_segments(folder / FOLDER)]
    except _WRONG as error:
        yield f"{folder}: cannot be opened ({error})"
        return
    for name, part in zip(names, reader.parts, strict=True):
        yield from _placed(folder / FOLDER / name, _segment(part.segment))
        yield from _placed(folder / FOLDER / name, _few(_entries(reader, part, progress)))
    yield from _placed(folder, _columns(reader))


def _placed(where: Path, found: Faults) -> Faults:
    """Faults with the folder that has them; what cannot even be looked at is one."""
    try:
        for fault in found:
            yield f"{where}: {fault}"
    except _WRONG as error:
        yield f"{where}: cannot be read ({type(error).__name__}: {error})"


def _few(found: Faults) -> Faults:
    yield from itertools.islice(found, _SHOWN)
    more = sum(1 for _ in found)
    if more:
        yield f"and {more:,} more entries like these"


def _segment(segment: Segment) -> Faults:
    words, stems = len(segment.words), len(segment.stems)
    yield from _strings("words", segment.words, ordered=True)
    yield from _strings("stems", segment.stems, ordered=True)
    yield from _length("stem_of", segment.stem_of, words)
    yield from _below("stem_of", segment.stem_of, stems, but=NO_STEM)
    for name, inverted in segment.fields.items():
        yield from _inverted(name, inverted, segment.rows, words)
    for scope, weighted in segment.weighted.items():
        yield from _weighted(scope, weighted, segment.rows, words if scope == EXACT_SCOPE else stems)
    for name, keys in segment.keys.items():
        yield from _keys(name, keys, segment)
    yield from _length("date", segment.date, segment.rows)
    if (segment.date[1:] < segment.date[:-1]).any():
        yield "date: is not in order"
    yield from _length("confidence", segment.confidence(), segment.rows)
    if not ((segment.confidence() >= 0) & (segment.confidence() <= 1)).all():
        yield "confidence: is not always from 0 to 1"
    yield from _length("digest", segment.digest, segment.rows)
    yield from _offsets("entries.ends", np.asarray(segment._ends), segment.rows, len(segment._entries))


def _inverted(name: str, inverted: Inverted, rows: int, words: int) -> Faults:
    wrong = [
        *_offsets(f"{name}.post_at", inverted.post_at, words, len(inverted.rows)),
        *_offsets(f"{name}.place_at", inverted.place_at, words, len(inverted.places)),
        *_offsets(f"{name}.text_at", inverted.text_at, rows, len(inverted.text)),
        *_length(f"{name}.counts", inverted.counts, len(inverted.rows)),
        *_length(f"{name}.lengths", inverted.lengths, rows),
        *_below(f"{name}.rows", inverted.rows, rows),
        *_below(f"{name}.places", inverted.places, len(inverted.text)),
        *_below(f"{name}.text", inverted.text, words, but=BREAK),
    ]
    if wrong:
        yield from wrong
        return
    yield from _ascending(f"{name}.rows", inverted.post_at, inverted.rows)
    yield from _ascending(f"{name}.places", inverted.place_at, inverted.places)
    for piece in _pieces(len(inverted.places)):
        numbers = np.arange(piece.start, piece.stop, dtype=np.uint64)
        owner = np.searchsorted(inverted.place_at, numbers, "right") - 1
        if (inverted.text[inverted.places[piece]] != owner).any():
            yield f"{name}.places: some are not where the text has their words"
            break
    said = int(inverted.counts.sum(dtype=np.int64))
    if said != len(inverted.places) and int(inverted.counts.max(initial=0)) < MOST_COUNT:
        yield f"{name}.counts: add up to {said:,} for {len(inverted.places):,} words"
    if int(inverted.lengths.sum(dtype=np.int64)) != len(inverted.places):
        yield f"{name}.lengths: do not add up to {len(inverted.places):,} words"


def _weighted(scope: str, weighted: Weighted, rows: int, words: int) -> Faults:
    wrong = [
        *_offsets(f"{scope}.post_at", weighted.post_at, words, len(weighted.rows)),
        *_length(f"{scope}.weights", weighted.weights, len(weighted.rows)),
        *_below(f"{scope}.rows", weighted.rows, rows),
    ]
    yield from wrong or _ascending(f"{scope}.rows", weighted.post_at, weighted.rows)
    for piece in _pieces(len(weighted.weights)):
        weights = weighted.weights[piece]
        if not ((weights > 0) & (weights <= K1 + 1)).all():
            yield f"{scope}.weights: are not always from 0 to {K1 + 1}"
            return


def _keys(name: str, keys: Keys, segment: Segment) -> Faults:
    yield from _strings(f"{name}.values", keys.values, ordered=True)
    wrong = [
        *_offsets(f"{name}.row_at", keys.row_at, len(keys.values), len(keys.rows)),
        *_below(f"{name}.rows", keys.rows, segment.rows),
    ]
    if wrong:
        yield from wrong
        return
    yield from _ascending(f"{name}.rows", keys.row_at, keys.rows)
    codes = np.zeros(segment.rows, np.uint32)
    codes[keys.rows] = np.repeat(np.arange(1, len(keys.values) + 1, dtype=np.uint32), np.diff(keys.row_at).astype(int))
    if name == "id":
        if not codes.all() or len(keys.rows) != segment.rows:
            yield f"id.rows: {len(keys.rows):,} ids for {segment.rows:,} rows"
    elif not np.array_equal(codes, segment.codes(name)):
        yield f"{name}.codes: are not those of {name}.rows"


def _entries(reader: Reader, part: Part, progress: Progress | None) -> Faults:
    """Each living entry is found by its id, alone, and is what was written."""
    rows = range(part.segment.rows) if part.live is None else part.live.nonzero()[0].tolist()
    for number, row in enumerate(rows, 1):
        try:
            entry = part.segment.entry(row)
            if reader.rows_of("id", entry.id) != [part.base + row]:
                yield f"row {row}: quotation {entry.id} is not found by its id"
            if stored_form(entry) != (part.segment.stored(row), int(part.segment.digest[row])):
                yield f"row {row}: quotation {entry.id} is not the one that was written"
        except _WRONG as error:
            yield f"row {row}: its entry cannot be read ({error})"
        if progress and number % _TOLD_EVERY == 0:
            progress(_TOLD_EVERY)
    if progress:
        progress(len(rows) % _TOLD_EVERY)


def _columns(reader: Reader) -> Faults:
    columns = reader.columns
    wrong = [
        fault
        for name, array in {"date": columns.date, "confidence": columns.confidence, **columns.codes}.items()
        for fault in _length(f"columns {name}", array, reader.all_rows)
    ]
    if wrong:
        yield from wrong
        return
    for part in reader.parts:
        mine = slice(part.base, part.base + part.segment.rows)
        if not np.array_equal(columns.date[mine], part.segment.date):
            yield "columns date: is not that of the segments"
        if not np.array_equal(columns.confidence[mine], part.segment.confidence()):
            yield "columns confidence: is not that of the segments"
    for name in CODED:
        yield from _codes(name, reader)
    live = [np.ones(part.segment.rows, np.bool_) if part.live is None else part.live for part in reader.parts]
    for name, values in columns.values.items():
        yield from _values(name, values, columns.codes[name][np.concatenate(live)])


def _codes(name: str, reader: Reader) -> Faults:
    """Rows that are not deleted have the same code in a column where they have the same value, and only there."""
    column = reader.columns.codes[name]
    seen: list[tuple[Keys, U32]] = []
    different = 0
    for part in sorted(reader.parts, key=lambda part: -part.segment.rows):
        live = slice(None) if part.live is None else part.live
        codes = column[part.base : part.base + part.segment.rows][live]
        own, keys = part.segment.codes(name)[live], part.segment.keys[name]
        code_of = np.zeros(len(keys.values) + 1, np.uint32)
        code_of[own] = codes
        if code_of[0] or not np.array_equal(code_of[own], codes) or not codes[own > 0].all():
            yield f"columns {name}: rows with one value have several codes, or none"
            return
        for place in (np.flatnonzero(code_of[1:])).tolist() if seen else ():
            value = keys.values[place]
            known = {int(codes[at + 1]) for values, codes in seen if (at := values.values.find(value)) >= 0} - {0}
            different += not known
            if known - {int(code_of[place + 1])}:
                yield f"columns {name}: '{value.decode()}' has several codes"
                return
        different += 0 if seen else int(np.count_nonzero(code_of))
        seen.append((keys, code_of))
    if len(np.unique(np.concatenate([code_of[code_of > 0] for _, code_of in seen]))) != different:
        yield f"columns {name}: several values have one code"
    elif name in reader.columns.values:
        yield from _named(name, reader.columns.values[name], seen)
    elif len(np.unique(column[column > 0])) != column.max(initial=0):
        yield f"columns {name}: some codes stand for nothing"


def _named(name: str, values: Values, seen: list[tuple[Keys, U32]]) -> Faults:
    """Each code stands for the value that the segments' rows have."""
    for keys, code_of in seen:
        for place, code in enumerate(code_of[1:].tolist()):
            if code and (code > len(values) or values[code].value != keys.values.text(place)):
                yield f"columns {name}: code {code} is not '{keys.values.text(place)}'"
                return


def _values(name: str, values: Values, codes: U32) -> Faults:
    """The values of a facet, and how many living rows have each."""
    yield from _strings(f"columns {name}.values", values._values)
    yield from _strings(f"columns {name}.labels", values._labels)
    yield from _length(f"columns {name}.labels", values._labels, len(values))
    yield from _below(f"columns {name}", codes, len(values) + 1)
    if not np.array_equal(np.bincount(codes, minlength=len(values) + 1), values.counts):
        yield f"columns {name}.counts: are not those of the rows"
    places = values._sorted.tolist()
    in_order = [values._values[code - 1] for code in places if 0 < code <= len(values)]
    if len(in_order) != len(values) or any(one >= other for one, other in itertools.pairwise(in_order)):
        yield f"columns {name}.sorted: is not in order"
    yield from _strings(f"columns {name}.words", values._words, ordered=True)
    wrong = [*_offsets(f"columns {name}.word_at", values._word_at, len(values._words), len(values._word_codes))]
    yield from wrong or _ascending(f"columns {name}.word_codes", values._word_at, values._word_codes)
    yield from _below(f"columns {name}.word_codes", values._word_codes, len(values) + 1)


def _strings(name: str, strings: Strings, *, ordered: bool = False) -> Faults:
    wrong = [*_offsets(f"{name}.ends", strings._ends, len(strings), len(strings._letters))]
    yield from wrong
    if ordered and not wrong:
        every = map(strings.__getitem__, range(len(strings)))
        if any(one >= other for one, other in itertools.pairwise(every)):
            yield f"{name}: are not in order"


def _offsets(name: str, at: U64, pieces: int, total: int) -> Faults:
    """A table of where each piece begins, and where the last one ends."""
    if len(at) != pieces + 1:
        yield f"{name}: has {len(at):,} offsets for {pieces:,} pieces"
    elif at[0] != 0 or at[-1] != total or (at[1:] < at[:-1]).any():
        yield f"{name}: does not lead from 0 to {total:,} in order"


def _length(name: str, values: Array | Strings, wanted: int) -> Faults:
    if len(values) != wanted:
        yield f"{name}: has {len(values):,} values, not {wanted:,}"


def _below(name: str, values: Array, stop: int, *, but: int | None = None) -> Faults:
    """All values lie below `stop`, `but` one apart."""
    for piece in _pieces(len(values)):
        looked_at = values[piece] if but is None else values[piece][values[piece] != but]
        if len(looked_at) and int(looked_at.max()) >= stop:
            yield f"{name}: has {int(looked_at.max()):,}, and should stay below {stop:,}"
            return


def _ascending(name: str, at: U64, values: Array) -> Faults:
    """Within each piece values ascend, and none stands twice."""
    for piece in _pieces(len(values) - 1):
        here, next_ = values[piece], values[1:][piece]
        falls: npt.NDArray[np.uint64] = (np.flatnonzero(next_ <= here) + piece.start + 1).astype(np.uint64)
        if (at[np.searchsorted(at, falls)] != falls).any():
            yield f"{name}: is not in order"
            return


def _pieces(length: int) -> Iterator[slice]:
    return (slice(start, min(start + _AT_ONCE, length)) for start in range(0, length, _AT_ONCE))
