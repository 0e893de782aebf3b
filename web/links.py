"""Addresses of the site's pages, and answers with their links filled in. Paths only: the Host header is not trusted."""

import dataclasses
import functools
from typing import Any
from urllib.parse import quote, urlsplit

from search.request import SearchRequest
from search.results import ArticlePage, Facet, FacetItem, Hit, ResultPage, Suggestion, Suggestions
from web.addresses import forms_of
from web.params import API_DEFAULTS, PAGE_DEFAULTS, address, encoded, toggled
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


def speaker_path(speaker_id: str) -> str:
    """The search for everything that a speaker said."""
    return address(SEARCH, SearchRequest(speaker=(speaker_id,)), SearchRequest())


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
    following = address(path, dataclasses.replace(request, cursor=page.next_cursor), defaults)
    if meant := page.query.did_you_mean:
        instead = dataclasses.replace(request, q=meant.q, cursor=None)
        meant = dataclasses.replace(meant, url=address(path, instead, defaults))
    return dataclasses.replace(
        page,
        query=dataclasses.replace(page.query, did_you_mean=meant),
        results=tuple(linked(hit) for hit in page.results),
        facets={name: _linked_facet(name, facet, request, path, defaults) for name, facet in page.facets.items()},
        links={
            "self": address(path, request, defaults),
            "next": following if page.next_cursor else None,
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


def api_links(page: ResultPage, request: SearchRequest) -> ResultPage:
    """The answer with the API's addresses."""
    return with_links(page, request, path=API_QUOTES, defaults=API_DEFAULTS)


def suggested(found: Suggestions) -> Suggestions:
    """The suggestions with the API's addresses of their searches."""

    def linked_item(item: Suggestion) -> Suggestion:
        asked: dict[str, Any] = {"q": item.value} if item.kind == "word" else {item.kind: (item.value,)}
        return dataclasses.replace(item, url=address(API_QUOTES, SearchRequest(**asked), API_DEFAULTS))

    return dataclasses.replace(found, items=tuple(map(linked_item, found.items)))


def linked_values(name: str, facet: Facet, request: SearchRequest) -> Facet:
    """A facet with the API's addresses of the searches that its values are toggled in."""
    return _linked_facet(name, facet, request, API_QUOTES, API_DEFAULTS)


def page_links(page: ResultPage, request: SearchRequest) -> ResultPage:
    """The answer with the site's addresses."""
    return with_links(page, request, path=SEARCH, defaults=PAGE_DEFAULTS)


def _linked_facet(name: str, facet: Facet, request: SearchRequest, path: str, defaults: SearchRequest) -> Facet:
    def url_of(item: FacetItem) -> str:
        return address(path, toggled(request, name, item.value, item.label, item.selected), defaults)

    names = ("date_from", "date_to") if name == "date" else (name,)
    fresh = next((item for item in facet.items if not item.selected), None)
    if fresh is None or (name != "date" and getattr(request, name)):
        return dataclasses.replace(facet, items=tuple(_with_url(item, url_of(item)) for item in facet.items))
    # The addresses of all values that can be taken in differ in that value alone, so one of them is made in full.
    before, _, after = url_of(fresh).partition(_asking(names, fresh.value))
    items = [
        _with_url(
            item,
            url_of(item) if item.selected else f"{before}{_asking(names, item.value)}{after}",
        )
        for item in facet.items
    ]
    return dataclasses.replace(facet, items=tuple(items))


@functools.lru_cache(maxsize=20_000)
def _asking(names: tuple[str, ...], value: str) -> str:
    return encoded([(one, value) for one in names])


def _with_url(item: FacetItem, url: str) -> FacetItem:
    return FacetItem(value=item.value, label=item.label, count=item.count, selected=item.selected, url=url)


def _segment(value: str) -> str:
    # Slashes in an id stay readable, but for those that a browser would resolve as steps through folders.
    awkward = any(part in ("", ".", "..") for part in value.split("/"))
    return quote(value, safe="" if awkward else "/", errors="replace")
