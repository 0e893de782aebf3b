"""Results are replaced in place: the address, the focus, what is said, the way back, and what goes wrong."""

import dataclasses
import threading
import urllib.request
from collections.abc import Callable, Iterator

import pytest
from flask import Flask
from playwright.sync_api import Browser, Page, Route, expect
from werkzeug.serving import make_server

from search.errors import TimeLimitError
from search.whoosh_engine import WhooshEngine
from tests.making import a_collection
from tests.site_rows import rows
from web import create_app

pytestmark = pytest.mark.browser
NewPage = Callable[..., Page]


def opened(page: Page, address: str) -> Page:
    """The page, marked so that it can be told whether it is still the same document."""
    page.goto(address)
    expect(page.locator("input[role=combobox]").first).to_be_attached()
    page.evaluate("document.documentElement.dataset.same = 'yes'")
    return page


def is_same(page: Page) -> bool:
    return bool(page.evaluate("document.documentElement.dataset.same === 'yes'"))


def heading(page: Page, text: str) -> None:
    expect(page.get_by_role("heading", level=1)).to_have_text(text)


def test_htmx_is_told_to_keep_to_the_content_policy(new_page: NewPage) -> None:
    page = opened(new_page(), "/search")
    config = page.evaluate("htmx.config")
    assert not config["allowEval"]
    assert not config["allowScriptTags"]
    assert not config["includeIndicatorStyles"]
    assert config["selfRequestsOnly"]
    assert page.locator("style").count() == 0


def test_nobody_else_is_asked_for_anything(new_page: NewPage, address: str) -> None:
    page = new_page()
    asked: list[str] = []
    page.on("request", lambda request: asked.append(request.url))
    for path in ("/", "/search?q=it", "/compare", "/articles/gull/2020/bridge"):
        page.goto(path, wait_until="networkidle")
    assert len(asked) > 20
    assert [url for url in asked if not url.startswith(f"{address}/")] == []


def test_a_facet_replaces_the_results_and_nothing_else(new_page: NewPage) -> None:
    page = opened(new_page(), "/search?sort=oldest")
    box = page.get_by_role("checkbox", name="Ola Finch")
    before = box.bounding_box()
    box.check()
    heading(page, "2 quotations by 1 speaker")
    expect(page).to_have_url("/search?sort=oldest&speaker=ola-finch")
    expect(page.locator("#told")).to_have_text("2 quotations by 1 speaker")
    expect(page.get_by_role("checkbox", name="Ola Finch")).to_be_focused()
    assert is_same(page)
    after = page.get_by_role("checkbox", name="Ola Finch").bounding_box()
    assert before is not None and after is not None
    assert before["x"] == after["x"]


def test_what_is_used_stays_where_it_is(new_page: NewPage) -> None:
    page = opened(new_page(), "/search")
    place = page.locator("#filters legend").first.bounding_box()
    bars = page.locator(".bars").bounding_box()
    page.get_by_role("checkbox", name="word for word").check()
    expect(page.get_by_role("list", name="Chosen filters")).to_be_visible()
    assert page.locator("#filters legend").first.bounding_box() == place
    assert page.locator(".bars").bounding_box() == bars
    shifted = page.evaluate(
        """() => new Promise((done) => { let sum = 0;
        new PerformanceObserver((list) => list.getEntries().forEach((one) => (sum += one.value)))
          .observe({ type: 'layout-shift', buffered: true });
        setTimeout(() => done(sum), 100); })"""
    )
    assert shifted < 0.1  # what is "good" in the Core Web Vitals; results of other lengths move what is below them


@pytest.mark.parametrize(
    ("name", "there"),
    [
        ("newest", "/search?q=it&sort=newest"),
        ("quotations only", "/search?q=it&in=quote"),
        ("the exact word", "/search?q=%22it%22"),
        ("2020: 6 quotations", "/search?q=it&date_from=2020&date_to=2020"),
    ],
)
def test_every_way_to_change_a_search_changes_it_in_place(new_page: NewPage, name: str, there: str) -> None:
    page = opened(new_page(), "/search?q=it")
    page.locator("#main").get_by_role("link", name=name, exact=True).click()
    expect(page).to_have_url(there)
    assert is_same(page)


