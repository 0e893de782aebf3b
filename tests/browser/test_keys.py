"""Single keys: what they do, when they do nothing, and how they are switched off."""

from collections.abc import Callable

import pytest
from playwright.sync_api import Page, expect

pytestmark = pytest.mark.browser
NewPage = Callable[..., Page]


def opened(page: Page, address: str = "/search?sort=oldest") -> Page:
    page.goto(address)
    expect(page.get_by_role("button", name="Keyboard")).to_be_visible()
    return page


def test_slash_leads_to_the_search_box(new_page: NewPage) -> None:
    page = opened(new_page(), "/search?q=rain")
    page.keyboard.press("/")
    box = page.get_by_label("Words to search for")
    expect(box).to_be_focused()
    page.keyboard.type("/jk?")  # what was there is chosen, so that typing replaces it; keys are letters now
    expect(box).to_have_value("/jk?")
    expect(page.get_by_role("dialog")).to_be_hidden()


def test_j_and_k_move_through_the_results_and_enter_opens_one(new_page: NewPage) -> None:
    page = opened(new_page())
    results = page.locator("article.quotation")
    for key, place in [("j", 0), ("j", 1), ("j", 2), ("k", 1), ("k", 0), ("k", 0), ("j", 1)]:
        page.keyboard.press(key)
        expect(results.nth(place)).to_be_focused()
        expect(results.nth(place)).to_be_in_viewport(ratio=0.9)
    mark = results.nth(1).evaluate("one => getComputedStyle(one, '::before').backgroundColor")
    accent = page.evaluate("getComputedStyle(document.querySelector('.name b')).color")
    assert mark == accent
    address = results.nth(1).get_by_role("link", name="Link and citation").get_attribute("href")
    page.keyboard.press("Enter")
    page.wait_for_url(f"**{address}")


def test_they_work_on_after_results_were_replaced(new_page: NewPage) -> None:
    page = opened(new_page())
    page.get_by_role("checkbox", name="Ola Finch").check()
    expect(page.locator("article.quotation")).to_have_count(2)
    page.keyboard.press("j")
    expect(page.locator("article.quotation").first).to_be_focused()


def test_the_last_result_is_the_last(new_page: NewPage) -> None:
    page = opened(new_page(), "/search?speaker=ola-finch")
    for _ in range(5):
        page.keyboard.press("j")
    expect(page.locator("article.quotation").last).to_be_focused()


@pytest.mark.parametrize("path", ["/", "/speakers", "/speakers/ada-brook", "/search/speaker"])
def test_other_pages_with_results_have_them_too(new_page: NewPage, path: str) -> None:
    page = opened(new_page(), path)
    page.keyboard.press("j")
    assert page.evaluate("document.activeElement.matches('.quotation, tr, .values-list > li')")


@pytest.mark.parametrize("key", ["Control+j", "Alt+j", "Meta+j", "Control+/", "Alt+k", "Control+?"])
def test_with_another_key_they_do_nothing(new_page: NewPage, key: str) -> None:
    page = opened(new_page())
    page.keyboard.press(key)
    assert page.evaluate("document.activeElement === document.body")
    expect(page.get_by_role("dialog")).to_be_hidden()


def test_enter_on_a_link_is_the_browsers(new_page: NewPage) -> None:
    page = opened(new_page())
    link = page.locator("article.quotation").first.locator("a.title")
    link.focus()
    page.keyboard.press("Enter")
    page.wait_for_url("**/articles/**")


def test_help_is_shown_by_its_key_and_by_its_link(new_page: NewPage) -> None:
    page = opened(new_page())
    help = page.get_by_role("dialog", name="Keyboard")
    page.keyboard.press("Shift+?")
    expect(help).to_be_visible()
    page.keyboard.press("j")
    assert page.evaluate("document.getElementById('keys').contains(document.activeElement)")
    page.keyboard.press("Escape")
    expect(help).to_be_hidden()
    page.get_by_role("button", name="Keyboard").focus()
    page.keyboard.press("Enter")
    expect(help).to_be_visible()
    help.get_by_role("button", name="Close").click()
    expect(help).to_be_hidden()
    expect(page.get_by_role("button", name="Keyboard")).to_be_focused()


def test_they_are_switched_off_and_stay_off(new_page: NewPage) -> None:
    page = opened(new_page())
    page.get_by_role("button", name="Keyboard").click()
    page.get_by_label("Use single keys").uncheck()
    page.get_by_role("button", name="Close").click()
    for _ in range(2):
        page.evaluate("document.activeElement.blur()")
        for key in ("j", "/", "Shift+?"):
            page.keyboard.press(key)
        assert page.evaluate("document.activeElement === document.body")
        expect(page.get_by_role("dialog")).to_be_hidden()
        page.goto("/search?q=it")
        expect(page.get_by_role("button", name="Keyboard")).to_be_visible()
    page.get_by_role("button", name="Keyboard").click()
    expect(page.get_by_label("Use single keys")).not_to_be_checked()
    page.get_by_label("Use single keys").check()
    page.get_by_role("button", name="Close").click()
    page.evaluate("document.activeElement.blur(); scrollTo(0, 0)")
    page.keyboard.press("j")
    expect(page.locator("article.quotation").first).to_be_focused()


def test_without_script_nobody_is_told_of_keys(new_page: NewPage) -> None:
    page = new_page(script=False)
    page.goto("/search")
    expect(page.get_by_text("Keyboard")).to_have_count(2)
    for one in page.get_by_text("Keyboard").all():
        expect(one).to_be_hidden()
