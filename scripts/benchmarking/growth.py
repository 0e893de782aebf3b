"""`benchmark.py growth`: the same questions at several sizes, with the index's files in the page cache and not."""

from collections.abc import Sequence
from typing import Any

import numpy as np

from scripts.benchmarking.engines import MAKERS, Maker, Row
from scripts.benchmarking.machine import described, drop_from_cache, gflops
from scripts.benchmarking.queries import Question
from scripts.benchmarking.searching import SLOW, spread
from scripts.benchmarking.workers import Worker
from scripts.benchmarking.workplace import Index, Workplace, say

_ROW: Row = "real"


def growth_figures(workplaces: Sequence[Workplace], names: Sequence[str], passes: int) -> dict[str, Any]:
    """One object a size and engine, under `sizes`."""
    before = gflops()
    sizes = []
    for workplace in workplaces:
        questions = workplace.questions()
        for name in names:
            index = workplace.index(MAKERS[name], _ROW)
            say(f"{name} is asked, {workplace.size:,} quotations")
            sizes.append({"size": workplace.size, **_figures(MAKERS[name], index, questions, passes)})
    return {"machine": described(), "gflops": {"before": before, "after": gflops()}, "sizes": sizes}


def _figures(maker: Maker, index: Index, questions: Sequence[Question], passes: int) -> dict[str, Any]:
    held = drop_from_cache(index.folder)
    with Worker(maker.name, _ROW) as worker:
        cold = worker.open(index.folder)
        first = worker.ask(questions)
    with Worker(maker.name, _ROW) as worker:
        warm = worker.open(index.folder)
        best = np.array([asked.cpu for asked in worker.ask(questions)])
        again = [place for place in range(len(questions)) if best[place] <= SLOW]
        for _ in range(passes):
            times = [asked.cpu for asked in worker.ask([questions[place] for place in again])]
            best[again] = np.minimum(best[again], times)
        memory = worker.memory
    return {
        "engine": maker.name,
        **spread(best.tolist()),
        "cold": spread([asked.wall for asked in first]),
        "held_in_cache": round(held, 4),
        "open_cold_ms": round(cold.milliseconds, 2),
        "open_warm_ms": round(warm.milliseconds, 2),
        "anonymous_mb": round(memory / 1e6, 1),
        "peak_build_mb": round(index.peak / 1e6, 1),
        "disk_mb": round(index.bytes / 1e6, 1),
        "per_cpu_s": round(index.entries / index.cpu, 1),
    }