def test_other_words_are_searched_for_in_place_with_the_filters_kept(new_page: NewPage) -> None:
    page = opened(new_page(), "/search?q=rain&speaker=ola-finch&sort=oldest")
    page.get_by_role("link", name="Remove Speaker: Ola Finch").click()
    heading(page, "2 quotations by 1 speaker")
    expect(page.locator("#kept input[name=speaker]")).to_have_count(0)
    page.get_by_label("Words to search for").fill("bridge")
    page.get_by_label("Words to search for").press("Enter")
    expect(page).to_have_url("/search?q=bridge&sort=oldest")
    expect(page).to_have_title("bridge – saywho")
    expect(page.locator("#results")).to_be_focused()
    assert is_same(page)
    assert page.evaluate("document.querySelector('link[rel=alternate]').href").endswith("/search.atom?q=bridge")


def test_dates_are_applied_in_place_and_empty_boxes_stay_out_of_the_address(new_page: NewPage) -> None:
    page = opened(new_page(), "/search?q=it")
    page.get_by_label("From", exact=True).fill("2020")
    page.get_by_label("From", exact=True).press("Enter")
    expect(page).to_have_url("/search?q=it&date_from=2020")
    expect(page.get_by_label("From", exact=True)).to_be_focused()
    assert is_same(page)


def test_the_next_page_begins_at_its_top_and_the_way_back_at_the_old_place(new_page: NewPage) -> None:
    page = opened(new_page(), "/search?limit=4&sort=oldest")
    page.get_by_role("link", name="Next 4 quotations").scroll_into_view_if_needed()
    place = page.evaluate("scrollY")
    assert place > 300
    page.get_by_role("link", name="Next 4 quotations").click()
    expect(page.get_by_role("link", name="Back to the first page")).to_be_in_viewport()
    expect(page.locator("#results")).to_be_focused()
    expect(page.locator("#told")).to_have_text("Another page of 10 quotations by 3 speakers")
    page.go_back()
    expect(page).to_have_url("/search?limit=4&sort=oldest")
    expect(page.get_by_role("link", name="Back to the first page")).to_have_count(0)
    expect(page.get_by_role("link", name="Next 4 quotations")).to_be_in_viewport()
    assert abs(page.evaluate("scrollY") - place) < 2
    assert is_same(page)


def test_back_and_forward_restore_words_filters_and_title(new_page: NewPage) -> None:
    page = opened(new_page(), "/search?q=rain")
    box = page.get_by_label("Words to search for")
    box.fill("bridge")
    box.press("Enter")
    expect(page).to_have_title("bridge – saywho")
    page.get_by_role("checkbox", name="Ada Brook").check()
    expect(page.get_by_role("link", name="Remove Speaker: Ada Brook")).to_be_visible()
    page.go_back()
    expect(page.get_by_role("checkbox", name="Ada Brook")).not_to_be_checked()
    expect(box).to_have_value("bridge")
    page.go_back()
    expect(page).to_have_title("rain – saywho")
    expect(box).to_have_value("rain")
    page.go_forward()
    page.go_forward()
    expect(page.get_by_role("checkbox", name="Ada Brook")).to_be_checked()
    expect(page).to_have_title("bridge – saywho")
    assert is_same(page)


def test_back_from_another_page_leads_to_the_results_that_were_left(new_page: NewPage) -> None:
    page = opened(new_page(), "/search")
    page.get_by_role("checkbox", name="Ola Finch").check()
    heading(page, "2 quotations by 1 speaker")
    page.get_by_role("link", name="Link and citation").first.click()
    page.wait_for_url("**/quotes/*")
    page.go_back()
    heading(page, "2 quotations by 1 speaker")
    expect(page.get_by_role("checkbox", name="Ola Finch")).to_be_checked()


def test_an_address_that_was_made_in_place_opens_the_same_page(new_page: NewPage) -> None:
    page = opened(new_page(), "/search?q=it")
    page.get_by_role("checkbox", name="Ada Brook").check()
    expect(page.get_by_role("link", name="Remove Speaker: Ada Brook")).to_be_visible()
    in_place = page.locator("#main").inner_text()
    page.reload()
    assert page.locator("#main").inner_text() == in_place


