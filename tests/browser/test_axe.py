"""axe finds nothing on any page in any state, narrow or wide, light or dark."""

from collections.abc import Callable

import pytest
from axe_playwright_python.sync_playwright import Axe
from flask import Flask
from flask.testing import FlaskClient
from playwright.sync_api import Page, expect
from werkzeug.exceptions import NotFound

from search.errors import TimeLimitError
from search.whoosh_engine import WhooshEngine
from tests.browser.test_site import ADDRESSES
from tests.test_web_security import NEEDED, every_answer

pytestmark = pytest.mark.browser
NewPage = Callable[..., Page]

SCREENS = [(width, theme) for theme in ("light", "dark") for width in (360, 1280)]
on_every_screen = pytest.mark.parametrize(("width", "theme"), SCREENS)


def nothing_found(page: Page) -> None:
    found = Axe().run(page)
    assert found.violations_count == 0, f"{page.viewport_size}: {found.generate_report()}"


@pytest.mark.parametrize("path", [*ADDRESSES.values(), "quotation"], ids=[*ADDRESSES, "quotation"])
def test_axe_finds_nothing(new_page: NewPage, path: str) -> None:
    page = new_page()
    if path == "quotation":
        page.goto("/search?q=%22moved+both+times%22")
        page.get_by_role("link", name="Link and citation").first.click()
    else:
        page.goto(path)
    page.evaluate("document.querySelectorAll('details').forEach(one => { one.open = true })")
    for width, theme in SCREENS:
        page.set_viewport_size({"width": width, "height": 800})
        page.emulate_media(color_scheme=theme)  # type: ignore[arg-type]
        nothing_found(page)


def test_every_page_of_the_site_is_looked_at(site: Flask, client: FlaskClient) -> None:
    adapter = site.url_map.bind("localhost")
    looked_at = {"pages.quotation", "citations.html"}  # the latter is a piece of a page, to be pasted elsewhere
    for address in ADDRESSES.values():
        try:
            looked_at.add(adapter.match(address.partition("?")[0])[0])
        except NotFound:
            assert address == ADDRESSES["not found"]
    pages = {
        adapter.match(address)[0]
        for address in every_answer(client)
        if client.get(address, query_string=NEEDED.get(address, "")).mimetype == "text/html"
    }
    assert pages - looked_at == set()


@on_every_screen
def test_with_suggestions_open(new_page: NewPage, width: int, theme: str) -> None:
    page = new_page(width=width, theme=theme)
    page.goto("/search")
    box = page.get_by_role("combobox", name="Words to search for")
    box.press_sequentially("br")
    expect(page.get_by_role("option")).to_have_count(3)
    box.press("ArrowDown")
    nothing_found(page)


@on_every_screen
def test_with_help_open(new_page: NewPage, width: int, theme: str) -> None:
    page = new_page(width=width, theme=theme)
    page.goto("/search")
    page.get_by_role("button", name="Keyboard").click()
    expect(page.get_by_role("dialog")).to_be_visible()
    nothing_found(page)


@on_every_screen
def test_with_a_range_half_dragged(new_page: NewPage, width: int, theme: str) -> None:
    page = new_page(width=width, theme=theme)
    page.goto("/search")
    page.wait_for_selector("input[name=from]", state="attached")
    box = page.locator(".bars").bounding_box()
    assert box is not None
    page.mouse.move(box["x"] + 10, box["y"] + 50)
    page.mouse.down()
    page.mouse.move(box["x"] + box["width"] / 2, box["y"] + 50, steps=3)
    expect(page.locator(".bars a.range").first).to_be_visible()
    nothing_found(page)


@on_every_screen
def test_with_results_replaced_and_the_drawer_open(new_page: NewPage, width: int, theme: str) -> None:
    page = new_page(width=width, theme=theme)
    page.goto("/search")
    page.evaluate("document.querySelector('.filters').open = true")
    page.get_by_role("checkbox", name="Ola Finch").check()
    expect(page.locator("#told")).to_have_text("2 quotations by 1 speaker")
    page.keyboard.press("j")
    nothing_found(page)


@on_every_screen
def test_with_the_network_lost(new_page: NewPage, width: int, theme: str) -> None:
    page = new_page(width=width, theme=theme)
    page.goto("/search")
    page.wait_for_selector("input[role=combobox]")
    page.context.set_offline(True)
    page.get_by_role("link", name="newest", exact=True).click()
    expect(page.get_by_role("alert")).to_be_visible()
    nothing_found(page)


@on_every_screen
def test_where_it_took_too_long(new_page: NewPage, width: int, theme: str, monkeypatch: pytest.MonkeyPatch) -> None:
    def slow(*_: object) -> None:
        raise TimeLimitError(2)

    monkeypatch.setattr(WhooshEngine, "search", slow)
    page = new_page(width=width, theme=theme)
    page.goto("/search?q=it")
    expect(page.get_by_role("link", name="Try again")).to_be_visible()
    nothing_found(page)
