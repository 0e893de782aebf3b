"""Signing in, correcting a speaker, the ledger, and what keeps others from it."""

import dataclasses
import re
import threading
from collections.abc import Iterator
from pathlib import Path

import pytest
from flask import Flask
from flask.testing import FlaskClient
from werkzeug.test import TestResponse

from index.archive import Archive
from index.build import build
from index.ledger import Correction
from index.lock import write_lock
from index.manifest import published
from index.publishing import publish_recorded
from index.recorded import take_in, waiting
from index.settings import Settings
from index.shelf import go_back
from tests.making import a_collection
from tests.site_rows import rows
from web import create_app, publisher, sessions
from web.sessions import COOKIE, Sessions

TOKEN = "a token of many letters"


@pytest.fixture(autouse=True)
def patient(monkeypatch: pytest.MonkeyPatch) -> None:
    """A busy machine may take longer than an editor would wait."""
    monkeypatch.setattr(publisher, "SECONDS", 60)


ADDRESSES = ("/login", "/logout", "/corrections", "/corrections/undo")


@pytest.fixture(scope="module")
def settings(tmp_path_factory: pytest.TempPathFactory) -> Settings:
    made, _ = a_collection(tmp_path_factory.mktemp("editors"), rows())
    return dataclasses.replace(made, editor_token=TOKEN)


@pytest.fixture
def app(settings: Settings) -> Iterator[Flask]:
    app = create_app(settings)
    yield app
    app.extensions["saywho.library"].close()


def csrf(page: TestResponse) -> str:
    return re.findall(r'name="csrf" value="([0-9a-f]{64})"', page.text)[0]


def sign_in(app: Flask, who: str = "Noor Ames", token: str = TOKEN, **more: str) -> tuple[FlaskClient, TestResponse]:
    client = app.test_client()
    form = csrf(client.get("/login", query_string=more))
    return client, client.post("/login", data={"csrf": form, "who": who, "token": token, **more})


def a_quotation(client: FlaskClient, query: str = "speaker=ola-finch&q=rained") -> str:
    found: str = client.get(f"/api/v1/quotes?{query}").get_json()["results"][0]["id"]
    return found


def cookies(response: TestResponse) -> list[str]:
    return response.headers.getlist("Set-Cookie")


@pytest.mark.parametrize("address", [*ADDRESSES, "/", "/search", "/about", "/api/v1/stats", "/nowhere"])
def test_without_a_token_there_is_none_of_it(client: FlaskClient, address: str) -> None:
    for answer in (client.get(address), client.post(address)):
        assert not cookies(answer)
        assert address not in ADDRESSES or answer.status_code == 404
    assert "/corrections" not in client.get("/").text


def test_readers_get_no_cookie_and_no_form(app: Flask) -> None:
    client = app.test_client()
    for address in ("/", "/search", f"/quotes/{a_quotation(client)}", "/corrections", "/api/v1/stats"):
        answer = client.get(address)
        assert answer.status_code == 200
        assert not cookies(answer)
        assert "csrf" not in answer.text
        assert "no-store" not in answer.headers.get("Cache-Control", "")


@pytest.mark.parametrize(
    ("url", "base_url", "secure"),
    [("", "http://localhost", False), ("", "https://localhost", True), ("https://localhost", "http://localhost", True)],
)
def test_the_cookie_is_kept_from_scripts_and_other_sites(
    settings: Settings, url: str, base_url: str, secure: bool
) -> None:
    client = create_app(dataclasses.replace(settings, url=url)).test_client()
    (cookie,) = cookies(client.get("/login", base_url=base_url))
    parts = {part.strip() for part in cookie.split(";")[1:]}
    assert {"HttpOnly", "SameSite=Lax", "Path=/"} <= parts
    assert ("Secure" in parts) == secure


def test_who_has_a_session_is_alone_in_the_window(app: Flask) -> None:
    name, client = "Cross-Origin-Opener-Policy", app.test_client()
    assert name not in client.get("/search").headers
    assert client.get("/login").headers[name] == "same-origin"
    editor, _ = sign_in(app)
    assert editor.get("/search").headers[name] == "same-origin"


