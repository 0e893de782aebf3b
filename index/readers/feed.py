"""RSS and Atom feeds: one article an entry, from its page, or from the feed where there is none."""

import datetime
import hashlib
import logging
import re
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any, BinaryIO
from urllib.parse import urljoin

from index.errors import ReadError
from index.readers import fetching
from index.readers.articles import Given, make_article
from index.readers.base import Options, Place, Reader
from index.readers.html_page import article_of_page, clean_url
from index.readers.limits import shown_size
from index.readers.markup import fragment_text, text_of_bytes, without_prolog
from index.readers.needing import needed
from index.readers.robots import permitted
from index.readers.streams import shown, warn_of_fallback
from index.records import Article, Failure

_log = logging.getLogger(__name__)

_FEED = re.compile(
    r"\s*(?:<\?.*?\?>\s*|<!--.*?-->\s*|<!DOCTYPE[^>\[]*(?:\[.*?\]\s*)?>\s*)*<(?:rss|feed|(?:\w+:)?RDF|\w+:feed)\b",
    re.I | re.S,
)
_SUBSET_END = re.compile(r"\]\s{0,100}>")
_ENTITY = re.compile(r"&([A-Za-z][A-Za-z0-9]{1,31});")
_XML_ENTITIES = frozenset(("amp", "lt", "gt", "quot", "apos"))
_ENTRY = re.compile(r"<(?:\w+:)?(?:item|entry)\b")
_ENTRY_END = re.compile(r"</(?:\w+:)?(?:item|entry)\s*>")
_ENDS = (
    "ERR_DOCUMENT_END",
    "ERR_TAG_NOT_FINISHED",
    "ERR_GT_REQUIRED",
    "ERR_CDATA_NOT_FINISHED",
    "ERR_COMMENT_NOT_FINISHED",
)
_DATES = ("pubdate", "published", "issued", "date", "created", "updated", "modified", "lastbuilddate")
_DAYS = ("monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday")
_FULL = ("encoded", "content", "body")
_SHORT = ("description", "summary")


@dataclass(frozen=True, slots=True, kw_only=True)
class Entry:
    """What a feed says of one article."""

    given: Given
    link: str | None
    content: str
    """The text that is said to be all of it; empty where there is none."""
    summary: str
    digest: str
    """Another one where the feed says anything else of it."""


def read(stream: BinaryIO, place: Place, options: Options) -> Iterator[Article | Failure]:
    """An Article or a Failure for each entry. Raises ReadError for what is no feed, or ends in the middle."""
    data = stream.read(options.limits.page + 1)
    if len(data) > options.limits.page:
        raise ReadError(
            f"is longer than {shown_size(options.limits.page)}, too long for a feed; split it, or raise the limit: "
            "--limit-of page=SIZE"
        )
    text, fell_back = text_of_bytes(data, encoding=options.encoding, charset=place.charset)
    if fell_back:
        warn_of_fallback(place.origin)
    root, broken = _root(text)
    if options.memory and place.url:
        options.memory.later(seconds_to_wait(root, datetime.datetime.now(datetime.UTC)))
    entries = list(_entries(root, place))
    if entries and broken and _ends_within_entry(text):
        entries.pop()
    followed = options.memory if place.url and options.pages else None
    for number, entry in enumerate(entries, 1):
        if followed and entry.link and followed.same_entry(entry.link, entry.digest):
            continue
        article = _article(entry, number, place, options)
        yield article
        if followed and entry.link and isinstance(article, Article):
            followed.entry(entry.link, entry.digest, article.id)
    if broken:
        raise ReadError(f"is cut short or damaged ({broken}); what stands before that was read; fetch it again")


def _article(entry: Entry, number: int, place: Place, options: Options) -> Article | Failure:
    """From the page; from the feed, where there is no page or it may not be fetched; else why not."""
    origin = f"{place.origin}:{number}"
    reason = "has neither a page's address nor a text"
    if entry.link and options.pages:
        ask = permitted(options.limits, allow_private=options.allow_private)
        try:
            answer = fetching.fetch(
                entry.link, limits=options.limits, allow_private=options.allow_private, permitted=ask
            )
        except fetching.FetchError as error:
            reason = f"its page {shown(entry.link, 200)}: {error}"
            # A page that will be there again is waited for: what the feed has of it may be another text.
            if not error.gone:
                return Failure(origin=origin, reason=reason, article_id=entry.given.id)
        else:
            with answer.body as body:
                found = _from_page(body.read(options.limits.page + 1), answer, entry, number, place, options)
            if isinstance(found, Article):
                return found
            reason = f"its page {shown(entry.link, 200)}: {found.reason}"
    text = entry.content or (entry.summary if not entry.link or not options.pages else "")
    if not text:
        return Failure(origin=origin, reason=reason, article_id=entry.given.id)
    if entry.link and options.pages:
        _log.warning("%s: read from the feed, since %s", origin, reason)
    return make_article(text, entry.given, place, line=number, page=True, date_order=options.date_order)


