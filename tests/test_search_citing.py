"""A citation in every form, read back; nothing of an article gets out of its place."""

import dataclasses
import json
import re
from html.parser import HTMLParser

import pytest
from hypothesis import given
from hypothesis import strategies as st
from markdown_it import MarkdownIt

from search.citing import (
    FORMS,
    Author,
    Cited,
    as_bibtex,
    as_csl,
    as_csl_json,
    as_html,
    as_markdown,
    as_text,
    authors_of,
)

RAIN = Cited(
    id="0123456789abcdef",
    words="“Rain is news,” … “always.”",
    reported=False,
    speaker="Ada Brook",
    speaker_id="ada-brook",
    status="resolved",
    confidence=0.93,
    authors=(Author("Ames", "Noor"),),
    title="Rain, rain",
    source="Gull",
    date="2020-03-04",
    day="4 March 2020",
    url="https://gull.example/rain?a=1&b=2",
    permalink="https://quotes.example/quotes/0123456789abcdef",
    build="20260101T000000000000Z-00000001",
    archived="2026-01-01",
    archived_day="1 January 2026",
)
HOSTILE = (
    "a} \\end{x} $x$ 100% #1 _u_ ~t ^c & {b <script>alert(1)</script> `c` *e* [l](x) ![i](y) | -- \"q\" 'p'\n# h\n> q"
)
BARE = dataclasses.replace(
    RAIN,
    words="rain is news",
    reported=True,
    speaker="Speaker not known",
    status="unknown",
    speaker_id=None,
    authors=(),
    title=None,
    source=None,
    date=None,
    day="undated",
    url=None,
)
ANYTHING = st.text(alphabet=st.one_of(st.sampled_from("{}\\$&#%_^~<>|`*[]()!\n\r\t\"'@=+-.1#>"), st.characters()))


def hostile(text: str) -> Cited:
    return dataclasses.replace(
        RAIN, words=text, speaker=text, title=text, source=text, authors=authors_of(text) or RAIN.authors
    )


def test_text() -> None:
    assert as_text(RAIN) == (
        "“Rain is news,” … “always.” — Ada Brook, in “Rain, rain”, by Noor Ames, Gull, 4 March 2020. "
        "https://gull.example/rain?a=1&b=2 Archived 1 January 2026, saywho build 20260101T000000000000Z-00000001: "
        "https://quotes.example/quotes/0123456789abcdef\n"
    )
    assert as_text(BARE).startswith("[rain is news] — Speaker not known, in an article, undated. Archived")


def test_words_without_marks_get_them() -> None:
    plain = dataclasses.replace(RAIN, words="Rain's news")
    assert as_text(plain).startswith("“Rain's news” —")


# BibTeX.


def read_bibtex(text: str) -> tuple[str, str, dict[str, str]]:
    """The one entry of a file: strict about braces, as BibTeX is, for which a backslash does not hide one."""
    match = re.fullmatch(r"@(\w+)\{([^\s,{}\\%#~\"]+),\n(.*)\}\n", text, re.DOTALL)
    assert match, text
    fields = {}
    for line in match[3].splitlines():
        field = re.fullmatch(r"  (\w+) = (.*),", line)
        assert field, line
        name, value = field[1], field[2]
        if not re.fullmatch("[a-z]{3}", value):
            assert value[0] == "{" and value[-1] == "}"
            depths = [value[: n + 1].count("{") - value[: n + 1].count("}") for n in range(len(value))]
            assert min(depths[:-1]) > 0 and depths[-1] == 0, value
            value = value[1:-1]
        assert name not in fields
        fields[name] = value
    return match[1], match[2], fields


