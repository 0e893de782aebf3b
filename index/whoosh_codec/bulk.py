"""Entries in order of date -> a segment, with memory for some of them only."""

import array
import hashlib
import json
import shutil
from collections import Counter
from collections.abc import Iterable
from pathlib import Path

import numpy as np

from index.errors import BuildError
from index.records import Entry
from index.schema import FIELDS
from index.whoosh_codec.arrays import ArrayFolder, Stream, offsets, pack, save
from index.whoosh_codec.inverting import Inverted, invert, join_parts, open_inverted, save_inverted
from index.whoosh_codec.lexicon import encoded, save_strings
from index.whoosh_codec.segment import CODED, LABELS, META, TEXT_FIELDS, packed
from index.whoosh_codec.vocabulary import NO_STEM, Vocabulary

ROWS_A_PART = 200_000
_TOGETHER = 512

_TEXTS = tuple((field.name, field.value) for field in FIELDS if field.kind == "exact")
_CODES = tuple((field.name, field.value, field.label) for field in FIELDS if field.kind == "code")


def stored_form(entry: Entry) -> tuple[bytes, int]:
    """An entry as it is stored, and a digest of that, 64 bits."""
    stored = packed(entry)
    return stored, int.from_bytes(hashlib.blake2b(stored, digest_size=8).digest(), "little")


class SegmentWriter:
    """Takes entries in order of date, undated ones first; `finish` writes what `segment.py` describes, but the weights.

    What does not fit into memory waits in the segment's folder, in parts of `rows_a_part` rows.
    """

    def __init__(self, folder: Path, *, rows_a_part: int = ROWS_A_PART) -> None:
        self._folder = folder
        folder.mkdir(parents=True)
        self._rows_a_part = rows_a_part
        self._vocabulary = Vocabulary()
        self._runs = {name: array.array("I") for name in TEXT_FIELDS}
        self._runs_a_row = {name: array.array("I") for name in TEXT_FIELDS}
        self._parts: list[Path] = []
        self._ids: list[bytes] = []
        self._id_parts: list[np.ndarray[tuple[int], np.dtype[np.bytes_]]] = []
        self._codes = {name: _Coder() for name in CODED}
        self._date = array.array("i")
        self._confidence = array.array("f")
        self._digest = array.array("Q")
        self._entries = Stream(folder, "entries.data", "<u1")
        self._waiting: list[Entry] = []
        self._stored: list[bytes] = []
        self._lengths = array.array("I")
        self.rows = 0

    def add(self, entry: Entry, stored: bytes, digest: int) -> None:
        """One row. BuildError where the entry's date is none or out of order."""
        date = date_number(entry)
        if self._date and date < self._date[-1]:
            raise BuildError(f"quotation {entry.id}: its date {entry.date} is out of order, so no index was written")
        self._date.append(date)
        self._waiting.append(entry)
        self._stored.append(stored)
        self._digest.append(digest)
        self.rows += 1
        if len(self._waiting) == _TOGETHER:
            self._take()
        if self.rows % self._rows_a_part == 0:
            self._write_part()

    def finish(self) -> dict[str, int]:
        """Writes everything; returns the number of words of each field."""
        folder = self._folder
        self._take()
        self._entries.__exit__(None, None, None)
        save(folder, "entries.ends", offsets(np.frombuffer(self._lengths, np.uint32)))
        for name, numbers, dtype in (
            ("date", self._date, "<i4"),
            ("confidence", self._confidence, "<f4"),
            ("digest", self._digest, "<u8"),
        ):
            save(folder, name, np.array(numbers, dtype))
        if self.rows % self._rows_a_part or not self._parts:
            self._write_part()
        tokens = self._write_fields()
        self._write_ids()
        labels = {name: coder.write(folder, name) for name, coder in self._codes.items()}
        kept = {name: found for name, found in labels.items() if found}
        (folder / LABELS).write_text(json.dumps(kept), encoding="ascii")
        (folder / META).write_text(json.dumps({"rows": self.rows, "words": tokens}), encoding="ascii")
        for part in self._parts:
            shutil.rmtree(part)
        pack(folder, "data")
        return tokens

    def _take(self) -> None:
        """Takes in the entries that wait, column by column."""
        entries = self._waiting
        if not entries:
            return
        for name, value in _TEXTS:
            self._vocabulary.add((str(value(entry)) for entry in entries), self._runs[name], self._runs_a_row[name])
        for name, value, label in _CODES:
            self._codes[name].add([value(entry) for entry in entries])
            if label:
                self._codes[name].name((value(entry), label(entry)) for entry in entries)
        self._codes["article"].add([entry.article_id for entry in entries])
        self._ids += [encoded(entry.id) for entry in entries]
        self._confidence.extend([entry.confidence for entry in entries])
        self._entries.write(self._stored)
        self._lengths.extend(map(len, self._stored))
        self._waiting, self._stored = [], []

    def _write_part(self) -> None:
        self._take()
        part = self._folder / f"part{len(self._parts)}"
        part.mkdir()
        self._parts.append(part)
        for name in TEXT_FIELDS:
            text, words_a_run = self._vocabulary.expanded(self._runs[name])
            runs = np.frombuffer(self._runs_a_row[name], np.uint32).astype(np.int64)
            ends = np.cumsum(np.concatenate(([0], words_a_run)), dtype=np.int64)[np.cumsum(runs)]
            save_inverted(part, name, invert(text, np.diff(ends, prepend=0), len(self._vocabulary.words)))
            pack(part, name)
            self._runs[name], self._runs_a_row[name] = array.array("I"), array.array("I")
        self._id_parts.append(np.array(self._ids, np.bytes_))
        self._ids = []
        self._vocabulary.forget_runs()

    def _write_fields(self) -> dict[str, int]:
        folder, vocabulary = self._folder, self._vocabulary
        words = [encoded(word) for word in vocabulary.words]
        order = np.array(sorted(range(len(words)), key=words.__getitem__), np.int64)
        save_strings(folder, "words", (words[number] for number in order.tolist()))
        del words
        stems = [encoded(stem) for stem in vocabulary.stems]
        stem_order = sorted(range(len(stems)), key=stems.__getitem__)
        save_strings(folder, "stems", (stems[number] for number in stem_order))
        stem_rank = np.full(len(stems) + 1, NO_STEM, np.uint32)
        stem_rank[stem_order] = np.arange(len(stems), dtype=np.uint32)
        stem_of = np.frombuffer(vocabulary.stem_of, np.uint32)
        save(folder, "stem_of", stem_rank[np.minimum(stem_of, np.uint32(len(stems)))][order])
        tokens = {}
        for name in TEXT_FIELDS:
            parts: list[Inverted] = [open_inverted(ArrayFolder(part), name) for part in self._parts]
            join_parts(folder, name, parts, order)
            tokens[name] = sum(int(part.lengths.sum()) for part in parts)
        return tokens

    def _write_ids(self) -> None:
        ids = np.concatenate(self._id_parts)
        order = np.argsort(ids, kind="stable")
        _write_keys(self._folder, "id", ids[order].tolist(), np.ones(len(ids), np.int64), order)


