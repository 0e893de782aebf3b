"""`/verify` and `/api/v1/verify`: a text in, a verdict on each of its quotations out."""

import dataclasses
from collections.abc import Iterable
from urllib.parse import urlencode

from flask import Blueprint, Response, redirect, request
from flask.blueprints import BlueprintSetupState
from werkzeug.datastructures import MultiDict
from werkzeug.exceptions import BadRequest, UnsupportedMediaType

from search.errors import RequestError
from search.library import Library
from search.verify import Check, VerifyPage, VerifyRequest
from search.verify.request import VERIFYING
from search.verify.results import Passage
from web import params
from web.answers import etag_of, json_answer, page_answer, unchanged
from web.links import linked, quotation_path
from web.verify_view import cards

PATH, API_PATH = "/verify", "/api/v1/verify"
MAX_BODY = 256 * 1024
"""Bytes of a request's body: the longest text, every letter of it written as percent signs."""
_IN_ADDRESS = 1800
"""Bytes of an address that every browser and server takes; a longer text is answered where it was sent to."""


def blueprint(library: Library, edition: str) -> Blueprint:
    """The page, its form, and the same as JSON."""
    verify = Blueprint("verify", __name__)
    verify.record_once(_bounded)

    @verify.get(PATH)
    def page() -> Response:
        _refuse(request.args)
        engine = library.current()
        etag = etag_of(engine.build.id, edition, request.query_string.decode("latin-1"))
        if same := unchanged(etag):
            return same
        if not request.args.get("text", "").strip():
            return page_answer("verify.html", etag, text="", speaker=request.args.get("speaker", ""), page=None)
        return _page(engine.verify(_asked(request.args)), etag)

    @verify.post(PATH)
    def form() -> Response:
        _refuse(request.form)
        given = {name: value for name, value in request.form.items() if value.strip()}
        if len(address := f"{PATH}?{_encoded(list(given.items()))}") <= _IN_ADDRESS:
            return _redirect(address if given else PATH)
        return _page(library.current().verify(_asked(request.form)))

    @verify.get(API_PATH)
    def answer() -> Response:
        _refuse(request.args)
        asked = _asked(request.args)
        engine = library.current()
        etag = etag_of(engine.build.id, asked.text, asked.speaker or "")
        if same := unchanged(etag):
            return same
        page = linked_verdicts(engine.verify(asked))
        return json_answer(dataclasses.replace(page, links={"self": f"{API_PATH}?{query_of(page)}"}), etag)

    @verify.post(API_PATH)
    def answer_body() -> Response:
        return json_answer(linked_verdicts(library.current().verify(_asked(_body()))))

    return verify


def _bounded(state: BlueprintSetupState) -> None:
    state.app.config.setdefault("MAX_CONTENT_LENGTH", None)
    if state.app.config["MAX_CONTENT_LENGTH"] is None:
        state.app.config["MAX_CONTENT_LENGTH"] = MAX_BODY


def _redirect(address: str) -> Response:
    response = redirect(address, 303)
    assert isinstance(response, Response)  # noqa: S101 - Flask's own is; mypy cannot see it
    return response


def _page(found: VerifyPage, etag: str | None = None) -> Response:
    page = linked_verdicts(found)
    return page_answer("verify.html", etag, text=page.text, speaker=page.speaker or "", page=page, cards=cards(page))


def _body() -> "MultiDict[str, str]":
    """What a POST gives: a form's fields or a JSON object's."""
    if request.mimetype in ("application/x-www-form-urlencoded", "multipart/form-data"):
        _refuse(request.form)
        return request.form
    if request.mimetype != "application/json":
        raise UnsupportedMediaType("Send a form (application/x-www-form-urlencoded) or JSON (application/json).")
    try:
        given = request.get_json()
    except BadRequest as error:
        raise RequestError("text", "is not there: the body is not JSON") from error
    if not isinstance(given, dict):
        raise RequestError("text", "is not there: the body is no JSON object")
    _refuse(given)
    for name, value in given.items():
        if value is not None and not isinstance(value, str):
            raise RequestError(name, "is not a string")
    return MultiDict({name: value for name, value in given.items() if value is not None})


def _refuse(given: Iterable[str]) -> None:
    params.refuse_unknown(MultiDict(dict.fromkeys(given, "")), VERIFYING)


def _asked(given: "MultiDict[str, str]") -> VerifyRequest:
    for name in given:
        if len(given.getlist(name)) > 1:
            raise RequestError(name, f"is given {len(given.getlist(name))} times; once is allowed")
    return VerifyRequest(text=given.get("text", ""), speaker=given.get("speaker"))


def _encoded(pairs: list[tuple[str, str]]) -> str:
    return urlencode(pairs, errors="replace")


def query_of(page: VerifyPage) -> str:
    """The query of an address that asks the same again."""
    return _encoded([("text", page.text), *([("speaker", page.speaker)] if page.speaker else [])])


def linked_verdicts(page: VerifyPage) -> VerifyPage:
    """The same verdicts with the paths of their quotations' pages."""
    return dataclasses.replace(page, checks=tuple(map(_linked_check, page.checks)))


def _linked_check(check: Check) -> Check:
    first = check.first and dataclasses.replace(check.first, url=quotation_path(check.first.quotation))
    return dataclasses.replace(
        check,
        first=first,
        passages=tuple(map(_linked_passage, check.passages)),
        nearest=tuple(map(_linked_passage, check.nearest)),
    )


def _linked_passage(passage: Passage) -> Passage:
    return dataclasses.replace(passage, quotation=linked(passage.quotation))
