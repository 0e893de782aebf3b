"""What a box offers while one types: by mouse, by keys, for screen readers, and where the network fails."""

import json
from collections.abc import Callable

import pytest
from playwright.sync_api import Locator, Page, Route, expect

pytestmark = pytest.mark.browser
NewPage = Callable[..., Page]


def search_box(page: Page, address: str = "/search") -> Locator:
    page.goto(address)
    box = page.get_by_role("combobox", name="Words to search for")
    expect(box).to_have_attribute("aria-expanded", "false")
    return box


def options(page: Page) -> Locator:
    return page.get_by_role("option")


@pytest.mark.parametrize("path", ["/", "/search", "/articles/gull/2020/bridge", "/about", "/nowhere"])
def test_every_search_box_offers_words_speakers_and_outlets(new_page: NewPage, path: str) -> None:
    page = new_page()
    box = search_box(page, path)
    box.press_sequentially("br")
    expect(options(page)).to_have_text(["brook7 quotations", "bridge6 quotations", "Ada Brookspeaker5 quotations"])
    expect(page.locator(".suggestions b")).to_have_text(["br", "br", "Br"])
    expect(box).to_have_attribute("aria-expanded", "true")
    expect(page.locator(".suggesting [role=status]")).to_have_text("3 suggestions")


def test_arrows_choose_and_the_focus_stays_in_the_box(new_page: NewPage) -> None:
    page = new_page()
    box = search_box(page)
    box.press_sequentially("br")
    expect(options(page)).to_have_count(3)
    assert box.get_attribute("aria-activedescendant") is None  # Enter searches for what was typed
    for key, chosen in [("ArrowDown", 0), ("ArrowUp", None), ("ArrowUp", 2), ("ArrowUp", 1), ("ArrowDown", 2)]:
        box.press(key)
        expect(box).to_be_focused()
        if chosen is None:
            assert box.get_attribute("aria-activedescendant") is None
        else:
            marked = page.locator("[role=option][aria-selected=true]")
            expect(marked).to_have_count(1)
            assert marked.get_attribute("id") == box.get_attribute("aria-activedescendant")
            assert marked.get_attribute("id") == options(page).nth(chosen).get_attribute("id")
    assert page.locator(f"#{box.get_attribute('aria-controls')}").get_attribute("role") == "listbox"
    expect(box).to_have_value("br")


def test_enter_takes_a_word_and_searches_in_place(new_page: NewPage) -> None:
    page = new_page()
    box = search_box(page, "/search?sort=newest")
    page.evaluate("document.documentElement.dataset.same = 'yes'")
    box.press_sequentially("mended by wi")
    expect(options(page).first).to_contain_text("mended by winter")
    box.press("ArrowDown")
    box.press("Enter")
    expect(page).to_have_url("/search?q=mended+by+winter&sort=newest")
    expect(box).to_have_value("mended by winter")
    expect(options(page)).to_have_count(0)
    assert page.evaluate("document.documentElement.dataset.same === 'yes'")


def test_a_speaker_who_is_taken_becomes_a_filter(new_page: NewPage) -> None:
    page = new_page()
    box = search_box(page, "/search?sort=newest")
    box.press_sequentially("fin")
    options(page).filter(has_text="Ola Finch").click()
    expect(page).to_have_url("/search?sort=newest&speaker=ola-finch")
    expect(page.get_by_role("link", name="Remove Speaker: Ola Finch")).to_be_visible()
    expect(box).to_have_value("")


def test_enter_with_nothing_chosen_searches_for_what_was_typed(new_page: NewPage) -> None:
    page = new_page()
    box = search_box(page)
    box.press_sequentially("bridg")
    expect(options(page)).to_have_count(1)
    box.press("Enter")
    expect(page).to_have_url("/search?q=bridg")
    expect(options(page)).to_have_count(0)


def test_escape_closes_the_list_and_then_empties_the_box(new_page: NewPage) -> None:
    page = new_page()
    box = search_box(page)
    box.press_sequentially("br")
    expect(options(page)).to_have_count(3)
    box.press("Escape")
    expect(box).to_have_attribute("aria-expanded", "false")
    expect(box).to_have_value("br")
    box.press("ArrowDown")
    expect(options(page)).to_have_count(3)
    box.press("Escape")
    box.press("Escape")
    expect(box).to_have_value("")


