"""The table of formats: a new one is a module and a line here."""

from collections.abc import Mapping
from pathlib import Path

from index.errors import ReadError
from index.readers import archives, csv_table, feed, html_page, jsonl, parquet_table, text, warc
from index.readers.base import Reader
from index.readers.sources import ending_of
from index.readers.streams import guessed

# Named directly, these would be read as plain text, and what came out would be no article.
# fmt: off
_OTHER_FORMATS = (
    ".pdf", ".doc", ".docx", ".odt", ".rtf", ".epub", ".mobi", ".xls", ".xlsx", ".ods", ".ppt", ".pptx", ".7z", ".rar",
    ".zst", ".lz4", ".br", ".mhtml", ".mht", ".wacz", ".arc", ".sqlite", ".db", ".avro", ".orc", ".feather", ".arrow",
    ".png", ".jpg", ".jpeg", ".gif", ".webp", ".mp3", ".mp4",
)
# fmt: on

READERS: tuple[Reader, ...] = (
    text.READER,
    jsonl.READER,
    csv_table.READER,
    parquet_table.READER,
    html_page.READER,
    feed.READER,
    warc.READER,
)


def known_formats() -> Mapping[str, str]:
    """Each format's name -> what it is, in one line, for help texts."""
    return {r.name: f"{r.description} ({', '.join(r.endings)})" for r in READERS}


def endings_of(wanted: str) -> tuple[str, ...]:
    """The endings of files that a folder or an archive is searched for: articles, and archives of them."""
    return (*(e for r in READERS if wanted in ("auto", r.name) for e in r.endings), *archives.ENDINGS)


def container_of(named: str, head: bytes) -> str | None:
    """`zip` or `tar` for an archive; None for everything else, also for what is a zip file only inside."""
    return None if ending_of(Path(named), _OTHER_FORMATS) else archives.kind_of(head) or _v7(named)


def _v7(named: str) -> str | None:
    # Tar's oldest form has no mark by which it could be told.
    return "tar" if ending_of(Path(named), [e for e in archives.ENDINGS if e != ".zip"]) else None


def chosen(wanted: str, named: str, head: bytes, encoding: str | None, media_type: str = "") -> Reader:
    """The reader of that name; for `auto` the one of the name's ending, else of the first bytes, else plain text.

    `media_type` is what a server says. Raises ReadError where the ending is known to be of something else.
    """
    start = guessed(head, encoding)
    if wanted != "auto":
        return next(r for r in READERS if r.name == wanted)
    if media_type:
        # Servers call feeds pages, pages texts, and texts nothing at all: what stands there counts first.
        for reader in (feed.READER, html_page.READER):
            if reader.sniff and reader.sniff(start):
                return reader
    path = Path(named)
    for reader in READERS:
        if ending_of(path, reader.endings):
            return _unless_page(reader, start)
    if other := ending_of(path, _OTHER_FORMATS):
        raise ReadError(
            f"is a {other.lower()} file, which is not read; save what it holds as text, HTML or JSON lines "
            "(if it is one of these already: --format)"
        )
    for reader in READERS:
        if media_type in reader.types and reader is not text.READER:
            return reader
    kind = media_type.partition("/")[0]
    if kind in ("image", "audio", "video", "font") or media_type in ("application/pdf", "application/msword"):
        raise ReadError(f"is {media_type}, which is not read; save what it says as text")
    return next((r for r in READERS if r.sniff and r.sniff(start)), text.READER)


def _unless_page(reader: Reader, start: str) -> Reader:
    """A file called .xml may be a page in XHTML."""
    if reader is feed.READER and html_page.READER.sniff and html_page.READER.sniff(start):
        return html_page.READER
    return reader
