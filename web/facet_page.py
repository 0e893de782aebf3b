"""`/search/speaker` and `/search/source`: every speaker or outlet of a search, with a box to find one."""

import dataclasses

from flask import Blueprint, Response, request

from search.library import Library
from web import params
from web.answers import etag_of, page_answer, unchanged
from web.links import SEARCH, page_values
from web.params import PAGE_DEFAULTS, address, pairs
from web.pinned import engine_of
from web.search_view import values_address

MOST = 300
"""Values that one page lists; a beginning finds the others."""
PLURALS = {"speaker": "speakers", "source": "outlets"}


def blueprint(library: Library, edition: str) -> Blueprint:
    """The two pages."""
    routes = Blueprint("facet_page", __name__)

    @routes.get("/search/<any(speaker, source):name>")
    def values(name: str) -> Response:
        given, beginning = params.read_listing(request.args)
        given = dataclasses.replace(given, cursor=None)
        engine = engine_of(library, given)
        here = values_address(name, given)
        etag = etag_of(engine.build.id, here, beginning, edition)
        if same := unchanged(etag):
            return same
        found = engine.facet_values(dataclasses.replace(given, facet_limit=MOST), name, beginning)
        return page_answer(
            "values.html",
            etag,
            asked=given,
            name=name,
            many=PLURALS[name],
            beginning=beginning,
            facet=page_values(name, found, given),
            here=here,
            back=address(SEARCH, given, PAGE_DEFAULTS),
            hidden=pairs(given, PAGE_DEFAULTS),
        )

    return routes
