"""The two articles that the project began with: every gold line, one test each."""

import functools
import json
import re
from pathlib import Path
from typing import Any

import pytest

from index.extract.pipeline import extract
from index.readers import read
from index.records import Article, Quotation

SEEDS = Path(__file__).resolve().parents[2] / "shared" / "seeds"
LINES = (
    [json.loads(line) for line in (SEEDS / "gold.jsonl").read_text(encoding="utf-8").splitlines() if line]
    if (SEEDS / "gold.jsonl").is_file()
    else []
)
TITLES = frozenset("the of u s us".split())  # noqa: SIM905


@functools.cache
def found_in(article_id: str) -> tuple[Quotation, ...]:
    (article,) = read([str(SEEDS / f"{article_id}.txt")])
    assert isinstance(article, Article)
    return tuple(extract(article))


def same_name(gold: str, speaker: str | None) -> bool:
    """The same last word, and one name's words within the other's."""

    def words(name: str) -> list[str]:
        plain = re.sub(r"['’]s\b", "", name.lower())
        return [word for word in re.findall(r"[^\W_]+", plain) if word not in TITLES]

    g, p = words(gold), words(speaker or "")
    return bool(g and p) and g[-1] == p[-1] and (set(g) <= set(p) or set(p) <= set(g))


def test_the_gold_is_there_where_the_folder_is(shared: Path) -> None:
    assert shared == SEEDS.parent
    assert len(LINES) == 20


@pytest.mark.parametrize("line", LINES, ids=lambda line: f"{line['article_id'].split('-')[0]}-{line['start']}")
def test_gold_line(line: dict[str, Any]) -> None:
    start, end = line["start"], line["end"]
    if line["kind"] == "direct":
        covering = [q for q in found_in(line["article_id"]) if (start, end) in q.content]
    else:
        covering = [q for q in found_in(line["article_id"]) if any(a <= start and end <= b for a, b in q.content)]
    assert [q.kind for q in covering] == [line["kind"]]
    if line["speaker"] is None:
        assert covering[0].speaker is None
    else:
        assert same_name(line["speaker"], covering[0].speaker), covering[0].speaker
