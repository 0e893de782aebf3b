"""Under which names, how often, and from which sites may be asked."""

import json
import socket
from pathlib import Path

import pytest
from flask.testing import FlaskClient

from index.errors import UsageError
from index.settings import Settings, load_settings
from tests.entries import a_build, an_entry
from web import create_app, limits
from web.limits import RateLimit, hosts_of

API = "/api/v1/stats"


def asked_as(folder: Path, under: str, path: str = API, **settings: object) -> int:
    client = create_app(Settings(data=folder, **settings)).test_client()  # type: ignore[arg-type]
    environ = {"HTTP_HOST": under}
    return client.get(path, environ_overrides=environ).status_code


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    path = tmp_path_factory.mktemp("limits")
    a_build(path, [an_entry()])
    return path


@pytest.mark.parametrize(
    ("host", "status"),
    [
        ("localhost", 200),
        ("LocalHost:8000", 200),
        ("127.0.0.1:8000", 200),
        ("[::1]:8000", 200),
        ("evil.example", 400),
        ("evil.example:8000", 400),
        ("localhost.evil.example", 400),
        ("localhost@evil.example", 400),
        ("127.0.0.1.evil.example", 400),
        ("192.0.2.7", 400),
        ("", 200),  # HTTP/1.0: the server's own name
    ],
)
def test_only_its_own_names_are_answered(folder: Path, host: str, status: int) -> None:
    assert asked_as(folder, host) == status
    assert asked_as(folder, host, "/") == status


@pytest.mark.parametrize(
    ("settings", "host", "status"),
    [
        ({"hosts": ("quotes.example.org",)}, "quotes.example.org", 200),
        ({"hosts": ("quotes.example.org",)}, "Quotes.Example.Org:443", 200),
        ({"hosts": ("quotes.example.org",)}, "other.example.org", 400),
        ({"url": "https://quotes.example.org"}, "quotes.example.org", 200),
        ({"host": "192.0.2.7"}, "192.0.2.7:8000", 200),
        ({"host": "192.0.2.7"}, "192.0.2.8:8000", 400),
        ({"host": "0.0.0.0"}, "192.0.2.8:8000", 200),
        ({"host": "0.0.0.0"}, "[2001:db8::1]:8000", 200),
        ({"host": "0.0.0.0"}, "evil.example", 400),
        ({"host": "0.0.0.0"}, socket.gethostname(), 200),
        ({"host": "::1"}, "[::1]", 200),
    ],
)
def test_names_that_are_set_are_answered(folder: Path, settings: dict[str, object], host: str, status: int) -> None:
    assert asked_as(folder, host, **settings) == status


def test_a_probe_needs_no_name(folder: Path) -> None:
    assert asked_as(folder, "10.1.2.3:8000", "/healthz") == asked_as(folder, "10.1.2.3:8000", "/readyz") == 200


def test_absolute_addresses_begin_with_a_known_name_only(folder: Path) -> None:
    client = create_app(Settings(data=folder, host="0.0.0.0", hosts=("quotes.example.org",))).test_client()
    path = f"/quotes/{1:016x}"
    assert f'href="http://quotes.example.org{path}"' in client.get(path, headers={"Host": "quotes.example.org"}).text
    assert "192.0.2.8" not in client.get(path, headers={"Host": "192.0.2.8"}).text


def test_the_names_of_a_site() -> None:
    assert hosts_of(Settings(url="https://[2001:db8::1]:8443", hosts=("a.example",))) == {
        "localhost",
        "127.0.0.1",
        "[::1]",
        "[2001:db8::1]",
        "a.example",
    }


@pytest.mark.parametrize(
    ("variable", "value", "kept"),
    [
        ("HOSTS", "Quotes.example.org, 10.0.0.7 ,", ("quotes.example.org", "10.0.0.7")),
        ("RATE_LIMIT", "60/min", (60, 60)),
        ("RATE_LIMIT", "5/s", (5, 1)),
        ("RATE_LIMIT", "1000/h", (1000, 3600)),
        ("RATE_LIMIT", "", None),
        ("RATE_LIMIT", "0", None),
    ],
)
def test_settings_are_read(tmp_path: Path, variable: str, value: str, kept: object) -> None:
    settings = load_settings({"SAYWHO_DATA": str(tmp_path), f"SAYWHO_{variable}": value})
    assert getattr(settings, variable.lower()) == kept