def test_an_editor_corrects_and_undoes(app: Flask) -> None:
    reader = app.test_client()
    quotation = a_quotation(reader)
    client, answer = sign_in(app, quotation=quotation)
    assert (answer.status_code, answer.headers["Location"]) == (303, f"/quotes/{quotation}")
    page = client.get(f"/quotes/{quotation}")
    assert "Correct the speaker" in page.text
    assert page.headers["Cache-Control"] == "private, no-store"
    before = reader.get(f"/quotes/{quotation}").headers["ETag"]
    assert page.headers["ETag"] != before

    form = {"csrf": csrf(page), "quotation": quotation, "speaker": "ada-brook", "why": "the caption  names her"}
    answer = client.post("/corrections", data=form)
    assert (answer.status_code, answer.headers["Location"]) == (303, f"/quotes/{quotation}")
    shown = reader.get(f"/api/v1/quotes/{quotation}").get_json()
    assert (shown["speaker"]["id"], shown["attribution"]["basis"]) == ("ada-brook", "corrected")

    ledger = reader.get("/corrections").text
    assert "Noor Ames" in ledger
    assert "“the caption names her”" in ledger
    assert f'href="/quotes/{quotation}"' in ledger
    page = client.get("/corrections")
    (number,) = re.findall(r'name="number" value="(\d+)"', page.text)
    assert client.post("/corrections/undo", data={"csrf": csrf(page), "number": number}).status_code == 303
    assert reader.get(f"/api/v1/quotes/{quotation}").get_json()["speaker"]["id"] == "ola-finch"
    after = client.get("/corrections").text
    assert "no longer holds" in after
    assert 'name="number"' not in after
    assert client.post("/corrections/undo", data={"csrf": csrf(page), "number": number}).status_code == 400


def test_words_can_be_nobodys(app: Flask) -> None:
    client, _ = sign_in(app)
    quotation = a_quotation(client, "speaker=ada-brook&q=mended")
    page = client.get(f"/quotes/{quotation}")
    form = {"csrf": csrf(page), "quotation": quotation}
    assert client.post("/corrections", data={**form, "nobody": "1"}).status_code == 303
    assert client.get(f"/api/v1/quotes/{quotation}").get_json()["speaker"]["id"] is None
    assert "nobody’s" in client.get("/corrections").text


@pytest.mark.parametrize(
    ("given", "status"),
    [
        ({"speaker": ""}, 400),
        ({"speaker": "Ada Brook", "nobody": "1"}, 400),
        ({"speaker": "?!"}, 400),
        ({"speaker": "x" * 501}, 400),
        ({"speaker": "Ada Brook", "why": "x" * 501}, 400),
        ({"speaker": "Ada Brook", "quotation": "0000000000000000"}, 404),
        ({"speaker": "Ada Brook", "colour": "red"}, 400),
    ],
)
def test_what_cannot_be_is_refused_and_nothing_written(
    app: Flask, settings: Settings, given: dict[str, str], status: int
) -> None:
    client, _ = sign_in(app)
    quotation = a_quotation(client, "q=promise")
    form = {"csrf": csrf(client.get(f"/quotes/{quotation}")), "quotation": quotation, **given}
    with Archive(settings.archive) as archive:
        before = archive.corrections()
        assert client.post("/corrections", data=form).status_code == status
        assert archive.corrections() == before


def test_while_another_run_writes_it_is_recorded_and_published_with_it(
    app: Flask, settings: Settings, monkeypatch: pytest.MonkeyPatch
) -> None:
    client, _ = sign_in(app)
    quotation = a_quotation(client, "q=promise")
    form = {"csrf": csrf(client.get(f"/quotes/{quotation}")), "quotation": quotation, "speaker": "Ola Finch"}
    monkeypatch.setattr(publisher, "SECONDS", 0.1)
    with write_lock(settings.data):
        answer = client.post("/corrections", data=form)
        assert (answer.status_code, answer.headers["Location"]) == (303, "/corrections")
        page = app.test_client().get("/corrections").text
        assert '<span class="tag">recorded</span>' in page
        assert "is not on the pages yet" in page
        with Archive(settings.archive) as archive:
            waits = waiting(settings, archive)
            assert [(one.subject, one.value, one.who) for one in waits] == [(quotation, "Ola Finch", "Noor Ames")]
            assert take_in(settings, archive) == []
            build(settings, archive)
    assert client.get(f"/api/v1/quotes/{quotation}").get_json()["speaker"]["id"] == "ola-finch"
    page = app.test_client().get("/corrections").text
    assert '<span class="tag">recorded</span>' not in page
    assert "is not on the pages yet" not in page


