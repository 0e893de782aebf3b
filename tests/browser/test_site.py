"""What a reader does: with and without scripts, by keyboard, on a phone."""

from collections.abc import Callable

import pytest
from playwright.sync_api import Page, expect

pytestmark = pytest.mark.browser

ADDRESSES = {
    "home": "/",
    "search": "/search?q=bridge",
    "chosen": "/search?q=it&speaker=ada-brook&date_from=2020&date_to=2020",
    "all speakers": "/search/speaker",
    "outlets of a search": "/search/source?q=it",
    "no such speaker": "/search/speaker?q=it&beginning=zebra",
    "exact words": "/search?q=%22moved+both+times%22",
    "verify": "/verify",
    "nothing": "/search?q=zebra&speaker=ada-brook",
    "article": "/articles/gull/2020/bridge",
    "hostile": "/articles/hostile",
    "speakers": "/speakers",
    "speaker": "/speakers/ada-brook",
    "no such name": "/speakers?q=zebra&letter=A",
    "outlets": "/sources",
    "outlet": "/sources/Gull",
    "compare": "/compare",
    "compared": "/compare?speaker=ada-brook&speaker=ola-finch",
    "compared on words": "/compare?speaker=ada-brook&speaker=ola-finch&q=rain",
    "nobody of that name": "/compare?speaker=ada-brook&speaker=Finsh",
    "about": "/about",
    "docs": "/docs",
    "not found": "/nowhere/ada-brook",
    "bad value": "/search?limit=many",
    "removed build": "/search?q=it&build=20200101T000000000000Z-00000000&found=7",
}

NewPage = Callable[..., Page]


@pytest.mark.parametrize("script", [True, False], ids=["with script", "without script"])
def test_search_from_the_first_page(new_page: NewPage, script: bool) -> None:
    page = new_page(script=script)
    page.goto("/")
    page.get_by_label("Words to search for").fill('"moved both times"')
    page.get_by_role("button", name="Search").click()
    expect(page.get_by_role("heading", level=1)).to_have_text("6 quotations by 1 speaker")
    page.get_by_role("link", name="quotations only").click()
    expect(page.get_by_role("heading", level=1)).to_have_text("2 quotations by 1 speaker")
    expect(page.locator("mark").first).to_have_text("moved both times")


def test_a_filter_applies_at_once_and_keeps_the_focus(new_page: NewPage) -> None:
    page = new_page()
    page.goto("/search?sort=oldest")
    page.get_by_role("checkbox", name="Ola Finch").check()
    expect(page).to_have_url("/search?sort=oldest&speaker=ola-finch")
    expect(page.get_by_role("heading", level=1)).to_have_text("2 quotations by 1 speaker")
    expect(page.get_by_role("checkbox", name="Ola Finch")).to_be_focused()
    page.get_by_role("link", name="Remove Speaker: Ola Finch").click()
    expect(page.get_by_role("heading", level=1)).to_have_text("10 quotations by 3 speakers")


def test_a_filter_applies_by_its_button_without_script(new_page: NewPage) -> None:
    page = new_page(script=False)
    page.goto("/search?q=it&sort=oldest")
    page.get_by_role("checkbox", name="Ola Finch").check()
    page.get_by_role("button", name="Apply").click()
    expect(page.get_by_role("checkbox", name="Ola Finch")).to_be_checked()
    expect(page.get_by_role("link", name="Remove Speaker: Ola Finch")).to_be_visible()
    expect(page.get_by_label("Words to search for")).to_have_value("it")


def test_dates_are_typed_and_applied_by_enter(new_page: NewPage) -> None:
    page = new_page()
    page.goto("/search")
    page.get_by_label("From", exact=True).fill("2018")
    page.get_by_label("To", exact=True).fill("2018-12")
    page.get_by_label("To", exact=True).press("Enter")
    expect(page.get_by_role("heading", level=1)).to_have_text("2 quotations by 1 speaker")
    assert "date_from=2018&date_to=2018" in page.url
    assert "speaker" not in page.url


@pytest.mark.parametrize("script", [True, False], ids=["with script", "without script"])
def test_a_bar_chooses_its_year_and_a_link_leads_back(new_page: NewPage, script: bool) -> None:
    page = new_page(script=script)
    page.goto("/search")
    page.get_by_role("link", name="2018: 2 quotations").click()
    expect(page.get_by_role("heading", level=1)).to_have_text("2 quotations by 1 speaker")
    page.get_by_role("link", name="November 2018: 2 quotations").click()
    expect(page.get_by_role("link", name="30 November 2018: 2 quotations")).to_be_visible()
    page.get_by_role("link", name="all years").click()
    expect(page.get_by_role("heading", level=1)).to_have_text("10 quotations by 3 speakers")


def test_dragging_over_the_bars_chooses_a_range(new_page: NewPage) -> None:
    page = new_page()
    page.goto("/search")
    first = page.get_by_role("link", name="2018: 2 quotations").bounding_box()
    last = page.get_by_role("link", name="2020: 6 quotations").bounding_box()
    assert first is not None and last is not None
    page.mouse.move(first["x"] + first["width"] / 2, first["y"] + 60)
    page.mouse.down()
    page.mouse.move(last["x"] + last["width"] / 2, last["y"] + 60, steps=5)
    page.mouse.up()
    expect(page.get_by_role("heading", level=1)).to_have_text("8 quotations by 2 speakers")
    assert "date_from=2018&date_to=2020" in page.url


