"""Starts the measure of speed, memory and growth in a process of its own, on one core."""

import json
import os
import subprocess
import sys
from pathlib import Path
from typing import Any

ROOT = Path(__file__).resolve().parents[2]
_ONE_THREAD = dict.fromkeys(
    ("OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS", "MKL_NUM_THREADS", "BLIS_NUM_THREADS", "TOKENIZERS_PARALLELISM"), "1"
) | {"TOKENIZERS_PARALLELISM": "false"}
"""Read by libraries when they are loaded, so they are set before the process starts."""


def cost_figures(data: Path, which: str, *, sample: int | None = None, growth: int = 0) -> dict[str, Any]:
    """What `one_core` prints; `growth` is how often growth is measured, 0 for not."""
    command = [sys.executable, "-m", "scripts.evaluation.one_core", str(data.resolve()), which]
    command += ["--sample", str(sample)] if sample else []
    command += ["--growth", str(growth)] if growth else []
    run = subprocess.run(command, cwd=ROOT, env=os.environ | _ONE_THREAD, stdout=subprocess.PIPE, text=True, check=True)
    figures: dict[str, Any] = json.loads(run.stdout.splitlines()[-1])
    return figures