def test_leaving_the_box_closes_the_list(new_page: NewPage) -> None:
    page = new_page()
    box = search_box(page)
    box.press_sequentially("br")
    expect(options(page)).to_have_count(3)
    box.press("Tab")
    expect(options(page)).to_have_count(0)


def test_it_is_asked_once_for_letters_typed_in_a_row(new_page: NewPage) -> None:
    page = new_page()
    asked: list[str] = []
    page.on("request", lambda request: asked.append(request.url) if "/api/v1/suggest" in request.url else None)
    box = search_box(page)
    box.evaluate(
        """box => ['b', 'br', 'bri', 'brid', 'bridg'].forEach((typed) => {
        box.focus(); box.value = typed; box.dispatchEvent(new Event('input', { bubbles: true })); })"""
    )
    expect(options(page)).to_have_count(1)
    assert len(asked) == 1
    assert "q=bridg&" in asked[0]


def test_an_answer_that_comes_late_is_dropped(new_page: NewPage) -> None:
    page = new_page()
    held: list[Route] = []
    page.route("**/api/v1/suggest?q=br&*", lambda route: held.append(route))
    box = search_box(page)
    box.press_sequentially("br")
    while not held:
        page.wait_for_timeout(20)
    box.fill("fin")
    expect(options(page).filter(has_text="Ola Finch")).to_be_visible()
    late = {"q": "br", "items": [{"kind": "word", "value": "late", "label": "late", "count": 1, "url": ""}]}
    held[0].fulfill(body=json.dumps(late), content_type="application/json")
    page.wait_for_timeout(100)
    expect(options(page).filter(has_text="late")).to_have_count(0)
    expect(options(page).filter(has_text="Ola Finch")).to_be_visible()


@pytest.mark.parametrize("status", [429, 503, 0])
def test_without_suggestions_one_can_search_all_the_same(new_page: NewPage, status: int) -> None:
    page = new_page()
    page.route("**/api/v1/suggest*", lambda route: route.fulfill(status=status) if status else route.abort())
    box = search_box(page)
    with page.expect_event("response" if status else "requestfailed"):
        box.press_sequentially("br")
    expect(options(page)).to_have_count(0)
    box.press("Enter")
    expect(page).to_have_url("/search?q=br")


def test_names_are_offered_for_a_comparison(new_page: NewPage) -> None:
    page = new_page()
    page.goto("/compare")
    for place, (typed, name) in enumerate([("fin", "Ola Finch"), ("bro", "Ada Brook")], start=1):
        box = page.get_by_role("combobox", name=f"Speaker {place}")
        box.press_sequentially(typed)
        expect(options(page)).to_have_count(1)
        box.press("ArrowDown")
        box.press("Enter")
        expect(box).to_have_value(name)
    page.get_by_role("button", name="Compare").click()
    expect(page.get_by_role("heading", level=1)).to_have_text("Ola Finch, Ada Brook")


def test_a_name_is_offered_beside_a_text_to_verify(new_page: NewPage) -> None:
    page = new_page()
    page.goto("/verify")
    page.get_by_role("combobox", name="Said by").press_sequentially("fin")
    options(page).first.click()
    expect(page.get_by_role("combobox", name="Said by")).to_have_value("Ola Finch")


def test_without_script_the_box_is_a_box(new_page: NewPage) -> None:
    page = new_page(script=False)
    page.goto("/search")
    box = page.get_by_label("Words to search for")
    assert box.get_attribute("role") is None
    assert box.get_attribute("aria-expanded") is None


def test_hostile_names_stay_text(new_page: NewPage) -> None:
    page = new_page()
    box = search_box(page)
    box.press_sequentially("alert")
    expect(options(page).filter(has_text="<script>alert(1)</script>").first).to_be_visible()
    assert page.locator(".suggestions script, .suggestions img").count() == 0
