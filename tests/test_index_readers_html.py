"""HTML pages -> articles: the text with its quotations whole, what the page says about itself, broken pages."""

import time
from pathlib import Path

import pytest

from index.readers.html_page import clean_url, page_url
from index.readers.markup import fragment_text
from index.records import Article, Failure
from tests.reading import PARAGRAPHS, TEXT, a_page, articles, failure, items, write


def the_page(folder: Path, page: str | bytes) -> Article:
    (found,) = articles(write(folder / "page.html", page))
    return found


def test_the_text_is_the_articles_and_nothing_around_it(tmp_path: Path) -> None:
    found = the_page(tmp_path, a_page())
    assert found.text == "\n\n".join(("Bridge to be closed", *PARAGRAPHS))
    assert (found.title, found.language, found.id, found.id_basis) == ("Bridge to be closed", "en", "page", "name")


@pytest.mark.parametrize(
    ("markup", "text"),
    [
        ("said <q>We will mend it</q> on Monday", "said “We will mend it” on Monday"),
        ("said <q>We will <em>mend</em></q> on Monday", "said “We will mend” on Monday"),
        ("said <q>He told me <q>no</q> twice</q>.", "said “He told me ‘no’ twice”."),
        ("said <q>“We will mend it”</q> on Monday", "said “We will mend it” on Monday"),
        ("said &ldquo;We will&rdquo; on Monday", "said “We will” on Monday"),
        ("said “We <a href='/x'>will</a> mend <b>it</b>” now", "said “We will mend it” now"),
    ],
)
def test_quotation_marks_are_kept(tmp_path: Path, markup: str, text: str) -> None:
    found = the_page(tmp_path, a_page(*PARAGRAPHS, f"The mayor {markup} and went away before anybody could ask."))
    assert f"The mayor {text} and went away" in found.text


def test_captions_and_blockquotes_are_kept_in_their_place(tmp_path: Path) -> None:
    one, two, three = PARAGRAPHS
    body = (
        f"<p>{one}</p><figure><img src='a.jpg'><figcaption>Ann Lee: “It was a hard night.”</figcaption></figure>"
        f"<p>{two}</p><blockquote><p>“Nobody knew,” she wrote.</p></blockquote><p>{three}</p>"
    )
    text = the_page(tmp_path, a_page(body=body)).text
    wanted = (one, "Ann Lee: “It was a hard night.”", two, "“Nobody knew,” she wrote.", three)
    assert text.split("\n\n")[1:] == list(wanted)


def test_lists_and_tables_lose_only_their_marks(tmp_path: Path) -> None:
    body = "".join(f"<p>{p}</p>" for p in PARAGRAPHS) + (
        "<ul><li>“One,” she said to them.</li><li>“Two,” he said to her.</li></ul>"
        "<table><tr><td>“Why?” they asked.</td><td>“Because.”</td></tr></table>"
    )
    assert the_page(tmp_path, a_page(body=body)).text.split("\n\n")[-4:] == [
        "“One,” she said to them.", "“Two,” he said to her.", "“Why?” they asked.", "“Because.”",
    ]  # fmt: skip


def test_what_the_page_says_about_itself(tmp_path: Path) -> None:
    head = (
        '<meta property="og:site_name" content="The Gazette"><meta name="author" content="Jane Doe">'
        '<meta property="article:published_time" content="2020-01-05T23:30:00-05:00">'
        '<link rel="canonical" href="https://gazette.example/2019/12/31/bridge?utm_source=x#top">'
    )
    found = the_page(tmp_path, a_page(head=head))
    assert (found.source, found.source_basis, found.authors) == ("The Gazette", "metadata", "Jane Doe")
    assert (found.date, found.date_basis) == ("2020-01-05", "metadata")
    assert found.url == "https://gazette.example/2019/12/31/bridge"