def test_bibtex() -> None:
    kind, key, fields = read_bibtex(as_bibtex(RAIN))
    assert (kind, key) == ("article", "saywho-0123456789abcdef")
    assert fields == {
        "author": "{Ames}, Noor",
        "title": "{Rain, rain}",
        "journal": "Gull",
        "year": "2020",
        "month": "mar",
        "day": "4",
        "url": "https://gull.example/rain?a=1&b=2",
        "urldate": "2026-01-01",
        "note": "Quoting Ada Brook. Archived 1 January 2026, saywho build 20260101T000000000000Z-00000001: "
        "\\url{https://quotes.example/quotes/0123456789abcdef}",
        "annote": "“Rain is news,” … “always.”",
    }
    kind, _, fields = read_bibtex(as_bibtex(BARE))
    assert kind == "misc"
    assert not {"author", "title", "journal", "year"} & set(fields)
    assert fields["url"] == BARE.permalink


@pytest.mark.parametrize(
    ("text", "tex"),
    [
        ("50% & more", r"50\% \& more"),
        ("{a}", r"\textbraceleft{}a\textbraceright{}"),
        ("a\\b", r"a\textbackslash{}b"),
        ("$1 #2 _3_ ~4 ^5", r"\$1 \#2 \_3\_ \textasciitilde{}4 \textasciicircum{}5"),
        ("two\n\nlines", "two lines"),
    ],
)
def test_what_tex_means_otherwise_is_escaped(text: str, tex: str) -> None:
    assert read_bibtex(as_bibtex(dataclasses.replace(RAIN, title=text)))[2]["title"] == f"{{{tex}}}"


@given(ANYTHING)
def test_any_words_are_one_bibtex_entry(text: str) -> None:
    fields = read_bibtex(as_bibtex(dataclasses.replace(hostile(text), url="https://x.example/" + text)))[2]
    command = re.sub(
        r"\\(text(backslash|braceleft|braceright|ascii\w+|less|greater|bar)\{\}|[$&#%_])", "", fields["annote"]
    )
    assert not set(command) & set("\\{}$&#%_^~<>|")
    assert not set(fields["url"]) & set("{}\\\n ")


# CSL-JSON: the names and types of csl-data.json, version 1.0.2.

_STRINGS = {"title", "container-title", "URL", "archive", "archive_location", "note"}


def check_csl(item: dict[str, object]) -> None:
    assert set(item) <= {"id", "type", "author", "issued", "accessed", "custom", *_STRINGS}
    assert isinstance(item["id"], str)
    assert item["type"] in ("article-newspaper", "webpage", "document")
    for name in _STRINGS & set(item):
        assert isinstance(item[name], str)
    for person in item.get("author", ()):  # type: ignore[attr-defined]
        assert set(person) in ({"family", "given"}, {"literal"})
        assert all(isinstance(part, str) and part for part in person.values())
    for name in ("issued", "accessed"):
        if name in item:
            ((parts,),) = [item[name]["date-parts"]]  # type: ignore[index]
            assert 1 <= len(parts) <= 3 and all(isinstance(part, int) for part in parts)
    assert isinstance(item["custom"], dict)


def test_csl_json() -> None:
    (item,) = json.loads(as_csl_json(RAIN))
    check_csl(item)
    assert item["author"] == [{"family": "Ames", "given": "Noor"}]
    assert (item["type"], item["container-title"], item["issued"]) == (
        "article-newspaper",
        "Gull",
        {"date-parts": [[2020, 3, 4]]},
    )
    assert item["custom"]["quotation"] == RAIN.words
    assert item["custom"]["speaker"] == "Ada Brook"
    assert "Quoting Ada Brook: “Rain is news,”" in item["note"]
    check_csl(as_csl(BARE))
    assert as_csl(BARE)["note"] == "Speaker not known: [rain is news]"


@given(ANYTHING)
def test_any_words_are_csl_json(text: str) -> None:
    (item,) = json.loads(as_csl_json(hostile(text)).encode())
    check_csl(item)
    assert item["custom"]["quotation"] == text


# Markdown and HTML.


class Read(HTMLParser):
    """The tags and the text of a fragment."""

    def __init__(self, fragment: str) -> None:
        super().__init__()
        self.tags: list[tuple[str, dict[str, str | None]]] = []
        self.text = ""
        self.feed(fragment)
        self.close()

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.append((tag, dict(attrs)))

    def handle_data(self, data: str) -> None:
        self.text += data


