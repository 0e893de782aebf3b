"""The builds of a cluster: which there are, which one the alias stands for, going back, removing old ones.

A build is three indexes: `NAME-BUILD` (quotations), `NAME-BUILD-articles` and `NAME-BUILD-tables` (what is counted of
the whole, as files in pieces). What it is stands in the first one's mapping.
"""

import base64
import dataclasses
import hashlib
import re
import zlib
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from index.cluster.opensearch import ClusterError, Connection
from index.errors import BuildError, NotPublishedError
from index.manifest import BUILD_ID, Manifest

KEPT = 3
"""Builds that stay after a publication, the new one included."""


@dataclasses.dataclass(frozen=True, slots=True, kw_only=True)
class ClusterBuild:
    """A build in a cluster: what it says of itself."""

    manifest: Manifest
    index: str
    usual: Mapping[str, float]
    """The lengths that the bounds were worked out with."""
    tables: Mapping[str, Mapping[str, Any]]
    """By file: its bytes, sha256 and pieces."""

    @property
    def articles(self) -> str:
        """The index of its articles."""
        return f"{self.index}-articles"

    @property
    def files(self) -> str:
        """The index of its tables."""
        return f"{self.index}-tables"


def index_of(name: str, build_id: str) -> str:
    """What the index of a build is called: names of indexes have no capitals."""
    return f"{name}-{build_id.lower()}"


def published(connection: Connection) -> str:
    """The index that the alias stands for. NotPublishedError where there is none."""
    from opensearchpy.exceptions import NotFoundError

    with connection.asking() as client:
        try:
            found = client.indices.get_alias(name=connection.name)
        except NotFoundError:
            found = {}
    if not found:
        raise NotPublishedError(
            f"{connection.shown}: nothing is published as '{connection.name}' yet; type: saywho index SOURCE, or "
            "saywho rebuild where a data folder has an archive"
        )
    return str(max(found))


def builds(connection: Connection) -> list[ClusterBuild]:
    """All whole builds, the oldest first."""
    found = []
    with connection.asking() as client:
        indexes = client.indices.get_mapping(index=f"{connection.name}-*")
    for index, answer in indexes.items():
        about = answer["mappings"].get("_meta", {}).get("saywho", {})
        if "tables" in about and index_of(connection.name, about["id"]) == index:
            found.append(_build_of(index, about))
    return sorted(found, key=lambda build: build.manifest.id)


def build_of(connection: Connection, index: str) -> ClusterBuild | None:
    """The build of an index; None where there is none, or half of one."""
    from opensearchpy.exceptions import NotFoundError

    with connection.asking() as client:
        try:
            answer = client.indices.get_mapping(index=index)
        except NotFoundError:
            return None
    about = next(iter(answer.values()))["mappings"].get("_meta", {}).get("saywho", {})
    return _build_of(index, about) if "tables" in about else None


def _build_of(index: str, about: Mapping[str, Any]) -> ClusterBuild:
    names = [field.name for field in dataclasses.fields(Manifest) if field.name != "files"]
    manifest = Manifest(**{name: about[name] for name in names}, files={})
    return ClusterBuild(manifest=manifest, index=index, usual=about["usual"], tables=about["tables"])


def fetch_files(connection: Connection, build: ClusterBuild, folder: Path) -> None:
    """Writes the tables' files of a build into a folder. ClusterError where they are not what was published."""
    for name, about in build.tables.items():
        pieces = []
        for number in range(about["pieces"]):
            with connection.asking() as client:
                pieces.append(base64.b64decode(client.get(index=build.files, id=f"{name}.{number}")["_source"]["data"]))
        content = zlib.decompress(b"".join(pieces))
        if hashlib.sha256(content).hexdigest() != about["sha256"] or not re.fullmatch(r"[a-z]+\.[a-z]+", name):
            raise ClusterError(f"{build.files}: {name} is not the file that was published; type: saywho rebuild")
        (folder / name).write_bytes(content)


def make_published(connection: Connection, index: str) -> None:
    """Switches the alias to an index in one call."""
    name = connection.name
    with connection.asking() as client:
        before = client.indices.get_alias(index=f"{name}-*", params={"ignore_unavailable": "true"})
        having = [one for one, found in before.items() if name in found["aliases"] and one != index]
        actions = [{"remove": {"index": one, "alias": name}} for one in having]
        actions.append({"add": {"index": index, "alias": name}})
        client.indices.update_aliases(body={"actions": actions})


def rollback(connection: Connection, build_id: str) -> Manifest:
    """Publishes an earlier build again. BuildError where it is not there."""
    found = build_of(connection, index_of(connection.name, build_id)) if BUILD_ID.fullmatch(build_id) else None
    if found is None:
        raise BuildError(f"{connection.shown}: there is no build '{build_id}'; the alias stands as it was")
    make_published(connection, found.index)
    return found.manifest


def prune(connection: Connection, *, keep: int = KEPT) -> list[str]:
    """Removes the oldest builds but `keep`, never the published one, and halves of builds that are older than it.

    Returns the ids of the whole ones.
    """
    current = published(connection)
    found = builds(connection)
    whole = {build.index for build in found}
    stay = {current, *(build.index for build in found[-keep:])}
    gone = [build for build in found if build.index not in stay]
    for build in gone:
        delete(connection, build.index)
    with connection.asking() as client:
        indexes = client.indices.get_mapping(index=f"{connection.name}-*")
    for index in indexes:
        stem = re.sub(r"-(articles|tables)$", "", index)
        if stem not in whole and stem < current and BUILD_ID.fullmatch(_id_of(connection, stem)):
            delete(connection, stem)
    return [build.manifest.id for build in gone]


def _id_of(connection: Connection, index: str) -> str:
    given = index.removeprefix(f"{connection.name}-")
    return f"{given[:23].upper()}{given[23:]}"


def delete(connection: Connection, index: str) -> None:
    """Removes a build, or what there is of it."""
    every = ",".join((index, f"{index}-articles", f"{index}-tables"))
    with connection.asking() as client:
        client.indices.delete(index=every, params={"ignore_unavailable": "true"})
