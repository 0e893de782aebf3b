"""Addresses: what may be fetched and what may not, limits, manners; against a server on this machine."""

import gzip
import io
import socket
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from index.readers import addresses, fetching, robots
from index.readers.addresses import is_public
from index.readers.limits import Limits
from index.records import Article, Failure
from tests.local_server import LocalServer, local_server
from tests.reading import TEXT, a_page, articles, failure, items, write
from tests.test_index_readers_archives import tarred, zipped

NOW = {"allow_private": True, "limits": {"delay": 0}}


@pytest.fixture
def server() -> Iterator[LocalServer]:
    robots.forget()
    with local_server() as running:
        yield running


def test_a_page_is_an_article_under_its_address(server: LocalServer) -> None:
    address = server.put("/2020/01/05/bridge.html?id=7&utm_source=x", a_page())
    (found,) = articles(address, **NOW)
    assert found.url == server.address + "/2020/01/05/bridge.html?id=7"
    assert (found.title, found.date, found.date_basis) == ("Bridge to be closed", "2020-01-05", "url")
    assert (found.source, found.source_basis, found.origin) == ("127.0.0.1", "url", address)
    assert found.id.startswith("url-")
    assert articles(address, **NOW)[0] == found


def test_it_says_who_it_is_and_asks_for_robots_txt_first(server: LocalServer) -> None:
    articles(server.put("/a", a_page()), server.put("/b", a_page(title="Another title of a page")), **NOW)
    assert server.asked == ["/robots.txt", "/a", "/b"]
    (agent,) = server.agents
    assert agent.startswith("saywho/")


@pytest.mark.parametrize(
    ("path", "type", "body", "count"),
    [
        ("/a", "text/html", a_page(), 1),
        ("/a.txt", "text/plain", TEXT, 1),
        ("/a", "text/plain", TEXT, 1),
        ("/a", "", a_page(), 1),
        ("/a.jsonl", "application/octet-stream", '{"text": "One."}\n{"text": "Two."}\n', 2),
        ("/export?format=csv", "text/csv; charset=utf-8", "id,text\n1,One.\n2,Two.\n", 2),
        ("/a.csv.gz", "application/gzip", gzip.compress(b"id,text\n1,One.\n2,Two.\n", mtime=0), 2),
        ("/a.zip", "application/zip", zipped({"a.txt": TEXT, "b.txt": TEXT}), 2),
        ("/a", "application/x-tar", tarred({"a.txt": TEXT, "b.txt": TEXT}), 2),
    ],
)  # fmt: skip
def test_what_an_address_gives_is_told_by_its_type_name_and_bytes(
    server: LocalServer, path: str, type: str, body: bytes | str, count: int
) -> None:
    found = articles(server.put(path, body, type=type), **NOW)
    assert len({a.id for a in found}) == count


def test_charset_of_the_server(server: LocalServer) -> None:
    body = a_page("“The café stays open,” its owner said to all who came there.").replace("utf-8", "x").encode("cp1252")
    found = articles(server.put("/a", body, type="text/html; charset=ISO-8859-1"), **NOW)
    assert "“The café stays open,”" in found[0].text


def test_gzip_on_the_way(server: LocalServer) -> None:
    packed = gzip.compress(a_page().encode())
    assert articles(server.put("/a", packed, headers={"Content-Encoding": "gzip"}), **NOW)


# --- what may not be fetched ---


@pytest.mark.parametrize(
    "address",
    [
        "http://127.0.0.1:{port}/a",
        "http://localhost:{port}/a",
        "http://0.0.0.0:{port}/a",
        "http://[::1]:{port}/a",
        "http://[::ffff:127.0.0.1]:{port}/a",
        "http://2130706433:{port}/a",
        "http://0x7f.1:{port}/a",
        "http://10.0.0.1/a",
        "http://192.168.1.1/a",
        "http://172.16.0.1/a",
        "http://169.254.169.254/latest/meta-data/",
        "http://[fd00::1]/a",
        "http://user:secret@127.0.0.1:{port}/a",
    ],
)
def test_addresses_of_this_machine_and_of_private_networks_are_refused(server: LocalServer, address: str) -> None:
    server.put("/a", a_page())
    reason = failure(address.format(port=server.server_address[1]), limits={"delay": 0}).reason
    assert (
        "is of this machine or a private network, which is refused; to fetch it all the same: --allow-private" in reason
    )
    assert server.asked == []


@pytest.mark.parametrize(
    ("address", "public"),
    [
        ("8.8.8.8", True), ("2606:4700::1111", True), ("127.0.0.1", False), ("10.1.2.3", False), ("100.64.0.1", False),
        ("0.0.0.0", False), ("169.254.169.254", False), ("224.0.0.1", False), ("255.255.255.255", False), ("::", False),
        ("::1", False), ("fe80::1%eth0", False), ("fc00::1", False), ("ff02::1", False), ("::ffff:10.0.0.1", False),
        ("::ffff:8.8.8.8", True), ("2002:7f00:1::", False), ("64:ff9b::7f00:1", False), ("64:ff9b::808:808", True),
        ("2001:db8::1", False), ("240.0.0.1", False), ("192.0.2.1", False),
    ],
)  # fmt: skip
def test_which_addresses_are_public(address: str, public: bool) -> None:
    assert is_public(address) is public


