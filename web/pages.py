"""The pages: one call into search, one template out."""

import collections
import dataclasses

from flask import Blueprint, Response, request

from index.glance import WORDS, Looker
from search.coverage import Coverage
from search.engine import Engine
from search.library import Library
from search.modes import ways
from search.relax import suggest_relaxation
from search.results import ArticlePage, Hit, Stats
from web import citations, examples, histogram, ladders, modes, params, wording
from web.addresses import base
from web.answers import etag_of, page_answer, unchanged
from web.links import SEARCH, linked, linked_article, page_links
from web.marking import paragraphs
from web.measured import measured
from web.pinned import engine_of, pinned_of, search_citation
from web.relaxing import relaxed
from web.runs import sought
from web.search_view import view_of

NEWEST = 5
"""Quotations on the first page."""
_FIRST_PAGE = dataclasses.replace(params.PAGE_DEFAULTS, sort="newest", limit=60)
"""Its newest quotations; the examples are made from more than are shown."""
_TOLD = 0.5
"""The confidence from which the first page shows a quotation, as long as there are enough of these."""
_PEOPLE = {"person": "People", "organization": "Bodies", "group": "Groups"}


def blueprint(library: Library, edition: str, archive: Looker) -> Blueprint:
    """The site's pages. `edition` changes with the templates, so that no browser keeps an old look."""
    pages = Blueprint("pages", __name__)
    counted: dict[str, Stats] = {}
    covered: list[Coverage] = []

    def stats_of(engine: Engine) -> Stats:
        stats = counted.get(engine.build.id)
        if stats is None:  # once a build: a million dates take a while to count
            stats = engine.stats()
            counted.clear()
            counted[engine.build.id] = stats
        return stats

    @pages.get("/")
    def home() -> Response:
        engine = library.current()
        etag = etag_of(engine.build.id, edition)
        if same := unchanged(etag):
            return same
        stats = stats_of(engine)
        frame = histogram.frame_of(_FIRST_PAGE, stats.first_date, stats.last_date)
        page = page_links(engine.search(dataclasses.replace(_FIRST_PAGE, interval=frame.unit)), _FIRST_PAGE)
        return page_answer(
            "home.html",
            etag,
            stats=stats,
            histogram=histogram.histogram_of(page.facets["date"], params.PAGE_DEFAULTS, frame),
            examples=examples.examples(page),
            newest=_newest(page.results),
        )

    @pages.get("/search")
    def search() -> Response:
        given = params.read(request.args, params.PAGE_DEFAULTS)
        engine = engine_of(library, given)
        address = params.address(SEARCH, given, params.PAGE_DEFAULTS)
        etag = etag_of(engine.build.id, address, edition, library.current().build.id)
        if same := unchanged(etag):
            return same
        stats = stats_of(engine)
        frame = histogram.frame_of(given, stats.first_date, stats.last_date)
        if request.args.get("interval", frame.unit) not in ("", frame.unit):
            frame = histogram.Frame(given.interval)
        asked = dataclasses.replace(given, interval=frame.unit)
        page = page_links(library.search(asked), given)
        return page_answer(
            "search.html",
            etag,
            asked=given,
            sought=sought(given),
            page=page,
            view=view_of(page, given, frame),
            ways=modes.shown(given, ways(engine, asked), page.total),
            pinned=pinned_of(library, given, page.total),
            citation=search_citation(page, given, base()),
            relaxed=() if page.total else relaxed(given, suggest_relaxation(engine, asked)),
        )

    @pages.get("/quotes/<path:quotation_id>")
    def quotation(quotation_id: str) -> Response:
        engine, site = library.current(), base()
        etag = etag_of(engine.build.id, edition, site)
        if same := unchanged(etag):
            return same
        hit = linked(engine.quotation(quotation_id))
        ladder = ladders.ladder_of(ladders.traced(engine, hit)) if hit.variants.count > 1 else None
        forms = citations.forms_of(hit, engine, site)
        return page_answer("quote.html", etag, hit=hit, ladder=ladder, forms=forms, site=site)

    @pages.get("/articles/<path:article_id>")
    def article(article_id: str) -> Response:
        engine = library.current()
        etag = etag_of(engine.build.id, edition)
        if same := unchanged(etag):
            return same
        page = linked_article(engine.article(article_id))
        return page_answer("article.html", etag, page=page, paragraphs=paragraphs(page), speakers=_speakers(page))

    @pages.get("/about")
    def about() -> Response:
        engine, seen = library.current(), archive.look()
        aside = seen.set_aside if seen is not None else None
        etag = etag_of(engine.build.id, edition, str(aside))
        if same := unchanged(etag):
            return same
        if not covered or covered[0].build.id != engine.build.id:  # once a build, as the counts above
            covered[:] = [engine.coverage()]
        return page_answer(
            "about.html",
            etag,
            stats=stats_of(engine),
            coverage=covered[0],
            measured=measured(),
            PEOPLE=_PEOPLE,
            aside=aside,
            CAUSES=WORDS,
        )

    @pages.get("/healthz")
    def alive() -> Response:
        return Response("ok\n", mimetype="text/plain")

    @pages.get("/readyz")
    def ready() -> Response:
        return Response(f"ready {library.current().build.id}\n", mimetype="text/plain")

    @pages.get("/robots.txt")
    def robots() -> Response:
        # Filtered searches have no end; the pages of quotations and articles are what is worth finding.
        rules = "User-agent: *\nDisallow: /search\nDisallow: /api/\n"
        return Response(rules + (f"Sitemap: {site}/sitemap.xml\n" if (site := base()) else ""), mimetype="text/plain")

    return pages


def _newest(hits: tuple[Hit, ...]) -> list[Hit]:
    """The surest quotation of each of the newest articles, word for word where there is one; doubtful ones last."""
    best: dict[str, Hit] = {}
    for hit in hits:
        best.setdefault(hit.article.id, hit)
        if _worth(hit) > _worth(best[hit.article.id]):
            best[hit.article.id] = hit
    return sorted(best.values(), key=lambda hit: hit.attribution.confidence < _TOLD)[:NEWEST]


def _worth(hit: Hit) -> tuple[bool, bool, float]:
    return hit.speaker.status == "resolved", hit.kind == "direct", hit.attribution.confidence


@dataclasses.dataclass(frozen=True, slots=True)
class Voice:
    """A speaker of an article: how they are shown, how often they speak, and where first."""

    who: wording.Named
    count: int
    first: str


def _speakers(page: ArticlePage) -> list[Voice]:
    counts: collections.Counter[wording.Named] = collections.Counter()
    first: dict[wording.Named, str] = {}
    for hit in page.quotations:
        for named in wording.who(hit).names:
            counts[named] += 1
            first.setdefault(named, hit.id)
    found = [Voice(named, count, first[named]) for named, count in counts.most_common()]
    return sorted(found, key=lambda voice: voice.who.id is None)
