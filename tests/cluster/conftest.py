"""A real cluster of three nodes for the whole run, or the one that SAYWHO_TEST_OPENSEARCH_URL names."""

import dataclasses
import itertools
import os
import shutil
import tempfile
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path

import pytest
from flask.testing import FlaskClient

from index.cluster.opensearch import Connection
from index.cluster.opensearch_builds import build_of, published
from index.cluster.opensearch_publish import Collection, publish
from index.intake import index_sources, rebuild
from index.records import Article, Entry
from index.run_records import Options
from index.settings import Settings
from scripts.clustering.nodes import NoClusterError, Nodes, distribution
from search.cluster_engine import ClusterEngine
from tests.conftest import ReadingClient
from tests.making import a_collection
from tests.site_rows import rows
from web import create_app

_NUMBERS = itertools.count(1)
SAMPLE = Path(__file__).resolve().parents[2] / "index" / "sample"


@pytest.fixture(scope="session")
def cluster_url(request: pytest.FixtureRequest) -> str:
    """The addresses of all nodes."""
    if given := os.environ.get("SAYWHO_TEST_OPENSEARCH_URL"):
        return given
    nodes: Nodes = request.getfixturevalue("own_nodes")
    return nodes.url


@pytest.fixture(scope="session")
def own_nodes() -> Iterator[Nodes]:
    """Three nodes of our own, which a test may kill (and start again)."""
    if os.environ.get("SAYWHO_TEST_OPENSEARCH_URL"):
        pytest.skip("SAYWHO_TEST_OPENSEARCH_URL names a cluster, and nodes of others are not killed")
    # Not below pytest's own folder, which the user that the nodes run as may not enter.
    folder = Path(tempfile.mkdtemp(prefix="saywho-nodes-"))
    folder.chmod(0o755)
    try:
        with Nodes(folder, distribution(folder / "server")) as nodes:
            yield nodes
    except NoClusterError as error:
        if os.environ.get("SAYWHO_REQUIRE_CLUSTER") == "1":
            pytest.fail(f"SAYWHO_REQUIRE_CLUSTER=1, but {error}")
        pytest.skip(str(error))
    finally:
        shutil.rmtree(folder, ignore_errors=True)


@pytest.fixture(scope="session")
def cluster(cluster_url: str) -> Iterator[Callable[[], Settings]]:
    """Makes settings for a collection of its own in the cluster; what it leaves there is removed in the end."""
    made: list[Settings] = []

    def make() -> Settings:
        name = f"test{os.getpid()}_{next(_NUMBERS)}"
        made.append(Settings(engine="opensearch", opensearch_url=cluster_url, opensearch_name=name))
        return made[-1]

    yield make
    for settings in made:
        connection = Connection(settings)
        with connection.asking() as client:
            client.indices.delete(index=f"{settings.opensearch_name}-*")
        connection.close()


def an_engine(settings: Settings, entries: Sequence[Entry], articles: Sequence[Article] = ()) -> ClusterEngine:
    """An engine over a new build in the cluster; close it."""
    connection = Connection(settings)
    publish(connection, Collection(entries=entries, articles=articles), shards=2)
    build = build_of(connection, published(connection))
    assert build is not None
    return ClusterEngine(connection, build)


@dataclasses.dataclass(frozen=True)
class Twins:
    """The same archive published both ways."""

    whoosh: Settings
    cluster: Settings


@pytest.fixture(scope="session")
def twin_sites(cluster: Callable[[], Settings], tmp_path_factory: pytest.TempPathFactory) -> Twins:
    """The site's small collection, once more in the cluster."""
    settings, _ = a_collection(tmp_path_factory.mktemp("twins"), rows())
    return _doubled(settings, cluster())


@pytest.fixture(scope="session")
def twin_samples(cluster: Callable[[], Settings], tmp_path_factory: pytest.TempPathFactory) -> Twins:
    """The sample collection in both engines."""
    settings = Settings(data=tmp_path_factory.mktemp("sample"))
    index_sources(settings, [str(SAMPLE)], options=Options(jobs=os.cpu_count() or 1))
    return _doubled(settings, cluster())


def _doubled(settings: Settings, cluster: Settings) -> Twins:
    other = dataclasses.replace(cluster, data=settings.data, opensearch_shards=2)
    rebuild(other)
    return Twins(settings, other)


@pytest.fixture(scope="session")
def twin_clients(twin_sites: Twins) -> Iterator[tuple[FlaskClient, FlaskClient]]:
    """Ask both sites."""
    apps = [create_app(settings) for settings in (twin_sites.whoosh, twin_sites.cluster)]
    for app in apps:
        app.test_client_class = ReadingClient
    first, second = (app.test_client() for app in apps)
    yield first, second
    for app in apps:
        app.extensions["saywho.library"].close()
