"""Citations: a quotation in every form, and all matches of a search as a bibliography."""

import dataclasses
from collections.abc import Callable, Iterable, Iterator

from flask import Blueprint, Response, request

from index.records import Entry
from search.citing import FORMS, Cited, as_bibtex, authors_of, csl_line
from search.engine import Engine
from search.hits import make_hit
from search.library import Library
from search.results import BuildShown, Hit
from web import params, wording
from web.addresses import base
from web.answers import etag_of, unchanged
from web.exports import Streams, file_name
from web.links import quotation_path, web_link
from web.pinned import engine_of


@dataclasses.dataclass(frozen=True, slots=True)
class Form:
    """A citation in one form: how its address ends, what a reader calls it, where it is, and what it says."""

    ending: str
    label: str
    mimetype: str
    path: str
    text: str


def blueprint(library: Library, streams: Streams) -> Blueprint:
    """/quotes/{id}.txt, .md, .html, .bib and .csl.json; /search.bib and /search.csl.json."""
    citations = Blueprint("citations", __name__)

    def quotation(quotation_id: str, ending: str) -> Response:
        params.refuse_unknown(request.args)
        engine, site = library.current(), base()
        etag = etag_of(engine.build.id, site)
        if same := unchanged(etag):
            return same
        _, mimetype, write = FORMS[ending]
        text = write(cited(engine.quotation(quotation_id), engine, site))
        response = Response(text.encode("utf-8", "replace"), mimetype=mimetype)
        response.set_etag(etag, weak=True)
        response.headers["Cache-Control"] = "no-cache"
        return response

    for ending in FORMS:
        citations.add_url_rule(
            f"/quotes/<path:quotation_id>.{ending}", ending.replace(".", "_"), quotation, defaults={"ending": ending}
        )

    def bibliography(write: Callable[[Iterable[Cited]], Iterator[bytes]], ending: str) -> Response:
        asked = params.read(request.args, known=params.EXPORTED)
        engine, site = engine_of(library, asked), base()
        etag = etag_of(engine.build.id, params.address(request.path, asked), site)
        if same := unchanged(etag):
            return same
        found = engine.every(asked)
        return streams.answer(
            lambda: write(_all_cited(found, engine, site)),
            mimetype=FORMS[ending][1],
            name=file_name(asked, ending, engine.build.id),
            etag=etag,
        )

    @citations.get("/search.bib", endpoint="all_bibtex")
    def bibtex() -> Response:
        return bibliography(_bibtex_pieces, "bib")

    @citations.get("/search.csl.json", endpoint="all_csl_json")
    def csl_json() -> Response:
        return bibliography(_csl_pieces, "csl.json")

    return citations


def cited(hit: Hit, engine: Engine, site: str) -> Cited:
    """What a citation of a quotation says; `site` is what its permalink begins with."""
    return _cited(hit, engine.authors(hit.article.id), engine.build, site)


def forms_of(hit: Hit, engine: Engine, site: str) -> tuple[Form, ...]:
    """A quotation's citation in every form."""
    said, path = cited(hit, engine, site), quotation_path(hit.id)
    return tuple(
        Form(ending, label, mimetype, f"{path}.{ending}", write(said).strip())
        for ending, (label, mimetype, write) in FORMS.items()
    )


def _all_cited(found: Iterable[Entry], engine: Engine, site: str) -> Iterator[Cited]:
    article, authors = "", None
    for entry in found:
        if entry.article_id != article:  # an article's quotations often stand together
            article, authors = entry.article_id, engine.authors(entry.article_id)
        yield _cited(make_hit(entry), authors, engine.build, site)


def _cited(hit: Hit, authors: str | None, build: BuildShown, site: str) -> Cited:
    who = wording.who(hit)
    speaker = who.plain
    if hit.speaker.status == "disputed":
        speaker = f"{hit.speaker.name or speaker} (disputed: {speaker})"
    elif hit.speaker.status == "undecided":
        speaker = f"{speaker} ({who.note})"
    article, archived = hit.article, build.published[:10]
    return Cited(
        id=hit.id,
        words=hit.text,
        reported=hit.kind == "indirect",
        speaker=speaker,
        speaker_id=hit.speaker.id,
        status=hit.speaker.status,
        confidence=hit.attribution.confidence,
        authors=authors_of(authors),
        title=article.title,
        source=article.source,
        date=article.date,
        day=wording.day(article.date),
        url=web_link(article.url),
        permalink=site + quotation_path(hit.id),
        build=build.id,
        archived=archived,
        archived_day=wording.day(archived),
    )


def _bibtex_pieces(found: Iterable[Cited]) -> Iterator[bytes]:
    for one in found:
        yield f"{as_bibtex(one)}\n".encode("utf-8", "replace")


def _csl_pieces(found: Iterable[Cited]) -> Iterator[bytes]:
    before = "[\n"
    for one in found:
        yield f"{before}{csl_line(one)}".encode()
        before = ",\n"
    yield b"\n]\n" if before != "[\n" else b"[]\n"
