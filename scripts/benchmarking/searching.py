"""`benchmark.py search`: all questions to all engines, pass by pass in turn, and whether their counts agree."""

import dataclasses
from collections import Counter
from collections.abc import Sequence
from contextlib import ExitStack
from typing import Any

import numpy as np
from tqdm import tqdm

from scripts.benchmarking.answers import Answer, compare
from scripts.benchmarking.engines import MAKERS, OURS, Maker, Row
from scripts.benchmarking.machine import described, gflops
from scripts.benchmarking.queries import Question
from scripts.benchmarking.workers import Asked, Worker, WorkerError
from scripts.benchmarking.workplace import Index, Workplace, say

SLOW = 1000.0
"""Milliseconds; a question that took longer in the first pass is asked once more and not every pass."""


@dataclasses.dataclass(slots=True)
class Run:
    """One engine's times for one row, by the question's place."""

    worker: Worker
    info: str
    opening: float
    """Milliseconds."""
    refused: dict[int, str]
    """Why a question was left out."""
    answers: dict[int, Answer]
    first: dict[int, Asked]
    best: dict[int, float] = dataclasses.field(default_factory=dict)
    """The least processor time of the warm passes, in milliseconds."""
    memory: int = 0
    """Anonymous, in bytes, after the last pass."""


def search_figures(workplace: Workplace, peers: Sequence[str], rows: Sequence[Row], passes: int) -> dict[str, Any]:
    """Everything that is measured, as one JSON object; `ratios` and `counts_agree` are those of row `plain`."""
    before = gflops()
    figures: dict[str, Any] = {
        "machine": described(),
        "size": workplace.size,
        "passes": passes,
        "versions": {name: MAKERS[name].version() for name in peers if MAKERS[name].version()},
        "ratios": {},
        "counts_agree": None,
        "rows": {},
        "build": {},
        "left_out": {name: MAKERS[name].why_not for name in peers if set(rows) - set(MAKERS[name].rows)},
    }
    questions = workplace.questions()
    for row in rows:
        makers = [MAKERS[name] for name in (OURS, *peers) if row in MAKERS[name].rows]
        measured = _row_figures(workplace, makers, row, questions, passes)
        figures["build"] |= measured.pop("build")
        figures["rows"][row] = measured
    main = figures["rows"].get("plain")
    if main:
        figures["ratios"] = main["ratios"]
        figures["counts_agree"] = all(one["equal"] == one["asked"] for one in main["agreement"].values())
    figures["gflops"] = {"before": round(before, 1), "after": round(gflops(), 1)}
    return figures


def _row_figures(
    workplace: Workplace, makers: Sequence[Maker], row: Row, questions: Sequence[Question], passes: int
) -> dict[str, Any]:
    indexes: dict[str, Index] = {}
    for maker in makers:
        try:
            indexes[maker.name] = workplace.index(maker, row)
        except WorkerError as error:
            _go_on_without(maker.name, error)
    with ExitStack() as stack:
        runs: dict[str, Run] = {}
        for name, index in indexes.items():
            try:
                runs[name] = _opened(stack.enter_context(Worker(name, row)), index, questions)
            except WorkerError as error:
                _go_on_without(name, error)
        _ask_in_turn(runs, questions, passes)
    return _summary(runs, indexes, row, questions)


def _go_on_without(name: str, error: WorkerError) -> None:
    if name == OURS:
        raise error
    say(f"{error}\n{name} is left out")


def _opened(worker: Worker, index: Index, questions: Sequence[Question]) -> Run:
    """Opens an index and asks everything once; those answers are the ones that are compared."""
    say(f"{worker.name} opens its index and is asked everything once")
    opened = worker.open(index.folder)
    refused = {place: why for place, why in enumerate(worker.refusals(questions)) if why}
    places = [place for place in range(len(questions)) if place not in refused]
    first = dict(zip(places, worker.ask([questions[place] for place in places]), strict=True))
    answers = {place: asked.answer for place, asked in first.items()}
    return Run(worker, opened.info, opened.milliseconds, refused, answers, first)


