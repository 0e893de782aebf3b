"""What an article says about itself, and where it stands -> an Article, checked; or why it cannot be one."""

import dataclasses
import hashlib
import re

from index.errors import ReadError
from index.readers.base import DateOrder, Place
from index.readers.clues import date_of_folders, date_of_name, date_of_url, dateline, host_of, outlet_of_name
from index.readers.dates import calendar_date
from index.readers.languages import language_of
from index.readers.streams import shown
from index.records import Article, DateBasis, Failure, IdBasis, SourceBasis

MAX_ID = 200
MAX_SOURCE = 200

_CONTROL = re.compile(r"[\x00-\x1f\x7f-\x9f\u2028\u2029]")
_SURROGATE = re.compile(r"[\ud800-\udfff]")
# Every control character but tab, line ends, form feed, vertical tab, "next line" (in files of IBM's) and escape.
_NO_TEXT = re.compile(r"[\x00-\x08\x0e-\x1a\x1c-\x1f]")


@dataclasses.dataclass(frozen=True, slots=True, kw_only=True)
class Given:
    """What an article says about itself, as written; None or empty where it says nothing."""

    id: str | None = None
    title: str | None = None
    source: str | None = None
    date: str | None = None
    url: str | None = None
    authors: str | None = None
    language: str | None = None


def make_article(
    text: str,
    given: Given,
    place: Place,
    *,
    line: int | None = None,
    start: int = 0,
    body: int = 0,
    page: bool = False,
    date_order: DateOrder | None = None,
) -> Article | Failure:
    """The article, its gaps filled from dateline, folder and name; a Failure that names what is wrong with it.

    `line` is for files that hold many articles: their name gives none of them a date. The dateline stands at `start`;
    `body` is as in `Article`. Of a web `page` the address may tell the date and the source too.
    """
    origin = place.origin if line is None else f"{place.origin}:{line}"
    known = None
    try:
        known, id_basis = _id(text, given, place, line)
        _check_text(text)
        gaps = _gaps(text, given, place, line=line, start=start, page=page, date_order=date_order)
        date, date_basis, source, source_basis = gaps
        return Article(
            id=known,
            id_basis=id_basis,
            text=text,
            title=_one_line(given.title),
            source=source,
            source_basis=source_basis,
            date=date,
            date_basis=date_basis,
            url=_whole(given.url) or None,
            authors=_one_line(given.authors),
            body=body,
            language=language_of(text, given.language),
            origin=origin,
        )
    except ReadError as error:
        return Failure(origin=origin, reason=str(error), article_id=known)


def _id(text: str, given: Given, place: Place, line: int | None) -> tuple[str, IdBasis]:
    basis: IdBasis = "metadata"
    if given.id and given.id.strip():
        identifier, what = given.id.strip(), "its id"
    elif (line is not None or place.url) and given.url and given.url.strip():
        identifier, what = f"url-{_digest(given.url.strip())}", "its URL"
    elif place.name:
        basis = "name"
        identifier, what = place.name if line is None else f"{place.name}:{line}", "its file's name, and so its id,"
    else:
        # What comes from a pipe has no name; the words keep two pipes' articles apart.
        basis = "name"
        identifier, what = f"stdin-{_digest(text)}", "its id"
    if _SURROGATE.search(identifier):
        raise ReadError(f"{what} has broken characters ('{shown(identifier, 60)}'); give it another one")
    if _CONTROL.search(identifier):
        raise ReadError(f"{what} has control characters ('{shown(identifier, 60)}'); give it another one")
    if len(identifier) > MAX_ID:
        raise ReadError(f"{what} is {len(identifier)} characters long; {MAX_ID} is the most, so give it a shorter one")
    return identifier, basis


def _digest(value: str) -> str:
    return hashlib.sha256(value.encode("utf-8", "surrogatepass")).hexdigest()[:16]


def _check_text(text: str) -> None:
    _whole(text)
    start = text[: 1 << 16]
    # A stray control character is somebody's typing; many, or a zero byte, are no text at all.
    if "\0" in text or len(_NO_TEXT.findall(start)) * 20 > len(start):
        raise ReadError("is binary, not text; leave it out (or, for UTF-16, say so with --encoding)")
    if not text.strip():
        raise ReadError("has no text; there is no article to read")


def _gaps(
    text: str,
    given: Given,
    place: Place,
    *,
    line: int | None,
    start: int,
    page: bool,
    date_order: DateOrder | None,
) -> tuple[str | None, DateBasis, str | None, SourceBasis]:
    """Date and source, from the first that says anything: the article itself, its dateline, address, folder, name."""
    date_there, source_there = dateline(text, start)
    own_name = place.name.rsplit("/", 1)[-1] if line is None else ""
    address = given.url if page else None
    dates: tuple[tuple[str | None, DateBasis], ...] = (
        (calendar_date(given.date or "", order=date_order), "metadata"),
        (date_there, "dateline"),
        (date_of_url(address), "url"),
        (date_of_folders(place.folders), "folder"),
        (date_of_name(own_name), "name"),
        (None, "missing"),
    )
    sources: tuple[tuple[str | None, SourceBasis], ...] = (
        (_one_line(given.source), "metadata"),
        (_one_line(source_there), "dateline"),
        (_one_line(host_of(address)), "url"),
        (_one_line(place.outlet), "folder"),
        (_one_line(outlet_of_name(own_name)), "name"),
        (None, "missing"),
    )
    date, date_basis = next(((d, b) for d, b in dates if d), dates[-1])
    source, source_basis = next(((s, b) for s, b in sources if s), sources[-1])
    if source and len(source) > MAX_SOURCE:
        raise ReadError(
            f"its source is {len(source)} characters long ('{shown(source, 60)}'); {MAX_SOURCE} is the most"
        )
    return date, date_basis, source, source_basis


def _one_line(value: str | None) -> str | None:
    """The value with single spaces and no control characters; None where nothing is left."""
    return " ".join(_CONTROL.sub(" ", _whole(value or "")).split()) or None


def _whole(value: str | None) -> str:
    if value and (broken := _SURROGATE.search(value)):
        code = f"\\u{ord(broken[0]):04x}"
        raise ReadError(f"holds half a character ({code} at {broken.start()}); write it anew with whole characters")
    return value or ""
