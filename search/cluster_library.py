"""The builds of a cluster, opened as they are needed: the one that the alias stands for, and earlier ones."""

import os
import threading
import time
from collections import OrderedDict

from index.cluster.opensearch import Connection
from index.cluster.opensearch_builds import ClusterBuild, build_of, index_of, published
from index.errors import IndexDamagedError, SchemaVersionError
from index.manifest import BUILD_ID
from index.schema import SCHEMA_VERSION
from index.settings import Settings
from search.cluster_engine import ClusterEngine
from search.engine import Engine
from search.errors import GoneError

_EARLIER = 2
"""Earlier builds that stay open."""
_LOOK = 1.0
"""Seconds after which the alias is looked at again."""


class ClusterShelf:
    """What is published in a cluster, now and while it changes; may be shared between threads."""

    def __init__(self, settings: Settings) -> None:
        self._settings = settings
        self._start()

    def _start(self) -> None:
        self._process = os.getpid()
        self._connection = Connection(self._settings)
        self._open: OrderedDict[str, ClusterEngine] = OrderedDict()
        self._seen: tuple[float, Engine] | None = None
        self._lock = threading.Lock()

    def current(self) -> Engine:
        """The published build. NotPublishedError, SchemaVersionError, IndexDamagedError, EngineUnreachableError."""
        self._mind_forks()
        seen = self._seen
        if seen is not None and time.monotonic() - seen[0] < _LOOK:
            return seen[1]
        looked = time.monotonic()
        index = published(self._connection)
        with self._lock:
            engine = self._open.get(index)
            if engine is None:
                build = build_of(self._connection, index)
                if build is None:
                    raise IndexDamagedError(f"{index} is not a build of saywho; type: saywho rebuild")
                engine = self._opened(build)
            self._open.move_to_end(index)
            self._seen = looked, engine
            return engine

    @property
    def opened(self) -> str | None:
        """The id of the build that `current` gave last; None where it has given none."""
        seen = self._seen
        return seen[1].build.id if seen is not None and self._process == os.getpid() else None

    def of_build(self, build_id: str) -> Engine:
        """The build of that id, published or earlier; GoneError where it is no longer (or never was) there."""
        self._mind_forks()
        gone = GoneError(f"build '{build_id}' has been removed; start the search again")
        if not BUILD_ID.fullmatch(build_id):
            raise gone
        index = index_of(self._connection.name, build_id)
        build = build_of(self._connection, index)  # it may have been removed since it was opened
        with self._lock:
            if build is None:
                self._open.pop(index, None)
                raise gone
            try:
                return self._open.get(index) or self._opened(build)
            except SchemaVersionError as error:
                raise GoneError(f"build '{build_id}' is of another version of saywho and cannot be opened") from error

    def close(self) -> None:
        """Lets go of everything; the next call opens it again."""
        with self._lock:
            engines = list(self._open.values())
            self._open.clear()
            self._seen = None
        for engine in engines:
            engine.close()
        self._connection.close()

    def _opened(self, build: ClusterBuild) -> ClusterEngine:
        if build.manifest.schema_version != SCHEMA_VERSION:
            raise SchemaVersionError(
                f"{build.index} was written by another version of saywho (schema {build.manifest.schema_version}, this "
                f"is {SCHEMA_VERSION}); type: saywho rebuild"
            )
        engine = ClusterEngine(self._connection, build)
        self._open[build.index] = engine
        while len(self._open) > 1 + _EARLIER:
            # Another thread may be using it, so it is not closed but let go: its files go with its last use.
            self._open.popitem(last=False)
        return engine

    def _mind_forks(self) -> None:
        # A server's workers are forks: connections would be shared between them.
        if self._process != os.getpid():
            self._start()
