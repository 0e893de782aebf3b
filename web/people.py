"""Speakers and outlets: their index and the page of each, and the same as JSON."""

import dataclasses
from collections.abc import Callable, Iterable
from typing import TypeAlias

from flask import Blueprint, Response, request
from werkzeug.routing import BaseConverter

from search.engine import Engine
from search.errors import MovedError
from search.library import Library
from search.profile_pages import Names, NamesRequest, Profile, Role, Share
from search.request import SearchRequest
from web import params
from web.addresses import base
from web.answers import etag_of, json_answer, page_answer, unchanged
from web.links import (
    API_QUOTES,
    api_source_path,
    api_speaker_path,
    linked,
    source_path,
    speaker_path,
)
from web.moved import elsewhere
from web.params import API_DEFAULTS, address, names_address
from web.people_view import index_view, source_view, speaker_view

PathOf: TypeAlias = Callable[[str], str]

PAGES: dict[Role, str] = {"speaker": "/speakers", "source": "/sources"}
APIS: dict[Role, str] = {"speaker": "/api/v1/speakers", "source": "/api/v1/sources"}
_API_PATHS: dict[Role, PathOf] = {"speaker": api_speaker_path, "source": api_source_path}


class Anything(BaseConverter):
    """All that is left of a path: a name may begin and end with slashes."""

    regex = ".+"
    part_isolating = False


def blueprint(library: Library, edition: str) -> Blueprint:
    """The pages of speakers and outlets, and their twins below /api/v1."""
    people = Blueprint("people", __name__)

    def index(role: Role) -> Response:
        asked = params.read_naming(request.args)
        engine = library.current()
        etag = etag_of(engine.build.id, names_address(PAGES[role], asked), edition)
        if same := unchanged(etag):
            return same
        page = engine.names(role, asked)
        return page_answer("names.html", etag, view=None, index=index_view(page, asked, role, PAGES[role]))

    def index_json(role: Role) -> Response:
        asked = params.read_naming(request.args)
        engine = library.current()
        etag = etag_of(engine.build.id, names_address(APIS[role], asked))
        return unchanged(etag) or json_answer(_linked_names(engine.names(role, asked), asked, role), etag)

    @people.get("/speakers")
    def speakers() -> Response:
        return index("speaker")

    @people.get("/sources")
    def sources() -> Response:
        return index("source")

    @people.get("/api/v1/speakers")
    def speakers_json() -> Response:
        return index_json("speaker")

    @people.get("/api/v1/sources")
    def sources_json() -> Response:
        return index_json("source")

    @people.get("/speakers/<path:speaker_id>")
    def speaker(speaker_id: str) -> Response:
        engine = library.current()
        etag = etag_of(engine.build.id, edition)
        if same := unchanged(etag):
            return same
        try:
            found = engine.speaker_profile(speaker_id)
        except MovedError as error:
            return _moved(engine, speaker_id, error)
        return page_answer("speaker.html", etag, one=speaker_view(_on_site(found.profile), found), site=base())

    @people.get("/sources/<anything:source_name>")
    def source(source_name: str) -> Response:
        engine = library.current()
        etag = etag_of(engine.build.id, edition)
        if same := unchanged(etag):
            return same
        found = engine.source_profile(source_name)
        return page_answer("source.html", etag, one=source_view(_on_site(found.profile), found), site=base())

    @people.get("/api/v1/speakers/<path:speaker_id>")
    def speaker_json(speaker_id: str) -> Response:
        params.refuse_unknown(request.args)
        engine = library.current()
        etag = etag_of(engine.build.id)
        if same := unchanged(etag):
            return same
        try:
            found = engine.speaker_profile(speaker_id)
        except MovedError as error:
            return elsewhere(error, api_speaker_path)
        asked = SearchRequest(speaker=(found.id,))
        profile = _linked(found.profile, api_speaker_path, api_source_path)
        url = address(API_QUOTES, asked, API_DEFAULTS)
        return json_answer(dataclasses.replace(found, profile=profile, url=url), etag)

    @people.get("/api/v1/sources/<anything:source_name>")
    def source_json(source_name: str) -> Response:
        params.refuse_unknown(request.args)
        engine = library.current()
        etag = etag_of(engine.build.id)
        if same := unchanged(etag):
            return same
        found = engine.source_profile(source_name)
        profile = _linked(found.profile, api_speaker_path, api_source_path)
        url = address(API_QUOTES, SearchRequest(source=(found.name,)), API_DEFAULTS)
        return json_answer(dataclasses.replace(found, profile=profile, url=url), etag)

    return people


def _moved(engine: Engine, former: str, error: MovedError) -> Response:
    """The redirect of a former id, or, where it stands for several people, a page to choose on."""
    if len(error.now) == 1:
        return Response(status=301, headers={"Location": speaker_path(error.now[0])})
    choices = [engine.speaker(one) for one in error.now]
    response = page_answer("choice.html", None, former=former, choices=choices)
    response.status_code = 300
    return response


def _on_site(profile: Profile) -> Profile:
    return _linked(profile, speaker_path, source_path)


def _linked(profile: Profile, speaker_url: PathOf, source_url: PathOf) -> Profile:
    """The same with the paths of quotations, speakers and outlets."""
    return dataclasses.replace(
        profile,
        first=profile.first and linked(profile.first),
        last=profile.last and linked(profile.last),
        sources=_with_urls(profile.sources, source_url),
        speakers=_with_urls(profile.speakers, speaker_url),
        often=tuple(dataclasses.replace(one, quotation=linked(one.quotation)) for one in profile.often),
        latest=tuple(map(linked, profile.latest)),
    )


def _with_urls(shares: Iterable[Share], url: PathOf) -> tuple[Share, ...]:
    return tuple(dataclasses.replace(share, url=url(share.value)) for share in shares)


def _linked_names(page: Names, asked: NamesRequest, role: Role) -> Names:
    """One page of an index with the API's addresses."""
    more = asked.page * asked.limit < page.total
    return dataclasses.replace(
        page,
        items=tuple(dataclasses.replace(one, url=_API_PATHS[role](one.value)) for one in page.items),
        links={
            "self": names_address(APIS[role], asked),
            "next": names_address(APIS[role], asked, page=asked.page + 1) if more else None,
        },
    )
