"""A search as an Atom feed (RFC 4287), newest first, in pages (RFC 5005)."""

import dataclasses
import re
import uuid
from xml.etree import ElementTree
from xml.etree.ElementTree import Element, SubElement

from flask import Blueprint, Response, request

from search.citing import as_html, line
from search.library import Library
from search.request import SearchRequest
from search.results import Hit, ResultPage
from web import params, wording
from web.addresses import FEED_DEFAULTS, base, feed_path
from web.answers import etag_of, unchanged
from web.citations import cited
from web.links import quotation_path, search_path, web_link

ATOM = "http://www.w3.org/2005/Atom"
MIMETYPE = "application/atom+xml"
_QUOTATION = uuid.UUID("5ab0a6c5-8f3e-5c49-9d0e-2f3f6d8f5b11")
"""The namespace of quotations' names: a quotation has the same one in every feed of every site."""
_TITLE = 120
"""Characters of a quotation that an entry's title shows."""


def blueprint(library: Library, edition: str) -> Blueprint:
    """/search.atom."""
    feeds = Blueprint("feeds", __name__)

    @feeds.get("/search.atom")
    def feed() -> Response:
        asked = params.read(request.args, FEED_DEFAULTS, params.FOLLOWED)
        asked = dataclasses.replace(asked, sort="newest", limit=max(1, asked.limit))
        engine, site = library.current(), base()
        etag = etag_of(engine.build.id, params.address(request.path, asked), site, edition)
        if same := unchanged(etag):
            return same
        page = library.search(asked)
        if page.build.id != engine.build.id:  # a cursor's build
            engine = library.of_build(page.build.id)
        root = _feed(page, asked, site)
        for hit in page.results:
            root.append(_entry(hit, as_html(cited(hit, engine, site)), page, site))
        body = ElementTree.tostring(root, encoding="utf-8", xml_declaration=True)
        response = Response(body + b"\n", mimetype=MIMETYPE)
        response.set_etag(etag, weak=True)
        response.headers["Cache-Control"] = "no-cache"
        return response

    return feeds


def _feed(page: ResultPage, asked: SearchRequest, site: str) -> Element:
    """The feed without its entries. Its id is that of the search at this site, whatever page of it this is."""
    first = dataclasses.replace(asked, cursor=None)
    name = feed_path(dataclasses.replace(first, limit=FEED_DEFAULTS.limit))
    feed = Element("feed", {"xmlns": ATOM, "xml:lang": "en"})
    _text(feed, "id", uuid.uuid5(uuid.NAMESPACE_URL, site + name).urn)
    _text(feed, "title", f"{asked.q or 'All quotations'} – saywho")
    _text(feed, "subtitle", f"{wording.counted(page.total, 'quotation')}, newest first")
    _text(feed, "updated", page.build.published)
    _text(SubElement(feed, "author"), "name", "saywho")
    _text(feed, "generator", "saywho")
    _link(feed, "self", site + feed_path(asked), MIMETYPE)
    shown = {"q": asked.q, "within": asked.within, "group": asked.group, "min_confidence": asked.min_confidence}
    chosen = {name: getattr(asked, name) for name in ("speaker", "source", "kind", "status", "date_from", "date_to")}
    _link(feed, "alternate", site + search_path(**shown, **chosen, sort="newest"), "text/html")
    _link(feed, "first", site + feed_path(first), MIMETYPE)
    if page.next_cursor:
        _link(feed, "next", site + feed_path(dataclasses.replace(asked, cursor=page.next_cursor)), MIMETYPE)
    return feed


def _entry(hit: Hit, content: str, page: ResultPage, site: str) -> Element:
    """One quotation; what is undated is as new as the build, and stands behind all others."""
    entry = Element("entry")
    when = f"{hit.article.date}T00:00:00Z" if hit.article.date else page.build.published
    who = wording.who(hit)
    words = line(hit.text)
    shown = words if len(words) <= _TITLE else words[:_TITLE].rpartition(" ")[0] + " …"
    _text(entry, "id", uuid.uuid5(_QUOTATION, hit.id).urn)
    _text(entry, "title", f"{who.plain}{f' ({who.note})' if who.note else ''}: {shown}")
    _text(entry, "updated", when)
    if hit.article.date:
        _text(entry, "published", when)
    if hit.speaker.status == "resolved":
        _text(SubElement(entry, "author"), "name", who.plain)
    _link(entry, "alternate", site + quotation_path(hit.id), "text/html")
    if original := web_link(hit.article.url):
        _link(entry, "via", original)
    SubElement(entry, "category", {"term": hit.kind, "label": wording.LABELS["kind"].get(hit.kind, hit.kind)})
    _text(entry, "content", content).set("type", "html")
    return entry


def _link(parent: Element, relation: str, address: str, mimetype: str = "") -> None:
    SubElement(parent, "link", {"rel": relation, "href": _clean(address)} | ({"type": mimetype} if mimetype else {}))


def _text(parent: Element, name: str, text: str) -> Element:
    element = SubElement(parent, name)
    element.text = _clean(text)
    return element


def _clean(text: str) -> str:
    """The text without what XML 1.0 cannot hold, not even escaped."""
    return re.sub("[^\t\n\r\x20-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]", "\ufffd", text)
