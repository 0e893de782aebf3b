"""The table of formats: a new one is a module and a line here."""

from collections.abc import Mapping
from pathlib import Path

from index.readers import jsonl, text
from index.readers.base import Reader
from index.readers.sources import ending_of
from index.readers.streams import guessed

READERS: tuple[Reader, ...] = (text.READER, jsonl.READER)


def known_formats() -> Mapping[str, str]:
    """Each format's name -> what it is, in one line, for help texts."""
    return {r.name: f"{r.description} ({', '.join(r.endings)})" for r in READERS}


def chosen(wanted: str, path: Path | None, head: bytes, encoding: str | None) -> Reader:
    """The reader of that name; for `auto` the one of the path's ending, else of the first bytes, else plain text."""
    for reader in READERS:
        if reader.name == wanted or (wanted == "auto" and path and ending_of(path, reader.endings)):
            return reader
    start = guessed(head, encoding)
    return next((r for r in READERS if r.sniff and r.sniff(start)), text.READER)
