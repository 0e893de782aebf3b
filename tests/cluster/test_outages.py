"""A node that dies is not noticed; a cluster that does not answer is said so, and never an empty result."""

import socket
import threading
import time
from collections.abc import Callable
from pathlib import Path

import pytest

from index.settings import Settings
from saywho import run
from scripts.clustering.nodes import Nodes
from search.request import SearchRequest
from tests.cluster.conftest import an_engine
from tests.entries import an_entry
from web import create_app


def test_a_node_is_killed_under_questions(own_nodes: Nodes, cluster: Callable[[], Settings]) -> None:
    entries = [
        an_entry(n, f"rain number {n} {'news' if n % 3 else 'wind'}", speaker=f"Ada {n % 7}") for n in range(300)
    ]
    engine = an_engine(cluster(), entries)
    request = SearchRequest(q="rain news", facets=("speaker", "date"))
    wanted = engine.search(request)
    answers: list[bool] = []
    failures: list[BaseException] = []
    stop = threading.Event()

    def ask() -> None:
        while not stop.is_set():
            try:
                page = engine.search(request)
                answers.append((page.total, page.results, page.facets) == (wanted.total, wanted.results, wanted.facets))
            except BaseException as error:
                failures.append(error)

    def wait_for(more: int) -> None:
        wanted_now, end = len(answers) + more, time.monotonic() + 200
        while len(answers) + len(failures) < wanted_now and time.monotonic() < end:
            time.sleep(0.1)

    threads = [threading.Thread(target=ask) for _ in range(2)]
    for thread in threads:
        thread.start()
    wait_for(5)
    before = len(answers)
    own_nodes.kill(1)
    try:
        wait_for(40)
    finally:
        stop.set()
        for thread in threads:
            thread.join()
        own_nodes.wait()  # the two that are left: they make the copies that are missing
        engine.close()
    assert failures == []
    assert all(answers)
    assert len(answers) >= before + 40
    assert before >= 5


def free_port() -> int:
    with socket.socket() as one:
        one.bind(("127.0.0.1", 0))
        return int(one.getsockname()[1])


@pytest.fixture
def nowhere(tmp_path: Path) -> Settings:
    return Settings(data=tmp_path, engine="opensearch", opensearch_url=f"http://127.0.0.1:{free_port()}")


@pytest.mark.parametrize("address", ["/readyz", "/api/v1/quotes?q=rain", "/search?q=rain", "/search.csv", "/speakers"])
def test_a_site_without_its_cluster_says_so(nowhere: Settings, address: str) -> None:
    app = create_app(nowhere)
    answer = app.test_client().get(address)
    assert answer.status_code == 503
    assert int(answer.headers["Retry-After"]) > 0
    assert nowhere.opensearch_url not in answer.text
    app.extensions["saywho.library"].close()


@pytest.mark.parametrize("command", ["search rain", "export rain", "status"])
def test_the_terminal_is_told_which_cluster(
    nowhere: Settings, command: str, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setenv("SAYWHO_ENGINE", "opensearch")
    monkeypatch.setenv("SAYWHO_OPENSEARCH_URL", nowhere.opensearch_url)
    assert run([*command.split(), "--data", str(nowhere.data)]) == 1
    said = capsys.readouterr()
    assert (said.out, nowhere.opensearch_url in said.err) == ("", True)