def test_linked_data(tmp_path: Path) -> None:
    head = (
        '<script type="application/ld+json">{"@context": "https://schema.org", "@type": "NewsArticle", "headline": '
        '"Bridge to be closed", "datePublished": "2020-01-05T08:00:00Z", "author": {"@type": "Person", "name": '
        '"Jane Doe"}, "publisher": {"@type": "Organization", "name": "The Gazette"}}</script>'
    )
    found = the_page(tmp_path, a_page(head=head))
    assert (found.date, found.authors, found.source) == ("2020-01-05", "Jane Doe", "The Gazette")


def test_the_dateline_then_the_address_tell_what_the_page_does_not(tmp_path: Path) -> None:
    canonical = '<link rel="canonical" href="https://www.gazette.example/news/bridge">'
    found = the_page(
        tmp_path, a_page(f"LONDON, Jan. 5, 2020 (Reuters) - {PARAGRAPHS[0]}", *PARAGRAPHS[1:], head=canonical)
    )
    assert (found.date, found.date_basis, found.source, found.source_basis) == (
        "2020-01-05",
        "dateline",
        "Reuters",
        "dateline",
    )
    found = the_page(tmp_path, a_page(head=canonical))
    assert (found.date, found.date_basis, found.source, found.source_basis) == (
        None,
        "missing",
        "gazette.example",
        "url",
    )


@pytest.mark.parametrize(
    ("declared", "encoded"),
    [("utf-8", "utf-8"), ("iso-8859-1", "cp1252"), ("windows-1252", "cp1252"), ("utf-16", "utf-8"),
     ("no-such", "utf-8"), ("koi8-r", "utf-8-sig"), ("us-ascii", "utf-8"), ("mac-roman", "mac-roman")],
)  # fmt: skip
def test_encodings(tmp_path: Path, declared: str, encoded: str) -> None:
    page = a_page(*PARAGRAPHS, "“The café stays open,” its owner said to all who came.").replace("utf-8", declared)
    assert "“The café stays open,”" in the_page(tmp_path, page.encode(encoded)).text


def test_the_same_page_gives_the_same_article_every_time(tmp_path: Path) -> None:
    assert len({the_page(tmp_path, a_page()) for _ in range(3)}) == 1


@pytest.mark.parametrize(
    ("name", "page", "says"),
    [
        ("a.html", b"<html>", "no article's text that stands out"),
        ("a.html", b"\0\0\0\0\0\0", "is no HTML"),
        ("a.html", b"\x89PNG\r\n\x1a\n\0\0\0\rIHDR", "is a binary file"),
        ("a.html", b"%PDF-1.7\n%\xe2\xe3\xcf\xd3\n1 0 obj", "no article's text"),
        ("a.html", a_page("Menu")[:150], "no article's text that stands out"),
        ("a.html", "<html><body>" + "<a href='/x'>Home</a> " * 30, "no article's text that stands out"),
        ("a.html", "<html><body><script>var a = 'The mayor said it.';</script>", "no article's text that stands out"),
        ("a.html", "<html><frameset><frame src='x.html'></frameset></html>", "no article's text that stands out"),
        ("a.html", "<div>" * 100_000 + TEXT, "no article's text that stands out"),
        ("a.html", "<html><body>" + "<table><tr><td>" * 20_000 + TEXT, "no article's text that stands out"),
        ("a.html", a_page("x" * 1_100_000), "is longer than 1 MB, too long for a page"),
        ("a.html", a_page().encode()[:-1] + b"\x81\x8d \xe2\x80\x9cx\xe2\x80\x9d \xe2\x80\x9cx", "damaged UTF-8"),
        ("a.html", "<html>" + "\ud800".encode("utf-16", "surrogatepass").decode("latin-1"), "no article's text"),
    ],
)  # fmt: skip
def test_a_broken_page_is_set_aside_and_the_rest_goes_on(
    tmp_path: Path, name: str, page: str | bytes, says: str
) -> None:
    started = time.monotonic()
    bad, good = items(write(tmp_path / name, page), write(tmp_path / "z.txt", TEXT), limits={"page": "1MB"})
    assert isinstance(bad, Failure), bad
    assert says in bad.reason
    assert isinstance(good, Article)
    assert time.monotonic() - started < 30