def test_html() -> None:
    read = Read(as_html(RAIN))
    assert [tag for tag, _ in read.tags] == ["blockquote", "p", "p", "strong", "cite", "a", "time", "a"]
    assert read.tags[0][1] == {"cite": RAIN.url}
    assert read.tags[5][1] == {"href": RAIN.url}
    assert read.tags[7][1] == {"href": RAIN.permalink}
    assert "“Rain is news,” … “always.”" in read.text


@pytest.mark.parametrize("text", [HOSTILE, '"><img src=x onerror=alert(1)>', "&lt;b&gt;"])
def test_html_is_never_an_articles_own(text: str) -> None:
    read = Read(as_html(dataclasses.replace(hostile(text), url=f"https://x.example/{text}".replace("\n", ""))))
    assert {tag for tag, _ in read.tags} == {"blockquote", "p", "strong", "cite", "a", "time"}
    assert " ".join(text.split()) in " ".join(read.text.split())


def shown(markdown: str) -> Read:
    return Read(MarkdownIt("commonmark", {"html": True}).enable(["table", "strikethrough"]).render(markdown))


def test_markdown() -> None:
    read = shown(as_markdown(RAIN))
    assert [tag for tag, _ in read.tags] == ["blockquote", "p", "p", "strong", "a", "a"]
    assert [attributes["href"] for tag, attributes in read.tags if tag == "a"] == [RAIN.url, RAIN.permalink]
    assert "“Rain is news,” … “always.”" in read.text


@pytest.mark.parametrize(
    "text", [HOSTILE, "1. a list", "- a list", "+ one", "# a heading", "=====", "&copy; 2020", "1) x"]
)
def test_markdown_shows_any_words_as_they_are(text: str) -> None:
    read = shown(as_markdown(dataclasses.replace(hostile(text), authors=())))
    assert {tag for tag, _ in read.tags} == {"blockquote", "p", "strong", "a"}
    assert read.text.count(" ".join(text.split())) == 4


@given(ANYTHING)
def test_any_words_stay_in_their_place_in_markdown(text: str) -> None:
    read = shown(as_markdown(hostile(text)))
    assert {tag for tag, _ in read.tags} <= {"blockquote", "p", "strong", "a"}
    assert sum(tag == "a" for tag, _ in read.tags) == 2


# Authors.


@pytest.mark.parametrize(
    ("written", "authors"),
    [
        (None, []),
        ("", []),
        ("Noor Ames", [("Ames", "Noor")]),
        ("By Noor Ames and J. Finch", [("Ames", "Noor"), ("Finch", "J.")]),
        ("Noor Ames, Reuters", [("Ames", "Noor"), ("Reuters", "")]),
        ('Noor Ames, "Cortney OBrien", Noor Ames', [("Ames", "Noor"), ("OBrien", "Cortney")]),
        ("Pieter van der Lyn; Li Zhou", [("van der Lyn", "Pieter"), ("Zhou", "Li")]),
        ("Gull Staff", [("Gull Staff", "")]),
        ("John Brook Jr.", [("John Brook Jr", "")]),
        ("Sandra Anderson & Co", [("Anderson", "Sandra"), ("Co", "")]),
        ("the newsroom of the Gull", [("the newsroom of the Gull", "")]),
    ],
)
def test_authors_are_told_apart(written: str | None, authors: list[tuple[str, str]]) -> None:
    assert [(one.family, one.given) for one in authors_of(written)] == authors


def test_many_authors_are_shortened_in_a_line_only() -> None:
    many = dataclasses.replace(RAIN, authors=authors_of("A. One, B. Two, C. Three, D. Four"))
    assert "by A. One and others, Gull" in as_text(many)
    assert len(as_csl(many)["author"]) == 4
    assert read_bibtex(as_bibtex(many))[2]["author"].count(" and ") == 3


@pytest.mark.parametrize("ending", FORMS)
def test_each_form_names_whose_where_and_the_permalink(ending: str) -> None:
    text = FORMS[ending][2](RAIN)
    assert "Ada Brook" in text and "Gull" in text and RAIN.permalink in text and RAIN.build in text
