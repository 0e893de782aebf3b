"""Engines in processes of their own, so that memory and times are each one's alone; this process asks them in turn."""

import dataclasses
import multiprocessing
import os
import time
import traceback
from collections.abc import Callable, Sequence
from multiprocessing.connection import Connection
from pathlib import Path
from types import TracebackType
from typing import Any, Self

from scripts.benchmarking.answers import Answer
from scripts.benchmarking.engines import MAKERS, Engine, Row
from scripts.benchmarking.machine import anonymous_bytes
from scripts.benchmarking.queries import Question

_LOOK = 0.05
"""Seconds between two looks at a working process's memory."""


class WorkerError(Exception):
    """An engine failed; the message is its own, with where it happened."""


@dataclasses.dataclass(frozen=True, slots=True)
class Built:
    """What building took: seconds of all the process's threads and children, and of the clock."""

    entries: int
    cpu: float
    wall: float


@dataclasses.dataclass(frozen=True, slots=True)
class Opened:
    """What opening took, and what the engine says about its index."""

    info: str
    milliseconds: float
    """By the clock."""


@dataclasses.dataclass(frozen=True, slots=True)
class Asked:
    """One question's answer and its milliseconds: of the processor, and by the clock."""

    answer: Answer
    cpu: float
    wall: float


class Worker:
    """One engine in a new process; a context manager. Any method raises WorkerError where the engine fails."""

    def __init__(self, name: str, row: Row) -> None:
        context = multiprocessing.get_context("spawn")
        self.name = name
        self.peak = 0
        """The most anonymous memory (bytes) that was seen while it worked."""
        self._connection, other = context.Pipe()
        self._process = context.Process(target=_serve, args=(other, name, row), daemon=True)
        self._process.start()
        other.close()

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, value: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._connection.close()
        self._process.join(10)
        if self._process.is_alive():
            self._process.terminate()

    @property
    def memory(self) -> int:
        """Its anonymous memory now, in bytes."""
        return anonymous_bytes(self._process.pid or 0)

    def build(self, entries: Path, folder: Path) -> Built:
        """Makes an index."""
        built: Built = self._call("build", entries, folder)
        return built

    def open(self, folder: Path) -> Opened:
        """Opens an index; ask after that."""
        opened: Opened = self._call("open", folder)
        return opened

    def refusals(self, questions: Sequence[Question]) -> list[str]:
        """For each question why the engine cannot express it, or nothing."""
        return list(self._call("refusals", list(questions)))

    def ask(self, questions: Sequence[Question]) -> list[Asked]:
        """The answers, in order."""
        return list(self._call("ask", list(questions)))

    def _call(self, method: str, *values: object) -> Any:
        try:
            self._connection.send((method, values))
            while not self._connection.poll(_LOOK):
                self.peak = max(self.peak, self.memory)
            done, result = self._connection.recv()
        except (EOFError, BrokenPipeError):
            self._process.join(10)
            raise WorkerError(f"{self.name} ended (exit code {self._process.exitcode}) in {method}") from None
        self.peak = max(self.peak, self.memory)
        if not done:
            raise WorkerError(f"{self.name} failed in {method}:\n{result}")
        return result


def _serve(connection: Connection, name: str, row: Row) -> None:
    """Works until the other side closes."""
    try:
        engine = MAKERS[name].make(row)
    except Exception:
        connection.recv()
        connection.send((False, traceback.format_exc()))
        return
    methods: dict[str, Callable[..., object]] = {"build": _build, "open": _open, "refusals": _refusals, "ask": _ask}
    while True:
        try:
            method, values = connection.recv()
        except EOFError:
            return
        try:
            answer: tuple[bool, object] = True, methods[method](engine, *values)
        except Exception:
            answer = False, traceback.format_exc()
        connection.send(answer)


def _build(engine: Engine, entries: Path, folder: Path) -> Built:
    before, started = sum(os.times()[:4]), time.perf_counter()
    count = engine.build(entries, folder)
    return Built(count, sum(os.times()[:4]) - before, time.perf_counter() - started)


def _open(engine: Engine, folder: Path) -> Opened:
    started = time.perf_counter()
    info = engine.open(folder)
    return Opened(info, (time.perf_counter() - started) * 1000)


def _refusals(engine: Engine, questions: Sequence[Question]) -> list[str]:
    return [engine.cannot(question) for question in questions]


def _ask(engine: Engine, questions: Sequence[Question]) -> list[Asked]:
    out = []
    for question in questions:
        started, cpu = time.perf_counter(), time.process_time()
        answer = engine.ask(question)
        spent, passed = time.process_time() - cpu, time.perf_counter() - started
        out.append(Asked(answer, spent * 1000, passed * 1000))
    return out
