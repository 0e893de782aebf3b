"""A range of time is chosen by dragging, by finger and by key, and without a script by links."""

from collections.abc import Callable

import pytest
from playwright.sync_api import FloatRect, Page, expect

pytestmark = pytest.mark.browser
NewPage = Callable[..., Page]


def bars(page: Page, address: str = "/search") -> FloatRect:
    """Where the bars stand, once they can be dragged over: 2018 to 2021, a quarter of the width each."""
    page.goto(address)
    page.wait_for_selector("input[name=from]", state="attached")
    box = page.locator(".bars").first.bounding_box()
    assert box is not None
    return box


def at(box: FloatRect, step: int, of: int = 4) -> float:
    return box["x"] + (step + 0.5) * box["width"] / of


def test_the_range_is_shown_while_it_is_dragged_and_searched_when_it_is_let_go(new_page: NewPage) -> None:
    page = new_page()
    box = bars(page)
    page.mouse.move(at(box, 2), box["y"] + 30)
    page.mouse.down()
    page.mouse.move(at(box, 1), box["y"] + 30, steps=4)
    expect(page.locator(".range-told")).to_have_text("2019 to 2020: 6 quotations")
    expect(page.locator(".bars a.range")).to_have_count(1)
    page.mouse.move(at(box, 0), box["y"] + 30, steps=4)
    expect(page.locator(".range-told")).to_have_text("2018 to 2020: 8 quotations")
    expect(page).to_have_url("/search")
    page.mouse.up()
    expect(page).to_have_url("/search?date_from=2018&date_to=2020")
    expect(page.locator(".range-told")).to_have_text("2018–2020 chosen all years")
    page.get_by_role("link", name="all years").click()
    expect(page).to_have_url("/search")


def test_escape_gives_a_drag_up(new_page: NewPage) -> None:
    page = new_page()
    box = bars(page)
    page.mouse.move(at(box, 0), box["y"] + 30)
    page.mouse.down()
    page.mouse.move(at(box, 2), box["y"] + 30, steps=4)
    page.keyboard.press("Escape")
    expect(page.locator(".range-told")).to_have_text("2018–2021")
    page.mouse.up()
    expect(page).to_have_url("/search")


def test_a_press_on_one_bar_is_its_link(new_page: NewPage) -> None:
    page = new_page()
    box = bars(page)
    page.mouse.click(at(box, 0), box["y"] + 60)
    expect(page).to_have_url("/search?date_from=2018&date_to=2018")


def test_a_finger_drags_too(new_page: NewPage) -> None:
    page = new_page(width=360)
    box = bars(page)
    touches = page.context.new_cdp_session(page)

    def touch(kind: str, *points: tuple[float, float]) -> None:
        given = [{"x": x, "y": y} for x, y in points]
        touches.send("Input.dispatchTouchEvent", {"type": kind, "touchPoints": given})

    touches.send("Emulation.setTouchEmulationEnabled", {"enabled": True})
    touch("touchStart", (at(box, 0), box["y"] + 60))
    touch("touchMove", (at(box, 1), box["y"] + 60))
    touch("touchMove", (at(box, 2), box["y"] + 62))
    expect(page.locator(".range-told")).to_have_text("2018 to 2020: 8 quotations")
    touch("touchEnd")
    expect(page).to_have_url("/search?date_from=2018&date_to=2020")


def test_a_finger_that_moves_up_or_down_scrolls_the_page(new_page: NewPage) -> None:
    page = new_page(width=360)
    bars(page)
    assert page.locator(".bars").evaluate("one => getComputedStyle(one).touchAction") == "pan-y"


def test_keys_move_the_ends_of_the_range_in_place(new_page: NewPage) -> None:
    page = new_page()
    bars(page)
    first, last = page.get_by_role("slider", name="from"), page.get_by_role("slider", name="to")
    expect(first).to_have_attribute("aria-valuetext", "2018")
    expect(last).to_have_attribute("aria-valuetext", "2021")
    first.focus()
    page.keyboard.press("ArrowRight")
    page.keyboard.press("ArrowRight")
    expect(first).to_have_attribute("aria-valuetext", "2020")
    expect(page.locator(".range-told")).to_have_text("2020 to 2021: 7 quotations")
    expect(page).to_have_url("/search?date_from=2020&date_to=2021")
    expect(page.get_by_role("slider", name="from")).to_be_focused()
    expect(page.locator("#told")).to_have_text("7 quotations by 2 speakers")


def test_enter_does_not_wait_and_escape_takes_back(new_page: NewPage) -> None:
    page = new_page()
    bars(page)
    page.get_by_role("slider", name="to").focus()
    page.keyboard.press("ArrowLeft")
    page.keyboard.press("Escape")
    expect(page.get_by_role("slider", name="to")).to_have_attribute("aria-valuetext", "2021")
    expect(page.locator(".range-told")).to_have_text("2018–2021")
    page.keyboard.press("Home")
    page.keyboard.press("Enter")
    expect(page).to_have_url("/search?date_from=2018&date_to=2018")


def test_months_are_told_by_name(new_page: NewPage) -> None:
    page = new_page()
    box = bars(page, "/search?date_from=2020&date_to=2020")
    page.mouse.move(at(box, 2, 12), box["y"] + 30)
    page.mouse.down()
    page.mouse.move(at(box, 4, 12), box["y"] + 30, steps=4)
    expect(page.locator(".range-told")).to_have_text("March 2020 to May 2020: 6 quotations")
    page.mouse.up()
    expect(page).to_have_url("/search?date_from=2020-03&date_to=2020-05")


def test_a_drag_on_another_page_leads_to_the_search(new_page: NewPage) -> None:
    page = new_page()
    box = bars(page, "/")
    page.mouse.move(at(box, 0), box["y"] + 30)
    page.mouse.down()
    page.mouse.move(at(box, 2), box["y"] + 30, steps=4)
    page.mouse.up()
    page.wait_for_url("**/search?date_from=2018&date_to=2020")


def test_without_script_the_bars_are_links_and_there_are_no_sliders(new_page: NewPage) -> None:
    page = new_page(script=False)
    page.goto("/search")
    expect(page.get_by_role("slider")).to_have_count(0)
    page.get_by_role("link", name="2018: 2 quotations").click()
    expect(page.locator(".range-told")).to_have_text("2018 chosen all years")