def _from_page(
    data: bytes, answer: fetching.Fetched, entry: Entry, number: int, place: Place, options: Options
) -> Article | Failure:
    if answer.media_type and "html" not in answer.media_type:
        reason = f"is {shown(answer.media_type, 60)}, not a web page"
        return Failure(origin=f"{place.origin}:{number}", reason=reason, article_id=entry.given.id)
    there = Place(origin=place.origin, name=place.name, folders=place.folders, url=answer.url, charset=answer.charset)
    # The id is the address's, which the page may know better than the feed.
    said = entry.given
    otherwise = Given(
        title=said.title, source=said.source, date=said.date, authors=said.authors, language=said.language
    )
    return article_of_page(data, there, options, line=number, otherwise=otherwise)


def _root(text: str) -> tuple[Any, str]:
    """The feed's element, and what is broken at its end, if anything is."""
    etree = needed("lxml.etree", what="a feed")
    text = _without_doctype(without_prolog(text).lstrip())
    text = _ENTITY.sub(_known_entity, text).replace("\0", "")
    parser = etree.XMLParser(
        recover=True, resolve_entities=False, no_network=True, load_dtd=False, huge_tree=False, encoding="utf-8",
        remove_comments=True, remove_pis=True,
    )  # fmt: skip
    try:
        root = etree.fromstring(text.encode("utf-8", "replace"), parser)
    except (etree.LxmlError, ValueError) as error:
        raise ReadError(f"is no feed: it cannot be taken apart ({shown(error, 100)})") from error
    if root is None or _name(root) not in ("rss", "feed", "rdf", "channel"):
        what = f"an XML file with '{shown(_name(root), 40)}' at its top" if root is not None else "empty XML"
        raise ReadError(f"is no feed, but {what}; RSS and Atom are read (a web page's ending is .html)")
    # Of all that is wrong in feeds, only what ends them too early loses anything.
    fatal = [e for e in parser.error_log if e.type_name in _ENDS or "depth" in e.message.lower()]
    return root, f"line {fatal[-1].line}: {shown(fatal[-1].message, 80)}" if fatal else ""


def _without_doctype(text: str) -> str:
    """Without its DOCTYPE no entity is defined, so that none can grow or fetch anything."""
    start = text.find("<!DOCTYPE", 0, 100_000)
    if start < 0:
        return text
    end, bracket = text.find(">", start), text.find("[", start)
    if 0 <= bracket < end:
        closing = _SUBSET_END.search(text, bracket)
        end = closing.end() - 1 if closing else -1
    return text[:start] + text[end + 1 :] if end >= 0 else text


def _ends_within_entry(text: str) -> bool:
    opened = [m.start() for m in _ENTRY.finditer(text)]
    return bool(opened) and not any(m.start() > opened[-1] for m in _ENTRY_END.finditer(text, opened[-1]))


def _known_entity(match: re.Match[str]) -> str:
    """HTML's names, which XML does not have: `&ldquo;` is a quotation mark all the same."""
    if match[1] in _XML_ENTITIES:
        return match[0]
    from html.entities import html5

    return html5.get(f"{match[1]};", match[0])


def _entries(root: Any, place: Place) -> Iterator[Entry]:
    channel = next((e for e in root if _name(e) == "channel"), root)
    outlet = _text(_child(channel, ("title",)))
    language = _text(_child(channel, ("language",))) or root.get("{http://www.w3.org/XML/1998/namespace}lang")
    for element in root.iter():
        if _name(element) in ("item", "entry"):
            yield _entry(element, outlet, language, place)


