"""Tasks handed to a scheduler's workers, and what they come to, in order, whoever dies meanwhile."""

import collections
import contextlib
import secrets
from collections.abc import Callable, Iterable, Iterator
from typing import Any, Generic, TypeVar

from index.cluster.connecting import ANSWER_SECONDS, PATIENCE, WORKERS_SECONDS, said
from index.errors import DaskError

A = TypeVar("A")
B = TypeVar("B")

_AHEAD = 3
"""Pieces a thread that may wait for their turn, so that memory stays flat and no worker waits."""


class Tasks:
    """A client's scheduler, asked with patience."""

    def __init__(self, client: Any, address: str) -> None:
        self._client, self._address = client, address

    def in_order(
        self, pieces: Iterable[A], begin: Callable[[A], "Task[B] | None"]
    ) -> Iterator[tuple[A, "Task[B] | None"]]:
        """Pieces with their tasks, in order; some are begun ahead, more the more workers there are."""
        waiting: collections.deque[tuple[A, Task[B] | None]] = collections.deque()
        try:
            for piece in pieces:
                waiting.append((piece, begin(piece)))
                if len(waiting) > 2 + _AHEAD * self._threads():
                    yield waiting.popleft()
            while waiting:
                yield waiting.popleft()
        finally:
            for _, task in waiting:
                if task is not None:
                    task.release()

    def submit(self, function: Callable[..., Any], *arguments: Any) -> Any:
        """A future of what a function comes to."""
        key = f"saywho-{function.__name__}-{secrets.token_hex(8)}"
        return self.asked(lambda: self._client.submit(function, *arguments, key=key, pure=False))

    def everywhere(self, function: Callable[..., B], *arguments: Any) -> dict[str, B | BaseException]:
        """What a function comes to on each worker, by the worker's address."""
        found: dict[str, B | BaseException] = self.asked(
            lambda: self._client.run(function, *arguments, on_error="return")
        )
        return found

    def asked(self, ask: Callable[[], B]) -> B:
        """An answer of the cluster; DaskError where it has gone, or has had no workers for a while."""
        from distributed import CancelledError
        from distributed.comm.core import CommClosedError

        idle = 0
        while True:
            try:
                if self._client.status not in ("running", "connecting"):
                    raise CommClosedError("the connection is closed")
                return ask()
            except TimeoutError:
                idle = 0 if self._threads() else idle + ANSWER_SECONDS
                if idle >= WORKERS_SECONDS:
                    raise DaskError(
                        f"{self._address}: the scheduler has had no workers for {idle} seconds; start some (dask "
                        f"worker {self._address}) and type the command again: what was done so far is kept"
                    ) from None
            except (CancelledError, CommClosedError, OSError) as error:
                raise DaskError(
                    f"{self._address}: Dask's scheduler answers no longer ({said(error)}); what was done so far is "
                    "kept: start it again, and type the command again"
                ) from error

    def _threads(self) -> int:
        """How many threads the workers have; 0 also where the scheduler does not say, since it has gone."""
        from distributed.comm.core import CommClosedError

        try:
            workers = self._client.scheduler_info(n_workers=-1).get("workers", {})
        except (CommClosedError, OSError):
            return 0
        return sum(one["nthreads"] for one in workers.values())


class Task(Generic[B]):
    """Something that a worker does, handed in again where its worker died of something else."""

    def __init__(
        self, tasks: Tasks, function: Callable[..., B | None], *arguments: Any, guilty: Callable[[], bool]
    ) -> None:
        self._tasks, self._function, self._arguments, self._guilty = tasks, function, arguments, guilty
        self._future = tasks.submit(function, *arguments)

    def result(self) -> B | None:
        """What it came to; None where workers died of it, as `guilty` says."""
        from distributed import KilledWorker

        for _ in range(PATIENCE):
            try:
                made: B | None = self._tasks.asked(lambda: self._future.result(timeout=ANSWER_SECONDS))
                return made
            except KilledWorker:
                # Dask counts what only waited on a worker that died, too.
                if self._guilty():
                    return None
                self._future = self._tasks.submit(self._function, *self._arguments)
        return None

    def release(self) -> None:
        """Takes it back."""
        with contextlib.suppress(Exception):
            self._future.release()
