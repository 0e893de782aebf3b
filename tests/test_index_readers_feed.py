"""RSS and Atom -> articles: from the entries' pages, else from the feed; broken feeds, and feeds made to do harm."""

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from index.readers import robots
from index.records import Article, Failure
from tests.local_server import LocalServer, local_server
from tests.reading import PARAGRAPHS, TEXT, a_page, articles, failure, items, write

NOW: dict[str, Any] = {"allow_private": True, "limits": {"delay": 0}}
XHTML = "http://www.w3.org/1999/xhtml"
FULL = "".join(f"<p>{p}</p>" for p in PARAGRAPHS)


@pytest.fixture
def server() -> Iterator[LocalServer]:
    robots.forget()
    with local_server() as running:
        yield running


def rss(*entries: str, head: str = "<title>The Gazette</title><language>en-gb</language>") -> str:
    namespaces = (
        'xmlns:content="http://purl.org/rss/1.0/modules/content/" xmlns:dc="http://purl.org/dc/elements/1.1/" '
        'xmlns:media="http://search.yahoo.com/mrss/"'
    )
    inner = "".join(f"<item>{entry}</item>" for entry in entries)
    return (
        f'<?xml version="1.0" encoding="utf-8"?><rss version="2.0" {namespaces}><channel>{head}{inner}</channel></rss>'
    )


def atom(*entries: str) -> str:
    inner = "".join(f"<entry>{entry}</entry>" for entry in entries)
    return f'<feed xmlns="http://www.w3.org/2005/Atom" xml:lang="en"><title>The Gazette</title>{inner}</feed>'


def content(markup: str = FULL) -> str:
    return f"<content:encoded><![CDATA[{markup}]]></content:encoded>"


def the_entry(folder: Path, feed: str | bytes, **options: Any) -> Article:
    (found,) = articles(write(folder / "feed.xml", feed), **{"pages": False, **options})
    return found


def test_the_pages_of_the_entries_are_read(server: LocalServer) -> None:
    page = server.put("/2020/bridge", a_page())
    entry = (
        f"<title>Short title</title><link>{page}?utm_source=rss</link><guid isPermaLink='false'>7</guid>"
        "<pubDate>Sun, 05 Jan 2020 23:30:00 -0500</pubDate><dc:creator>Jane Doe</dc:creator>"
        "<description>Teaser</description>"
    )
    server.answers["/2020/bridge?utm_source=rss"] = server.answers["/2020/bridge"]
    feed = server.put("/feed", rss(entry), type="application/rss+xml")
    (found,) = articles(feed, **NOW)
    assert "\n\n".join(PARAGRAPHS) in found.text
    assert (found.title, found.url, found.authors) == ("Bridge to be closed", page, "Jane Doe")
    assert (found.source, found.date, found.date_basis) == ("The Gazette", "2020-01-05", "metadata")
    assert found.origin == f"{feed}:1"
    # The page by itself has the same id: it is one article.
    assert articles(page, **NOW)[0].id == found.id


@pytest.mark.parametrize("type", ["application/rss+xml", "application/xml", "text/xml", "text/html", "text/plain", ""])
def test_feeds_are_told_by_what_they_are(server: LocalServer, type: str) -> None:
    feed = server.put("/feed", rss(f"<title>T</title><guid>7</guid>{content()}"), type=type)
    assert [a.text for a in articles(feed, **NOW)] == ["\n\n".join(PARAGRAPHS)]


def test_relative_links(server: LocalServer) -> None:
    server.put("/news/a", a_page())
    feed = server.put("/news/feed.xml", atom("<title>T</title><link href='a'/><id>urn:7</id>"), type="text/xml")
    assert articles(feed, **NOW)[0].url == server.address + "/news/a"


@pytest.mark.parametrize(
    ("entry", "text"),
    [
        (f"<title>T</title>{content()}", "\n\n".join(PARAGRAPHS)),
        (f"<description>{TEXT}</description>", TEXT),
        (f"<description>Teaser</description>{content('<p>One.</p>')}", "One."),
        (content("She said <q>no</q>.<br/>He left."), "She said “no”.\n\nHe left."),
        ("<description>&lt;p&gt;&amp;ldquo;Yes,&amp;rdquo; he said.&lt;/p&gt;</description>", "“Yes,” he said."),
        ("<description>&ldquo;Yes,&rdquo; he said &mdash; twice.</description>", "“Yes,” he said — twice."),
    ],
)
def test_texts_of_rss(tmp_path: Path, entry: str, text: str) -> None:
    assert the_entry(tmp_path, rss(entry)).text == text


