"""The page and the endpoint that check a text."""

from collections.abc import Iterator
from urllib.parse import quote

import pytest
from flask import Flask
from flask.testing import FlaskClient

from tests.making import a_collection
from tests.site_rows import HOSTILE
from tests.site_rows import rows as site_rows
from tests.verify_rows import GULLS, rows
from web import create_app
from web.openapi import document

ALTERED = "Ada Brook said: “The pigeons of Port Ellery have better manners than its council”"
LONG = f"{GULLS} said Ada Brook. " * 30


@pytest.fixture(scope="module")
def app(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Flask]:
    settings, _ = a_collection(tmp_path_factory.mktemp("verify"), [*rows(), *site_rows()])
    app = create_app(settings)
    yield app
    app.extensions["saywho.library"].close()


@pytest.fixture
def client(app: Flask) -> FlaskClient:
    return app.test_client()


def test_the_endpoint_gives_the_verdict_and_where_the_words_stand(client: FlaskClient) -> None:
    answer = client.get("/api/v1/verify", query_string={"text": ALTERED})
    body = answer.get_json()
    (check,) = body["checks"]
    assert (answer.status_code, check["verdict"], check["speaker"]["match"]) == (200, "altered", "same")
    assert check["passages"][0]["quotation"]["url"] == f"/quotes/{check['first']['quotation']}" == check["first"]["url"]
    assert client.get(check["first"]["url"]).status_code == 200
    assert client.get(body["links"]["self"]).get_json()["checks"] == body["checks"]


@pytest.mark.parametrize("how", ["json", "data"])
def test_a_body_is_answered_like_an_address(client: FlaskClient, how: str) -> None:
    asked = {"text": GULLS, "speaker": "Ivo Marsh"}
    posted = client.post("/api/v1/verify", **{how: asked})  # type: ignore[arg-type]
    got = client.get("/api/v1/verify", query_string=asked)
    assert posted.get_json()["checks"] == got.get_json()["checks"]
    assert posted.get_json()["checks"][0]["verdict"] == "someone_else"


def test_the_answer_is_not_sent_again(client: FlaskClient) -> None:
    first = client.get("/api/v1/verify", query_string={"text": GULLS})
    again = client.get("/api/v1/verify", query_string={"text": GULLS}, headers={"If-None-Match": first.headers["ETag"]})
    other = client.get(
        "/api/v1/verify", query_string={"text": ALTERED}, headers={"If-None-Match": first.headers["ETag"]}
    )
    assert (again.status_code, other.status_code) == (304, 200)


@pytest.mark.parametrize(
    ("asked", "parameter"),
    [
        ({}, "text"),
        ({"text": "  "}, "text"),
        ({"text": "a" * 100_000}, "text"),
        ({"text": "a b c", "speaker": "x" * 300}, "speaker"),
        ({"text": "a b c", "limit": "3"}, "limit"),
    ],
)
@pytest.mark.parametrize("method", ["get", "post"])
def test_a_bad_value_is_a_problem_that_names_it(
    client: FlaskClient, method: str, asked: dict[str, str], parameter: str
) -> None:
    sent = {"query_string": asked} if method == "get" else {"json": asked}
    answer = getattr(client, method)("/api/v1/verify", **sent)
    assert answer.status_code == 400
    assert answer.mimetype == "application/problem+json"
    assert [error["parameter"] for error in answer.get_json()["errors"]] == [parameter]


@pytest.mark.parametrize(
    ("sent", "status"),
    [
        ({"data": b"{", "content_type": "application/json"}, 400),
        ({"json": ["a"]}, 400),
        ({"json": {"text": 3}}, 400),
        ({"data": b"text", "content_type": "text/plain"}, 415),
        ({"data": b"a" * 300_000, "content_type": "application/json"}, 413),
        ({"data": {"text": "a" * 300_000}}, 413),
    ],
)
def test_a_bad_body_is_a_problem(client: FlaskClient, sent: dict[str, object], status: int) -> None:
    answer = client.post("/api/v1/verify", **sent)  # type: ignore[arg-type]
    assert (answer.status_code, answer.mimetype) == (status, "application/problem+json")


def test_another_method_is_told_which_there_are(client: FlaskClient) -> None:
    answer = client.put("/api/v1/verify")
    assert (answer.status_code, answer.headers["Allow"]) == (405, "GET, HEAD, POST")


def test_the_description_has_both_ways() -> None:
    described = document()["paths"]["/api/v1/verify"]
    assert [one["name"] for one in described["get"]["parameters"]] == ["text", "speaker"]
    assert set(described["post"]["responses"]) == {"200", "400", "413", "415", "429", "503"}


def test_the_page_marks_what_differs(client: FlaskClient) -> None:
    page = client.get("/verify", query_string={"text": ALTERED}).get_data(as_text=True)
    assert '<del><span class="sr">(only in your text: </span>pigeons' in page
    assert '<ins><span class="sr">(in the article: </span>gulls' in page
    assert "Altered" in page


def test_the_form_of_a_short_text_leads_to_its_address(client: FlaskClient) -> None:
    answer = client.post("/verify", data={"text": GULLS, "speaker": ""})
    assert (answer.status_code, answer.headers["Location"]) == (
        303,
        f"/verify?text={quote(GULLS, safe='').replace('%20', '+')}",
    )


def test_the_form_of_a_long_text_is_answered_where_it_is(client: FlaskClient) -> None:
    answer = client.post("/verify", data={"text": LONG})
    assert answer.status_code == 200
    assert answer.get_data(as_text=True).count('class="verdict verbatim"') == 30


def test_the_empty_form_explains_the_verdicts(client: FlaskClient) -> None:
    page = client.get("/verify").get_data(as_text=True)
    assert "does not prove" in page
    assert "Cut short" in page
    assert client.post("/verify", data={"text": ""}).headers["Location"] == "/verify"


def test_hostile_words_stay_words(client: FlaskClient) -> None:
    text = f"“{HOSTILE} is what I typed,” {HOSTILE} said."
    for answer in (
        client.get("/verify", query_string={"text": text, "speaker": HOSTILE}),
        client.post("/verify", data={"text": text * 20}),
    ):
        page = answer.get_data(as_text=True)
        assert answer.status_code == 200
        assert "<script>alert" not in page
        assert "<img src=x" not in page


def test_a_text_that_no_encoding_holds_is_answered(client: FlaskClient) -> None:
    answer = client.post(
        "/api/v1/verify", data=b'{"text": "half a pair \\ud800 here \\u0000"}', content_type="application/json"
    )
    assert answer.get_json()["checks"][0]["verdict"] == "not_found"


def test_without_a_collection_there_is_nothing_to_check(empty_client: FlaskClient) -> None:
    assert empty_client.get("/api/v1/verify", query_string={"text": GULLS}).status_code == 503
    assert empty_client.get("/verify").status_code == 503