def test_what_stood_open_stays_open(new_page: NewPage) -> None:
    page = opened(new_page(width=360), "/search")
    page.get_by_text("Filter", exact=True).click()
    page.get_by_text("As a table").click()
    page.get_by_role("checkbox", name="Ola Finch").check()
    expect(page.get_by_text("Filter: 1 chosen")).to_be_visible()
    expect(page.get_by_role("checkbox", name="Ola Finch")).to_be_visible()
    expect(page.get_by_role("table")).to_be_visible()


def test_only_the_last_of_several_questions_is_answered(new_page: NewPage) -> None:
    page = opened(new_page(), "/search")
    waiting: list[Route] = []
    page.route("**/search?*kind=indirect", lambda route: waiting.append(route))
    page.get_by_role("checkbox", name="reported speech").check()
    expect(page.locator("#main")).to_have_attribute("aria-busy", "true")
    page.get_by_role("link", name="newest", exact=True).click()
    expect(page).to_have_url("/search?sort=newest")
    heading(page, "10 quotations by 3 speakers")
    expect(page.locator("#main")).not_to_have_attribute("aria-busy", "true")
    assert len(waiting) == 1


def test_words_that_are_being_typed_are_left_alone(new_page: NewPage) -> None:
    page = opened(new_page(), "/search")
    waiting: list[Route] = []
    page.route("**/search?*sort=newest", lambda route: waiting.append(route))
    page.get_by_role("link", name="newest", exact=True).click()
    expect(page.locator("#main")).to_have_attribute("aria-busy", "true")
    box = page.get_by_label("Words to search for")
    box.fill("brid")
    waiting[0].continue_()
    expect(page).to_have_url("/search?sort=newest")
    expect(page.locator("#told")).to_have_text("10 quotations by 3 speakers")
    expect(box).to_have_value("brid")
    expect(box).to_be_focused()


# What goes wrong.


def test_a_question_that_is_refused_is_told_in_place(new_page: NewPage) -> None:
    page = opened(new_page(), "/search?q=it")
    page.get_by_label("Words to search for").fill(" OR ".join(f"word{n}" for n in range(70)))
    page.get_by_label("Words to search for").press("Enter")
    heading(page, "One part of this address cannot be answered")
    expect(page.locator("#told")).to_have_text("One part of this address cannot be answered")
    expect(page.get_by_text("has more than 64 terms")).to_be_visible()
    assert "word69" in page.url
    page.go_back()
    heading(page, "8 quotations by 2 speakers")


def test_a_question_that_takes_too_long_is_told_in_place(new_page: NewPage, monkeypatch: pytest.MonkeyPatch) -> None:
    page = opened(new_page(), "/search?q=it")

    def slow(*_: object) -> None:
        raise TimeLimitError(2)

    with monkeypatch.context() as patched:
        patched.setattr(WhooshEngine, "search", slow)
        page.get_by_role("link", name="newest", exact=True).click()
        heading(page, "Service Unavailable")
        expect(page.get_by_text("The question took too long")).to_be_visible()
    page.get_by_role("link", name="Try again").click()
    heading(page, "8 quotations by 2 speakers")
    expect(page).to_have_url("/search?q=it&sort=newest")


