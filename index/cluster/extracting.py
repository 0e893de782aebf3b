"""What a worker does: reads a shard, extracts a few articles, works out a piece. Runs in Dask's worker processes."""

import contextlib
import dataclasses
import os
import secrets
import signal
import socket
import threading
from collections.abc import Callable, Iterator, Sequence
from importlib.metadata import version
from typing import Any, TypeVar

from index.cluster.parts import Found, Read, Store, found_to_bytes, read_to_bytes
from index.cluster.shards import Shard
from index.errors import DaskError, SaywhoError
from index.extract.workers import extract_one, extractor_version
from index.readers import How, items_of
from index.records import Article

A = TypeVar("A")
B = TypeVar("B")

TRIES = 3
"""How often a worker may die of a task before the task is given up."""
END = "end"
"""Stands in the name of a shard's last part."""
_ROWS, _LETTERS = 2_000, 16_000_000
"""What one part holds, so that a file of any size is read in little memory."""
_ALONE = threading.Lock()
"""The extractor works on one article a process at a time, however many threads a worker has."""


@dataclasses.dataclass(frozen=True, slots=True)
class Order:
    """Which run a task is of."""

    run: str
    store: Store
    extractor: str
    version: str


class Begun:
    """Marks on the storage which tasks were begun: a mark that nobody took away is a worker that died of it."""

    def __init__(self, store: Store, run: str) -> None:
        self._store, self._beginning = store, f"begun-{run}-"

    def times(self, name: str) -> int:
        """How often a task was begun and not ended."""
        return len(self._store.names(f"{self._beginning}{name}."))

    @contextlib.contextmanager
    def mark(self, name: str) -> Iterator[None]:
        """Marks a task until it ends, well or not."""
        mine = f"{self._beginning}{name}.{secrets.token_hex(4)}"
        self._store.mark(mine, f"{socket.gethostname()} {os.getpid()}")
        try:
            yield
        finally:
            self._store.remove([mine])

    def clear(self) -> None:
        """Takes all marks of the run away."""
        self._store.remove(self._store.names(self._beginning))


def read_shard(shard: Shard, how: How, order: Order) -> list[str] | None:
    """Reads a shard's files into parts, and gives their names; None where too many workers died of it."""
    begun = Begun(order.store, order.run)
    if begun.times(shard.name) >= TRIES:
        return None
    with _ALONE, begun.mark(shard.name):
        names: list[str] = []
        rows: list[Read] = []
        letters = 0

        def keep(last: str = "") -> None:
            names.append(order.store.write(f"read-{shard.name}-{len(names):06}{last}", read_to_bytes(rows)))
            rows.clear()

        for row in (Read(place, item) for place, file in enumerate(shard.files) for item in items_of([file], how)):
            if len(rows) >= _ROWS or letters >= _LETTERS:
                keep()
                letters = 0
            rows.append(row)
            letters += len(row.item.text) if isinstance(row.item, Article) else 0
        keep(END)
        return names


def extract_articles(name: str, articles: Sequence[Article], order: Order) -> str | None:
    """Extracts articles into a part, and gives its name; None where too many workers died of it."""
    begun = Begun(order.store, order.run)
    if begun.times(name) >= TRIES:
        return None
    if problem := _other_version(order):
        raise DaskError(problem)
    with _ALONE, begun.mark(name):
        found = [Found(one.id, one.content_hash, order.extractor, extract_one(one)) for one in articles]
        return order.store.write(f"found-{name}", found_to_bytes(found))


def work_out(work: Callable[[A], B], piece: A) -> B:
    """What `work` makes of a piece."""
    with _ALONE:
        return work(piece)


def check(order: Order, seen: str, file: str | None) -> str:
    """What is wrong with this worker; empty where nothing is. The extractor is loaded then, once a process."""
    try:
        if problem := _other_version(order):
            return problem
        if order.store.marked(f"seen-{order.run}") != seen:
            return (
                f"the worker on {socket.gethostname()} does not see the folder of parts, {order.store.url}; name one "
                "that every worker sees: --parts, or SAYWHO_PARTS"
            )
        if file is not None and not os.path.exists(file):  # noqa: PTH110 - a name as it was given
            return (
                f"the worker on {socket.gethostname()} does not see {file}; name files by a path that every worker "
                "has, or put them on a storage (s3://…)"
            )
    except SaywhoError as error:
        return f"the worker on {socket.gethostname()}: {error}"
    return ""


def _other_version(order: Order) -> str:
    mine = version("saywho"), extractor_version()
    if mine == (order.version, order.extractor):
        return ""
    return (
        f"the worker on {socket.gethostname()} has saywho {mine[0]} with extractor '{mine[1]}', this machine "
        f"{order.version} with '{order.extractor}'; install the same on both"
    )


def leave_ctrl_c(dask_worker: Any = None) -> None:
    """Ctrl-C goes to every process of the terminal; the first one decides."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)
