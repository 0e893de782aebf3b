"""The nine jobs that people come to do, start to end in a browser over the sample, with and without scripts."""

import dataclasses
import json
import shutil
import threading
import urllib.parse
import urllib.request
from collections.abc import Iterator
from pathlib import Path
from typing import Any
from xml.etree import ElementTree

import pytest
from playwright.sync_api import Browser, Page, expect
from werkzeug.serving import make_server

from index.settings import Settings
from tests.browser.conftest import waits_for_scripts
from web import create_app

pytestmark = pytest.mark.browser
TOKEN = "a token of many letters"
KNOWN = "boil the water before giving it to a child"


@pytest.fixture(scope="module")
def address(demo: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """Where a copy of the sample is served, with editors."""
    folder = tmp_path_factory.mktemp("jobs") / "data"
    shutil.copytree(demo, folder)
    app = create_app(dataclasses.replace(Settings(data=folder), editor_token=TOKEN))
    server = make_server("127.0.0.1", 0, app, threaded=True)
    thread = threading.Thread(target=server.serve_forever)
    thread.start()
    yield f"http://127.0.0.1:{server.server_port}"
    server.shutdown()
    thread.join()
    server.server_close()
    app.extensions["saywho.library"].close()


@pytest.fixture(params=[True, False], ids=["with script", "without script"])
def page(request: pytest.FixtureRequest, chromium: Browser, address: str) -> Iterator[Page]:
    """A reader's window."""
    wrong: list[str] = []
    context = chromium.new_context(base_url=address, java_script_enabled=request.param, reduced_motion="reduce")
    page = context.new_page()
    page.set_default_timeout(10_000)
    page.on("pageerror", lambda error: wrong.append(str(error)))
    page.on("console", lambda message: wrong.append(message.text) if "Content Security" in message.text else None)
    yield waits_for_scripts(page) if request.param else page
    context.close()
    assert wrong == []


def scripted(request: pytest.FixtureRequest) -> bool:
    return bool(request.node.callspec.params["page"])


def asked(address: str, path: str, **values: object) -> Any:
    with urllib.request.urlopen(f"{address}{path}?{urllib.parse.urlencode(values)}") as answer:
        return json.load(answer)


def heading(page: Page, words: str) -> None:
    expect(page.get_by_role("heading", level=1)).to_have_text(words)


def test_find(page: Page, address: str, request: pytest.FixtureRequest) -> None:
    page.goto("/")
    page.get_by_label("Words to search for").fill("water")
    page.get_by_label("Words to search for").press("Enter")
    page.get_by_role("link", name="quotations only").click()
    total = asked(address, "/api/v1/quotes", q="water", **{"in": "quote"})["total"]
    expect(page.get_by_role("heading", level=1)).to_contain_text(f"{total} quotations by ")
    page.get_by_role("checkbox", name="Marta Oyelaran").check()
    if not scripted(request):
        page.get_by_role("button", name="Apply").click()
    expect(page.get_by_role("heading", level=1)).to_contain_text("by 1 speaker")
    assert "speaker=marta-oyelaran" in page.url
    hers = asked(address, "/api/v1/quotes", q="water", speaker="marta-oyelaran", **{"in": "quote"})
    expect(page.get_by_role("heading", level=1)).to_contain_text(f"{hers['total']} quotations")
    narrowed = page.url
    page.get_by_role("link", name="2016: ").click()
    expect(page.get_by_role("heading", level=1)).not_to_contain_text(f"{hers['total']} quotations")
    assert "date_from=2016" in page.url
    expect(page.locator("article.quotation mark").first).to_have_text("water")
    page.go_back()
    expect(page).to_have_url(narrowed)
    expect(page.get_by_role("heading", level=1)).to_contain_text(f"{hers['total']} quotations")


CLAIMS = (
    ("Verbatim", "No one in this city should have to boil the water before giving it to a child."),
    ("Altered", "It is late, and it is bad water."),
    ("Cut short", "We will replace the pipes, and we will publish every test."),
    ("Stitched together", "I know what it costs, and I asked this city for its trust."),
    ("Said by someone else", "We have done our homework."),
    ("Disputed", "First clean water, then speeches."),
    ("Not found", "We shall dig a tunnel to the moon before lunch tomorrow."),
)


def test_check(page: Page) -> None:
    page.goto("/verify")
    box = page.get_by_label("A quotation, or a paragraph with quotations")
    box.fill("\n\n".join(f"Marta Oyelaran said: “{words}”" for _, words in CLAIMS))
    page.get_by_role("button", name="Check").click()
    cards = page.get_by_role("article")
    expect(cards).to_have_count(len(CLAIMS))
    for nth, (verdict, _) in enumerate(CLAIMS):
        expect(cards.nth(nth).get_by_role("heading").first).to_contain_text(verdict)
    expect(cards.nth(1).locator("del").first).to_contain_text("bad")
    expect(cards.nth(1).locator("ins").first).to_contain_text("good")
    expect(cards.nth(2).locator("ins").first).to_contain_text("street by street")
    expect(cards.nth(0)).to_contain_text("First here in Delta Wire")
    expect(cards.nth(4)).to_contain_text("Noor Castellan")
    cards.nth(6).locator("summary").click()
    expect(cards.nth(6)).to_contain_text("does not prove that it was never said")


def test_trace(page: Page, address: str) -> None:
    page.goto(f"/search?q=%22{urllib.parse.quote_plus(KNOWN)}%22&in=quote&group=variant")
    heading(page, "1 quotation by 1 speaker")
    page.get_by_role("link", name="4 versions of these words").click()
    rungs = page.locator(".ladder > li")
    expect(rungs).to_have_count(4)
    expect(rungs.first).to_contain_text("earliest")
    days = rungs.locator("time").evaluate_all("all => all.map(one => one.getAttribute('datetime'))")
    assert days == sorted(days)
    shortest = rungs.filter(has_text="The Averstow Examiner")
    expect(shortest.locator("del").first).to_contain_text("in this city")
    expect(rungs.filter(has_text="The Plains Courier").locator("ins").first).to_contain_text("laboratory")


def test_understand_why(page: Page) -> None:
    page.goto("/search?q=%22bottled+water%22&in=quote")
    why = page.locator("details.why").first
    why.locator("summary").click()
    expect(why).to_contain_text("Oyelaran said")
    page.goto("/search?q=%22fix+a+single+tap%22&in=quote")
    why = page.locator("details.why").first
    why.locator("summary").click()
    expect(why).to_contain_text("she")
    expect(why).to_contain_text("Marta Oyelaran")
    expect(why).to_contain_text("0.9")
    page.get_by_role("link", name="Council backs water bond").click()
    target = page.locator(".said:target")
    expect(target).to_be_in_viewport()
    expect(page.locator(".notes", has_text="she replied").first).to_contain_text("Marta Oyelaran")


def test_compare(page: Page, address: str) -> None:
    page.goto("/compare")
    page.get_by_label("Speaker 1").fill("Oyelaran")
    page.get_by_label("Speaker 2").fill("Ridley")
    page.get_by_label("On which words").fill("water")
    page.get_by_role("button", name="Compare").click()
    heading(page, "Marta Oyelaran, Tom Ridley")
    for speaker in ("marta-oyelaran", "tom-ridley"):
        total = asked(address, "/api/v1/quotes", q="water", speaker=speaker)["total"]
        expect(page.get_by_role("link", name=f"{total} quotations", exact=True).first).to_be_visible()
    expect(page.get_by_role("heading", name="Closest to the words")).to_have_count(2)
    expect(page.get_by_role("heading", name="How they are quoted")).to_have_count(2)


def test_follow(page: Page, address: str) -> None:
    page.goto("/search?q=water&speaker=marta-oyelaran")
    page.get_by_text("Download, follow or cite these").click()
    feed = page.get_by_role("link", name="Follow this search as an Atom feed").get_attribute("href")
    with urllib.request.urlopen(f"{address}{feed}") as answer:
        root = ElementTree.fromstring(answer.read())
    entries = root.findall("{http://www.w3.org/2005/Atom}entry")
    assert entries
    assert "water" in ElementTree.tostring(entries[0], encoding="unicode", method="text")
    page.goto("/speakers")
    page.get_by_label("Find a name").fill("oyel")
    page.get_by_role("button", name="Find").click()
    page.get_by_role("link", name="Marta Oyelaran").click()
    heading(page, "Marta Oyelaran")
    for part in ("Outlets that quote them", "Quoted in the same articles", "Said most often", "Latest"):
        expect(page.get_by_text(part, exact=True).first).to_be_visible()
    page.goto("/sources/Harbor%20Ledger")
    heading(page, "Harbor Ledger")


def test_cite_and_reuse(page: Page, address: str) -> None:
    page.goto("/search?q=%22bottled+water%22&in=quote")
    page.get_by_role("link", name="Link and citation").first.click()
    permalink = page.url
    for form, begins in (("Text", "“"), ("Markdown", ">"), ("HTML", "<block"), ("BibTeX", "@art"), ("CSL-JSON", "[{")):
        page.locator("label", has_text=form).first.click()
        cited = page.locator("pre.cite:visible")
        expect(cited).to_have_count(1)
        assert cited.inner_text().startswith(begins)
        assert "saywho" in cited.inner_text()
    assert permalink in page.locator("pre.cite").first.text_content()  # type: ignore[operator]
    page.goto("/search?q=water")
    page.get_by_text("Download, follow or cite these").click()
    total = asked(address, "/api/v1/quotes", q="water")["total"]
    with page.expect_download() as download:
        page.get_by_role("link", name="JSON lines").click()
    assert len(Path(download.value.path()).read_text(encoding="utf-8").splitlines()) == total
    page.get_by_role("link", name="Link that keeps this answer").click()
    expect(page.get_by_text("This link keeps to build")).to_be_visible()
    expect(page.get_by_role("heading", level=1)).to_contain_text(f"{total} quotations")


def test_correct(page: Page, address: str) -> None:
    page.goto("/login")
    page.get_by_label("Your name").fill("Noor Ames")
    page.get_by_label("The editors’ token").fill(TOKEN)
    page.get_by_role("button", name="Sign in").click()
    page.goto("/search?q=%22then+speeches%22&in=quote&source=Harbor+Ledger")
    page.get_by_role("link", name="Link and citation").first.click()
    quotation = page.url
    page.get_by_label("Whose words they are").fill("Noor Castellan")
    page.get_by_label("Why", exact=True).fill("heard on the recording")
    page.get_by_role("button", name="Correct", exact=True).click()
    expect(page.locator(".one > .who").first).to_contain_text("Noor Castellan")
    page.goto("/corrections")
    newest = page.locator(".lines > li").first
    expect(newest).to_contain_text("Noor Ames")
    expect(newest).to_contain_text("heard on the recording")
    newest.get_by_role("button", name="Undo").click()
    expect(page.locator(".lines > li").first).to_contain_text("is undone")
    page.goto(quotation)
    expect(page.locator(".one > .who").first).to_contain_text("Tom Ridley")


def test_trust_the_whole(page: Page, address: str) -> None:
    page.goto("/about")
    heading(page, "What is in here")
    covered = asked(address, "/api/v1/coverage")
    row = page.get_by_role("row", name="Harbor Ledger")
    (outlet,) = [one for one in covered["outlets"] if one["name"] == "Harbor Ledger"]
    expect(row).to_contain_text(str(outlet["quotations"]))
    for part in ("How often it is right", "When it says how sure it is of a speaker", "What is missing"):
        expect(page.get_by_text(part, exact=True).first).to_be_visible()
    page.get_by_text("Every month", exact=True).click()
    expect(page.get_by_role("rowheader", name="March 2016")).to_be_visible()
