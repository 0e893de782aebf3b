"""Starts what is timed in a process of its own, on one core: the extractor, and the yardstick beside it."""

import json
import os
import subprocess
import sys
from pathlib import Path
from typing import Any

from scripts.evaluation.corpus import load_tool

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
    return _printed(command)


def yardstick_figures(
    data: Path, which: str, python: str, pipeline: str, *, sample: int | None = None
) -> dict[str, Any]:
    """How textacy does on the same articles, by the same scorer: `python` has it, `pipeline` parses for it."""
    script = str(ROOT / "scripts" / "evaluation" / "yardstick.py")
    command = [python, script, str(data.resolve()), which, pipeline, *(["--sample", str(sample)] if sample else [])]
    told = _printed(command)
    scorer = load_tool(data, "score_attributions")
    rows: dict[str, list[dict[str, Any]]] = {name: [] for name in told["articles"]}
    for row in told["rows"]:
        rows[row["article_id"]].append(row)
    scored = scorer.score(scorer.read_gold(data / "polnear" / which, set(rows)), rows)
    return {"name": told["name"], "words_per_second": told["words_per_second"], **scored}


def _printed(command: list[str]) -> dict[str, Any]:
    """The JSON object that a command's last line of output holds."""
    try:
        run = subprocess.run(
            command, cwd=ROOT, env=os.environ | _ONE_THREAD, stdout=subprocess.PIPE, text=True, check=True
        )
    except (OSError, subprocess.CalledProcessError) as error:
        sys.exit(f"{' '.join(command)}: did not run ({error}); its own words stand above")
    figures: dict[str, Any] = json.loads(run.stdout.splitlines()[-1])
    return figures
