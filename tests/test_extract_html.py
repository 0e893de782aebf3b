"""`saywho extract --html`: the page that shows what the extractor sees."""

import itertools
import re
import time
from html.parser import HTMLParser
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from playwright.sync_api import Browser

import saywho
from index.extract import display
from index.extract.pipeline import extract
from index.records import Article, Quotation
from tests.making import a_quotation, an_article

TEXT = "“Rain is news,” Ada Brook said. She added that Mark Kelm, she said, “knew it” all along.\n\nNobody came."


class _Reader(HTMLParser):
    """The words of a page's articles without its labels, the labels, and every tag with its attributes."""

    def __init__(self, page: str) -> None:
        super().__init__(convert_charrefs=True)
        self.words = ""
        self.labels: list[str] = []
        self.tags: list[tuple[str, dict[str, str | None]]] = []
        self._inside: list[str] = []
        self.feed(page)
        self.close()

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.append((tag, dict(attrs)))
        if tag not in ("meta",):
            self._inside.append(tag)
        if tag == "b":
            self.labels.append("")

    def handle_endtag(self, tag: str) -> None:
        assert self._inside.pop() == tag, "tags are not nested"

    def handle_data(self, data: str) -> None:
        if "b" in self._inside:
            self.labels[-1] += data
        elif "div" in self._inside:
            self.words += data

    def close(self) -> None:
        super().close()
        assert self._inside == []


def page(*articles: Article) -> str:
    return "".join(display.page_of((article, extract(article)) for article in articles))


def squeezed(text: str) -> str:
    return re.sub(r"\s+", "", text)


def test_shows_the_article_s_words_in_order() -> None:
    assert " ".join(_Reader(page(an_article(text=TEXT))).words.split()) == " ".join(TEXT.split())


def test_labels_sources_cues_and_contents_with_their_speakers() -> None:
    (quotation,) = extract(an_article())
    labels = _Reader(page(an_article())).labels
    assert sorted(labels) == [f"Ada Brook {100 * quotation.confidence:.0f} %", "cue", "source"]


def test_each_speaker_has_one_colour() -> None:
    article = an_article(text="“One,” “two” and “three” and “four”.")
    quotations = [
        a_quotation(article, words, speaker)
        for words, speaker in (
            ("“One,”", "Ada Brook"),
            ("“two”", "Mark Kelm"),
            ("“three”", "Ada Brook"),
            ("“four”", None),
        )
    ]
    colours = re.findall(
        r'<b style="--bar:21px;background:([^"]+)"><span class="who"', "".join(display.page_of([(article, quotations)]))
    )
    first, second, *_ = display.SPEAKER_COLOURS
    assert colours == [first, second, first, display.NOBODY_COLOUR]


def test_overlapping_marks_lie_below_each_other() -> None:
    article = an_article(text="She said that Mark Kelm told her so.")
    outer = a_quotation(article, "that Mark Kelm told her so", "Ada Brook")
    inner = a_quotation(article, "Kelm told her", "Mark Kelm")
    drawn = "".join(display.page_of([(article, [outer, inner])]))
    (word,) = re.findall(r'<span class="w">told (.*?)</span>', drawn)
    assert re.findall(r"top:(\d+)px", word) == ["21", "27"]


def test_a_quotation_over_paragraphs_is_marked_in_each() -> None:
    article = an_article(text="“One.\n\n“Two,” Ada Brook said.")
    labels = _Reader("".join(display.page_of([(article, extract(article))]))).labels
    assert labels.count("cue") == 1
    assert len(re.findall('class="p marked"', page(article))) == 2


def test_several_articles_stand_on_one_page() -> None:
    made = page(an_article("a1", title="Rain"), an_article("a2", text="Nobody came."))
    assert made.count("<article>") == 2
    assert "No quotation was found here." in made


@pytest.mark.parametrize(
    "nasty", ["<script>alert(1)</script>", '"><img src=x onerror=y>', "{0} {label} %s & &amp;", "</style>"]
)
def test_whatever_an_article_says_is_text(nasty: str) -> None:
    article = an_article(text=f"“Rain {nasty} is news,” Ada {nasty} said.", title=nasty, source=nasty, authors=nasty)
    quotation = a_quotation(article, "Rain", nasty, candidates=((nasty, 0.5), (nasty, 0.4)))
    reader = _Reader("".join(display.page_of([(article, [quotation])])))
    assert {tag for tag, _ in reader.tags} <= set(
        "html head meta title style body h1 h2 p i b span bdi article div details summary ol li small".split()  # noqa: SIM905
    )
    assert squeezed(reader.words) == squeezed(article.text)
    assert [squeezed(label) for label in reader.labels if label] == [squeezed(f"{nasty} 90 %")]


def test_nothing_is_fetched() -> None:
    reader = _Reader(page(an_article(url="https://example.org/rain")))
    assert not [name for _, attributes in reader.tags for name in attributes if name in ("src", "href", "srcset")]
    assert any("default-src 'none'" in (a.get("content") or "") for tag, a in reader.tags if tag == "meta")
    assert "url(" not in page(an_article())


@pytest.mark.parametrize(
    ("text", "direction"), [("“המים נקיים” said Ada Brook.", "rtl"), ("“Rain — של” said Ada Brook.", "ltr")]
)
def test_a_paragraph_runs_as_its_first_letter_does(text: str, direction: str) -> None:
    made = page(an_article(text=text))
    assert f'<div class="p marked" dir="{direction}"' in made
    assert f"direction: {direction}" in made


