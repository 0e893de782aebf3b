"""WARC -> articles: which records are pages, how they are packed, and files whose lengths are wrong."""

import gzip
import zlib
from pathlib import Path
from typing import Any

import pytest

from index.records import Article, Failure
from tests.reading import PARAGRAPHS, TEXT, a_page, articles, items, write

PAGE = a_page().encode()


def http(
    body: bytes = PAGE, *, status: str = "200 OK", type: str = "text/html; charset=utf-8", **headers: str
) -> bytes:
    lines = [
        f"HTTP/1.1 {status}",
        f"Content-Type: {type}",
        *(f"{n.replace('_', '-')}: {v}" for n, v in headers.items()),
    ]
    return "\r\n".join(lines).encode() + b"\r\n\r\n" + body


def record(
    block: bytes = b"",
    *,
    url: str = "https://gazette.example/2020/01/05/bridge",
    kind: str = "response",
    **headers: Any,
) -> bytes:
    block = block or http()
    about = {
        "WARC-Type": kind,
        "WARC-Target-URI": url,
        "WARC-Date": "2024-02-02T00:00:00Z",
        "Content-Type": "application/http; msgtype=response",
        "Content-Length": str(len(block)),
        **{name.replace("_", "-"): str(value) for name, value in headers.items()},
    }
    head = "WARC/1.0\r\n" + "".join(f"{name}: {value}\r\n" for name, value in about.items()) + "\r\n"
    return head.encode() + block + b"\r\n\r\n"


def url(number: int) -> str:
    return f"https://gazette.example/{number}"


@pytest.mark.parametrize("packed", ["plain", "whole", "records"])
def test_pages_come_out_with_their_addresses(tmp_path: Path, packed: str) -> None:
    records = [
        record(b"software: test\r\n", kind="warcinfo"),
        record(b"GET / HTTP/1.1\r\n\r\n", kind="request"),
        record(url="https://gazette.example/2020/01/05/bridge?utm_source=x"),
        record(http(status="404 Not Found")),
        record(http(status="301 Moved", Location="/")),
        record(http(b"\x89PNG", type="image/png")),
        record(http(type="application/xhtml+xml"), url=f"<{url(2)}>"),
    ]
    data = b"".join(gzip.compress(r) for r in records) if packed == "records" else b"".join(records)
    data = gzip.compress(data) if packed == "whole" else data
    one, two = articles(write(tmp_path / "2024-02-02" / f"crawl.warc{'' if packed == 'plain' else '.gz'}", data))
    assert (one.url, two.url) == ("https://gazette.example/2020/01/05/bridge", url(2))
    assert one.id.startswith("url-")
    assert one.id != two.id
    assert (one.origin[-2:], two.origin[-2:]) == (":3", ":7")
    assert "\n\n".join(PARAGRAPHS) in one.text
    # The crawl's date is not the article's.
    assert (one.date, one.date_basis, two.date) == ("2020-01-05", "url", None)
    assert (one.source, one.source_basis) == ("gazette.example", "url")


def chunked(body: bytes) -> bytes:
    parts = [body[n : n + 100] for n in range(0, len(body), 100)]
    return b"".join(b"%x\r\n%s\r\n" % (len(part), part) for part in parts) + b"0\r\n\r\n"


@pytest.mark.parametrize(
    "block",
    [
        http(gzip.compress(PAGE), Content_Encoding="gzip"),
        http(zlib.compress(PAGE), Content_Encoding="deflate"),
        http(zlib.compress(PAGE)[2:-4], Content_Encoding="deflate"),
        http(chunked(PAGE), Transfer_Encoding="chunked"),
        http(chunked(gzip.compress(PAGE)), Transfer_Encoding="chunked", Content_Encoding="gzip"),
        http(PAGE, Transfer_Encoding="chunked"),
        http(PAGE, Content_Encoding="gzip"),
        http(PAGE, Content_Encoding="br"),
        http(PAGE).replace(b"\r\n\r\n", b"\n\n", 1),
        http(a_page().replace("utf-8", "x").encode("cp1252"), type="text/html; charset=ISO-8859-1"),
    ],
)
def test_packed_pages(tmp_path: Path, block: bytes) -> None:
    assert "“We will mend the bridge before the winter,”" in articles(write(tmp_path / "a.warc", record(block)))[0].text


