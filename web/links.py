"""Addresses of the site's pages, and answers with their links filled in. Paths only: the Host header is not trusted."""

import dataclasses
import functools
import re
from typing import Any
from urllib.parse import quote, urlsplit

from search.request import SearchRequest
from search.results import ArticlePage, Facet, FacetItem, Hit, ResultPage, Suggestion, Suggestions
from web.addresses import forms_of
from web.params import API_DEFAULTS, DATES, PAGE_DEFAULTS, Pieces, address, joined, piece, pieces, quoted
from web.pinned import citation_path

SEARCH = "/search"
API_QUOTES = "/api/v1/quotes"


def quotation_path(quotation_id: str) -> str:
    """The page of one quotation."""
    return f"/quotes/{_segment(quotation_id)}"


def article_path(article_id: str, quotation_id: str | None = None) -> str:
    """The page of one article, at one of its quotations where that is given."""
    anchor = f"#q-{_segment(quotation_id)}" if quotation_id else ""
    return f"/articles/{_segment(article_id)}{anchor}"


def said_path(speaker_id: str) -> str:
    """The search for everything that a speaker said."""
    return address(SEARCH, SearchRequest(speaker=(speaker_id,)), SearchRequest())


def api_speaker_path(speaker_id: str) -> str:
    """The API's address of a speaker."""
    return f"/api/v1/speakers/{_segment(speaker_id)}"


def speaker_path(speaker_id: str) -> str:
    """The page of a speaker."""
    return f"/speakers/{_segment(speaker_id)}"


def source_path(name: str) -> str:
    """The page of an outlet; of a name that a browser would take for a step through folders, its search."""
    asked = SearchRequest(source=(name,))
    return address(SEARCH, asked, SearchRequest()) if name in (".", "..") else f"/sources/{_segment(name)}"


def api_source_path(name: str) -> str:
    """The API's address of an outlet."""
    return f"/api/v1/sources/{_segment(name)}"


def search_path(**fields: object) -> str:
    """The page of a search given by SearchRequest's fields."""
    return address(SEARCH, dataclasses.replace(PAGE_DEFAULTS, **fields), PAGE_DEFAULTS)  # type: ignore[arg-type]


def web_link(url: str | None) -> str | None:
    """An article's own address where a browser may follow it (http, https); otherwise None."""
    if not url:
        return None
    try:
        parts = urlsplit(url.strip())
    except ValueError:
        return None
    return url.strip() if parts.scheme.lower() in ("http", "https") and parts.netloc else None


def with_links(page: ResultPage, request: SearchRequest, *, path: str, defaults: SearchRequest) -> ResultPage:
    """The same answer with the `url` of each result and facet value, and the links to itself and the next page."""
    asked = pieces(request, defaults)
    query = page.query
    if meant := query.did_you_mean:
        instead = joined(path, *(asked | {"q": piece("q", [meant.q]), "cursor": ""}).values())
        query = dataclasses.replace(query, did_you_mean=dataclasses.replace(meant, url=instead))
    following = (asked | {"cursor": piece("cursor", [page.next_cursor])}).values() if page.next_cursor else None
    return dataclasses.replace(
        page,
        query=query,
        results=tuple(linked(hit) for hit in page.results),
        facets={name: _linked_facet(name, facet, request, path, asked) for name, facet in page.facets.items()},
        links={
            "self": joined(path, *asked.values()),
            "next": joined(path, *following) if following else None,
            **forms_of(request),
            "citation": citation_path(request, page.build.id, page.total),
        },
    )


def linked(hit: Hit) -> Hit:
    """The same quotation with the path of its page."""
    path = quotation_path(hit.id)
    return hit if hit.url == path else dataclasses.replace(hit, url=path)


def linked_article(page: ArticlePage) -> ArticlePage:
    """The same article with the paths of its quotations' pages."""
    return dataclasses.replace(page, quotations=tuple(linked(hit) for hit in page.quotations))


def api_links(page: ResultPage, request: SearchRequest, fields: tuple[str, ...] = ()) -> ResultPage:
    """The answer with the API's addresses; its next pages hold the same `fields`."""
    linked_page = with_links(page, request, path=API_QUOTES, defaults=API_DEFAULTS)
    if not fields:
        return linked_page
    links, trim = dict(linked_page.links), piece("fields", [",".join(fields)])
    for name in ("self", "next"):
        if path := links[name]:
            links[name] = f"{path}{'&' if '?' in path else '?'}{trim}"
    return dataclasses.replace(linked_page, links=links)


def suggested(found: Suggestions) -> Suggestions:
    """The suggestions with the API's addresses of their searches."""

    def linked_item(item: Suggestion) -> Suggestion:
        asked: dict[str, Any] = {"q": item.value} if item.kind == "word" else {item.kind: (item.value,)}
        return dataclasses.replace(item, url=address(API_QUOTES, SearchRequest(**asked), API_DEFAULTS))

    return dataclasses.replace(found, items=tuple(map(linked_item, found.items)))


def linked_values(name: str, facet: Facet, request: SearchRequest) -> Facet:
    """A facet with the API's addresses of the searches that its values are toggled in."""
    return _linked_facet(name, facet, request, API_QUOTES, pieces(request, API_DEFAULTS))


def page_values(name: str, facet: Facet, request: SearchRequest) -> Facet:
    """The same with the site's addresses."""
    return _linked_facet(name, facet, request, SEARCH, pieces(request, PAGE_DEFAULTS))


def page_links(page: ResultPage, request: SearchRequest) -> ResultPage:
    """The answer with the site's addresses."""
    return with_links(page, request, path=SEARCH, defaults=PAGE_DEFAULTS)


def _linked_facet(name: str, facet: Facet, request: SearchRequest, path: str, asked: Pieces) -> Facet:
    """The facet with the address of the first page of each search that has one of its values taken in, or out."""
    own = DATES if name == "date" else (name,)
    others = list((asked | {"cursor": ""}).values())
    place = list(asked).index(own[0])
    before, behind = others[:place], others[place + len(own) :]
    chosen: tuple[str, ...] = () if name == "date" else getattr(request, name)
    # Where nothing is chosen yet, all of these addresses differ in the value alone.
    front, back = (joined("", *some).removeprefix("?") for some in (before, behind))
    front, back = f"{path}?{front}{'&' if front else ''}", f"{'&' if back else ''}{back}"
    for item in facet.items:
        if item.selected or chosen:
            item.url = joined(path, *before, _toggled(name, item, chosen), *behind)
        else:
            value = _quoted(item.value)
            item.url = front + "&".join([f"{one}={value}" for one in own]) + back
    return facet


_quoted = functools.lru_cache(maxsize=20_000)(quoted)  # outlets and speakers come again and again


def _toggled(name: str, item: FacetItem, chosen: tuple[str, ...]) -> str:
    """The piece of a facet's parameter with one value more or, where it is selected, less."""
    if not item.selected:
        return piece(name, sorted({*chosen, item.value}))
    # A speaker may have been asked for by name, and is then the same choice as the id.
    same = {item.value.casefold(), item.label.casefold()}
    return piece(name, [one for one in chosen if one.casefold() not in same])


_of_letters = re.compile(r"[\w-]+", re.ASCII).fullmatch


def _segment(value: str) -> str:
    if _of_letters(value):
        return value
    # Slashes in an id stay readable, but for those that a browser would resolve as steps through folders.
    awkward = any(part in ("", ".", "..") for part in value.split("/"))
    return quote(value, safe="" if awkward else "/", errors="replace")