def _ask_in_turn(runs: dict[str, Run], questions: Sequence[Question], passes: int) -> None:
    """The warm passes: every engine once a pass, and another one first each time."""
    names = [name for name in runs if MAKERS[name].timed]
    for number in tqdm(range(passes), desc="asking", unit=" passes", disable=None, leave=False):
        turn = number % len(names)
        for name in (*names[turn:], *names[:turn]):
            run = runs[name]
            places = [place for place, asked in run.first.items() if number == 0 or asked.cpu <= SLOW]
            for place, asked in zip(places, run.worker.ask([questions[place] for place in places]), strict=True):
                run.best[place] = min(run.best.get(place, np.inf), asked.cpu)
    for name in names:
        runs[name].memory = runs[name].worker.memory


def _summary(
    runs: dict[str, Run], indexes: dict[str, Index], row: Row, questions: Sequence[Question]
) -> dict[str, Any]:
    ours = runs[OURS]
    timed = {name: run for name, run in runs.items() if MAKERS[name].timed}
    agreement, ratios = {}, {}
    for name, run in runs.items():
        if name == OURS:
            continue
        common = sorted(run.answers)
        pairs = [(questions[place].shown, ours.answers[place], run.answers[place]) for place in common]
        agreement[name] = dataclasses.asdict(compare(pairs))
        if not MAKERS[name].timed:
            continue
        mine, theirs = (spread([each.best[place] for place in common]) for each in (ours, run))
        ratios[name] = {figure: round(mine[figure] / theirs[figure], 5) for figure in ("p50", "p95", "mean")}
    return {
        "ratios": ratios,
        "agreement": agreement,
        "engines": {name: _engine_figures(run, indexes[name], questions) for name, run in timed.items()},
        "questions": [
            {
                "kind": question.kind,
                "shown": question.shown,
                "total": ours.answers[place].total,
                "ms": {name: round(run.best[place], 4) for name, run in timed.items() if place in run.best},
            }
            for place, question in enumerate(questions)
        ],
        "build": {f"{name} {MAKERS[name].index_row(row)}": _build_figures(indexes[name]) for name in timed},
    }


def _engine_figures(run: Run, index: Index, questions: Sequence[Question]) -> dict[str, Any]:
    kinds = {questions[place].kind: None for place in run.best}
    by_kind = {
        kind: spread([value for place, value in run.best.items() if questions[place].kind == kind]) for kind in kinds
    }
    return {
        **spread(list(run.best.values())),
        "questions": len(run.best),
        "first_pass": spread([asked.cpu for asked in run.first.values()]),
        "asked_once_more": sum(asked.cpu > SLOW for asked in run.first.values()),
        "open_ms": round(run.opening, 2),
        "info": run.info,
        "anonymous_mb": round(run.memory / 1e6, 1),
        "disk_mb": round(index.bytes / 1e6, 1),
        "kinds": by_kind,
        "refused": dict(Counter(run.refused.values())),
    }


def _build_figures(index: Index) -> dict[str, Any]:
    return {
        "entries": index.entries,
        "cpu_s": round(index.cpu, 2),
        "wall_s": round(index.wall, 2),
        "per_cpu_s": round(index.entries / index.cpu, 1),
        "disk_mb": round(index.bytes / 1e6, 1),
        "peak_anonymous_mb": round(index.peak / 1e6, 1),
        "gflops": round(index.gflops, 1),
        "made": index.made,
    }


def spread(values: Sequence[float]) -> dict[str, float]:
    """Median, 95th percentile and mean."""
    middle, high = np.percentile(values, [50, 95]).tolist() if values else (0.0, 0.0)
    return {"p50": round(middle, 4), "p95": round(high, 4), "mean": round(float(np.mean(values or [0.0])), 4)}
