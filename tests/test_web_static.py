import gzip
import hashlib
import json
import re
from pathlib import Path

import pytest
from flask.testing import FlaskClient

from web.static_files import ROOT, StaticFiles

VENDOR = ROOT / "vendor"
VENDORED = json.loads((VENDOR / "vendored.json").read_text(encoding="utf-8"))
MODULES = sorted(ROOT.glob("*.js"))


@pytest.mark.parametrize("one", VENDORED, ids=lambda one: one["file"])
def test_what_others_wrote_is_as_they_published_it(one: dict[str, str]) -> None:
    body = (VENDOR / one["file"]).read_bytes()
    assert hashlib.sha256(body).hexdigest() == one["sha256"]
    assert f'version:"{one["version"]}"' in body.decode()
    assert (VENDOR / one["license_file"]).read_text(encoding="utf-8").strip()
    assert one["version"] in one["get"]


def test_nothing_of_others_lies_there_unrecorded() -> None:
    recorded = {name for one in VENDORED for name in (one["file"], one["license_file"])}
    assert {path.name for path in VENDOR.iterdir()} == {"vendored.json", *recorded}


@pytest.mark.parametrize("module", MODULES, ids=lambda path: path.name)
def test_modules_import_their_neighbours_alone(module: Path) -> None:
    text = module.read_text(encoding="utf-8")
    for name in re.findall(r'(?:from |import\(|import )"([^"]+)"', text):
        assert name.startswith("./")
        assert (ROOT / name).is_file()
    assert not re.search(
        r"\beval\b|new Function|innerHTML\s*=|insertAdjacentHTML|document\.write|https?://(?!www\.w3\.org)", text
    )


def test_an_edition_is_kept_for_a_year_and_what_is_of_none_is_asked_for_again(client: FlaskClient) -> None:
    address = StaticFiles().address("site.css")
    assert client.get(address).headers["Cache-Control"] == "public, max-age=31536000, immutable"
    for other in ("/static/site.css", "/static/0123456789ab/site.css"):
        answer = client.get(other)
        assert (answer.status_code, answer.headers["Cache-Control"]) == (200, "no-cache")
        again = client.get(other, headers={"If-None-Match": answer.headers["ETag"]})
        assert (again.status_code, again.data) == (304, b"")


def test_the_edition_changes_with_any_file(tmp_path: Path) -> None:
    (tmp_path / "one.css").write_text("a {}", encoding="utf-8")
    before = StaticFiles(tmp_path).edition
    (tmp_path / "two.js").write_text("1", encoding="utf-8")
    after = StaticFiles(tmp_path)
    assert after.edition != before
    assert after.address("two.js") == f"/static/{after.edition}/two.js"
    with pytest.raises(KeyError):
        after.address("three.js")


@pytest.mark.parametrize("name", ["site.css", "site.js", "vendor/htmx.min.js", "icon.svg"])
def test_files_are_packed_once_and_well(client: FlaskClient, name: str) -> None:
    body = (ROOT / name).read_bytes()
    plain = client.get(f"/static/{name}")
    packed = client.get(f"/static/{name}", headers={"Accept-Encoding": "gzip"})
    assert plain.data == body
    if len(body) < 600:
        assert "Content-Encoding" not in packed.headers
    else:
        assert gzip.decompress(packed.data) == body
        assert len(packed.data) == len(gzip.compress(body, 9, mtime=0))


def test_types_are_told(client: FlaskClient) -> None:
    found = {name: client.get(f"/static/{name}").mimetype for name in ("site.js", "site.css", "icon.svg")}
    assert found == {"site.js": "text/javascript", "site.css": "text/css", "icon.svg": "image/svg+xml"}


def test_a_page_is_the_same_for_htmx(client: FlaskClient) -> None:
    """So that no cache can mix pages with parts of pages, though answers do not vary by htmx's headers."""
    for headers in ({"HX-Request": "true"}, {"HX-Boosted": "true", "HX-Target": "main"}):
        whole, asked = client.get("/search?q=it"), client.get("/search?q=it", headers=headers)
        assert whole.data == asked.data
        assert whole.headers["ETag"] == asked.headers["ETag"]
        assert "HX" not in asked.headers["Vary"]
