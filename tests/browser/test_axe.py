"""axe finds nothing on any page, narrow or wide, light or dark."""

from collections.abc import Callable

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Page

from tests.browser.test_site import ADDRESSES

pytestmark = pytest.mark.browser


@pytest.mark.parametrize("theme", ["light", "dark"])
@pytest.mark.parametrize("width", [360, 1280])
@pytest.mark.parametrize("path", [*ADDRESSES.values(), "quotation"], ids=[*ADDRESSES, "quotation"])
def test_axe_finds_nothing(new_page: Callable[..., Page], path: str, width: int, theme: str) -> None:
    page = new_page(width=width, theme=theme)
    if path == "quotation":
        page.goto("/search?q=%22moved+both+times%22")
        page.get_by_role("link", name="Link and citation").first.click()
    else:
        page.goto(path)
    page.evaluate("document.querySelectorAll('details').forEach(one => { one.open = true })")
    found = Axe().run(page)
    assert found.violations_count == 0, found.generate_report()