def redirecting(server: LocalServer, target: str, status: int = 302) -> str:
    return server.put("/from", status=status, headers={"Location": target})


@pytest.mark.parametrize(
    ("target", "says"),
    [
        ("file:///etc/passwd", "only http and https are fetched"),
        ("ftp://example.org/a", "only http and https are fetched"),
        ("gopher://127.0.0.1/a", "only http and https are fetched"),
        ("javascript:alert(1)", "only http and https are fetched"),
        ("http://[broken/", "is no address"),
        ("/from", "redirects more than 5 times"),
    ],
)
def test_redirects_to_where_nothing_is_fetched(server: LocalServer, target: str, says: str) -> None:
    assert says in failure(redirecting(server, target), **NOW).reason


def test_every_redirect_is_checked(server: LocalServer, monkeypatch: pytest.MonkeyPatch) -> None:
    # The server counts as one of the Internet, for this test; where it leads to does not.
    monkeypatch.setattr(addresses, "is_public", lambda address: address == "127.0.0.1")
    reason = failure(redirecting(server, "http://127.0.0.2:1/secret"), limits={"delay": 0}).reason
    assert "redirects to a place that is not fetched: the address 127.0.0.2 is of this machine" in reason


def test_what_was_checked_is_what_is_connected_to(server: LocalServer, monkeypatch: pytest.MonkeyPatch) -> None:
    """A name that leads elsewhere the second time that it is asked for is asked for once."""
    asked: list[str] = []
    port = server.server_address[1]

    def lookup(host: str, *_: Any, **__: Any) -> list[Any]:
        asked.append(host)
        if host == "rebinding.example":
            where = "127.0.0.1" if asked.count(host) == 1 else "127.0.0.3"
            return [(socket.AF_INET, socket.SOCK_STREAM, 6, "", (where, port))]
        return real(host, *_, **__)

    real = socket.getaddrinfo
    monkeypatch.setattr(socket, "getaddrinfo", lookup)
    server.put("/a", a_page())
    answer = fetching.fetch(f"http://rebinding.example:{port}/a", limits=Limits(delay=0), allow_private=True)
    with answer.body as body:
        assert body.read() == a_page().encode()
    assert asked.count("rebinding.example") == 1


@pytest.mark.parametrize("status", [301, 302, 303, 307, 308])
def test_redirects_are_followed_and_the_last_address_counts(server: LocalServer, status: int) -> None:
    server.put("/to", a_page())
    found = articles(redirecting(server, "to#part", status), **NOW)
    assert found[0].url == server.address + "/to"


# --- limits ---


@pytest.mark.parametrize(
    ("about", "says"),
    [
        ({"body": "x" * 300_000}, "is longer than 200 kB; leave it out, or raise the limit: --limit-of page=SIZE"),
        ({"body": gzip.compress(b" " * 50_000_000), "headers": {"Content-Encoding": "gzip"}}, "is longer than 200 kB"),
        ({"body": "x" * 300_000, "type": "text/csv"}, "is longer than 250 kB; leave it out, or raise"),
        ({"body": "short", "headers": {"Content-Length": "5000"}}, "cut short"),
        ({"body": gzip.compress(a_page().encode())[:-30], "headers": {"Content-Encoding": "gzip"}}, "cut short"),
        ({"body": b"not packed", "headers": {"Content-Encoding": "gzip"}}, "cannot be read"),
        ({"body": b"x", "headers": {"Content-Encoding": "br"}}, "comes packed as 'br'"),
        ({"status": 404}, "the server has no such page (404 Not Found)"),
        ({"status": 410}, "no such page"),
        ({"status": 403}, "gives it only to others (403 Forbidden); save the page yourself"),
        ({"status": 503, "headers": {"Retry-After": "120"}}, "(503 Service Unavailable); try again after 120 seconds"),
        ({"status": 500}, "(500 Internal Server Error); try again later"),
        ({"status": 204}, "the server did not give it (204 No Content)"),
        ({"body": ""}, "is empty"),
        ({"body": b"%PDF", "type": "application/pdf"}, "is application/pdf, which is not read"),
        ({"body": b"\x89PNG", "type": "image/png"}, "is image/png, which is not read"),
        ({"body": "5\r\nab", "headers": {"Transfer-Encoding": "chunked"}, "after": print}, "cannot be read"),
    ],
)  # fmt: skip
def test_an_answer_that_cannot_be_used_is_set_aside_and_the_rest_goes_on(
    server: LocalServer, about: dict[str, Any], says: str
) -> None:
    bad, good = items(
        server.put("/bad", **{"body": "x", **about}),
        server.put("/good", a_page()),
        allow_private=True,
        limits={"delay": 0, "page": "200kB", "download": "250kB"},
    )
    assert isinstance(bad, Failure)
    assert says in bad.reason
    assert isinstance(good, Article)


