"""What is measured on: the articles of a PolNeAR set, their digest, and the scorers that lie beside the data."""

import hashlib
import importlib.util
import sys
from collections.abc import Iterable
from pathlib import Path
from types import ModuleType

from tqdm import tqdm

from index.extract.pipeline import extract
from index.records import Article, Quotation

Found = dict[str, list[Quotation]]
"""The quotations of some articles by the article's id."""


def tool_path(data: Path, name: str) -> Path:
    """Where a scorer of the shared folder lies."""
    path = data.parent / "tools" / f"{name}.py"
    if not path.is_file():
        sys.exit(f"{path}: not there; --data must lie beside the tools folder with the scorers")
    return path


def load_tool(data: Path, name: str) -> ModuleType:
    """A scorer of the shared folder, as a module."""
    spec = importlib.util.spec_from_file_location(name, tool_path(data, name))
    if spec is None or spec.loader is None:
        sys.exit(f"{data.parent}/tools/{name}.py cannot be loaded")
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


def read_articles(folder: Path, sample: int | None = None) -> list[Article]:
    """The articles of a PolNeAR set in the order of their names; of `sample` every so-manieth."""
    paths = sorted((folder / "text").glob("*.txt"))
    if not paths:
        sys.exit(f"{folder}: no text/*.txt there; --data must hold polnear/dev and polnear/train")
    step = max(1, len(paths) // sample) if sample else 1
    articles = []
    for path in paths[::step][: sample or None]:
        with path.open(encoding="utf-8", newline="") as handle:
            articles.append(Article(id=path.stem, text=handle.read()))
    return articles


def digest(folder: Path) -> str:
    """sha256 (hex) over the set's texts, attributions and speakers: a figure holds for these files only."""
    total = hashlib.sha256()
    for path in sorted(
        [*folder.glob("text/*.txt"), *folder.glob("attributions/*.ann"), *folder.glob("speakers.jsonl")]
    ):
        total.update(path.name.encode() + b"\0" + hashlib.sha256(path.read_bytes()).digest())
    return total.hexdigest()


def extract_each(articles: Iterable[Article]) -> Found:
    """Every article's quotations, with a bar on a terminal."""
    return {a.id: extract(a) for a in tqdm(articles, desc="extracting", unit=" articles", disable=None, leave=False)}
