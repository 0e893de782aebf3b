"""/login, /logout and /corrections: editors correct speakers, and everybody sees what was corrected.

A correction is written down within its request, whoever else is writing; a process of its own publishes it.

There only where the operator has set SAYWHO_EDITOR_TOKEN; without it these addresses lead nowhere, and no cookie is
set.
"""

from collections.abc import Callable
from http import HTTPStatus
from typing import TYPE_CHECKING

from flask import Blueprint, Response, current_app, redirect, request

from index.errors import ArchiveError, UsageError
from index.settings import Settings
from search.errors import RequestError
from search.library import Library
from web import params, sessions
from web.answers import page_answer
from web.ledger_view import shown_ledger
from web.limits import RateLimit, asking
from web.links import quotation_path
from web.problems import answer
from web.publisher import Publisher
from web.sessions import LONGEST_NAME, Sessions

if TYPE_CHECKING:  # what writes is loaded when somebody corrects
    from index.archive import Archive
    from index.correcting import Editor
    from index.ledger import Correction

TRIES = (5, 300)
"""How often an address may fail to sign in, in how many seconds, at each worker: five times, then once a minute."""
A_PAGE = 200
LONGEST = 500
"""Characters of a name or a reason."""
_FIELDS = ("csrf", "quotation", "speaker", "nobody", "why")


def blueprint(settings: Settings, library: Library, known: Sessions) -> Blueprint:
    """The editors' routes, over the data folder that they write to."""
    editors = Blueprint("editors", __name__)
    tries = RateLimit(*TRIES)
    publisher = Publisher(settings)

    @editors.get("/login")
    def login_page() -> Response:
        params.refuse_unknown(request.args, ("quotation",))
        return _login_page(known)

    @editors.post("/login")
    def login() -> Response:
        params.refuse_unknown(request.form, ("csrf", "who", "token", "quotation"))
        if wait := tries.wait(asking()):
            detail = f"Somebody at your address has tried too often. Try again in {int(wait) + 1} seconds."
            return answer(HTTPStatus.TOO_MANY_REQUESTS, detail, retry=int(wait) + 1)
        if not sessions.is_own_form():
            return _login_page(known, "The form was too old, or not this site’s. Here is a new one.", status=403)
        who = " ".join(request.form.get("who", "").split())
        if not who.isprintable() or not 1 <= len(who) <= LONGEST_NAME:
            return _login_page(
                known, f"Give your name, in at most {LONGEST_NAME} letters: the ledger shows it.", status=400
            )
        if not known.is_token(request.form.get("token", "")):
            return _login_page(known, "That is not the editors’ token.", status=403)
        quotation = request.form.get("quotation", "")
        response = _to(quotation_path(quotation) if quotation else "/corrections")
        known.begin(response, who)
        tries.forget(asking())  # who has the token need not guess it
        return response

    @editors.post("/logout")
    def logout() -> Response:
        if refused := _refused():
            return refused
        response = _to("/corrections")
        known.end(response)
        return response

    @editors.get("/corrections")
    def ledger() -> Response:
        params.refuse_unknown(request.args, ("before",))
        before = _before(request.args.get("before", ""))
        return page_answer("corrections.html", ledger=shown_ledger(settings, before, most=A_PAGE))

    @editors.post("/corrections")
    def correct() -> Response:
        if refused := _refused():
            return refused
        params.refuse_unknown(request.form, _FIELDS)
        quotation = library.current().quotation(request.form.get("quotation", ""))
        nobody, name = bool(request.form.get("nobody")), _text("speaker")
        if nobody == bool(name):
            raise RequestError("speaker", "give a name, or tick that it is nobody’s; one of the two")
        return _recorded(_asked(quotation.id, None if nobody else name), quotation_path(quotation.id))

    @editors.post("/corrections/undo")
    def undo() -> Response:
        if refused := _refused():
            return refused
        params.refuse_unknown(request.form, ("csrf", "number", "why"))
        number = request.form.get("number", "")
        if not (number.isascii() and number.isdecimal() and len(number) < 10):
            raise RequestError("number", f"'{number}' is no number of a correction")
        return _recorded(_undone(number), "/corrections")

    def _recorded(ask: "Callable[[Archive], Correction]", then: str) -> Response:
        """Writes a correction down, has it published, and leads to where it shows, or to the ledger."""
        from index.archive import Archive
        from index.recorded import is_waiting, record

        try:
            with Archive(settings.archive) as archive:
                line = record(settings, archive, ask(archive))
        except UsageError as error:
            return answer(HTTPStatus.BAD_REQUEST, f"Nothing was changed: {error}.")
        except ArchiveError as error:
            current_app.logger.error("a correction could not be written down: %s", error)
            return answer(
                HTTPStatus.INTERNAL_SERVER_ERROR,
                "The correction could not be written down, so nothing was changed. Who runs this site finds the reason "
                "in the server’s log.",
            )
        code = publisher.publish()
        if code:
            return answer(
                HTTPStatus.INTERNAL_SERVER_ERROR,
                "The correction stands in the ledger, but could not be published. Who runs this site can type: "
                "saywho rebuild",
            )
        if code is None or is_waiting(settings, line):
            return _to("/corrections")
        library.catch_up()
        return _to(then)

    return editors


def _login_page(known: Sessions, wrong: str = "", *, status: int = 200) -> Response:
    """The sign-in form, for a browser that has a session from now on."""
    blank = Response()
    session = known.begin(blank)
    quotation = request.values.get("quotation", "")
    response = page_answer(
        "login.html", wrong=wrong, form=session.form, quotation=quotation, who=request.form.get("who", "")
    )
    response.status_code = status
    response.headers.extend({"Set-Cookie": blank.headers["Set-Cookie"], "Cache-Control": "no-store"})
    return response


def _refused() -> Response | None:
    """Why a form is not answered: its sender is no editor, or has not sent it from here."""
    if sessions.editor() is None:
        return answer(HTTPStatus.FORBIDDEN, "Only editors who are signed in can do that; sign in at /login.")
    if not sessions.is_own_form():
        return answer(
            HTTPStatus.FORBIDDEN, "That form was not sent from this site. Open its page again, and send it from there."
        )
    return None


def _asked(quotation_id: str, speaker: str | None) -> "Callable[[Archive], Correction]":
    from index import correcting

    editor = _editor()
    return lambda archive: correcting.speaker_line(archive, quotation_id, speaker, editor=editor)


def _undone(number: str) -> "Callable[[Archive], Correction]":
    from index import correcting

    editor = _editor()
    return lambda archive: correcting.undo_line(number, editor=editor)


def _editor() -> "Editor":
    from index.correcting import Editor

    session = sessions.editor()
    return Editor(who=session.who if session else "", why=_text("why"))


def _text(name: str) -> str:
    """A line that was typed. RequestError where it is too long."""
    text = " ".join(request.form.get(name, "").split())
    if len(text) > LONGEST:
        raise RequestError(name, f"has {len(text)} characters; at most {LONGEST} are allowed")
    return text


def _before(value: str) -> int | None:
    if not value:
        return None
    if not (value.isascii() and value.isdecimal() and len(value) < 10):
        raise RequestError("before", f"'{value}' is no number of a correction")
    return int(value)


def _to(path: str) -> Response:
    response = redirect(path, 303)
    assert isinstance(response, Response)  # noqa: S101 - Flask's own is; mypy cannot see it
    response.headers["Cache-Control"] = "no-store"
    return response
