"""Who is signed in as an editor: a signed cookie, and the token that each of their forms carries.

Nothing is kept on the server. A cookie says who and since when; it is signed with a key of the server and the editors'
token, so that another token ends every session.
"""

import dataclasses
import hashlib
import hmac
import secrets

from flask import Flask, Response, g, request
from itsdangerous import BadData, URLSafeTimedSerializer

from index.settings import Settings

COOKIE = "saywho-editor"
HOURS = 12
"""How long an editor stays signed in."""
LONGEST_NAME = 60


@dataclasses.dataclass(frozen=True, slots=True)
class Session:
    """A browser that has been at the sign-in page: `who` is empty until the token was right."""

    nonce: str
    who: str
    form: str
    """What a form sent by this browser carries (`csrf`)."""


class Sessions:
    """The sessions of a site whose operator has set a token for editors."""

    def __init__(self, settings: Settings) -> None:
        self._token = _digest(settings.editor_token)
        key = (settings.secret or secrets.token_urlsafe(32)).encode() + self._token
        self._signer = URLSafeTimedSerializer(
            key, salt="saywho.editor", signer_kwargs={"digest_method": hashlib.sha256}
        )
        self._key = hashlib.sha256(b"form" + key).digest()
        self._secure = settings.url.startswith("https://")

    def register(self, app: Flask) -> None:
        """Every question is looked at for who asks; what editors see is kept by nobody."""
        app.before_request(self._known)
        app.after_request(_private)

    def is_token(self, given: str) -> bool:
        """Whether this is the editors' token; takes as long for any wrong one."""
        return hmac.compare_digest(_digest(given), self._token)

    def begin(self, response: Response, who: str = "") -> Session:
        """A new session, whose cookie the response sets."""
        session = self._session(secrets.token_urlsafe(16), who)
        response.set_cookie(
            COOKIE,
            self._signer.dumps([session.nonce, session.who]),
            httponly=True,
            samesite="Lax",
            secure=self._secure or request.is_secure,
            path="/",
        )
        return session

    def end(self, response: Response) -> None:
        """Makes the browser forget its session."""
        response.delete_cookie(
            COOKIE, path="/", httponly=True, samesite="Lax", secure=self._secure or request.is_secure
        )

    def _known(self) -> None:
        g.session = self._read()

    def _read(self) -> Session | None:
        cookie = request.cookies.get(COOKIE)
        if not cookie or len(cookie) > 1000:
            return None
        try:
            nonce, who = self._signer.loads(cookie, max_age=HOURS * 3600)
        except (BadData, ValueError, TypeError):
            return None
        return self._session(str(nonce), str(who))

    def _session(self, nonce: str, who: str) -> Session:
        form = hmac.new(self._key, f"{nonce}\n{who}".encode(), hashlib.sha256).hexdigest()
        return Session(nonce, who, form)


def current() -> Session | None:
    """The session of who asks; None where there is none."""
    found: Session | None = g.get("session")
    return found


def editor() -> Session | None:
    """The session of an editor who is signed in; None for everybody else."""
    found = current()
    return found if found and found.who else None


def is_own_form() -> bool:
    """Whether the form that was sent is one that this browser was given here."""
    session = current()
    given = request.form.get("csrf", "")
    return session is not None and hmac.compare_digest(given.encode("utf-8", "replace"), session.form.encode())


def _private(response: Response) -> Response:
    if current() is not None and not request.path.startswith("/static/"):
        response.headers["Cache-Control"] = "private, no-store"
    return response


def _digest(token: str) -> bytes:
    return hashlib.sha256(token.encode("utf-8", "replace")).digest()