@pytest.mark.parametrize(
    ("broken", "says"),
    [
        (record(url=url(2), WARC_Truncated="length"), "cut short when it was crawled (length) (https://gazette"),
        (record(http(gzip.compress(PAGE)[:-200], Content_Encoding="gzip")), "the packed page is cut short (https"),
        (record(http(b"\x1f\x8b\xff\xff", Content_Encoding="gzip")), "the packed page is damaged"),
        (record(http(chunked(PAGE)[:-300], Transfer_Encoding="chunked")), "last chunk is cut short"),
        (record(http(b"\x0b\x02\x80", Content_Encoding="br")), "packed with Brotli"),
        (record(http(gzip.compress(b" " * 40_000_000), Content_Encoding="gzip")), "is longer than 1 MB"),
        (record(http(b"<p>" * 500_000)), "is longer than 1 MB"),
        (record(http(b"<html><body>Home</body>")), "no article's text"),
        (record(Content_Length="many"), "its Content-Length is 'many', which is no length"),
        (record(Content_Length="-5"), "which is no length"),
        (record(Content_Length="5000"), "the record claims 5,000 bytes, but the next one begins after"),
        (record(Content_Length=str(10**12)), "the record claims 1,000,000,000,000 bytes, but the next one begins"),
        (record(Content_Length="300"), "the record claims 300 bytes, but goes on behind them"),
        (b"WARC/1.0\r\n" + b"X: y\r\n" * 1001, "has more than 1,000 lines"),
        (b"WARC/1.0\r\nWARC-Type: response\r\nX: " + b"y" * 70_000 + b"\r\n\r\n", "a line that is too long"),
        (b"garbage between records\r\n", "bytes before this record belong to none"),
    ],
)
def test_a_broken_record_is_set_aside_and_the_rest_goes_on(tmp_path: Path, broken: bytes, says: str) -> None:
    data = record(url=url(1)) + broken + record(url=url(9))
    found = items(write(tmp_path / "a.warc", data), limits={"page": "1MB"})
    good = {a.url for a in found if isinstance(a, Article)}
    assert good == {url(1), url(9)}
    bad = [f for f in found if isinstance(f, Failure)]
    assert says in bad[0].reason
    assert all(":" in f.origin.rsplit("/", 1)[-1] for f in bad)


@pytest.mark.parametrize("cut", [400, 30, 5])
def test_a_file_that_ends_within_a_record_says_so_and_keeps_what_came_before(tmp_path: Path, cut: int) -> None:
    data = record(url=url(1)) + record(url=url(2))
    *good, bad = items(write(tmp_path / "a.warc", data[:-cut]))
    assert [a.url for a in good if isinstance(a, Article)] == [url(1)]
    assert isinstance(bad, Failure)
    assert "ends within record 2" in bad.reason


@pytest.mark.parametrize("claimed", [10**6, 10**12, 10**17])
def test_a_last_record_that_claims_more_than_there_is(tmp_path: Path, claimed: int) -> None:
    data = record(url=url(1)) + record(url=url(2), Content_Length=claimed)
    *good, bad = items(write(tmp_path / "a.warc", data))
    assert [a.url for a in good if isinstance(a, Article)] == [url(1)]
    assert isinstance(bad, Failure)
    assert "ends within record 2" in bad.reason


def test_a_cut_gzip_keeps_the_records_before_the_cut(tmp_path: Path) -> None:
    data = b"".join(gzip.compress(record(url=url(n))) for n in range(1, 5))
    *good, bad = items(write(tmp_path / "a.warc.gz", data[:-100]))
    assert [a.url for a in good if isinstance(a, Article)] == [url(1), url(2), url(3)]
    assert isinstance(bad, Failure)
    assert "cut short" in bad.reason


@pytest.mark.parametrize(
    ("data", "says"),
    [
        (b"not a crawl", "is no WARC file"),
        (b"\0" * 1000, "is no WARC file"),
        (b"WARC/1.0", "its header is cut short"),
        (b"WARC/1.0\r\nWARC-Type: resp", "its header is cut short"),
        (b"\n" * 100_000, "is no WARC file"),
        (PAGE, "is no WARC file"),
        (record() + b"trailing rubbish", "ends with 16 bytes that belong to no record"),
    ],
)
def test_a_file_that_is_none(tmp_path: Path, data: bytes, says: str) -> None:
    *_, bad, good = items(write(tmp_path / "a.warc", data), write(tmp_path / "z.txt", TEXT))
    assert isinstance(bad, Failure)
    assert says in bad.reason
    assert isinstance(good, Article)


def test_a_page_about_the_format_is_no_record(tmp_path: Path) -> None:
    page = a_page(*PARAGRAPHS, "A record begins so:\r\n\r\nWARC/1.0\r\nWARC-Type: response\r\n and then it goes on.")
    found = articles(write(tmp_path / "a.warc", record(http(page.encode()), url=url(1)) + record(url=url(2))))
    assert [a.url for a in found] == [url(1), url(2)]
