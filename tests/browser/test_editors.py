"""An editor signs in, corrects a speaker and undoes it, with and without scripts."""

import dataclasses
import threading
from collections.abc import Iterator

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Browser, Page, expect
from werkzeug.serving import make_server

from tests.making import a_collection
from tests.site_rows import rows
from web import create_app

pytestmark = pytest.mark.browser
TOKEN = "a token of many letters"


@pytest.fixture(scope="module")
def edited(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """Where a site with editors is served."""
    settings, _ = a_collection(tmp_path_factory.mktemp("edited"), rows())
    app = create_app(dataclasses.replace(settings, editor_token=TOKEN))
    server = make_server("127.0.0.1", 0, app, threaded=True)
    thread = threading.Thread(target=server.serve_forever)
    thread.start()
    yield f"http://127.0.0.1:{server.server_port}"
    server.shutdown()
    thread.join()
    server.server_close()
    app.extensions["saywho.library"].close()


def sign_in(page: Page) -> None:
    page.goto("/login")
    page.get_by_label("Your name").fill("Noor Ames")
    page.get_by_label("The editors’ token").fill(TOKEN)
    page.get_by_role("button", name="Sign in").click()
    expect(page.get_by_text("You are signed in as Noor Ames")).to_be_visible()


@pytest.mark.parametrize("script", [True, False], ids=["with script", "without script"])
def test_a_speaker_is_corrected_and_the_correction_undone(chromium: Browser, edited: str, script: bool) -> None:
    context = chromium.new_context(base_url=edited, java_script_enabled=script)
    page = context.new_page()
    page.set_default_timeout(10_000)
    sign_in(page)
    page.goto("/search?q=rained")
    page.get_by_role("link", name="Link and citation").first.click()
    box = page.get_by_label("Whose words they are")
    box.press_sequentially("brook")
    if script:
        page.get_by_role("option", name="Ada Brook").click()
        expect(box).to_have_value("ada-brook")
    box.fill("ada-brook")
    page.get_by_label("Why", exact=True).fill("the caption names her")
    page.get_by_role("button", name="Correct", exact=True).click()
    expect(page.locator(".one > .who")).to_have_text("Ada Brook")
    page.goto("/corrections")
    expect(page.locator(".lines > li").first).to_contain_text("the caption names her")
    page.get_by_role("button", name="Undo").first.click()
    expect(page.locator(".lines > li").first).to_contain_text("is undone")
    page.get_by_role("button", name="Sign out").click()
    expect(page.get_by_role("link", name="sign in")).to_be_visible()
    context.close()


@pytest.mark.parametrize("theme", ["light", "dark"])
@pytest.mark.parametrize("width", [360, 1280])
def test_axe_finds_nothing(chromium: Browser, edited: str, width: int, theme: str) -> None:
    context = chromium.new_context(
        base_url=edited,
        viewport={"width": width, "height": 800},
        color_scheme=theme,  # type: ignore[arg-type]
    )
    page = context.new_page()
    page.goto("/login")
    assert Axe().run(page).violations_count == 0
    sign_in(page)
    page.goto("/search?q=rained")
    page.get_by_role("link", name="Link and citation").first.click()
    for address in (page.url, "/corrections"):
        page.goto(address)
        found = Axe().run(page)
        assert found.violations_count == 0, found.generate_report()
        assert page.evaluate("document.documentElement.scrollWidth") == width
    context.close()