def test_two_editors_at_once_are_both_in_the_ledger(app: Flask, settings: Settings) -> None:
    quotations = ["q=rained", "q=mended"]
    before = len(ledger(settings))
    editors = [sign_in(app, who)[0] for who in ("Noor Ames", "Cy Dow")]
    forms = []
    for client, query in zip(editors, quotations, strict=True):
        quotation = a_quotation(client, query)
        forms.append(
            {"csrf": csrf(client.get(f"/quotes/{quotation}")), "quotation": quotation, "speaker": "Una Twoatonce"}
        )
    answers: list[int] = []
    threads = [
        threading.Thread(target=lambda c=client, f=form: answers.append(c.post("/corrections", data=f).status_code))
        for client, form in zip(editors, forms, strict=True)
    ]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert answers == [303, 303]
    publish_recorded(settings, patience=60)
    assert len(ledger(settings)) == before + 2
    shown = app.test_client().get("/api/v1/quotes?speaker=una-twoatonce").get_json()
    assert shown["total"] >= 2


def ledger(settings: Settings) -> list[Correction]:
    with Archive(settings.archive) as archive:
        return archive.corrections()


def test_while_an_earlier_build_is_held_a_correction_is_recorded_and_not_shown(tmp_path: Path) -> None:
    made, first = a_collection(tmp_path, rows())
    with Archive(made.archive) as archive:
        archive.touch(archive.ids()[:1])
        archive.commit()
        build(made, archive)
    go_back(made, first.id)
    app = create_app(dataclasses.replace(made, editor_token=TOKEN))
    client, _ = sign_in(app)
    quotation = a_quotation(client, "q=promise")
    form = {"csrf": csrf(client.get(f"/quotes/{quotation}")), "quotation": quotation, "speaker": "Una Held"}
    assert client.post("/corrections", data=form).status_code == 303
    assert "shows an earlier state of its collection" in client.get("/corrections").text
    assert [one.value for one in ledger(made)] == ["Una Held"]
    assert published(made.builds).name == first.id
    app.extensions["saywho.library"].close()


def test_a_correction_whose_words_are_gone_is_said_to_be(tmp_path: Path) -> None:
    made, _ = a_collection(tmp_path, rows())
    app = create_app(dataclasses.replace(made, editor_token=TOKEN))
    client, _ = sign_in(app)
    quotation = a_quotation(client, "q=promise")
    form = {"csrf": csrf(client.get(f"/quotes/{quotation}")), "quotation": quotation, "speaker": "Una Gone"}
    assert client.post("/corrections", data=form).status_code == 303
    assert "its words are gone" not in client.get("/corrections").text
    with Archive(made.archive) as archive:
        archive.remove(str(archive.corrections()[0].article))
        archive.commit()
    assert "its words are gone" in client.get("/corrections").text
    app.extensions["saywho.library"].close()


@pytest.mark.parametrize("address", ["/logout", "/corrections", "/corrections/undo"])
def test_every_change_needs_an_editor_and_a_form_of_this_site(app: Flask, address: str) -> None:
    client, _ = sign_in(app)
    quotation = a_quotation(client, "q=promise")
    token = csrf(client.get("/corrections"))
    form = {"quotation": quotation, "speaker": "Ola Finch", "number": "1"}
    other = csrf(sign_in(app)[0].get("/corrections"))
    for client_, csrf_ in (
        (app.test_client(), token),
        (client, ""),
        (client, "0" * 64),
        (client, other),
        (client, "é"),
    ):
        assert client_.post(address, data={**form, "csrf": csrf_}).status_code == 403


def test_who_is_only_at_the_sign_in_page_is_no_editor(app: Flask) -> None:
    client = app.test_client()
    form = csrf(client.get("/login"))
    assert client.post("/corrections", data={"csrf": form, "speaker": "x"}).status_code == 403
    assert "Correct the speaker" not in client.get(f"/quotes/{a_quotation(client)}").text


@pytest.mark.parametrize(
    ("who", "token", "status"),
    [
        ("Noor", "guessed-token", 403),
        ("Noor", "", 403),
        ("Noor", TOKEN.upper(), 403),
        ("", TOKEN, 400),
        ("x" * 61, TOKEN, 400),
    ],
)
def test_a_wrong_sign_in_is_none(app: Flask, who: str, token: str, status: int) -> None:
    client, answer = sign_in(app, who, token)
    assert answer.status_code == status
    assert "Sign out" not in client.get("/corrections").text
    assert token == "" or token not in answer.text


def test_signing_in_needs_a_form_of_this_site(app: Flask) -> None:
    answer = app.test_client().post("/login", data={"who": "Noor", "token": TOKEN})
    assert answer.status_code == 403


