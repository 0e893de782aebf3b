"""The JSON endpoint: one call into search, one dataclass out."""

import dataclasses
import json

from flask import Blueprint, Response, request

from index.glance import Looker
from search.library import Library
from web import openapi, params
from web.answers import etag_of, json_answer, unchanged
from web.links import (
    API_QUOTES,
    api_links,
    linked,
    linked_article,
    linked_values,
    suggested,
)
from web.pinned import engine_of
from web.trimming import trimmed, wanted


def blueprint(library: Library, archive: Looker) -> Blueprint:
    """The routes below /api/v1, and the description of them."""
    api = Blueprint("api", __name__)

    @api.get("/api/v1/quotes")
    def quotes() -> Response:
        asked, fields = params.read(request.args, known=params.ANSWERED), params.read_fields(request.args)
        tree = wanted(fields)
        engine = engine_of(library, asked, API_QUOTES)
        etag = etag_of(engine.build.id, params.address(API_QUOTES, asked), *fields)
        if same := unchanged(etag):
            return same
        page = api_links(engine.search(asked), asked, fields)
        return json_answer(trimmed(page, tree) if tree else page, etag)

    @api.get("/api/v1/quotes/<path:quotation_id>")
    def quote(quotation_id: str) -> Response:
        params.refuse_unknown(request.args)
        engine = library.current()
        etag = etag_of(engine.build.id)
        return unchanged(etag) or json_answer(linked(engine.quotation(quotation_id)), etag)

    @api.get("/api/v1/articles/<path:article_id>")
    def article(article_id: str) -> Response:
        params.refuse_unknown(request.args)
        engine = library.current()
        etag = etag_of(engine.build.id)
        return unchanged(etag) or json_answer(linked_article(engine.article(article_id)), etag)

    @api.get("/api/v1/suggest")
    def suggest() -> Response:
        asked = params.read_suggesting(request.args)
        engine = library.current()
        etag = etag_of(engine.build.id, asked.q, str(asked.limit), *asked.kind)
        return unchanged(etag) or json_answer(suggested(engine.suggest(asked)), etag)

    @api.get("/api/v1/facets/<name>")
    def facet(name: str) -> Response:
        asked, beginning = params.read_faceted(request.args)
        engine = library.current()
        etag = etag_of(engine.build.id, params.address(API_QUOTES, asked), beginning)
        if same := unchanged(etag):
            return same
        return json_answer(linked_values(name, engine.facet_values(asked, name, beginning), asked), etag)

    @api.get("/api/v1/stats")
    def stats() -> Response:
        params.refuse_unknown(request.args)
        engine = library.current()
        etag = etag_of(engine.build.id)
        return unchanged(etag) or json_answer(engine.stats(), etag)

    @api.get("/api/v1/coverage")
    def coverage() -> Response:
        params.refuse_unknown(request.args)
        engine, seen = library.current(), archive.look()
        aside = seen.set_aside if seen is not None else None
        etag = etag_of(engine.build.id, json.dumps(aside))
        if same := unchanged(etag):
            return same
        return json_answer(dataclasses.replace(engine.coverage(), set_aside=aside), etag)

    @api.get("/openapi.json")
    def description() -> Response:
        return json_answer(openapi.document())

    return api