pieces = st.sampled_from(
    [*"“”\"'‘’<>&{}.,\n\t 😀é\u200f\u202e\x00\x85\ud800", " said ", "Ada Brook ", " of ", "של ", "的" * 30]
)


@settings(deadline=None, derandomize=True, max_examples=100)
@given(st.lists(pieces, max_size=40).map("".join))
def test_any_article_gives_a_sound_page_with_all_its_words(text: str) -> None:
    made = page(an_article(text=text, title=text))
    made.encode("utf-8")
    shown = re.sub("[\x00-\x08\x0e-\x1b\x7f-\x84\x86-\x9f\ud800-\udfff]", "\ufffd", text)
    assert squeezed(_Reader(made).words) == squeezed(shown)


def test_a_long_paragraph_takes_time_in_proportion() -> None:
    def seconds(times: int) -> float:
        article = an_article(text="“Rain,” Ada said and went. " * times)
        place = [(m.start(), m.end()) for m in re.finditer("“Rain,”", article.text)]
        quotations = [
            Quotation(article_id="a1", kind="direct", content=(span,), text="“Rain,”", confidence=0.5) for span in place
        ]
        started = time.perf_counter()
        list(display.page_of([(article, quotations)]))
        return time.perf_counter() - started

    seconds(100)
    assert seconds(2400) < 4 * 8 * max(0.01, seconds(300))


@pytest.mark.parametrize(
    "colour", [*display.SPEAKER_COLOURS, display.SOURCE_COLOUR, display.CUE_COLOUR, display.NOBODY_COLOUR]
)
def test_colours_show_on_white_and_under_black_letters(colour: str) -> None:
    def linear(value: int) -> float:
        share = value / 255
        return share / 12.92 if share <= 0.04045 else ((share + 0.055) / 1.055) ** 2.4

    red, green, blue = (linear(int(colour[at : at + 2], 16)) for at in (1, 3, 5))
    luminance = 0.2126 * red + 0.7152 * green + 0.0722 * blue
    assert 1.05 / (luminance + 0.05) >= 3
    assert (luminance + 0.05) / 0.05 >= 4.5


@pytest.fixture
def article_file(tmp_path: Path) -> Path:
    path = tmp_path / "rain.txt"
    path.write_text(f"Title: Rain\n\n{TEXT}\n", encoding="utf-8")
    return path


def test_the_command_writes_the_page_and_prints_no_lines(
    article_file: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    target = tmp_path / "rain.html"
    assert saywho.run(["extract", str(article_file), "--html", str(target)]) == 0
    told = capsys.readouterr()
    assert told.out == ""
    assert f"Written to {target}" in told.err
    assert "“Rain is news,”" in " ".join(_Reader(target.read_text(encoding="utf-8")).words.split())


def test_the_command_shows_archived_articles(article_file: Path, tmp_path: Path) -> None:
    data, target = tmp_path / "data", tmp_path / "page.html"
    assert saywho.run(["index", str(article_file), "--data", str(data)]) == 0
    assert saywho.run(["extract", "--archive", "--data", str(data), "--html", str(target)]) == 0
    assert target.read_text(encoding="utf-8").count("<article>") == 1


def test_a_page_that_cannot_be_written_is_one_clear_message(
    article_file: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    target = tmp_path / "no" / "page.html"
    assert saywho.run(["extract", str(article_file), "--html", str(target)]) == 2
    assert f"--html {target}: cannot be written" in capsys.readouterr().err


def test_a_run_that_fails_leaves_the_page_of_before(article_file: Path, tmp_path: Path) -> None:
    target = tmp_path / "page.html"
    target.write_text("before", encoding="utf-8")
    assert saywho.run(["extract", str(tmp_path / "missing.txt"), "--html", str(target)]) == 2
    assert target.read_text(encoding="utf-8") == "before"
    assert sorted(path.name for path in tmp_path.iterdir()) == ["page.html", "rain.txt"]


@pytest.mark.browser
@pytest.mark.parametrize("width", [1280, 390])
def test_fits_the_screen_and_asks_for_nothing(chromium: Browser, tmp_path: Path, width: int) -> None:
    target = tmp_path / "page.html"
    text = f"{TEXT} “{'longword' * 30},” Ada Brook said. " + "“Rain,” said Ada Brook Bartholomew Longname. " * 20
    target.write_text(page(an_article(text=text)), encoding="utf-8")
    context = chromium.new_context(viewport={"width": width, "height": 800})
    wrong: list[str] = []
    shown = context.new_page()
    shown.on("console", lambda message: wrong.append(message.text))
    shown.on("request", lambda request: wrong.append(request.url) if not request.url.startswith("file:") else None)
    shown.goto(target.as_uri())
    shown.locator("summary").click()
    assert shown.evaluate("document.documentElement.scrollWidth") <= width
    labels = shown.locator(".w b:has(.source)").evaluate_all("all => all.map(b => b.getBoundingClientRect().height)")
    assert labels
    assert min(labels) >= 11
    assert wrong == []
    context.close()


def test_pieces_come_as_they_are_made() -> None:
    endless = ((article, extract(article)) for article in map(an_article, map(str, itertools.count())))
    assert sum(piece.count("<article>") for piece in itertools.islice(display.page_of(endless), 40)) > 2
