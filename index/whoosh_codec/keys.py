"""Values of keys -> a lexicon of them and the rows that have each, with memory for some of the rows only.

Every part of a segment has a lexicon of its own values and, row by row, which of them it is (`KeyWriter.spill`); in the
end the parts' lexicons become one (`united`), a stretch of the alphabet at a time, as arrays of fixed width.
"""

import array
import itertools
from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Sequence
from pathlib import Path
from typing import TypeAlias

import numpy as np
import numpy.typing as npt

from index.whoosh_codec.arrays import U32, Array, ArrayFolder, Stream, offsets, save
from index.whoosh_codec.lexicon import Lexicon, encoded, save_strings

_AT_ONCE = 2**26
"""Bytes of values that are sorted together."""
_LENGTH = 4
"""Bytes of a value's length behind it: numpy takes NULs at the end of bytes for padding."""
_WIDE = 256
"""Bytes; longer values are put in order by Python."""

Bounds: TypeAlias = list[tuple[int, int]]
"""For each of several lexicons the places [first, stop) of its strings within one stretch of the alphabet."""


class KeyWriter:
    """One key's values as they come; `spill` after each part, `finish` in the end."""

    def __init__(self, name: str) -> None:
        self._name = name
        self._known: dict[str, int] = {}
        self._codes = array.array("I")
        self._labels: dict[str, Counter[str]] = {}

    def add(self, values: list[object]) -> None:
        """The values of the next rows, None for none."""
        known = self._known
        self._codes.extend([0 if v is None else known.setdefault(str(v), len(known) + 1) for v in values])

    def name(self, labels: Iterable[tuple[object, str | None]]) -> None:
        """What values are called; only names that differ from them are kept."""
        kept = self._labels
        for value, label in labels:
            if value is not None and label and label != value:
                counts = kept.get(str(value))
                if counts is None:
                    counts = kept[str(value)] = Counter()
                counts[label] += 1

    def spill(self, part: Path) -> None:
        """Moves what came so far into a part's folder: NAME.values, a lexicon, and NAME.codes as a segment has them."""
        values = [encoded(value) for value in self._known]
        order = in_order(values)
        ordered = [values[number] for number in order.tolist()]
        distinct = list(dict.fromkeys(ordered))
        new = np.ones(len(ordered), np.bool_)
        if len(distinct) < len(ordered):  # half of a surrogate pair is encoded as some other text is
            new[1:] = [one != other for one, other in itertools.pairwise(ordered)]
        save_strings(part, f"{self._name}.values", distinct)
        rank = np.zeros(len(values) + 1, np.uint32)
        rank[order + 1] = np.cumsum(new)
        save(part, f"{self._name}.codes", rank[np.frombuffer(self._codes, np.uint32)])
        self._known, self._codes = {}, array.array("I")

    def finish(self, folder: Path, parts: Sequence[ArrayFolder], *, codes: bool) -> dict[str, str]:
        """Writes values, rows and, if wanted, codes; returns the commonest label of each value that has one."""
        name = self._name
        with StringStream(folder, f"{name}.values") as out:
            places = united([Lexicon(part, f"{name}.values") for part in parts], out.append)
        found = np.concatenate(
            [
                np.concatenate((np.zeros(1, np.uint32), place + np.uint32(1)))[part.load(f"{name}.codes")]
                for place, part in zip(places, parts, strict=True)
            ]
        )
        if codes:
            save(folder, f"{name}.codes", found)
        counts = np.bincount(found, minlength=out.length + 1)
        save(folder, f"{name}.row_at", offsets(counts[1:]))
        save(folder, f"{name}.rows", by_code(found)[int(counts[0]) :])
        return {value: min(labels, key=lambda label: (-labels[label], label)) for value, labels in self._labels.items()}


class StringStream:
    """Strings in files as `save_strings` writes them, so many that they come in pieces; use it as a context manager."""

    def __init__(self, folder: Path, name: str) -> None:
        self._folder, self._name = folder, name
        self._letters = Stream(folder, f"{name}.letters", "<u1")
        self._lengths: list[Array] = [np.zeros(0, np.int64)]
        self.length = 0

    def append(self, letters: Array, lengths: Array) -> None:
        """Adds strings: all their bytes, and how many each has."""
        self._letters.append(letters)
        self._lengths.append(lengths)
        self.length += len(lengths)

    def __enter__(self) -> "StringStream":
        return self

    def __exit__(self, *error: object) -> None:
        self._letters.__exit__(*error)  # type: ignore[arg-type]
        if error[0] is None:
            save(self._folder, f"{self._name}.ends", offsets(np.concatenate(self._lengths)))