@pytest.mark.parametrize("script", [True, False], ids=["with script", "without script"])
def test_an_article_opens_at_its_quotation(new_page: NewPage, script: bool) -> None:
    page = new_page(script=script)
    page.goto("/search?q=%22gap+in+the+budget%22&in=quote")
    page.get_by_role("link", name="Bridge to close in May").click()
    target = page.locator(".said:target")
    expect(target).to_have_text("“Mind the gap in the budget”")
    expect(target).to_be_in_viewport()
    assert target.evaluate("one => getComputedStyle(one).backgroundColor") != "rgba(0, 0, 0, 0)"


def test_all_pieces_of_the_quotation_one_came_for_are_lit(new_page: NewPage) -> None:
    page = new_page()
    page.goto("/search?q=%22moved+both+times%22&source=Gull&in=quote")
    page.get_by_role("link", name="Bridge to close in May").click()
    expect(page.locator(".said.on")).to_have_text(["“We measured it twice,”", "“and it moved both times.”"])


def test_hover_and_focus_show_cue_and_source(new_page: NewPage) -> None:
    page = new_page()
    page.goto("/articles/gull/2020/bridge")
    expect(page.locator(".cue.on")).to_have_count(0)
    page.get_by_text("“A bridge is a promise,”").hover()
    expect(page.locator(".cue.on")).to_have_text("told")
    expect(page.locator(".source.on")).to_have_text("the engineer")
    page.get_by_role("heading", level=1).hover()
    expect(page.locator(".cue.on")).to_have_count(0)
    page.locator(".notes a", has_text="A ferryman").focus()
    expect(page.locator(".cue.on")).to_have_text("called")
    expect(page.locator(".said.on")).to_have_text("it “a fine day for boats”")


def test_cue_and_source_show_without_script_too(new_page: NewPage) -> None:
    page = new_page(script=False)
    page.goto("/articles/gull/2020/bridge")
    cue = page.locator(".cue", has_text="told")
    before = cue.evaluate("one => getComputedStyle(one).backgroundColor")
    page.locator(".para", has_text="A bridge is a promise").get_by_role("link", name="Ada Brook").focus()
    assert cue.evaluate("one => getComputedStyle(one).backgroundColor") != before


def test_keyboard_alone(new_page: NewPage) -> None:
    page = new_page()
    page.goto("/search?q=bridge")
    page.keyboard.press("Tab")
    skip = page.get_by_role("link", name="Skip to the content")
    expect(skip).to_be_focused()
    expect(skip).to_be_in_viewport()
    page.keyboard.press("Enter")
    expect(page.locator("#main")).to_be_focused()
    seen = []
    for _ in range(60):
        page.keyboard.press("Tab")
        seen.append(
            page.evaluate(
                """() => { const one = document.activeElement, style = getComputedStyle(one);
                const room = one.querySelector ? one.querySelector('.room') : null;
                const visible = style.outlineStyle !== 'none' || (room && getComputedStyle(room).stroke !== 'none');
                return [one.tagName.toLowerCase(), visible, one.getAttribute('name') || one.textContent.trim()]; }"""
            )
        )
        if seen[-1][2] == "speaker":
            break
    assert all(visible for tag, visible, _ in seen if tag != "body"), seen
    assert seen[-1][2] == "speaker", seen
    page.keyboard.press("Space")
    page.wait_for_url("**speaker=*")
    expect(page.get_by_role("list", name="Chosen filters")).to_be_visible()


@pytest.mark.parametrize("width", [360, 1280])
@pytest.mark.parametrize("path", ADDRESSES.values(), ids=list(ADDRESSES))
def test_nothing_is_wider_than_the_page(new_page: NewPage, path: str, width: int) -> None:
    page = new_page(width=width)
    page.goto(path)
    for summary in page.locator("summary:visible").all():
        summary.click()
    assert page.evaluate("document.documentElement.scrollWidth") <= width


def test_on_a_phone_the_filters_are_one_line_that_says_how_many(new_page: NewPage) -> None:
    page = new_page(width=360)
    page.goto("/search?speaker=ada-brook&source=Tern")
    box = page.get_by_role("checkbox", name="Ada Brook")
    expect(box).to_be_hidden()
    page.get_by_text("Filter: 2 chosen").click()
    expect(box).to_be_visible()


def test_on_a_phone_a_filter_applies_and_stays_open(new_page: NewPage) -> None:
    page = new_page(width=360)
    page.goto("/search")
    page.get_by_text("Filter", exact=True).click()
    page.get_by_role("checkbox", name="Ola Finch").check()
    expect(page.get_by_role("checkbox", name="Ola Finch")).to_be_focused()
    expect(page.get_by_role("checkbox", name="Ola Finch")).to_be_checked()


