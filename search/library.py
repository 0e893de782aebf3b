"""The builds of a data folder, opened as they are needed: the published one, and earlier ones for their cursors."""

import logging
import os
import threading
import time
from collections import OrderedDict
from pathlib import Path
from typing import TYPE_CHECKING

from index.errors import IndexDamagedError, SaywhoError, SchemaVersionError
from index.manifest import BUILD_ID, POINTER, check, published
from index.settings import Settings
from search import cursors
from search.engine import Engine
from search.errors import GoneError, RequestError
from search.request import SearchRequest
from search.results import ResultPage
from search.whoosh_engine import WhooshEngine, open_engine

if TYPE_CHECKING:
    from search.cluster_library import ClusterShelf

_EARLIER = 2
"""Earlier builds that stay open."""
_AGAIN = 5.0
"""Seconds before a build that could not be opened is tried again."""
_PATIENCE = 30.0
"""Seconds that a question for a build waits while that is being opened."""
_FIRST = SearchRequest(facets=("speaker", "source", "date", "kind"))
"""What a build is asked before it answers others, so that what it works out once is there."""

log = logging.getLogger(__name__)


class Library:
    """What is published in a data folder, now and while it changes; may be shared between threads.

    An engine that was handed out answers until it is let go, even when its build has been replaced or removed since.
    """

    def __init__(self, settings: Settings, *, ahead: bool = False) -> None:
        """With `ahead` the next build is opened beside the questions, and the one before answers until it is ready."""
        self._ahead = ahead
        self._shelf = _shelf(settings)
        self._builds = settings.builds
        self._pointer = settings.builds / POINTER
        self._start()

    def _start(self) -> None:
        self._process = os.getpid()
        self._current: WhooshEngine | None = None
        self._seen: tuple[tuple[int, ...], Engine] | None = None
        """The pointer file's stamp when it was last read, and the build that it named."""
        self._earlier: OrderedDict[str, WhooshEngine] = OrderedDict()
        self._opening: threading.Thread | None = None
        self._failed: tuple[tuple[int, ...], float] = (), 0.0
        """The pointer file's stamp when its build could not be opened, and when that was."""
        self._lock = threading.Lock()

    def current(self) -> Engine:
        """The published build. NotPublishedError, IndexDamagedError, SchemaVersionError.

        A look whether the pointer file is another one is all that it costs while nothing new is published.
        """
        if self._shelf is not None:
            return self._shelf.current()
        self._mind_forks()
        stamp, seen = (
            self._stamp(),
            self._seen,
        )  # taken before it is read: what is published meanwhile is seen next time
        if seen is not None and seen[0] == stamp:
            return seen[1]
        if seen is not None and self._ahead:
            self._open_ahead(stamp)
            return seen[1]
        folder = published(self._builds)
        with self._lock:
            engine = self._move_to(folder)
            self._seen = stamp, engine
            return engine

    @property
    def opened(self) -> str | None:
        """The id of the build that `current` gave last; None where it has given none."""
        if self._shelf is not None:
            return self._shelf.opened
        seen = self._seen
        return seen[1].build.id if seen is not None and self._process == os.getpid() else None

    def of_build(self, build_id: str) -> Engine:
        """The build of that id, published or earlier; GoneError where it is no longer (or never was) there."""
        if self._shelf is not None:
            return self._shelf.of_build(build_id)
        self._mind_forks()
        engine = self._current
        folder = self._builds / build_id if BUILD_ID.fullmatch(build_id) else None
        if folder is None or not folder.is_dir():
            raise GoneError(f"build '{build_id}' has been removed; start the search again")
        if engine is not None and engine.build.id == build_id:
            return engine
        self.catch_up()  # a cursor of the newest build may come from another worker, which was faster
        with self._lock:
            if self._current is not None and self._current.build.id == build_id:
                return self._current
            try:
                found = self._earlier.pop(build_id, None) or _opened(folder)
            except SchemaVersionError as error:
                raise GoneError(f"build '{build_id}' is of another version of saywho and cannot be opened") from error
            self._keep(found)
            return found

    def answering(self, request: SearchRequest) -> Engine:
        """The build that the request or its cursor names, else the published one. GoneError: it is no longer there."""
        if request.build:
            return self.of_build(request.build)
        if request.cursor is None:
            return self.current()
        cursor = cursors.decode(request.cursor)
        if cursor.digest != request.digest:
            raise RequestError("cursor", "belongs to another question; start again without it")
        return self.of_build(cursor.build)

    def search(self, request: SearchRequest) -> ResultPage:
        """One page of answers, from the build that is `answering`."""
        return self.answering(request).search(request)

    def catch_up(self) -> None:
        """Waits for the published build where that is being opened beside the questions."""
        if self._ahead and self._seen is not None and self._seen[0] != (stamp := self._stamp()):
            self._open_ahead(stamp)
        if (opening := self._opening) is not None:
            opening.join(_PATIENCE)

    def _open_ahead(self, stamp: tuple[int, ...]) -> None:
        if self._opening is not None or (self._failed[0] == stamp and time.monotonic() < self._failed[1] + _AGAIN):
            return
        with self._lock:
            if self._opening is None:
                self._opening = threading.Thread(target=self._move_ahead, args=(stamp,), daemon=True)
                self._opening.start()

    def _move_ahead(self, stamp: tuple[int, ...]) -> None:
        """Opens what is published, asks it something, and lets it answer from then on."""
        try:
            folder = published(self._builds)
            with self._lock:
                engine = self._earlier.get(folder.name)
            if engine is None:
                engine = _opened(folder)
            engine.search(_FIRST)
            with self._lock:
                if self._current is not None and self._current.build.id != folder.name:
                    self._keep(self._current)
                self._earlier.pop(folder.name, None)
                self._current = engine
                self._seen = stamp, engine
        except (SaywhoError, OSError) as error:
            self._failed = stamp, time.monotonic()
            log.warning("what was published cannot be opened, and the build before it still answers: %s", error)
        finally:
            self._opening = None

    def close(self) -> None:
        """Lets go of everything; the next call opens it again."""
        if (opening := self._opening) is not None:
            opening.join()
        if self._shelf is not None:
            self._shelf.close()
        with self._lock:
            engines = [*self._earlier.values(), *([self._current] if self._current else [])]
            self._earlier.clear()
            self._current = self._seen = None
        for engine in engines:
            engine.close()

    def _mind_forks(self) -> None:
        # A server's workers are forks: the place in an open file would be shared between them.
        if self._process != os.getpid():
            self._start()

    def _stamp(self) -> tuple[int, ...]:
        """Which file the pointer is; nothing where there is none. Publishing puts a new file in its place."""
        try:
            found = self._pointer.stat()
        except OSError:
            return ()
        return found.st_ino, found.st_mtime_ns, found.st_ctime_ns

    def _move_to(self, folder: Path) -> Engine:
        if self._current is not None:
            if self._current.build.id == folder.name:  # another thread was faster
                return self._current
            self._keep(self._current)
        try:
            self._current = self._earlier.pop(folder.name, None) or _opened(folder)
        except IndexDamagedError:
            # A build may be replaced and removed between the look at the pointer and the opening.
            latest = published(self._builds)
            if latest == folder:
                raise
            self._current = _opened(latest)
        return self._current

    def _keep(self, engine: WhooshEngine) -> None:
        self._earlier[engine.build.id] = engine
        for build_id in [one for one in self._earlier if not (self._builds / one).is_dir()]:
            del self._earlier[build_id]  # pruned: nobody may ask for it any more, and its files should go
        while len(self._earlier) > _EARLIER:
            # Another thread may be using it, so it is not closed but let go: its files close with its last use.
            self._earlier.popitem(last=False)


def _opened(folder: Path) -> WhooshEngine:
    return open_engine(folder, check(folder))


def _shelf(settings: Settings) -> "ClusterShelf | None":
    """The builds of a cluster, where that is what answers."""
    if settings.engine != "opensearch":
        return None
    from search.cluster_library import ClusterShelf

    return ClusterShelf(settings)