@pytest.mark.parametrize(
    ("entry", "text"),
    [
        ("<content type='html'>&lt;p&gt;One.&lt;/p&gt;Two.</content>", "One.\n\nTwo."),
        (f"<content type='xhtml'><div xmlns='{XHTML}'><p>One <b>b</b>.</p>Two.</div></content>", "One b.\n\nTwo."),
        (f"<content type='xhtml'><x:div xmlns:x='{XHTML}'><x:p>One.</x:p>Two.</x:div></content>", "One.\n\nTwo."),
        ("<content>One.</content><summary>No.</summary>", "One."),
        ("<summary>Only this.</summary>", "Only this."),
    ],
)  # fmt: skip
def test_texts_of_atom(tmp_path: Path, entry: str, text: str) -> None:
    found = the_entry(tmp_path, atom(f"<id>urn:7</id><updated>2020-02-02T00:00:00Z</updated>{entry}"))
    assert (found.text, found.id, found.date) == (text, "urn:7", "2020-02-02")


def test_rss_1(tmp_path: Path) -> None:
    feed = (
        '<rdf:RDF xmlns:rdf="http://www.w3.org/1999/02/22-rdf-syntax-ns#" xmlns="http://purl.org/rss/1.0/" '
        'xmlns:dc="http://purl.org/dc/elements/1.1/"><channel><title>The Gazette</title></channel><item>'
        f"<link>http://gazette.example/7</link><description>{TEXT}</description><dc:date>2020-01-05T10:00+01:00</dc:date>"
        "</item></rdf:RDF>"
    )
    found = the_entry(tmp_path, feed)
    assert (found.source, found.url, found.date) == ("The Gazette", "http://gazette.example/7", "2020-01-05")


def test_published_counts_before_updated_and_the_entrys_source_before_the_feeds(tmp_path: Path) -> None:
    entry = (
        "<updated>2021-01-01T00:00:00Z</updated><published>2020-01-05T23:59:00-05:00</published><id>7</id>"
        "<source><title>The Herald</title></source><author><name>A</name></author><author><name>B</name></author>"
        "<link rel='replies' href='http://x.example/c'/><link rel='self' href='http://x.example/s'/>"
        "<link href='http://x.example/a'/><content>One.</content>"
        "<title type='html'>Bread &amp;amp; &lt;b&gt;roses&lt;/b&gt;</title>"
    )
    found = the_entry(tmp_path, atom(entry))
    assert (found.date, found.source, found.authors, found.url) == (
        "2020-01-05",
        "The Herald",
        "A, B",
        "http://x.example/a",
    )
    assert found.title == "Bread & roses"


@pytest.mark.parametrize("encoded", ["utf-8", "utf-16", "iso-8859-1", "windows-1252"])
def test_encodings(tmp_path: Path, encoded: str) -> None:
    feed = rss(f"<title>Café</title><guid>7</guid>{content('A café.')}").replace("utf-8", encoded)
    assert the_entry(tmp_path, feed.encode(encoded)).text == "A café."


# --- pages that cannot be had ---


@pytest.mark.parametrize(
    ("about", "says"),
    [
        ({"status": 404}, None),
        ({"status": 403}, None),
        ({"status": 302, "headers": {"Location": "file:///etc/passwd"}}, None),
        ({"type": "application/pdf", "body": "%PDF"}, None),
        ({"body": "<html><body>Please log in</body></html>"}, None),
        ({"status": 503}, "503 Service Unavailable"),
        ({"body": "x", "headers": {"Content-Length": "500"}}, "cut short"),
    ],
)
def test_the_feeds_text_counts_where_there_is_no_page_but_not_where_it_will_be_back(
    server: LocalServer, caplog: pytest.LogCaptureFixture, about: dict[str, Any], says: str | None
) -> None:
    link = server.put("/page", **{"body": "", **about})
    good = server.put("/good", a_page(title="Another title of a page"))
    feed = server.put("/feed", rss(f"<link>{link}</link>{content()}", f"<link>{good}</link>"), type="text/xml")
    found, after = items(feed, **NOW)
    assert isinstance(after, Article)
    if says is None:
        assert isinstance(found, Article)
        assert found.text == "\n\n".join(PARAGRAPHS)
        assert found.url == link
        assert f"{feed}:1: read from the feed, since its page" in caplog.text
    else:
        assert isinstance(found, Failure)
        assert f"its page {link}: " in found.reason
        assert says in found.reason


