"""What keeps visitors out of what is not theirs; tests of forms, hosts, limits and escaping stand with those."""

import ast
import re
from collections.abc import Iterator
from html.parser import HTMLParser
from pathlib import Path
from urllib.parse import quote

import pytest
from flask import Flask
from flask.testing import FlaskClient

from index.settings import Settings
from search.errors import TimeLimitError
from search.whoosh_engine import WhooshEngine
from tests.conftest import ROOT

WEB = ROOT / "web"
MODULES = sorted(WEB.glob("*.py"))
TEMPLATES = sorted((WEB / "templates").glob("*.html"))
OUTSIDE = ["../../etc/passwd", "..%2f..%2fetc%2fpasswd", "/etc/passwd", "....//....//etc/passwd", "%00", "..\\..\\etc"]


NEEDED = {"/api/v1/verify": "text=a", "/api/v1/compare": "speaker=ada-brook&speaker=ola-finch"}
"""What some addresses do not answer without."""


def every_answer(client: FlaskClient) -> Iterator[str]:
    """An address for each rule of the site."""
    hit = client.get("/api/v1/quotes?q=bridge").get_json()["results"][0]
    known = {
        "quotation_id": hit["id"],
        "article_id": hit["article"]["id"],
        "speaker_id": hit["speaker"]["id"],
        "source_name": hit["article"]["source"],
        "name": "speaker",
        "filename": "site.css",
        "kind": "articles",
        "number": "1",
    }
    for rule in client.application.url_map.iter_rules():
        if "GET" in (rule.methods or ()):
            yield re.sub(r"<(?:[^:>]+(?:\([^)]*\))?:)?(\w+)>", lambda match: known[match[1]], rule.rule)


def test_the_headers_are_on_every_answer_of_every_rule(client: FlaskClient) -> None:
    addresses = list(every_answer(client))
    assert len(addresses) > 30
    for address in addresses:
        answer = client.get(address, query_string=NEEDED.get(address, ""))
        assert answer.status_code in (200, 302), address
        headers = answer.headers
        policy = dict(part.split(" ", 1) for part in headers["Content-Security-Policy"].split("; "))
        assert policy["default-src"] == policy["frame-ancestors"] == policy["base-uri"] == "'none'"
        assert "unsafe" not in str(policy)
        assert "*" not in str(policy)
        assert headers["X-Content-Type-Options"] == "nosniff"
        assert headers["Referrer-Policy"] == "strict-origin-when-cross-origin"
        assert "Set-Cookie" not in headers
        assert "Server" not in headers or "werkzeug" not in headers["Server"].lower()


def test_no_page_has_a_script_or_style_of_its_own(client: FlaskClient) -> None:
    for address in every_answer(client):
        answer = client.get(address, query_string=NEEDED.get(address, ""))
        if answer.mimetype == "text/html":
            page = _Tags()
            page.feed(answer.text)
            assert not page.own, address


class _Tags(HTMLParser):
    """Collects what the content policy would not let run or apply."""

    def __init__(self) -> None:
        super().__init__()
        self.own: list[str] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        given = dict(attrs)
        if tag == "style" or (tag == "script" and not str(given.get("src")).startswith("/static/")):
            self.own.append(tag)
        self.own += [name for name in given if name == "style" or name.startswith("on")]
        self.own += [name for name, value in attrs if (value or "").strip().lower().startswith("javascript:")]


@pytest.mark.parametrize("path", OUTSIDE)
@pytest.mark.parametrize(
    "before", ["/static/", "/articles/", "/quotes/", "/api/v1/articles/", "/speakers/", "/", "/sitemap-"]
)
def test_no_file_is_reached_by_its_path(client: FlaskClient, before: str, path: str) -> None:
    answer = client.get(before + path)
    assert answer.status_code in (400, 404)
    assert "root:" not in answer.text


@pytest.mark.parametrize("path", OUTSIDE)
def test_no_build_is_reached_by_its_path(client: FlaskClient, path: str) -> None:
    assert client.get(f"/api/v1/quotes?build={quote(path)}").status_code == 400
    assert client.get(f"/api/v1/facets/{quote(path, safe='')}").status_code == 404


def calls(module: Path, *names: str) -> Iterator[ast.Call]:
    for node in ast.walk(ast.parse(module.read_text(encoding="utf-8"))):
        if isinstance(node, ast.Call):
            name = node.func.attr if isinstance(node.func, ast.Attribute) else getattr(node.func, "id", "")
            if name in names:
                yield node


@pytest.mark.parametrize("module", MODULES, ids=lambda path: path.name)
def test_templates_are_named_in_the_code_alone(module: Path) -> None:
    for call in calls(module, "render_template", "page_answer"):
        named = call.args[0]
        passed_on = module.name == "answers.py" and isinstance(named, ast.Name)
        assert passed_on or (isinstance(named, ast.Constant) and (WEB / "templates" / str(named.value)).is_file())
    assert not list(calls(module, "render_template_string", "from_string", "eval", "exec", "Markup", "send_file"))


@pytest.mark.parametrize("template", TEMPLATES, ids=lambda path: path.name)
def test_templates_escape_everything(template: Path) -> None:
    text = template.read_text(encoding="utf-8")
    assert not re.search(r"\|\s*safe\b|autoescape|\{%-?\s*include\s+[^\"]", text)


def test_a_question_that_takes_too_long_is_given_up(site: Flask, monkeypatch: pytest.MonkeyPatch) -> None:
    def slow(*_: object) -> None:
        raise TimeLimitError(2)

    monkeypatch.setattr(WhooshEngine, "search", slow)
    for address in ("/search?q=a", "/api/v1/quotes?q=a", "/search.atom?q=a"):
        answer = site.test_client().get(address)
        assert (answer.status_code, int(answer.headers["Retry-After"]) > 0) == (503, True)


def test_long_questions_are_refused_before_they_are_asked(client: FlaskClient) -> None:
    assert client.get("/api/v1/quotes", query_string={"q": "a" * 1001}).status_code == 400
    assert client.get("/api/v1/quotes", query_string={"q": " OR ".join("ab" for _ in range(65))}).status_code == 400
    assert client.post("/api/v1/verify", data={"text": "a" * 300_000}).status_code == 413


def test_the_app_asks_for_no_address_that_a_header_names(client: FlaskClient) -> None:
    forwarded = {"X-Forwarded-Host": "evil.example", "X-Original-URL": "/corrections", "Forwarded": "host=evil.example"}
    answer = client.get("/quotes/x", headers=forwarded)
    assert "evil" not in answer.text + str(answer.headers)
    assert client.get("/sitemap.xml", headers=forwarded).text.count("evil") == 0


def test_secrets_are_no_setting_that_is_shown() -> None:
    assert "hidden" not in repr(Settings(editor_token="hidden-hidden-hidden", secret="hidden"))