class _Coder:
    """Numbers a key's values as they come, and in order of their bytes in the end."""

    def __init__(self) -> None:
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

    def write(self, folder: Path, name: str) -> dict[str, str]:
        """Writes values, codes and rows; returns the commonest label of each value that has one."""
        values = [encoded(value) for value in self._known]
        order = sorted(range(len(values)), key=values.__getitem__)
        rank = np.zeros(len(values) + 1, np.uint32)
        rank[np.array(order, np.int64) + 1] = np.arange(1, len(values) + 1)
        codes = rank[np.frombuffer(self._codes, np.uint32)] if len(self._codes) else np.zeros(0, np.uint32)
        save(folder, f"{name}.codes", codes)
        counts = np.bincount(codes, minlength=len(values) + 1)
        rows = np.argsort(codes, kind="stable")[int(counts[0]) :]
        _write_keys(folder, name, [values[number] for number in order], counts[1:], rows)
        return {value: min(labels, key=lambda label: (-labels[label], label)) for value, labels in self._labels.items()}


def _write_keys(folder: Path, name: str, values: list[bytes], counts: np.ndarray, rows: np.ndarray) -> None:
    save_strings(folder, f"{name}.values", values)
    save(folder, f"{name}.row_at", offsets(counts))
    save(folder, f"{name}.rows", rows.astype(np.uint32))


def date_number(entry: Entry) -> int:
    """yyyymmdd; 0 where there is no date. BuildError for what is none."""
    if entry.date is None:
        return 0
    try:
        year, month, day = entry.date.split("-")
        return int(year) * 10000 + int(month) * 100 + int(day)
    except ValueError:
        raise BuildError(f"quotation {entry.id}: its date '{entry.date}' is not a calendar date") from None