def test_a_teaser_is_no_article_where_there_should_be_a_page(server: LocalServer) -> None:
    entry = f"<link>{server.address}/gone</link><description>{TEXT}</description>"
    reason = failure(server.put("/feed", rss(entry), type="text/xml"), **NOW).reason
    assert "the server has no such page (404" in reason


@pytest.mark.parametrize(
    "link", ["file:///etc/passwd", "http://127.0.0.1:{port}/secret", "http://[::1]:{port}/secret", "ftp://x.example/a"]
)
def test_entries_that_lead_to_this_machine_are_refused(server: LocalServer, tmp_path: Path, link: str) -> None:
    server.put("/secret", a_page())
    path = write(tmp_path / "feed.xml", rss(f"<link>{link.format(port=server.server_address[1])}</link>", content()))
    bad, good = items(path, limits={"delay": 0})
    assert isinstance(bad, Failure)
    assert "refused" in bad.reason
    assert isinstance(good, Article)
    assert server.asked == []


# --- broken ---


@pytest.mark.parametrize(
    ("feed", "says"),
    [
        ("<rss><channel><title>x</title>", "cut short or damaged"),
        ("<html><body><p>Not a feed</p></body></html>", "no article's text"),
        ("<?xml version='1.0'?><opml><body/></opml>", "is no feed, but an XML file with 'opml' at its top"),
        ("not XML at all", "is no feed"),
        (b"\0\1\2\3" * 10, "is no feed"),
        (b"\x1f\x8b\x08\x00" + b"\xff" * 20, "damaged"),
        (rss().encode() + b"\x81 \xe2\x80\x9cx\xe2\x80\x9d", "damaged UTF-8"),
        ("<rss>" + "<a>" * 50_000, "cut short or damaged"),
        (rss("x" * 300_000), "is longer than 256 kB, too long for a feed"),
        ("<feed/>" * 2, "cut short or damaged"),
        ("<feed/>", None),
    ],
)  # fmt: skip
def test_a_feed_that_is_none(tmp_path: Path, feed: str | bytes, says: str | None) -> None:
    found = items(
        write(tmp_path / "feed.xml", feed), write(tmp_path / "z.txt", TEXT), limits={"page": "256kB"}, pages=False
    )
    assert isinstance(found[-1], Article)
    reasons = [f.reason for f in found if isinstance(f, Failure)]
    assert len(reasons) == (says is not None)
    assert says is None or says in reasons[0]


def test_a_feed_that_is_cut_short_gives_what_is_whole_and_says_so(tmp_path: Path) -> None:
    feed = rss(*(f"<guid>{n}</guid>{content(f'Text number {n}.')}" for n in range(5)))
    *found, bad = items(write(tmp_path / "feed.xml", feed[: feed.index("Text number 3") + 4]), pages=False)
    assert [a.text for a in found if isinstance(a, Article)][:3] == [f"Text number {n}." for n in range(3)]
    assert isinstance(bad, Failure)
    assert "cut short" in bad.reason


@pytest.mark.parametrize(
    ("entry", "says"),
    [
        ("<title>Nothing</title>", "has neither a page's address nor a text"),
        (f"<pubDate>yesterday</pubDate>{content()}", "its date 'yesterday' is not understood"),
        (f"<pubDate>01/02/2020</pubDate>{content()}", "--date-order"),
        (content("   "), "has neither"),
        (content("<img src='x.png'/>"), "has neither"),
    ],
)
def test_a_broken_entry_is_set_aside_and_the_rest_goes_on(tmp_path: Path, entry: str, says: str) -> None:
    path = write(tmp_path / "feed.xml", rss(entry, f"<guid>8</guid>{content()}"))
    bad, good = items(path, pages=False)
    assert isinstance(bad, Failure)
    assert bad.origin == f"{path}:1"
    assert says in bad.reason
    assert isinstance(good, Article)


def test_entities_neither_grow_nor_read_files(tmp_path: Path) -> None:
    bomb = (
        '<!DOCTYPE rss [<!ENTITY a "aaaaaaaaaa"><!ENTITY b "&a;&a;&a;&a;&a;&a;&a;&a;">'
        '<!ENTITY c "&b;&b;&b;&b;&b;&b;&b;">'
        '<!ENTITY f SYSTEM "file:///etc/passwd">]>'
    )
    feed = rss("<description>Text &c;&c; and &f; here.</description>").replace("<rss", bomb + "<rss", 1)
    text = the_entry(tmp_path, feed).text
    assert "aaaa" not in text
    assert "root:" not in text
    assert text.startswith("Text ")
