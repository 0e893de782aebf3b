"""Entries -> the files of one build's search data."""

import json
from collections.abc import Callable, Iterable
from pathlib import Path

from index.manifest import sync
from index.records import Entry, to_json
from index.schema import FIELDS
from index.whoosh_codec.columns import FOLDER as COLUMNS_FOLDER
from index.whoosh_codec.columns import VALUES, ColumnsWriter
from index.whoosh_codec.stock import ENTRY, analysed, create_in, make_schema

FOLDER = "whoosh"
_MEMORY_MB = 256
"""Of postings, before Whoosh sorts them into a temporary file."""
_PROGRESS_EVERY = 100

STEMS = "stems.json"

_INDEXED = tuple(field for field in FIELDS if field.kind in ("id", "exact"))
_EXACT = tuple(field for field in FIELDS if field.kind == "exact")


def write(folder: Path, entries: Iterable[Entry], *, progress: Callable[[int], None] | None = None) -> int:
    """Writes the entries' index and columns into `folder`, durably, and returns how many there were.

    Entries come in order of date, undated ones first (BuildError otherwise). `progress` is told, now and then and at
    the end, how many more have been written.
    """
    columns = ColumnsWriter()
    stem_of: dict[str, str] = {}
    target = folder / FOLDER
    target.mkdir()
    index = create_in(target, make_schema())
    try:
        count = told = 0
        # One commit makes one segment. Loose files, because Whoosh copies a compound one into memory to read it.
        writer = index.writer(limitmb=_MEMORY_MB, compound=False)
        try:
            for entry in entries:
                columns.add(entry)
                for field in _EXACT:
                    stem_of.update((token.exact, token.stem) for token in analysed(str(field.value(entry))))
                values = {field.name: indexable(field.value(entry)) for field in _INDEXED}
                writer.add_document(**values, **{ENTRY: json.dumps(to_json(entry), separators=(",", ":"))})
                count += 1
                if progress and count - told == _PROGRESS_EVERY:
                    progress(count - told)
                    told = count
        except BaseException:
            writer.cancel()
            raise
        writer.commit()
    finally:
        index.close()
    for lock in target.glob("*LOCK"):
        lock.unlink()
    columns.write(folder)
    (folder / STEMS).write_text(json.dumps(_by_stem(stem_of), sort_keys=True), encoding="ascii")
    for path in (*target.iterdir(), *(folder / COLUMNS_FOLDER).iterdir(), folder / VALUES, folder / STEMS):
        sync(path)
    for path in (target, folder / COLUMNS_FOLDER, folder):
        sync(path)
    if progress and count > told:
        progress(count - told)
    return count


def _by_stem(stem_of: dict[str, str]) -> dict[str, list[str]]:
    """Stem -> the words that have it, in order of the alphabet; words without a stem are left out."""
    words: dict[str, list[str]] = {}
    for exact in sorted(stem_of):
        if stem_of[exact]:
            words.setdefault(stem_of[exact], []).append(exact)
    return words


def indexable(value: object) -> str:
    """A value as the index can hold it."""
    # Half of a surrogate pair, which broken JSON can hold, has no UTF-8.
    return str(value).encode("utf-8", "backslashreplace").decode()