def _entry(element: Any, outlet: str | None, language: str | None, place: Place) -> Entry:
    children: dict[str, list[Any]] = {}
    for child in element:
        children.setdefault(_name(child), []).append(child)
    date = next((t for name in _DATES for e in children.get(name, ()) if (t := _text(e))), None)
    link = _link(children, place)
    authors = [t for n in ("author", "creator") for e in children.get(n, ()) if (t := _text_of(e, "name"))]
    identifier = next((t for name in ("guid", "id") for e in children.get(name, ()) if (t := _text(e))), None)
    content = next((t for name in _FULL for e in children.get(name, ()) if (t := _content(e))), "")
    summary = next((t for name in _SHORT for e in children.get(name, ()) if (t := _content(e))), "")
    source = next((t for e in children.get("source", ()) if (t := _text_of(e, "title"))), None)
    given = Given(
        # An address makes the better id: the page, read by itself, has the same.
        id=None if clean_url(link) else (identifier or "")[:200] or None,
        title=fragment_text(_text(_child(element, ("title",))) or "") or None,
        source=source or outlet,
        date=date,
        url=clean_url(link),
        authors=", ".join(dict.fromkeys(authors)) or None,
        language=language,
    )
    etree = needed("lxml.etree", what="a feed")
    digest = hashlib.sha256(etree.tostring(element, with_tail=False)).hexdigest()[:16]
    return Entry(given=given, link=link, content=content, summary=summary, digest=digest)


def seconds_to_wait(root: Any, now: datetime.datetime) -> float:
    """How long a feed wants not to be asked again: its `ttl` (RSS 2.0, minutes), or to the end of its `skipHours` and
    `skipDays` (GMT); at most a day.
    """
    channel = next((e for e in root if _name(e) == "channel"), root)
    ttl = _text(_child(channel, ("ttl",))) or ""
    soonest = 60.0 * int(ttl) if ttl.isdecimal() and len(ttl) < 6 else 0.0
    hours, days = _listed(channel, "skiphours"), _listed(channel, "skipdays")
    then = now + datetime.timedelta(seconds=soonest)
    for _ in range(24):
        # Hour 24 is midnight in old feeds.
        skipped = {str(then.hour), f"{then.hour:02}", "24" if then.hour == 0 else ""} & hours
        if not skipped and _DAYS[then.weekday()] not in days:
            break
        then = (then + datetime.timedelta(hours=1)).replace(minute=0, second=0, microsecond=0)
    return min((then - now).total_seconds(), 86400.0)


def _link(children: dict[str, list[Any]], place: Place) -> str | None:
    """The entry's page as an absolute address; of Atom's links, not those to comments, pictures or itself."""
    found = [
        e.get("href") or _text(e)
        for e in children.get("link", ())
        if (e.get("rel") or "alternate") == "alternate" and "xml" not in (e.get("type") or "")
    ]
    for guid in children.get("guid", ()):
        # A guid is the address, unless it says that it is not.
        if (guid.get("isPermaLink") or "true").lower() == "true" and (_text(guid) or "").startswith(
            ("http:", "https:")
        ):
            found.append(_text(guid))
    base = next((e.base for group in children.values() for e in group if e.base), None)
    link = next((one.strip() for one in found if one and one.strip()), None)
    return urljoin(urljoin(place.url or "", base or ""), link) if link else None


def _listed(channel: Any, name: str) -> set[str]:
    """What the elements within the child of that name say, in small letters."""
    return {(_text(each) or "").lower() for child in channel if _name(child) == name for each in child}


def _content(element: Any) -> str:
    """What the element says, in paragraphs: HTML as text, HTML as elements, or a text."""
    if len(element):
        etree = needed("lxml.etree", what="a feed")
        markup = "".join([element.text or "", *(etree.tostring(c, encoding="unicode") for c in element)])
        # Elements of XHTML come with their namespace's prefix.
        return fragment_text(re.sub(r"<(/?)\w+:", r"<\1", markup))
    if (element.get("src") or element.get("type", "").startswith(("image/", "video/", "audio/"))) and not element.text:
        return ""
    return fragment_text(element.text or "")


def _child(element: Any, names: tuple[str, ...]) -> Any:
    return next((child for child in element if _name(child) in names), None)


def _text_of(element: Any, name: str) -> str | None:
    """The text of the child of that name, else the element's own."""
    child = _child(element, (name,))
    return _text(element if child is None else child)


def _text(element: Any) -> str | None:
    return " ".join("".join(element.itertext()).split()) or None if element is not None else None


def _name(element: Any) -> str:
    """The element's name without its namespace, lower case; empty for what is none."""
    tag = element.tag
    return tag.rpartition("}")[2].lower() if isinstance(tag, str) else ""


READER = Reader(
    name="rss",
    endings=(".rss", ".atom", ".xml"),
    description="RSS and Atom feeds: the pages of their entries, else the texts in the feed",
    read=read,
    sniff=lambda start: bool(_FEED.match(start)),
    types=("application/rss+xml", "application/atom+xml", "application/rdf+xml", "application/xml", "text/xml"),
)
