"""Archive -> a new build in a cluster, as `index.build` makes one in the data folder. The caller holds the lock."""

from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager

from index import identity, people_in_use
from index.archive import Archive
from index.cluster.opensearch import ClusterError, Connection
from index.cluster.opensearch_builds import build_of, builds, prune, published
from index.cluster.opensearch_publish import Collection, faults_of, new_build_id, publish
from index.entries import make_entries
from index.errors import ArchiveError, BuildError, NotPublishedError
from index.manifest import Manifest
from index.records import Article
from index.settings import Settings
from index.settlement import Settlement
from index.settling import waits


@contextmanager
def connected(settings: Settings) -> Iterator[Connection]:
    """The cluster that settings name."""
    connection = Connection(settings)
    try:
        yield connection
    finally:
        connection.close()


def up_to_date(settings: Settings, archive: Archive) -> bool:
    """Whether the published build was made from the archive as it stands."""
    with connected(settings) as connection:
        try:
            found = build_of(connection, published(connection))
        except (NotPublishedError, ClusterError):
            return False
    if found is None:
        return False
    made = found.manifest
    same = made.revision == archive.revision() and archive.has_made(made.id, made.revision)
    return same and not waits(archive, people_in_use.digest(settings))


def build(
    settings: Settings, archive: Archive, articles: Iterable[Article], *, progress: Callable[[int], None] | None = None
) -> Manifest:
    """Publishes all that the archive holds, which is settled; earlier builds are pruned."""
    build_id = new_build_id()
    with connected(settings) as connection:
        settled = Settlement(archive)
        revision = archive.revision()
        archive.note_build(build_id, revision)
        archive.commit()
        try:
            manifest = publish(
                connection,
                Collection(
                    entries=make_entries(archive, settled),
                    articles=articles,
                    people=identity.people(archive.connection, rulings=settled.rulings),
                    aliases=identity.aliases(archive.connection, rulings=settled.rulings),
                    extractor=", ".join(archive.extractors()),
                    revision=revision,
                    expected=archive.size(),
                ),
                shards=settings.opensearch_shards,
                build_id=build_id,
                progress=progress,
            )
        except ArchiveError as error:
            raise BuildError(f"the new build was not published: {error}") from error
        prune(connection)
    return manifest


def looked_at(connection: Connection, *, verify: bool) -> tuple[Manifest | None, int, int, int, tuple[str, ...]]:
    """The published build, its bytes, how many builds there are, their bytes, and what is wrong with the published one.

    With `verify` its documents are counted and the files beside them compared with their digests.
    """
    index = published(connection)
    found = build_of(connection, index)
    with connection.asking() as client:
        stats = client.indices.stats(index=f"{connection.name}-*", metric="store")["indices"]
    sizes = {name: int(one["total"]["store"]["size_in_bytes"]) for name, one in stats.items()}
    mine = sum(size for name, size in sizes.items() if name == index or name.startswith(f"{index}-"))
    faults: tuple[str, ...] = () if found else (f"{index} is not a build of saywho; type: saywho rebuild",)
    if found and verify:
        faults = tuple(faults_of(connection, found))
    return found.manifest if found else None, mine, len(builds(connection)), sum(sizes.values()), faults
