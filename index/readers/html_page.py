"""HTML pages: one article a page, without what stands around it; what the page says about itself."""

import dataclasses
import itertools
import re
from collections.abc import Iterator
from typing import Any, BinaryIO
from urllib.parse import parse_qsl, urlencode, urljoin, urlsplit, urlunsplit

from index.errors import ReadError
from index.readers.articles import Given, make_article
from index.readers.base import Options, Place, Reader
from index.readers.limits import shown_size
from index.readers.markup import parsed, text_of_bytes, with_captions
from index.readers.needing import hushed, needed
from index.readers.streams import shown, warn_of_fallback
from index.records import Article, Failure

_HTML = re.compile(r"\s*(?:<\?xml[^>]*\?>\s*|<!--.*?-->\s*)*<(?:!doctype\s+html|html|head|body|article)\b", re.I | re.S)
_TRACKING = re.compile(r"utm_\w+|fbclid|gclid|dclid|msclkid|mc_[ce]id|cmpid|ocid|ito|ns_\w+|at_\w+|xtor|smid", re.I)
_SHORTEST = 80
_SENTENCE = re.compile(r"[^\W\d_]{2}[.!?…]|[\"”“„«»]")
_TABLE_ROW = re.compile(r"\|(.*)\|\s*")
_count = itertools.count(1)
_RESET_EVERY = 500


def read(stream: BinaryIO, place: Place, options: Options) -> Iterator[Article | Failure]:
    """The one article of the page, or why it is none."""
    data = stream.read(options.limits.page + 1)
    yield article_of_page(data, place, options)


def article_of_page(
    data: bytes,
    place: Place,
    options: Options,
    *,
    line: int | None = None,
    otherwise: Given | None = None,
) -> Article | Failure:
    """The page's article. `line` is its number in a file of many; `otherwise` is taken where the page says nothing."""
    origin = place.origin if line is None else f"{place.origin}:{line}"
    otherwise = otherwise or Given()
    try:
        if len(data) > options.limits.page:
            raise ReadError(
                f"is longer than {shown_size(options.limits.page)}, too long for a page; leave it out, or raise the "
                "limit: --limit-of page=SIZE"
            )
        source, fell_back = text_of_bytes(data, encoding=options.encoding, charset=place.charset)
        if fell_back:
            warn_of_fallback(origin)
        text, given = _taken_apart(source, place.url or otherwise.url)
    except ReadError as error:
        return Failure(origin=origin, reason=str(error), article_id=otherwise.id)
    given = Given(**{f.name: getattr(given, f.name) or getattr(otherwise, f.name) for f in dataclasses.fields(Given)})
    start = len(given.title) if given.title and text.startswith(given.title + "\n") else 0
    return make_article(text, given, place, line=line, start=start, page=True, date_order=options.date_order)


def _taken_apart(source: str, url: str | None) -> tuple[str, Given]:
    tree = with_captions(parsed(source))
    language = tree.get("lang") or tree.get("{http://www.w3.org/XML/1998/namespace}lang")
    own = page_url(_canonical(tree), url)
    found = _document(tree)
    text = "\n\n".join(_paragraphs(found.text or "")) if found is not None else ""
    if len(text) < _SHORTEST or not _SENTENCE.search(text):
        raise ReadError("has no article's text that stands out from the page; if it has one, save the text alone")
    return text, Given(
        title=found.title, source=found.sitename, date=found.date, url=own, authors=found.author, language=language
    )


def _document(tree: Any) -> Any:
    trafilatura = needed("trafilatura", what="an HTML page")
    hushed("trafilatura", "htmldate", "courlan", "justext")
    if next(_count) % _RESET_EVERY == 0:
        # It keeps what it has seen, which over a hundred thousand pages fills the memory.
        needed("trafilatura.meta", what="an HTML page").reset_caches()
    try:
        return trafilatura.bare_extraction(
            tree,
            with_metadata=True,
            include_comments=False,
            date_extraction_params={"original_date": True, "extensive_search": False},
        )
    except (RecursionError, ValueError, TypeError, AttributeError, LookupError) as error:
        # Whatever a page is made of, it must not end the run.
        reason = f"cannot be taken apart ({type(error).__name__}: {shown(error, 80)}); save its text alone"
        raise ReadError(reason) from error


def _paragraphs(text: str) -> Iterator[str]:
    """The lines that trafilatura gives, without its own marks of lists and tables."""
    for line in text.splitlines():
        line = line.strip().removeprefix("- ")
        row = _TABLE_ROW.fullmatch(line)
        for part in row[1].split(" | ") if row else [line]:
            if (part := part.strip()) and set(part) - set("|- "):
                yield part


def _canonical(tree: Any) -> str | None:
    """What the page calls its address; taken out of it.

    Else a date in the address would count more than the one that the page gives, and its host would be its source.
    """
    links = [e for e in tree.iter("link") if "canonical" in (e.get("rel") or "").lower().split()]
    metas = [e for e in tree.iter("meta") if (e.get("property") or e.get("name") or "").lower() == "og:url"]
    found = [*(e.get("href") for e in links), *(e.get("content") for e in metas)]
    for element in (*links, *metas):
        element.drop_tree()
    return next((str(one).strip() for one in found if one and one.strip()), None)


def page_url(canonical: str | None, fetched: str | None) -> str | None:
    """The page's own address, in one form: as it calls itself, where that can be, else as it was fetched.

    Many sites call every page by the home page's address; none has a right to another site's.
    """
    there = clean_url(fetched)
    own = clean_url(urljoin(fetched or "", canonical)) if canonical else None
    if own is None or there is None:
        return own or there
    mine, theirs = urlsplit(own), urlsplit(there)
    return (
        own
        if _same_site(mine.hostname or "", theirs.hostname or "")
        and (mine.path.strip("/") or not theirs.path.strip("/"))
        else there
    )


def _same_site(one: str, other: str) -> bool:
    """Is it the same host, or one below the other (`m.example.org`, `example.org`)?"""
    one, other = one.removeprefix("www."), other.removeprefix("www.")
    return one == other or one.endswith(f".{other}") or other.endswith(f".{one}")


def clean_url(url: str | None) -> str | None:
    """An http(s) address without fragment, password and what only says where a reader came from; else None."""
    try:
        parts = urlsplit((url or "").strip())
        host, port = parts.hostname, parts.port
    except ValueError:
        return None
    if parts.scheme.lower() not in ("http", "https") or not host:
        return None
    query = parts.query
    if any(_TRACKING.fullmatch(name) for name, _ in parse_qsl(query, keep_blank_values=True)):
        kept = [(n, v) for n, v in parse_qsl(query, keep_blank_values=True) if not _TRACKING.fullmatch(n)]
        query = urlencode(kept)
    host = f"[{host}]" if ":" in host else host
    default = {"http": 80, "https": 443}[parts.scheme.lower()]
    where = host if port in (None, default) else f"{host}:{port}"
    return urlunsplit((parts.scheme.lower(), where, parts.path or "/", query, ""))


READER = Reader(
    name="html",
    endings=(".html", ".htm", ".xhtml"),
    description="web pages: the article without what stands around it; the page's own title, date, source, address",
    read=read,
    sniff=lambda start: bool(_HTML.match(start)),
    types=("text/html", "application/xhtml+xml"),
)