def test_on_a_phone_the_speaker_stands_under_the_paragraph(new_page: NewPage) -> None:
    page = new_page(width=360)
    page.goto("/articles/gull/2020/bridge")
    words = page.locator(".para", has_text="We measured").locator("p").bounding_box()
    note = page.locator(".para", has_text="We measured").locator(".notes").bounding_box()
    assert words is not None and note is not None
    assert note["y"] >= words["y"] + words["height"]


def test_dark_and_light_are_different_and_follow_the_system(new_page: NewPage) -> None:
    paper = {}
    for theme in ("light", "dark"):
        page = new_page(theme=theme)
        page.goto("/search")
        paper[theme] = page.evaluate("getComputedStyle(document.body).backgroundColor")
    light, dark = (sum(int(part) for part in paper[theme][4:-1].split(",")) for theme in ("light", "dark"))
    assert light > 600
    assert dark < 150


def test_the_citation_is_copied(new_page: NewPage) -> None:
    page = new_page()
    page.context.grant_permissions(["clipboard-read", "clipboard-write"])
    page.goto("/search?q=%22gap+in+the+budget%22&in=quote")
    page.get_by_role("link", name="Link and citation").click()
    for form, begins in (("Text", "“Mind the gap"), ("BibTeX", "@article{saywho-"), ("CSL-JSON", '[{"id": "saywho-')):
        page.get_by_text(form, exact=True).first.click()
        page.get_by_role("button", name=f"Copy as {form}").click()
        expect(page.locator("#copied")).to_have_text("The citation was copied.")
        copied = page.evaluate("navigator.clipboard.readText()")
        assert copied.startswith(begins)
        assert "Mind the gap in the budget" in copied
        assert page.url in copied


@pytest.mark.parametrize("script", [True, False], ids=["with script", "without script"])
def test_the_forms_of_a_citation_are_chosen_by_keyboard(new_page: NewPage, script: bool) -> None:
    page = new_page(script=script)
    page.goto("/search?q=%22gap+in+the+budget%22&in=quote")
    page.get_by_role("link", name="Link and citation").click()
    cited = page.locator("pre.cite:visible")
    expect(cited).to_have_count(1)
    expect(cited).to_contain_text("“Mind the gap in the budget” — ")
    page.get_by_role("radio", name="Text").focus()
    for begins in ("> “Mind", "<blockquote", "@article", "[{"):
        page.keyboard.press("ArrowRight")
        expect(cited).to_have_count(1)
        assert cited.inner_text().startswith(begins)


def test_a_search_is_downloaded_and_cited_from_its_page(new_page: NewPage) -> None:
    page = new_page(script=False)
    page.goto("/search?q=it&source=Tern")
    page.get_by_text("Download, follow or cite these").click()
    with page.expect_download() as download:
        page.get_by_role("link", name="CSV for a spreadsheet").click()
    lines = download.value.path().read_bytes().decode("utf-8-sig").splitlines()
    count = int(page.get_by_role("heading", level=1).inner_text().split()[0])
    assert len(lines) == count + 1
    page.get_by_role("link", name="Link that keeps this answer").click()
    expect(page.get_by_text("which is still the published one")).to_be_visible()
    expect(page.get_by_role("heading", level=1)).to_contain_text(f"{count} quotation")


@pytest.mark.parametrize("script", [True, False], ids=["with script", "without script"])
def test_a_speaker_is_found_read_and_compared(new_page: NewPage, script: bool) -> None:
    page = new_page(script=script)
    page.goto("/")
    page.get_by_role("link", name="Speakers", exact=True).click()
    page.get_by_label("Find a name").fill("bro")
    page.get_by_role("button", name="Find").click()
    page.get_by_role("link", name="Ada Brook").click()
    expect(page.get_by_role("heading", level=1)).to_have_text("Ada Brook")
    page.get_by_role("link", name="Compare with somebody").click()
    page.get_by_label("Speaker 2").fill("finch")
    page.get_by_role("button", name="Compare").click()
    expect(page.get_by_role("heading", level=1)).to_have_text("Ada Brook, Ola Finch")
    expect(page.get_by_role("row", name="Ola Finch 2 50 % 50 %")).to_be_visible()
    page.get_by_label("On which words").fill("bridge")
    page.get_by_label("On which words").press("Enter")
    expect(page.get_by_text("Nothing with these words.")).to_be_visible()
    page.get_by_role("link", name="2020: 4 quotations").click()
    expect(page.get_by_role("heading", level=1)).to_contain_text("4 quotations by 1 speaker")


@pytest.mark.parametrize("script", [True, False], ids=["with script", "without script"])
def test_the_versions_of_a_quotation_are_traced(new_page: NewPage, script: bool) -> None:
    page = new_page(script=script)
    page.goto("/search?q=%22moved+both+times%22&source=Tern&in=quote")
    page.get_by_role("link", name="2 versions of these words").click()
    rungs = page.locator(".ladder > li")
    expect(rungs).to_have_count(2)
    expect(rungs.first).to_contain_text("earliest The fullest form")
    expect(rungs.last).to_have_attribute("aria-current", "true")
    rungs.first.get_by_role("link", name="this version").click()
    expect(rungs.first).to_have_attribute("aria-current", "true")
