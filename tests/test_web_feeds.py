"""A search as an Atom feed: what RFC 4287 requires, in the order that readers expect."""

import datetime
import re
from pathlib import Path
from urllib.parse import urljoin
from xml.etree import ElementTree

import pytest
from flask.testing import FlaskClient

from index.records import Rival
from index.settings import Settings
from tests.entries import PUBLISHED, a_build, an_entry
from web import create_app

A = "{http://www.w3.org/2005/Atom}"
URN = re.compile(r"urn:uuid:[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}")


def feed(client: FlaskClient, path: str, **options: object) -> ElementTree.Element:
    answer = client.get(path, **options)  # type: ignore[arg-type]
    assert (answer.status_code, answer.mimetype) == (200, "application/atom+xml")
    return ElementTree.fromstring(answer.get_data())


def text(element: ElementTree.Element, name: str) -> str:
    (found,) = element.findall(A + name)
    assert found.text
    return found.text


def link(element: ElementTree.Element, relation: str) -> str | None:
    found = [one.get("href") for one in element.findall(A + "link") if one.get("rel") == relation]
    assert len(found) <= 1
    return found[0] if found else None


def moment(value: str) -> datetime.datetime:
    found = datetime.datetime.fromisoformat(value)
    assert found.tzinfo is not None
    return found


def test_what_the_rfc_requires(client: FlaskClient) -> None:
    root = feed(client, "/search.atom?q=it")
    assert root.tag == A + "feed"
    assert URN.fullmatch(text(root, "id"))
    assert text(root, "title") == "it – saywho"
    assert moment(text(root, "updated"))
    assert root.find(f"{A}author/{A}name") is not None
    assert urljoin("http://localhost/", link(root, "self")) == "http://localhost/search.atom?q=it"
    entries = root.findall(A + "entry")
    assert len(entries) == client.get("/api/v1/quotes?q=it").get_json()["total"]
    assert len({text(entry, "id") for entry in entries}) == len(entries)
    for entry in entries:
        assert URN.fullmatch(text(entry, "id"))
        assert moment(text(entry, "updated"))
        assert text(entry, "title")
        content = entry.find(A + "content")
        assert content is not None and content.get("type") == "html" and "<blockquote" in (content.text or "")
        assert client.get(str(link(entry, "alternate"))).status_code == 200


def test_newest_first_and_the_undated_last(client: FlaskClient) -> None:
    root = feed(client, "/search.atom")
    entries = root.findall(A + "entry")
    published = [one.findtext(A + "published") for one in entries]
    dated = [one for one in published if one]
    assert dated == sorted(dated, reverse=True)
    assert published == [*dated, None]
    assert text(entries[-1], "updated") == text(root, "updated")
    assert text(entries[0], "updated") == "2021-01-02T00:00:00Z"


def test_an_entry_says_who_and_doubts_what_is_doubted(tmp_path: Path) -> None:
    a_build(
        tmp_path,
        [
            an_entry(1, "“Rain,”", speaker="Ada Brook", date="2020-01-03", url="https://gull.example/1"),
            an_entry(2, "“Snow,”", status="unnamed", speaker="a nurse", date="2020-01-02", url="javascript:alert(1)"),
            an_entry(
                3,
                "“Hail,”",
                speaker="Ada Brook",
                status="disputed",
                rivals=(Rival(name="Bo Li", id="bo-li", articles=1),),
                date="2020-01-01",
            ),
        ],
    )
    app = create_app(Settings(data=tmp_path, url="https://quotes.example"))
    root = feed(app.test_client(), "/search.atom")
    first, second, third = root.findall(A + "entry")
    assert text(root, "updated") == PUBLISHED
    assert [text(one, "title") for one in (first, second, third)] == [
        "Ada Brook: “Rain,”",
        "A nurse (not named): “Snow,”",
        "Ada Brook or Bo Li (disputed): “Hail,”",
    ]
    assert [one.findtext(f"{A}author/{A}name") for one in (first, second, third)] == ["Ada Brook", None, None]
    assert [link(one, "via") for one in (first, second)] == ["https://gull.example/1", None]
    assert link(first, "alternate") == "https://quotes.example/quotes/0000000000000001"
    app.extensions["saywho.library"].close()


def test_pages_lead_through_all_of_it(client: FlaskClient) -> None:
    path: str | None = "/search.atom?limit=3"
    ids, feeds = [], set()
    while path:
        root = feed(client, path)
        feeds.add(text(root, "id"))
        ids += [text(entry, "id") for entry in root.findall(A + "entry")]
        path = link(root, "next")
    assert len(ids) == len(set(ids)) == 10
    assert len(feeds) == 1  # one feed, however it is cut


def test_ids_outlive_a_new_build_and_another_host(tmp_path: Path) -> None:
    def ids(url: str) -> list[str]:
        app = create_app(Settings(data=tmp_path, url=url))
        root = feed(app.test_client(), "/search.atom?q=rain")
        app.extensions["saywho.library"].close()
        return [text(root, "id"), *(text(entry, "id") for entry in root.findall(A + "entry"))]

    a_build(tmp_path, [an_entry(1)], number=1)
    before = ids("https://a.example")
    a_build(tmp_path, [an_entry(1), an_entry(2, "Snow")], number=2)
    assert ids("https://a.example") == before
    assert ids("https://b.example")[1:] == before[1:]
    assert ids("https://b.example")[0] != before[0]  # another site's feed


def test_who_has_it_already_is_told_so(client: FlaskClient) -> None:
    etag = client.get("/search.atom?q=it").headers["ETag"]
    assert client.get("/search.atom?q=it", headers={"If-None-Match": etag}).status_code == 304
    assert client.head("/search.atom?q=it").headers["ETag"] == etag


def test_a_feed_is_found_from_the_search_page(client: FlaskClient) -> None:
    html = client.get("/search?q=it&source=Tern&sort=oldest").text
    found = re.search(r'<link rel="alternate" type="application/atom\+xml"[^>]* href="([^"]*)"', html)
    assert found
    assert feed(client, found[1].replace("&amp;", "&"))


@pytest.mark.parametrize("words", ["<b>&amp;</b>", "nul \0 and \ufffe and \ud800", "]]>"])
def test_any_words_are_well_formed(tmp_path: Path, words: str) -> None:
    entry = an_entry(1, words, title=words, source=words, speaker=words, url=f"https://gull.example/{words}")
    a_build(tmp_path, [entry])
    app = create_app(Settings(data=tmp_path))
    (found,) = feed(app.test_client(), "/search.atom").findall(A + "entry")
    assert "<b>" not in text(found, "content")
    app.extensions["saywho.library"].close()


def test_a_strangers_host_stands_in_no_address(client: FlaskClient) -> None:
    answer = client.get("/search.atom?q=it", headers={"Host": "evil.example"})
    assert answer.status_code == 400
    assert "evil" not in answer.text + str(answer.headers)