@pytest.mark.parametrize("headers", [{}, {"Content-Length": "100000"}])
def test_a_server_that_takes_its_time_is_given_up(server: LocalServer, headers: dict[str, str]) -> None:
    def drip(file: Any) -> None:
        for _ in range(100):
            file.write(b"<p>")
            file.flush()
            time.sleep(0.1)

    started = time.monotonic()
    address = server.put("/slow", "<html>", after=drip, headers=headers)
    reason = failure(address, allow_private=True, limits={"delay": 0, "seconds": 0.6}).reason
    assert time.monotonic() - started < 8
    assert "took longer than 0.6 seconds" in reason


def test_headers_without_end_are_given_up(server: LocalServer) -> None:
    address = server.put("/a", headers={f"X-{n}": "y" * 500 for n in range(200)})
    assert "cannot be read" in failure(address, **NOW).reason


@pytest.mark.parametrize("host", ["no-such-host.invalid", "a..b", "x" * 70 + ".example", "xn--a"])
def test_a_host_that_is_not_there(host: str) -> None:
    assert "is not found" in failure(f"http://{host}/a", **NOW).reason


def test_a_port_that_nobody_listens_at(server: LocalServer) -> None:
    with socket.socket() as unused:
        unused.bind(("127.0.0.1", 0))
        port = unused.getsockname()[1]
    assert "cannot be reached" in failure(f"http://127.0.0.1:{port}/a", **NOW).reason


def test_https_with_a_server_that_does_not_speak_it(server: LocalServer) -> None:
    address = server.put("/a", a_page()).replace("http:", "https:")
    assert "cannot be trusted" in failure(address, **NOW).reason


# --- manners ---


@pytest.mark.parametrize(
    ("rules", "path", "allowed"),
    [
        ("User-agent: *\nDisallow: /", "/a", False),
        ("User-agent: *\nDisallow: /private/", "/a", True),
        ("User-agent: *\nDisallow: /private/", "/private/a", False),
        ("User-agent: *\nDisallow: /*.html$", "/a.html", False),
        ("User-agent: *\nDisallow: /\nAllow: /a", "/a", True),
        ("User-agent: saywho\nDisallow: /\n\nUser-agent: *\nAllow: /", "/a", False),
        ("User-agent: other\nDisallow: /", "/a", True),
        ("<html>not rules</html>", "/a", True),
        ("\0\xff\xfe" * 1000, "/a", True),
    ],
)
def test_robots_txt_is_obeyed(server: LocalServer, rules: str, path: str, allowed: bool) -> None:
    server.put("/robots.txt", rules, type="text/plain")
    (found,) = items(server.put(path, a_page()), **NOW)
    assert isinstance(found, Article) is allowed
    assert (path in server.asked) is allowed
    if isinstance(found, Failure):
        assert "robots.txt of 127.0.0.1" in found.reason
        assert "does not want it fetched" in found.reason


def test_where_robots_txt_cannot_be_had_nothing_is_fetched(server: LocalServer) -> None:
    server.put("/robots.txt", status=500)
    assert "its robots.txt cannot be read, so nothing is fetched" in failure(server.put("/a", a_page()), **NOW).reason
    assert server.asked == ["/robots.txt"]


def test_requests_to_one_host_have_their_distance(server: LocalServer) -> None:
    sources = [server.put(f"/{n}", a_page(title=f"Title of page {n}")) for n in range(3)]
    started = time.monotonic()
    items(*sources, allow_private=True, limits={"delay": 0.2})
    assert time.monotonic() - started >= 0.6


def test_a_crawl_delay_counts_where_it_is_longer(server: LocalServer) -> None:
    server.put("/robots.txt", "User-agent: *\nCrawl-delay: 0.5\nAllow: /", type="text/plain")
    sources = [server.put(f"/{n}", a_page(title=f"Title of page {n}")) for n in range(2)]
    started = time.monotonic()
    items(*sources, **NOW)
    assert time.monotonic() - started >= 1.0


# --- lists of sources ---


def test_a_list_of_sources(server: LocalServer, tmp_path: Path) -> None:
    text = write(tmp_path / "news/a.txt", TEXT)
    address = server.put("/a", a_page())
    listed = write(
        tmp_path / "list", f"# mine\n{text}\n\n{address}\n{tmp_path}/gone.txt\n@list\n{tmp_path}/news/*.txt\n"
    )
    one, two, *bad = items(f"@{listed}", **NOW)
    assert [getattr(one, "id", ""), getattr(two, "url", "")] == ["a", address]
    assert [(f.origin, "no such file" in f.reason) for f in bad if isinstance(f, Failure)] == [
        (f"{listed}:5", True), (f"{listed}:6", False),
    ]  # fmt: skip


def test_a_name_that_begins_with_the_lists_sign_is_a_name_first(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    write(tmp_path / "@a.txt", TEXT)
    assert articles("@a.txt")[0].text == TEXT


def test_stdin_has_no_address() -> None:
    assert articles("-", stdin=io.BytesIO(a_page().encode()))[0].url is None