@pytest.fixture
def limited(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """Where a site is served that answers three questions a minute."""
    settings, _ = a_collection(tmp_path_factory.mktemp("limited"), rows())
    app: Flask = create_app(dataclasses.replace(settings, rate_limit=(3, 60)))
    server = make_server("127.0.0.1", 0, app, threaded=True)
    thread = threading.Thread(target=server.serve_forever)
    thread.start()
    yield f"http://127.0.0.1:{server.server_port}"
    server.shutdown()
    thread.join()
    server.server_close()
    app.extensions["saywho.library"].close()


def test_asking_too_often_is_told_in_place(chromium: Browser, limited: str) -> None:
    context = chromium.new_context(base_url=limited)
    page = opened(context.new_page(), "/search?q=it")
    for sort in ("newest", "oldest"):
        page.get_by_role("link", name=sort, exact=True).click()
        expect(page).to_have_url(f"/search?q=it&sort={sort}")
    page.get_by_role("link", name="newest", exact=True).click()
    heading(page, "Too Many Requests")
    expect(page.get_by_text("Ask again in")).to_be_visible()
    expect(page.get_by_role("link", name="Try again")).to_be_visible()
    context.close()


def test_a_lost_network_is_told_and_tried_again(new_page: NewPage) -> None:
    page = opened(new_page(), "/search?q=it")
    page.context.set_offline(True)
    page.get_by_role("checkbox", name="Ada Brook").click()
    alert = page.get_by_role("alert")
    expect(alert).to_contain_text("The site could not be reached.")
    heading(page, "8 quotations by 2 speakers")
    expect(page).to_have_url("/search?q=it")
    # The boxes say what the page shows.
    expect(page.get_by_role("checkbox", name="Ada Brook")).not_to_be_checked()
    expect(page.locator("#main")).not_to_have_attribute("aria-busy", "true")
    page.context.set_offline(False)
    alert.get_by_role("button", name="Try again").click()
    expect(page.get_by_role("checkbox", name="Ada Brook")).to_be_checked()
    expect(page).to_have_url("/search?q=it&speaker=ada-brook")
    expect(alert).to_be_hidden()


def test_no_answer_is_not_waited_for_without_end(new_page: NewPage) -> None:
    page = opened(new_page(), "/search?q=it")
    assert 10_000 < page.evaluate("htmx.config.timeout") <= 20_000
    page.evaluate("htmx.config.timeout = 300")
    page.route("**/search?*sort=newest", lambda route: None)
    page.get_by_role("link", name="newest", exact=True).click()
    expect(page.get_by_role("alert")).to_contain_text("There was no answer in time.")


def test_an_error_of_something_in_between_is_told(new_page: NewPage) -> None:
    page = opened(new_page(), "/search?q=it")
    page.route("**/search?*sort=newest", lambda route: route.fulfill(status=502, body="<h1>Bad gateway</h1>"))
    page.get_by_role("link", name="newest", exact=True).click()
    expect(page.get_by_role("alert")).to_contain_text("the answer was an error (502)")
    heading(page, "8 quotations by 2 speakers")


def test_a_page_of_an_earlier_edition_is_loaded_anew(new_page: NewPage) -> None:
    page = opened(new_page(), "/search?q=it")
    edition = page.evaluate("document.querySelector('link[rel=stylesheet]').href.split('/')[4]")

    def renewed(route: Route) -> None:
        body = urllib.request.urlopen(route.request.url).read().decode()
        route.fulfill(body=body.replace(edition, "0" * 12), content_type="text/html")

    page.route("**/search?*sort=newest", renewed, times=1)
    page.get_by_role("link", name="newest", exact=True).click()
    expect(page.locator("html[data-same]")).to_have_count(0)
    expect(page).to_have_url("/search?q=it&sort=newest")


def test_the_list_of_all_speakers_narrows_while_one_types(new_page: NewPage) -> None:
    page = opened(new_page(), "/search/speaker?q=it&sort=newest")
    page.get_by_label("Find a name").press_sequentially("bro")
    expect(page).to_have_url("/search/speaker?beginning=bro&q=it&sort=newest")
    expect(page.locator(".values-list a")).to_have_text(["Ada Brook"])
    expect(page.locator("#told")).to_contain_text("1 speaker with a word that begins with bro")
    expect(page.get_by_label("Find a name")).to_be_focused()
    page.get_by_role("link", name="Ada Brook").click()
    expect(page).to_have_url("/search?q=it&speaker=ada-brook&sort=newest")


def test_a_speaker_is_found_in_the_list_without_script(new_page: NewPage) -> None:
    page = new_page(script=False)
    page.goto("/search/speaker?q=it")
    page.get_by_label("Find a name").fill("bro")
    page.get_by_role("button", name="Find").click()
    page.get_by_role("link", name="Ada Brook").click()
    expect(page.get_by_role("link", name="Remove Speaker: Ada Brook")).to_be_visible()