@pytest.mark.parametrize(
    ("variable", "value"),
    [
        ("HOSTS", "https://quotes.example.org"),
        ("HOSTS", "*"),
        ("HOSTS", "a b"),
        ("RATE_LIMIT", "60"),
        ("RATE_LIMIT", "60/year"),
        ("RATE_LIMIT", "-1/s"),
        ("EDITOR_TOKEN", "short"),
    ],
)
def test_wrong_settings_are_named(tmp_path: Path, variable: str, value: str) -> None:
    with pytest.raises(UsageError, match=f"SAYWHO_{variable}"):
        load_settings({"SAYWHO_DATA": str(tmp_path), f"SAYWHO_{variable}": value})


class Clock:
    now = 100.0

    def __call__(self) -> float:
        return self.now


def test_an_address_may_ask_so_often_and_then_one_by_one() -> None:
    clock = Clock()
    limit = RateLimit(3, 60, clock=clock)
    assert [limit.wait("a") for _ in range(3)] == [0.0] * 3
    assert limit.wait("a") == pytest.approx(20)
    assert limit.wait("b") == 0.0
    clock.now += 20
    assert (limit.wait("a"), limit.wait("a")) == (0.0, pytest.approx(20))
    clock.now += 1000
    assert [limit.wait("a") for _ in range(3)] == [0.0] * 3
    assert limit.wait("a") > 0


def test_refusals_do_not_count() -> None:
    clock = Clock()
    limit = RateLimit(1, 10, clock=clock)
    limit.wait("a")
    for _ in range(50):
        assert limit.wait("a") == pytest.approx(10)
    clock.now += 10
    assert limit.wait("a") == 0.0


def test_memory_is_bounded(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(limits, "MOST_ADDRESSES", 100)
    limit = RateLimit(1, 10, clock=Clock())
    for number in range(5000):
        limit.wait(str(number))
    assert len(limit) == 100
    assert limit.wait("4999") > 0


def test_too_much_is_a_429_that_says_when_to_ask_again(folder: Path) -> None:
    client = create_app(Settings(data=folder, rate_limit=(2, 3600))).test_client()
    assert [client.get(API).status_code for _ in range(3)] == [200, 200, 429]
    answer = client.get(API)
    assert answer.mimetype == "application/problem+json"
    assert json.loads(answer.data)["status"] == 429
    assert 1700 < int(answer.headers["Retry-After"]) <= 1801
    assert answer.headers["Access-Control-Allow-Origin"] == "*"
    assert client.get("/search").mimetype == "text/html"
    assert client.get("/healthz").status_code == client.get("/static/site.css", buffered=True).status_code == 200
    assert client.get(API, environ_overrides={"REMOTE_ADDR": "192.0.2.9"}).status_code == 200


def test_a_network_of_the_sixth_version_is_one_asker(folder: Path) -> None:
    client = create_app(Settings(data=folder, rate_limit=(1, 3600))).test_client()
    found = [
        client.get(API, environ_overrides={"REMOTE_ADDR": address}).status_code
        for address in ("2001:db8::1", "2001:db8::2", "2001:db8:0:1::1")
    ]
    assert found == [200, 429, 200]


def test_no_limit_without_one(client: FlaskClient) -> None:
    assert {client.get(API).status_code for _ in range(200)} == {200}


@pytest.mark.parametrize("address", ["/api/v1/quotes", "/openapi.json", "/search.csv", "/quotes/x.bib"])
def test_other_sites_may_ask_for_data_with_headers(client: FlaskClient, address: str) -> None:
    asked = {"Origin": "https://other.example", "Access-Control-Request-Method": "GET"}
    answer = client.options(address, headers={**asked, "Access-Control-Request-Headers": "if-none-match"})
    assert (answer.status_code, answer.data) == (204, b"")
    assert answer.headers["Access-Control-Allow-Origin"] == "*"
    assert answer.headers["Access-Control-Allow-Methods"] == "GET, HEAD"
    assert "If-None-Match" in answer.headers["Access-Control-Allow-Headers"]
    assert "Access-Control-Allow-Credentials" not in answer.headers
    assert "ETag" in client.get(address).headers.get("Access-Control-Expose-Headers", "")


@pytest.mark.parametrize("address", ["/", "/search", "/about", "/quotes/x", "/healthz"])
def test_other_sites_may_not_ask_for_pages(client: FlaskClient, address: str) -> None:
    answer = client.options(address)
    assert answer.status_code == 405
    assert "Access-Control-Allow-Origin" not in answer.headers
