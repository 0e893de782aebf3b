"""What is published in a cluster, and when: all of it at once, or nothing."""

import dataclasses
import json
import re
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from index.cluster.opensearch import Connection, nodes_of
from index.cluster.opensearch_builds import builds, prune, published, rollback
from index.cluster.opensearch_publish import Collection, _put, publish
from index.errors import BuildError, NotPublishedError, UsageError
from index.records import Entry
from index.settings import Settings
from saywho import run
from search.errors import GoneError
from search.library import Library
from search.request import SearchRequest
from tests.entries import an_entry
from tests.making import an_article


@pytest.fixture
def settings(cluster: Callable[[], Settings], tmp_path: Path) -> Settings:
    return dataclasses.replace(cluster(), data=tmp_path)


@pytest.fixture
def connection(settings: Settings) -> Iterator[Connection]:
    found = Connection(settings)
    yield found
    found.close()


def some(count: int) -> list[Entry]:
    return [an_entry(number, date=f"2020-01-{number + 1:02}") for number in range(count)]


def test_nothing_is_published_yet(settings: Settings) -> None:
    library = Library(settings)
    with pytest.raises(NotPublishedError, match="saywho index"):
        library.current()
    library.close()


def test_builds_come_and_go(settings: Settings, connection: Connection) -> None:
    first = publish(connection, Collection(entries=some(5), articles=[an_article()]))
    library = Library(settings)
    page = library.search(SearchRequest(limit=2))
    assert (page.total, page.build.id) == (5, first.id)

    second = publish(connection, Collection(entries=some(9), articles=[]))
    other = Library(settings)
    assert other.search(SearchRequest()).total == 9
    later = other.search(SearchRequest(limit=2, cursor=page.next_cursor))  # goes on where it began
    assert (later.total, later.build.id) == (5, first.id)

    rollback(connection, first.id)
    assert published(connection).endswith(first.id.lower())
    assert [build.manifest.id for build in builds(connection)] == [first.id, second.id]
    with pytest.raises(BuildError, match="there is no build"):
        rollback(connection, first.id[:-1] + "g")

    rollback(connection, second.id)
    assert prune(connection, keep=1) == [first.id]
    with pytest.raises(GoneError):
        other.search(SearchRequest(limit=2, cursor=page.next_cursor))
    library.close()
    other.close()


def test_what_is_not_whole_is_not_published(connection: Connection) -> None:
    def broken() -> Iterator[Entry]:
        yield an_entry(1)
        raise BuildError("the source broke")

    with pytest.raises(BuildError, match="the source broke"):
        publish(connection, Collection(entries=broken(), articles=[]))
    with pytest.raises(BuildError, match="holds 0 articles and 2 quotations, and should hold 0 and 3"):
        publish(connection, Collection(entries=some(2), articles=[], expected=(0, 3)))
    with pytest.raises(BuildError, match="holds 0 articles and 1 quotations, and should hold 0 and 2"):
        publish(connection, Collection(entries=[an_entry(1), an_entry(1)], articles=[]))
    with pytest.raises(BuildError, match="answers 400: Validation Failed"):
        publish(connection, Collection(entries=[dataclasses.replace(an_entry(1), id="x" * 600)], articles=[]))
    with pytest.raises(NotPublishedError):
        published(connection)
    assert builds(connection) == []


def test_a_call_whose_answer_came_too_late_may_be_made_again(connection: Connection) -> None:
    rows = [{"_id": str(number), "text": "rain"} for number in range(3)]
    index = f"{connection.name}-again"
    assert [_put(connection, index, rows) for _ in range(2)] == [3, 3]
    with connection.asking() as client:
        client.indices.refresh(index=index)
        assert client.count(index=index)["count"] == 3
        client.indices.delete(index=index)


def test_the_commands_work_on_a_cluster(
    settings: Settings, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    (tmp_path / "a.txt").write_text("date 2020-01-01 “Rain is news,” Ada Brook said.", encoding="utf-8")
    monkeypatch.setenv("SAYWHO_ENGINE", "opensearch")
    monkeypatch.setenv("SAYWHO_OPENSEARCH_URL", settings.opensearch_url)
    monkeypatch.setenv("SAYWHO_OPENSEARCH_NAME", settings.opensearch_name)
    monkeypatch.setenv("SAYWHO_DATA", str(tmp_path / "data"))

    def ran(*words: str) -> str:
        code = run(list(words))
        output = "".join(capsys.readouterr())
        assert code == 0, output
        return output

    assert "Published as build" in ran("index", str(tmp_path / "a.txt"), "--jobs", "1")
    assert "Nothing has changed" in ran("index", str(tmp_path / "a.txt"), "--jobs", "1")
    assert "Ada Brook" in ran("search", "rain")
    assert "Rain is news" in ran("export", "rain")
    assert "Ada Brook" in ran("verify", "Rain is news")
    assert "nothing is wrong" in ran("status", "--verify")
    first = json.loads(ran("builds", "--json"))["builds"][0]["id"]
    ran("rebuild")
    assert "not held" in ran("builds", "--rollback", first)
    assert re.search(rf"^\* {first} .* published$", ran("builds"), re.MULTILINE)
    assert "0 builds would go" in ran("prune", "--keep", "2", "--dry-run")
    assert run(["builds", "--release"]) == 2
    capsys.readouterr()
    assert not (tmp_path / "data" / "builds" / "published").exists()


@pytest.mark.parametrize(
    ("url", "said"),
    [
        ("", "no cluster is named"),
        ("http://cluster.example.org:9200", "only a cluster on this machine may be asked without TLS"),
        ("https://a.example:9200,http://10.0.0.7:9200", "without TLS; use https://10.0.0.7:9200"),
        ("https://user:hidden@a.example:9200", "has a user or password in 'https://…@a.example:9200'"),
        ("cluster.example.org:9200", "it takes addresses as https://host:9200"),
        ("https://a.example:x", "it takes addresses"),
    ],
)
def test_an_address_that_will_not_do_is_refused(url: str, said: str) -> None:
    with pytest.raises(UsageError) as caught:
        nodes_of(url)
    assert said in str(caught.value)
    assert "hidden" not in str(caught.value)


@pytest.mark.parametrize(
    "url", ["http://127.0.0.1:9200", "http://localhost:9200,http://[::1]:9201", "https://a.example"]
)
def test_addresses_on_this_machine_need_no_tls(url: str) -> None:
    assert nodes_of(url) == url.split(",")