def in_order(values: list[bytes]) -> npt.NDArray[np.int64]:
    """The places of the values in order of their bytes."""
    if values and max(map(len, values)) <= _WIDE and not any(value.endswith(b"\0") for value in values):
        order: npt.NDArray[np.int64] = np.argsort(np.array(values, np.bytes_), kind="stable")
        return order
    return np.array(sorted(range(len(values)), key=values.__getitem__), np.int64)


def by_code(codes: U32) -> U32:
    """The rows in order of their codes, those of one code ascending."""
    # Code and row in one number: sorting numbers is much faster than sorting rows by codes.
    pairs = (codes.astype(np.uint64) << np.uint64(32)) | np.arange(len(codes), dtype=np.uint64)
    pairs.sort()
    return pairs.astype(np.uint32)


def united(lexicons: Sequence[Lexicon], put: Callable[[Array, Array], None]) -> list[U32]:
    """Passes on all the lexicons' strings, each once and in order, and returns each lexicon's places among them.

    `put` is called with the bytes of some strings and how many each has.
    """
    if len(lexicons) == 1:
        put(lexicons[0].letters, np.diff(lexicons[0].ends.astype(np.int64)))
        return [np.arange(len(lexicons[0]), dtype=np.uint32)]
    places = [np.empty(len(lexicon), np.uint32) for lexicon in lexicons]
    before = 0
    for bounds in _stretches(lexicons, [(0, len(lexicon)) for lexicon in lexicons]):
        width = _longest(lexicons, bounds)
        pieces = [_fixed(lexicon, first, stop, width) for lexicon, (first, stop) in zip(lexicons, bounds, strict=True)]
        strings = np.concatenate(pieces)
        order = np.argsort(strings, kind="stable")  # runs that are in order already: stable sorting merges them
        strings = strings[order]
        new = np.ones(len(strings), np.bool_)
        new[1:] = strings[1:] != strings[:-1]
        found = np.empty(len(strings), np.uint32)
        found[order] = (before - 1 + np.cumsum(new)).astype(np.uint32)
        put(*_loose(strings[new], width))
        before += int(new.sum())
        at = 0
        for place, (first, stop) in zip(places, bounds, strict=True):
            place[first:stop] = found[at : at + stop - first]
            at += stop - first
    return places


def _stretches(lexicons: Sequence[Lexicon], bounds: Bounds) -> Iterator[Bounds]:
    """Bounds of few enough strings to be sorted together, in order of the alphabet."""
    sizes = [stop - first for first, stop in bounds]
    if not sum(sizes):
        return
    if sum(sizes) * (_longest(lexicons, bounds) + _LENGTH) > _AT_ONCE:
        largest = int(np.argmax(sizes))
        middle = lexicons[largest][sum(bounds[largest]) // 2]
        cuts = [
            min(max(lexicon.first_from(middle), first), stop)
            for lexicon, (first, stop) in zip(lexicons, bounds, strict=True)
        ]
        left = [(first, cut) for (first, _), cut in zip(bounds, cuts, strict=True)]
        if left != bounds and any(cut > first for first, cut in left):
            yield from _stretches(lexicons, left)
            yield from _stretches(lexicons, [(cut, stop) for (_, stop), cut in zip(bounds, cuts, strict=True)])
            return
    yield bounds


def _longest(lexicons: Sequence[Lexicon], bounds: Bounds) -> int:
    """Bytes of the longest string within the bounds."""
    lengths = (
        np.diff(lexicon.ends[first : stop + 1]).max(initial=0)
        for lexicon, (first, stop) in zip(lexicons, bounds, strict=True)
    )
    return int(max(lengths))


def _fixed(lexicon: Lexicon, first: int, stop: int, width: int) -> npt.NDArray[np.bytes_]:
    """Some strings, NULs up to `width` behind them and then their lengths, so that they are in order as bytes are."""
    ends = lexicon.ends[first : stop + 1].astype(np.int64)
    lengths = np.diff(ends)
    out = np.zeros((stop - first, width + _LENGTH), np.uint8)
    out[:, :width][np.arange(width) < lengths[:, None]] = lexicon.letters[int(ends[0]) : int(ends[-1])]
    out[:, width:] = lengths.astype(">u4").view(np.uint8).reshape(-1, _LENGTH)
    return out.reshape(-1).view(f"S{width + _LENGTH}")


def _loose(strings: npt.NDArray[np.bytes_], width: int) -> tuple[Array, Array]:
    """The bytes of strings of fixed width, and their lengths."""
    rows = strings.view(np.uint8).reshape(-1, width + _LENGTH)
    lengths = np.ascontiguousarray(rows[:, width:]).view(">u4").reshape(-1).astype(np.int64)
    return rows[:, :width][np.arange(width) < lengths[:, None]], lengths