def test_a_page_that_is_cut_short_gives_what_is_there(tmp_path: Path) -> None:
    page = a_page()
    found = the_page(tmp_path, page[: page.index("Nobody in the town") + 30])
    assert PARAGRAPHS[1] in found.text


def test_entities_do_not_grow(tmp_path: Path) -> None:
    bomb = '<!DOCTYPE html [<!ENTITY a "aaaaaaaaaa"><!ENTITY b "&a;&a;&a;&a;"><!ENTITY f SYSTEM "file:///etc/passwd">]>'
    found = the_page(tmp_path, bomb + a_page(*PARAGRAPHS, "And then came &b;&b;&f; and there was nothing more to it."))
    assert "aaaa" not in found.text
    assert "root:" not in found.text


def test_without_trafilatura_it_is_said_what_to_install(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(__import__("sys").modules, "trafilatura", None)
    assert "trafilatura, which reads them, cannot be loaded" in failure(write(tmp_path / "a.html", a_page())).reason


@pytest.mark.parametrize(
    ("url", "clean"),
    [
        ("https://Example.org/A/b?id=7#top", "https://example.org/A/b?id=7"),
        ("HTTP://example.org:80", "http://example.org/"),
        ("https://example.org:8443/", "https://example.org:8443/"),
        ("https://me:secret@example.org/", "https://example.org/"),
        ("https://example.org/?utm_source=rss&id=7&fbclid=x", "https://example.org/?id=7"),
        ("https://[2001:db8::1]:443/a", "https://[2001:db8::1]/a"),
        ("ftp://example.org/", None),
        ("javascript:alert(1)", None),
        ("/relative", None),
        ("http://[broken", None),
        ("http://example.org:port/", None),
        (None, None),
    ],
)
def test_addresses_have_one_form(url: str | None, clean: str | None) -> None:
    assert clean_url(url) == clean


@pytest.mark.parametrize(
    ("canonical", "fetched", "url"),
    [
        ("/news/7", "https://example.org/7?utm_medium=x", "https://example.org/news/7"),
        ("https://www.example.org/news/7", "https://m.example.org/7", "https://www.example.org/news/7"),
        ("https://example.org/news/7", "https://m.example.org/7", "https://example.org/news/7"),
        ("https://example.org/", "https://example.org/7", "https://example.org/7"),
        ("https://else.example/7", "https://example.org/7", "https://example.org/7"),
        ("javascript:x", "https://example.org/7", "https://example.org/7"),
        (None, "https://example.org/7", "https://example.org/7"),
        ("https://example.org/7", None, "https://example.org/7"),
        (None, None, None),
    ],
)
def test_a_page_may_call_itself_otherwise_but_not_by_anothers_address(
    canonical: str | None, fetched: str | None, url: str | None
) -> None:
    assert page_url(canonical, fetched) == url


@pytest.mark.parametrize(
    ("fragment", "text"),
    [
        ("", ""),
        ("Plain  text.\nAnother line.", "Plain text.\n\nAnother line."),
        ("<p>One.</p><p>Two <b>and</b> a half.</p>", "One.\n\nTwo and a half."),
        ("One.<br><br>Two.", "One.\n\nTwo."),
        ("She said <q>no</q>.<script>x()</script><!-- y -->", "She said “no”."),
        ("Tom &amp; Ann said &#8220;yes&#8221;", "Tom & Ann said “yes”"),
        ("<ul><li>One<li>Two</ul>Three", "One\n\nTwo\n\nThree"),
        ("<p>  </p>", ""),
        ("<div>" * 5000 + "deep", ""),
    ],
)
def test_fragments(fragment: str, text: str) -> None:
    assert fragment_text(fragment) == text
