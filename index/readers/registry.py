"""The table of formats: a new one is a module and a line here."""

from collections.abc import Mapping
from pathlib import Path

from index.errors import ReadError
from index.readers import jsonl, text
from index.readers.base import Reader
from index.readers.sources import ending_of
from index.readers.streams import guessed

# Named directly, these would be read as plain text, and what came out would be no article.
# fmt: off
_OTHER_FORMATS = (
    ".csv", ".tsv", ".html", ".htm", ".xhtml", ".xml", ".rss", ".atom", ".warc", ".parquet", ".pdf", ".doc",
    ".docx", ".odt", ".rtf", ".epub", ".zip", ".tar", ".tgz", ".bz2", ".xz", ".zst",
)
# fmt: on

READERS: tuple[Reader, ...] = (text.READER, jsonl.READER)


def known_formats() -> Mapping[str, str]:
    """Each format's name -> what it is, in one line, for help texts."""
    return {r.name: f"{r.description} ({', '.join(r.endings)})" for r in READERS}


def chosen(wanted: str, path: Path | None, head: bytes, encoding: str | None) -> Reader:
    """The reader of that name; for `auto` the one of the path's ending, else of the first bytes, else plain text.

    Raises ReadError where the ending is known to be of something else.
    """
    for reader in READERS:
        if reader.name == wanted or (wanted == "auto" and path and ending_of(path, reader.endings)):
            return reader
    if wanted == "auto" and path and (other := ending_of(path, _OTHER_FORMATS)):
        raise ReadError(
            f"is a {other.lower()} file, which is not read yet; save what it holds as text or JSON lines "
            "(if it is one of these already: --format)"
        )
    start = guessed(head, encoding)
    return next((r for r in READERS if r.sniff and r.sniff(start)), text.READER)
