"""Whether outlets that quote the same words are given the same speaker: a measure without gold, on real news."""

import json
import subprocess
import sys
import tempfile
from pathlib import Path
from typing import Any

from tqdm import tqdm

from index.extract.workers import extract_all
from index.readers import read
from index.records import Article, Failure, to_json
from scripts.evaluation.corpus import tool_path


def agreement_figures(data: Path, year: str, *, jobs: int) -> dict[str, Any]:
    """What score_agreement.py prints for the articles of one year of news, and how many articles there were."""
    path = data / "news" / f"{year}.jsonl.gz"
    if not path.is_file():
        sys.exit(f"{path}: not there; --agreement takes a year whose articles --data holds under news/")
    articles = (item for item in read([str(path)]) if isinstance(item, Article))
    count = broken = 0
    with tempfile.TemporaryDirectory() as folder:
        predicted = Path(folder) / "predicted.jsonl"
        # Where stderr is no terminal, a line now and then still says that it is at work.
        bar = tqdm(
            extract_all(articles, jobs=jobs),
            desc=f"extracting news/{year}",
            unit=" articles",
            mininterval=0.5 if sys.stderr.isatty() else 30,
        )
        with predicted.open("w", encoding="utf-8") as handle:
            for _, found in bar:
                count += 1
                if isinstance(found, Failure):
                    broken += 1
                    continue
                handle.writelines(json.dumps(to_json(q)) + "\n" for q in found if q.kind != "indirect")
        tool = tool_path(data, "score_agreement")
        run = subprocess.run([sys.executable, tool, predicted, path], capture_output=True, text=True, check=True)
    return {"articles": count, "broken": broken, **json.loads(run.stdout.splitlines()[0])}
