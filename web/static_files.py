"""Styles, scripts and pictures: read once, packed once, kept by browsers until one of them changes.

Their addresses begin with an edition (`/static/1f…/site.css`), so that a module's relative imports stay within it.
"""

import gzip
import hashlib
import re
from dataclasses import dataclass
from http import HTTPStatus
from pathlib import Path

from flask import Flask, Response, abort

from web.answers import WORTH_COMPRESSING, takes_gzip, unchanged

ROOT = Path(__file__).parent / "static"
YEAR = 31_536_000
_TYPES = {
    ".css": "text/css",
    ".js": "text/javascript",
    ".json": "application/json",
    ".svg": "image/svg+xml",
    ".LICENSE": "text/plain",
}
_edition_in = re.compile(r"([0-9a-f]{12})/(.+)", re.ASCII).fullmatch


@dataclass(frozen=True, slots=True)
class StaticFile:
    """A file as it is sent: whole, and gzipped where that is worth it."""

    body: bytes
    packed: bytes | None
    type: str
    etag: str


class StaticFiles:
    """All files below `root`, in memory: some 130 kB. No path of a question ever becomes a path on the disk."""

    def __init__(self, root: Path = ROOT) -> None:
        paths = sorted(path for path in root.rglob("*") if path.is_file())
        self.files = {path.relative_to(root).as_posix(): _read(path) for path in paths}
        digest = hashlib.sha256()
        for name, file in self.files.items():
            digest.update(f"{name}\0{file.etag}\0".encode())
        self.edition = digest.hexdigest()[:12]

    def register(self, app: Flask) -> None:
        """The files are answered below /static/, and templates may ask for their addresses: `static('site.css')`."""
        app.add_url_rule("/static/<path:filename>", "static", self._answer)
        app.jinja_env.globals["static"] = self.address

    def address(self, name: str) -> str:
        """The path of a file that may be kept for a year, since another edition has another."""
        if name not in self.files:
            raise KeyError(f"there is no static file {name}")
        return f"/static/{self.edition}/{name}"

    def _answer(self, filename: str) -> Response:
        edition, name = match.groups() if (match := _edition_in(filename)) else ("", filename)
        file = self.files.get(name)
        if file is None:
            abort(HTTPStatus.NOT_FOUND)
        response = unchanged(file.etag) or Response(file.body, mimetype=file.type)
        if response.status_code == HTTPStatus.OK and file.packed and takes_gzip():
            response.set_data(file.packed)
            response.headers["Content-Encoding"] = "gzip"
        response.set_etag(file.etag, weak=True)
        # A page of an earlier edition that still asks gets today's file, and asks again the next time.
        kept = f"public, max-age={YEAR}, immutable" if edition == self.edition else "no-cache"
        response.headers["Cache-Control"] = kept
        return response


def _read(path: Path) -> StaticFile:
    body = path.read_bytes()
    packed = gzip.compress(body, 9, mtime=0) if len(body) >= WORTH_COMPRESSING else None
    return StaticFile(body, packed, _TYPES[path.suffix], hashlib.sha256(body).hexdigest()[:20])