def test_trying_often_is_slowed_down(app: Flask) -> None:
    client = app.test_client()
    form = csrf(client.get("/login"))
    tried = [client.post("/login", data={"csrf": form, "who": "a", "token": f"{n}"}).status_code for n in range(7)]
    assert tried == [403] * 5 + [429] * 2
    answer = client.post("/login", data={"csrf": form, "who": "a", "token": TOKEN})
    assert answer.status_code == 429
    assert 0 < int(answer.headers["Retry-After"]) <= 61


def test_who_has_the_token_is_not_slowed_down(app: Flask) -> None:
    assert {sign_in(app)[1].status_code for _ in range(8)} == {303}


def test_signing_out_ends_it(app: Flask) -> None:
    client, _ = sign_in(app)
    page = client.get("/corrections")
    assert client.post("/logout", data={"csrf": csrf(page)}).status_code == 303
    assert client.get_cookie(COOKIE) is None
    assert "Sign out" not in client.get("/corrections").text


def test_no_address_leads_away(settings: Settings) -> None:
    for quotation in ("//evil.example", "https://evil.example", "../..", "a\r\nSet-Cookie: x=y"):
        _, answer = sign_in(create_app(settings), quotation=quotation)
        assert answer.headers["Location"].startswith("/quotes/")


@pytest.mark.parametrize("cookie", ["", "x", "W10.x.y", "a" * 3000, "é"])
def test_a_made_up_cookie_is_nobodys(app: Flask, cookie: str) -> None:
    client = app.test_client()
    client.set_cookie(COOKIE, cookie)
    assert "Sign out" not in client.get("/corrections").text


def test_cookies_end_with_their_hours_the_token_and_the_key(
    app: Flask, settings: Settings, monkeypatch: pytest.MonkeyPatch
) -> None:
    settings = dataclasses.replace(settings, secret="a key that is kept between starts")
    client, _ = sign_in(create_app(settings))
    cookie = client.get_cookie(COOKIE)
    assert cookie is not None

    def signed_in(other: Settings) -> bool:
        asking = create_app(other).test_client()
        asking.set_cookie(COOKIE, cookie.value)
        return "Sign out" in asking.get("/corrections").text

    assert signed_in(settings)
    assert not signed_in(dataclasses.replace(settings, editor_token="another token of many letters"))
    assert not signed_in(dataclasses.replace(settings, secret="another key"))
    monkeypatch.setattr(sessions, "HOURS", -1)
    assert not signed_in(settings)


def test_the_token_is_compared_in_constant_time(settings: Settings, monkeypatch: pytest.MonkeyPatch) -> None:
    seen: list[tuple[int, int]] = []

    def compared(one: bytes, other: bytes) -> bool:
        seen.append((len(one), len(other)))
        return one == other

    known = Sessions(settings)
    monkeypatch.setattr(sessions.hmac, "compare_digest", compared)
    assert [known.is_token(given) for given in ("", "x", TOKEN[:-1], TOKEN, "y" * 500)] == [
        False,
        False,
        False,
        True,
        False,
    ]
    assert seen == [(32, 32)] * 5


def test_settings_do_not_show_what_is_secret(settings: Settings) -> None:
    assert TOKEN not in repr(settings)


def test_what_editors_type_is_only_text(app: Flask) -> None:
    hostile = "<script>alert(1)</script>"
    client, _ = sign_in(app, hostile)
    quotation = a_quotation(client, "q=typed")
    form = {"csrf": csrf(client.get(f"/quotes/{quotation}")), "quotation": quotation, "speaker": "Ola Finch"}
    assert client.post("/corrections", data={**form, "why": hostile}).status_code == 303
    for address in ("/corrections", f"/quotes/{quotation}"):
        page = client.get(address).text
        assert "<script>" not in page
        assert "&lt;script&gt;" in page


def test_a_ledger_without_lines(tmp_path: Path) -> None:
    answer = create_app(Settings(data=tmp_path, editor_token=TOKEN)).test_client().get("/corrections")
    assert (answer.status_code, "Nothing has been corrected" in answer.text) == (200, True)


@pytest.mark.parametrize(("before", "status"), [("", 200), ("1", 200), ("x", 400), ("-1", 400), ("²", 400)])
def test_older_lines(app: Flask, before: str, status: int) -> None:
    assert app.test_client().get("/corrections", query_string={"before": before}).status_code == status
