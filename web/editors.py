"""/login, /logout and /corrections: editors correct speakers, and everybody sees what was corrected.

There only where the operator has set SAYWHO_EDITOR_TOKEN; without it these addresses lead nowhere, and no cookie is
set.
"""

from collections.abc import Callable
from http import HTTPStatus
from typing import TYPE_CHECKING

from flask import Blueprint, Response, redirect, request

from index.errors import ArchiveError, BuildError, LockHeldError, UsageError
from index.ledger import Correction, in_force
from index.settings import Settings
from search.errors import RequestError
from search.library import Library
from web import params, sessions
from web.answers import page_answer
from web.limits import RateLimit, asking
from web.links import quotation_path
from web.problems import answer
from web.sessions import LONGEST_NAME, Sessions

if TYPE_CHECKING:  # what writes is loaded when somebody corrects
    from index.archive import Archive
    from index.correcting import Editor

TRIES = (5, 300)
"""How often an address may try to sign in, in how many seconds, at each worker: five times, then once a minute."""
A_PAGE = 200
LONGEST = 500
"""Characters of a name or a reason."""
_FIELDS = ("csrf", "quotation", "speaker", "nobody", "why")


def blueprint(settings: Settings, library: Library, known: Sessions) -> Blueprint:
    """The editors' routes, over the data folder that they write to."""
    editors = Blueprint("editors", __name__)
    tries = RateLimit(*TRIES)

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
        lines = _ledger(settings)
        holding = {one.number for one in in_force(lines)}
        shown = [one for one in reversed(lines) if before is None or one.number < before]
        return page_answer(
            "corrections.html",
            lines=shown[:A_PAGE],
            holding=holding,
            total=len(lines),
            older=shown[A_PAGE - 1].number if len(shown) > A_PAGE else None,
        )

    @editors.post("/corrections")
    def correct() -> Response:
        if refused := _refused():
            return refused
        from index import correcting

        params.refuse_unknown(request.form, _FIELDS)
        editor = _editor()
        quotation = library.current().quotation(request.form.get("quotation", ""))
        nobody, name = bool(request.form.get("nobody")), _text("speaker")
        if nobody == bool(name):
            raise RequestError("speaker", "give a name, or tick that it is nobody’s; one of the two")
        return _written(
            settings,
            lambda archive: correcting.give_speaker(archive, quotation.id, None if nobody else name, editor=editor),
            quotation_path(quotation.id),
        )

    @editors.post("/corrections/undo")
    def undo() -> Response:
        if refused := _refused():
            return refused
        from index import correcting

        params.refuse_unknown(request.form, ("csrf", "number", "why"))
        number = request.form.get("number", "")
        if not (number.isascii() and number.isdecimal() and len(number) < 10):
            raise RequestError("number", f"'{number}' is no number of a correction")
        editor = _editor()
        return _written(settings, lambda archive: correcting.undo(archive, number, editor=editor), "/corrections")

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


def _written(settings: Settings, write: "Callable[[Archive], Correction]", then: str) -> Response:
    """Writes a correction and publishes it, which the site then shows."""
    from index.intake import correcting_run

    try:
        correcting_run(settings, write)
    except LockHeldError:
        return answer(
            HTTPStatus.CONFLICT,
            "Articles are being read into this collection just now, so nothing else can be written. Your correction "
            "was not kept: go back, and send it again in a while.",
            retry=60,
        )
    except UsageError as error:
        return answer(HTTPStatus.BAD_REQUEST, f"Nothing was changed: {error}.")
    except BuildError:
        return answer(
            HTTPStatus.INTERNAL_SERVER_ERROR,
            "The correction stands in the ledger, but could not be published. Who runs this site can type: "
            "saywho rebuild",
        )
    return _to(then)


def _ledger(settings: Settings) -> list[Correction]:
    from index.archive import Archive

    try:
        with Archive(settings.archive) as archive:
            return archive.corrections()
    except ArchiveError:
        if settings.archive.exists():
            raise
        return []


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
