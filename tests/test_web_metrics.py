"""/metrics: what is counted, who may read it, and that what is counted by several processes is added up."""

import multiprocessing
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from flask.testing import FlaskClient
from prometheus_client.openmetrics.parser import text_string_to_metric_families as openmetrics
from prometheus_client.parser import text_string_to_metric_families as plain

from index.errors import UsageError
from index.glance import CAUSES
from index.settings import Settings, load_settings
from search.errors import TimeLimitError
from search.whoosh_engine import WhooshEngine
from tests.conftest import ReadingClient
from tests.making import a_collection
from tests.site_rows import rows
from web import create_app
from web.meters import BOUNDS, FAILURES, KINDS, MOST_ROUTES, Meters
from web.watching import routes_of

Figures = dict[tuple[str, ...], float]
OPENMETRICS = "application/openmetrics-text;version=1.0.0,text/plain;version=0.0.4;q=0.5,*/*;q=0.1"


@pytest.fixture(scope="module")
def collection(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return a_collection(tmp_path_factory.mktemp("metrics"), rows())[0].data


@pytest.fixture
def fresh(collection: Path) -> FlaskClient:
    """A site that has counted nothing yet."""
    return asking(collection)


def asking(folder: Path, **settings: Any) -> FlaskClient:
    app = create_app(Settings(data=folder, **settings))
    app.test_client_class = ReadingClient
    return app.test_client()


def figures(client: FlaskClient) -> Figures:
    """Every figure, by its name and the values of its labels."""
    answer = client.get("/metrics")
    assert answer.status_code == 200
    return {
        (sample.name, *(sample.labels[name] for name in sorted(sample.labels))): sample.value
        for family in plain(answer.text)
        for sample in family.samples
    }


def test_requests_are_counted_by_route_method_and_status(fresh: FlaskClient) -> None:
    for path in (
        "/api/v1/quotes?q=rain",
        "/api/v1/quotes?q=bridge",
        "/api/v1/quotes?x=1",
        "/quotes/secret",
        "/no/such",
    ):
        fresh.get(path)
    fresh.head("/search?q=rain")
    fresh.get("/static/site.css", buffered=True)
    fresh.open("/", method="BREW")
    found = {key[1:]: value for key, value in figures(fresh).items() if key[0] == "saywho_requests_total"}
    assert found == {
        ("GET", "/api/v1/quotes", "200"): 2,
        ("GET", "/api/v1/quotes", "400"): 1,
        ("GET", "/quotes/{quotation_id}", "404"): 1,
        ("GET", "/static/{filename}", "200"): 1,
        ("GET", "none", "404"): 1,
        ("HEAD", "/search", "200"): 1,
        ("other", "none", "405"): 1,
    }


def test_no_label_holds_what_somebody_typed(fresh: FlaskClient) -> None:
    for path in ("/search?q=typed", "/typed", "/quotes/typed", "/sources/typed", "/api/v1/facets/typed"):
        fresh.get(path, headers={"X-Request-Id": "typed", "Referer": "typed", "User-Agent": "typed"})
    assert "typed" not in fresh.get("/metrics").text


def test_labels_are_bounded(fresh: FlaskClient) -> None:
    assert len(routes_of(fresh.application)) < MOST_ROUTES
    for number in range(300):
        fresh.get(f"/quotes/{number}")
    found = figures(fresh)
    assert len(found) < len(KINDS) * (len(BOUNDS) + 5) + 100


def test_times_are_in_bins_that_rise(fresh: FlaskClient) -> None:
    for _ in range(3):
        fresh.get("/search?q=rain")
    found = figures(fresh)
    bins = [found["saywho_request_seconds_bucket", "search", str(bound)] for bound in (*BOUNDS, "+Inf")]
    assert bins == sorted(bins)
    assert bins[-1] == found["saywho_request_seconds_count", "search"] == 3
    assert found["saywho_request_seconds_sum", "search"] > 0
    assert found["saywho_sent_bytes_total", "search"] > 1000


@pytest.mark.parametrize(
    ("path", "kind"),
    [
        ("/search?q=rain", "search"),
        ("/api/v1/quotes?q=rain", "search"),
        ("/api/v1/stats", "api"),
        ("/api/v1/suggest?q=a", "suggest"),
        ("/verify?text=rain", "verify"),
        ("/search.csv", "export"),
        ("/about", "page"),
        ("/static/site.js", "static"),
        ("/healthz", "probe"),
        ("/nowhere", "other"),
    ],
)
def test_times_are_told_apart_by_kind(fresh: FlaskClient, path: str, kind: str) -> None:
    fresh.get(path, buffered=True)
    found = figures(fresh)
    assert {name for name in KINDS if found["saywho_request_seconds_count", name]} == {kind}


def test_what_is_published_and_archived(fresh: FlaskClient) -> None:
    found = figures(fresh)
    assert (found["saywho_ready",], found["saywho_published_articles",], found["saywho_archive_articles",]) == (1, 5, 5)
    stats = fresh.get("/api/v1/stats").get_json()
    assert found["saywho_published_quotations",] == stats["quotations"] == found["saywho_archive_quotations",]
    assert found["saywho_published_speakers",] == stats["speakers"]
    assert ("saywho_build_info", stats["build"]["extractor"], stats["build"]["id"]) in found
    assert 0 <= found["saywho_build_age_seconds",] < 3600
    assert {key[1] for key in found if key[0] == "saywho_set_aside"} == {name for name, _, _ in CAUSES}
    assert found["saywho_process_memory_bytes", "resident", "0"] > 10_000_000


def test_it_answers_where_nothing_is_published(empty_client: FlaskClient) -> None:
    empty_client.get("/readyz")
    found = figures(empty_client)
    assert (found["saywho_ready",], found["saywho_failures_total", "not_published"]) == (0, 1)
    assert "saywho_published_articles" not in {name for name, *_ in found}


def test_failures_are_counted_by_cause(fresh: FlaskClient, monkeypatch: pytest.MonkeyPatch) -> None:
    def broken(error: Exception) -> Callable[..., None]:
        def fail(*_: object) -> None:
            raise error

        return fail

    for error in (TimeLimitError(2), ValueError("typed")):
        monkeypatch.setattr(WhooshEngine, "search", broken(error))
        fresh.get("/search?q=a")
    found = figures(fresh)
    assert {name: found["saywho_failures_total", name] for name in FAILURES} == dict.fromkeys(FAILURES, 0) | {
        "too_long": 1,
        "unexpected": 1,
    }


def test_streams_that_are_read_are_counted_until_they_are_left(fresh: FlaskClient) -> None:
    answer = fresh.get("/search.csv", buffered=False)
    assert figures(fresh)["saywho_export_streams",] == 1
    answer.close()
    found = figures(fresh)
    assert (found["saywho_export_streams",], found["saywho_cut_answers_total",]) == (0, 1)
    assert found["saywho_requests_under_way",] == 1  # that which asks


def test_refusals_of_the_rate_limit_are_counted(collection: Path) -> None:
    client = asking(collection, rate_limit=(3, 3600))
    for _ in range(5):
        client.get("/api/v1/stats")
    later = {"REMOTE_ADDR": "127.0.0.2"}
    assert "saywho_rate_limited_requests_total 2.0" in client.get("/metrics", environ_overrides=later).text


@pytest.mark.parametrize(
    ("allowed", "address", "headers", "status"),
    [
        ("local", "127.0.0.1", {}, 200),
        ("local", "127.8.9.1", {}, 200),
        ("local", "::1", {}, 200),
        ("local", "::ffff:127.0.0.1", {}, 200),
        ("local", "192.0.2.7", {}, 403),
        ("local", "", {}, 403),
        ("local", "127.0.0.1", {"X-Forwarded-For": "127.0.0.1"}, 403),
        ("local", "127.0.0.1", {"Forwarded": "for=192.0.2.7"}, 403),
        ("local", "127.0.0.1", {"Via": "1.1 proxy"}, 403),
        ("all", "192.0.2.7", {"X-Forwarded-For": "198.51.100.7"}, 200),
        ("off", "127.0.0.1", {}, 404),
    ],
)
def test_who_may_read_it(collection: Path, allowed: str, address: str, headers: dict[str, str], status: int) -> None:
    client = asking(collection, metrics=allowed)
    answer = client.get("/metrics", headers=headers, environ_overrides={"REMOTE_ADDR": address})
    assert answer.status_code == status
    if status != 200:
        assert answer.mimetype == "application/problem+json"
        assert "saywho_" not in answer.text


def test_the_default_is_this_machine_alone() -> None:
    assert load_settings({}).metrics == "local"
    assert load_settings({"SAYWHO_METRICS": "all"}).metrics == "all"
    with pytest.raises(UsageError, match="SAYWHO_METRICS is 'some'; it takes off, local or all"):
        load_settings({"SAYWHO_METRICS": "some"})


def test_openmetrics_where_it_is_asked_for(fresh: FlaskClient) -> None:
    answer = fresh.get("/metrics", headers={"Accept": OPENMETRICS})
    assert answer.content_type.startswith("application/openmetrics-text; version=1.0.0")
    assert answer.text.endswith("# EOF\n")
    assert {family.name for family in openmetrics(answer.text)} >= {"saywho_requests", "saywho_request_seconds"}
    usual = fresh.get("/metrics")
    assert usual.content_type.startswith("text/plain; version=0.0.4")
    assert "Accept" in usual.headers["Vary"]


def _count(meters: Meters, times: int) -> None:
    meters.begin()
    for _ in range(times):
        meters.begun()
        meters.done(3, "GET", 200, 0, 0.002, 10, cut=False)
    meters.begun()


def test_processes_are_added_up_and_leave_their_counts() -> None:
    meters = Meters(2)
    forking = multiprocessing.get_context("fork")
    places = []
    for times in (5, 7, 11):  # the third takes the place that the first has left
        places.append(meters.reserve())
        process = forking.Process(target=_count, args=(meters, times))
        process.start()
        process.join()
        if times == 5:
            meters.leave(places[0])
    found = meters.read(8)
    assert places == [0, 0, 1] or places == [0, 1, 0]
    assert found.requests == {(3, "GET", 200): 23}
    assert found.times[0].bins[1] == 23
    assert (found.times[0].bytes, found.under_way, len(found.processes)) == (230, 2, 2)


def test_more_processes_than_places_share_the_last() -> None:
    meters = Meters(1)
    assert [meters.reserve() for _ in range(4)] == [0, 1, 1, 1]
    meters.begin()
    meters.begun()
    assert meters.read(1).under_way == 1


def test_routes_beyond_the_last_are_the_last(fresh: FlaskClient) -> None:
    meters = Meters()
    meters.begin()
    meters.done(MOST_ROUTES + 5, "GET", 299, 0, 99.0, 0, cut=True)
    found = meters.read(MOST_ROUTES + 10)
    assert found.requests == {(MOST_ROUTES - 1, "GET", 0): 1}
    assert found.times[0].bins[-1] == found.cut == 1
