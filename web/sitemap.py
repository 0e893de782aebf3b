"""/sitemap.xml and /opensearch.xml: what search engines and browsers ask a site for."""

import dataclasses
import itertools
from collections.abc import Iterable, Iterator
from xml.sax.saxutils import escape, quoteattr

from flask import Blueprint, Response, request

from search.engine import Engine
from search.errors import NotFoundError
from search.library import Library
from search.request import SearchRequest
from web import params
from web.addresses import base
from web.answers import etag_of, unchanged
from web.links import article_path, quotation_path

A_PAGE = 50_000
"""Addresses of one file: as many as the protocol (sitemaps.org) takes."""
KINDS = ("quotations", "articles")
_SITEMAPS = "http://www.sitemaps.org/schemas/sitemap/0.9"
_OPENSEARCH = "http://a9.com/-/spec/opensearch/1.1/"
_EVERY = SearchRequest(sort="oldest")


def blueprint(library: Library, *, page: int = A_PAGE) -> Blueprint:
    """/sitemap.xml with its pages, in the root as the protocol wants them; /opensearch.xml."""
    sitemap = Blueprint("sitemap", __name__)

    @sitemap.get("/sitemap.xml")
    def index() -> Response:
        params.refuse_unknown(request.args)
        engine, site = library.current(), _site()
        etag = etag_of(engine.build.id, site)
        if same := unchanged(etag):
            return same
        stats = engine.stats()
        counts = zip(KINDS, (stats.quotations, stats.articles), strict=True)
        paths = [f"/sitemap-{kind}-{n}.xml" for kind, count in counts for n in range(1, -(-count // page) + 1)]
        day = engine.build.published[:10]
        lines = (f"<sitemap><loc>{escape(site + path)}</loc><lastmod>{day}</lastmod></sitemap>\n" for path in paths)
        return _xml("sitemapindex", lines, etag)

    @sitemap.get("/sitemap-<any(quotations, articles):kind>-<int:number>.xml")
    def addresses(kind: str, number: int) -> Response:
        params.refuse_unknown(request.args)
        engine, site = library.current(), _site()
        etag = etag_of(engine.build.id, site)
        if same := unchanged(etag):
            return same
        first = (number - 1) * page
        found = list(_paths(engine, kind, first, first + page)) if number > 0 else []
        if not found:
            raise NotFoundError(f"the sitemap has no page {number} of {kind}")
        return _xml("urlset", (f"<url><loc>{escape(site + path)}</loc></url>\n" for path in found), etag)

    @sitemap.get("/opensearch.xml")
    def description() -> Response:
        params.refuse_unknown(request.args)
        site = base()
        forms = (("text/html", "/search"), ("application/atom+xml", "/search.atom"))
        urls = "".join(
            f"<Url type={quoteattr(kind)} template={quoteattr(f'{site}{path}?q={{searchTerms}}')}/>\n"
            for kind, path in (*forms, ("application/json", "/api/v1/quotes"))
        )
        body = (
            f'<OpenSearchDescription xmlns="{_OPENSEARCH}">\n<ShortName>saywho</ShortName>\n'
            "<Description>Quotations, and who said them</Description>\n<InputEncoding>UTF-8</InputEncoding>\n"
            f"{urls}</OpenSearchDescription>\n"
        )
        return Response(body, mimetype="application/opensearchdescription+xml")

    return sitemap


def _site() -> str:
    """What the addresses begin with. NotFoundError where it is not known: a sitemap of paths alone is none."""
    if site := base():
        return site
    raise NotFoundError("a sitemap needs the site's own address; set SAYWHO_URL to it, as https://quotes.example.org")


def _paths(engine: Engine, kind: str, first: int, end: int) -> Iterator[str]:
    if kind == "articles":
        yield from map(article_path, itertools.islice(engine.article_ids(), first, end))
        return
    every = engine.every(_EVERY)
    yield from (quotation_path(entry.id) for entry in dataclasses.replace(every, rows=every.rows[first:end]))


def _xml(root: str, lines: Iterable[str], etag: str) -> Response:
    body = f'<?xml version="1.0" encoding="UTF-8"?>\n<{root} xmlns="{_SITEMAPS}">\n{"".join(lines)}</{root}>\n'
    response = Response(body.encode("utf-8", "replace"), mimetype="application/xml")
    response.set_etag(etag, weak=True)
    response.headers["Cache-Control"] = "no-cache"
    return response
