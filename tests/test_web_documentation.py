"""/docs: what it tells is so, and its examples run as they are printed."""

import re
import shutil
import subprocess
import sys
import threading
from collections.abc import Iterator
from html import unescape

import pytest
from flask import Flask
from flask.testing import FlaskClient
from werkzeug.serving import make_server

from web import documentation
from web.params import ANSWERED

_EXAMPLE = re.compile(
    r'<pre tabindex="0" aria-label="([^"]*) in [^"]*" data-language="(\w+)"><code>(.*?)</code></pre>', re.S
)


@pytest.fixture(scope="module")
def page(site: Flask) -> Iterator[str]:
    """The page as a running server gives it."""
    server = make_server("127.0.0.1", 0, site, threaded=True)
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01}, daemon=True)
    thread.start()
    try:
        yield site.test_client().get("/docs", base_url=f"http://127.0.0.1:{server.server_port}").text
    finally:
        server.shutdown()
        thread.join()
        server.server_close()


def examples(page: str, language: str) -> dict[str, str]:
    return {unescape(of): unescape(code) for of, found, code in _EXAMPLE.findall(page) if found == language}


def ran(command: list[str]) -> str:
    found = subprocess.run(command, capture_output=True, text=True, check=False, timeout=60)
    assert found.returncode == 0, (command[-1], found.stderr)
    return found.stdout


def run_in(language: str, code: str) -> str:
    if language == "curl":
        assert code.startswith("curl ")
        return ran(["bash", "-c", "curl --fail --silent --show-error " + code.removeprefix("curl ")])
    if language == "python":
        return ran([sys.executable, "-W", "error", "-c", code])
    node = shutil.which("node")
    if node is None:
        pytest.skip("there is no node on this machine")
    return ran([node, "--input-type=module", "-e", code])


@pytest.mark.parametrize("language", ["curl", "python", "javascript"])
def test_the_examples_run_as_printed(page: str, language: str) -> None:
    if language == "curl" and shutil.which("curl") is None:
        pytest.skip("there is no curl on this machine")
    found = examples(page, language)
    assert len(found) == page.count('class="asking"') > 20
    for of, code in found.items():
        assert run_in(language, code).strip(), of


def test_the_first_example_finds_something(page: str) -> None:
    said = run_in("python", examples(page, "python")["A first question"]).splitlines()
    assert re.fullmatch(r"[1-9]\d* quotations", said[0])
    assert len(said) > 1


def test_all_pages_are_all_that_is_found(page: str, client: FlaskClient) -> None:
    code = examples(page, "python")["All that is found"]
    (word,) = re.findall(r"q=(\w+)&", code)
    few = code.replace("limit=100", "limit=1")
    total = client.get(f"/api/v1/quotes?q={word}").get_json()["total"]
    assert len(run_in("python", few).splitlines()) == len(run_in("python", code).splitlines()) == total


def test_every_operation_and_parameter_is_there(page: str, client: FlaskClient) -> None:
    for path, methods in client.get("/openapi.json").get_json()["paths"].items():
        for method in methods:
            assert f"<h3><code>{method.upper()} {path}</code></h3>" in page
    part = page.split('<section id="get-api-v1-quotes">')[1].split("</section>")[0]
    assert re.findall(r'<th scope="row"><code>(\w+)</code>', part) == list(ANSWERED)


def test_its_links_lead_somewhere(page: str) -> None:
    ids = re.findall(r' id="([^"]+)"', page)
    assert len(ids) == len(set(ids))
    assert set(re.findall(r'href="#([^"]+)"', page)) <= set(ids)


def test_it_asks_nobody_else(page: str) -> None:
    assert not re.search(r'(?:src|href)="(?:https?:)?//', page)


def test_it_is_there_before_anything_is_published(empty_client: FlaskClient) -> None:
    answer = empty_client.get("/docs")
    assert answer.status_code == 200
    assert "/api/v1/quotes/QUOTATION" in answer.text


def test_a_strange_collection_gives_examples_all_the_same(site: Flask) -> None:
    hostile = documentation.Samples(article="a b/'\"$(x)", text='it\'s "so" \U0001f600 $HOME </script>')
    with site.test_request_context("/docs"):
        from web import openapi

        for one in documentation.operations(openapi.document(), "http://127.0.0.1:1", hostile):
            curl, python, _ = one.examples
            subprocess.run(["bash", "-n", "-c", curl.code], check=True)
            compile(python.code, "example", "exec")
            assert "$(" not in python.code
