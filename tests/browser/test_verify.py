"""A fact-checker pastes a paragraph: with and without scripts, on a phone, by keyboard."""

from collections.abc import Callable

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Page, expect

pytestmark = pytest.mark.browser

NewPage = Callable[..., Page]
PARAGRAPH = (
    "Ada Brook told us: “We measured it twice, and it moved both times.” Ola Finch said “it will be mended by summer”. "
    "“A bridge is a promise,” Ola Finch said."
)


@pytest.mark.parametrize("script", [True, False], ids=["with script", "without script"])
def test_a_paragraph_is_pasted_and_checked(new_page: NewPage, script: bool) -> None:
    page = new_page(script=script)
    page.goto("/")
    page.get_by_role("link", name="Verify", exact=True).click()
    page.get_by_label("A quotation, or a paragraph with quotations").fill(PARAGRAPH)
    page.get_by_role("button", name="Check").click()
    cards = page.get_by_role("article")
    expect(cards).to_have_count(3)
    expect(cards.nth(0).get_by_role("heading")).to_contain_text("Verbatim")
    expect(cards.nth(2).get_by_role("heading")).to_contain_text("Said by someone else")
    expect(page.get_by_label("A quotation, or a paragraph with quotations")).to_have_value(PARAGRAPH)
    cards.nth(0).get_by_role("link", name="The quotation’s page").click()
    expect(page.get_by_role("heading", level=1)).to_contain_text("Ada Brook")
    page.go_back()
    expect(cards).to_have_count(3)


def test_the_speaker_may_be_given_beside_the_text(new_page: NewPage) -> None:
    page = new_page()
    page.goto("/verify")
    page.get_by_label("A quotation, or a paragraph with quotations").fill(
        "Mind the gap in the budget, they say it always"
    )
    page.get_by_label("Said by").fill("Ada Brook")
    page.get_by_label("Said by").press("Enter")
    expect(page.get_by_role("article")).to_have_count(1)
    expect(page.get_by_label("Said by")).to_have_value("Ada Brook")


@pytest.mark.parametrize("theme", ["light", "dark"])
@pytest.mark.parametrize("width", [360, 1280])
@pytest.mark.parametrize("filled", [True, False], ids=["verdicts", "form"])
def test_axe_finds_nothing_and_nothing_is_wider_than_the_page(
    new_page: NewPage, filled: bool, width: int, theme: str
) -> None:
    page = new_page(width=width, theme=theme)
    page.goto("/verify")
    if filled:
        page.get_by_label("A quotation, or a paragraph with quotations").fill(PARAGRAPH)
        page.get_by_role("button", name="Check").click()
        expect(page.get_by_role("article")).to_have_count(3)
        page.evaluate("document.querySelectorAll('details').forEach(one => { one.open = true })")
    assert page.evaluate("document.documentElement.scrollWidth") <= width
    found = Axe().run(page)
    assert found.violations_count == 0, found.generate_report()
