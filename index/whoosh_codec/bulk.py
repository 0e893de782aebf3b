"""Entries in order of date -> a segment, with memory for some of them only."""

import array
import hashlib
import json
import shutil
from pathlib import Path

import numpy as np

from index.errors import BuildError
from index.records import Entry
from index.schema import FIELDS
from index.whoosh_codec.arrays import ArrayFolder, Stream, offsets, pack, save
from index.whoosh_codec.inverting import Inverted, invert, join_parts, open_inverted, save_inverted
from index.whoosh_codec.keys import KeyWriter
from index.whoosh_codec.lexicon import encoded, save_strings
from index.whoosh_codec.segment import CODED, KEY_FIELDS, LABELS, META, TEXT_FIELDS, packed
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
        self._keys = {name: KeyWriter(name) for name in KEY_FIELDS}
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
        parts = [ArrayFolder(part) for part in self._parts]
        labels = {name: key.finish(folder, parts, codes=name in CODED) for name, key in self._keys.items()}
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
            self._keys[name].add([value(entry) for entry in entries])
            if label:
                self._keys[name].name((value(entry), label(entry)) for entry in entries)
        self._keys["article"].add([entry.article_id for entry in entries])
        self._keys["id"].add([entry.id for entry in entries])
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
        for key in self._keys.values():
            key.spill(part)
        pack(part, "keys")
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


def date_number(entry: Entry) -> int:
    """yyyymmdd; 0 where there is no date. BuildError for what is none."""
    if entry.date is None:
        return 0
    try:
        year, month, day = entry.date.split("-")
        return int(year) * 10000 + int(month) * 100 + int(day)
    except ValueError:
        raise BuildError(f"quotation {entry.id}: its date '{entry.date}' is not a calendar date") from None
