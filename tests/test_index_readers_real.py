"""The readers on real files, where the optional folder ../shared is there."""

import gzip
import itertools
import json
from pathlib import Path

import pytest

from index.readers import read
from index.records import Article

pytestmark = pytest.mark.shared


def test_the_users_two_articles_keep_the_offsets_of_the_files(shared: Path) -> None:
    found = {a.id: a for a in read([str(shared / "seeds/*.txt")]) if isinstance(a, Article)}
    gold = [json.loads(line) for line in (shared / "seeds/gold.jsonl").read_text(encoding="utf-8").splitlines()]
    assert len(gold) == 20
    assert [found[g["article_id"]].text[g["start"] : g["end"]] for g in gold] == [g["text"] for g in gold]
    assert [(a.date, a.date_basis, a.source, a.source_basis, a.title) for a in found.values()] == [
        ("2020-01-01", "metadata", None, "missing", None),
        ("2020-01-01", "metadata", "UrduPoint News / Sputnik", "dateline", None),
    ]


def test_news_has_date_and_source_from_its_columns(shared: Path) -> None:
    path = shared / "data/news/2016.jsonl.gz"
    with gzip.open(path, "rt", encoding="utf-8") as lines:
        rows = [json.loads(line) for line in itertools.islice(lines, 50)]
    found = list(itertools.islice(read([str(path)]), 50))
    assert all(isinstance(a, Article) and a.date_basis == a.source_basis == "metadata" for a in found)
    keys = ("id", "text", "date", "source", "url")
    assert [[getattr(a, k) for k in keys] for a in found] == [[r[k] for k in keys] for r in rows]


def test_undated_news_stays_undated(shared: Path) -> None:
    found = itertools.islice(read([str(shared / "data/news/undated.jsonl.gz")]), 50)
    assert {(a.date, a.date_basis) for a in found if isinstance(a, Article)} == {(None, "missing")}


def test_names_give_date_and_source(shared: Path) -> None:
    found = list(read([str(shared / "data/polnear/train/text")]))
    assert len(found) == 840
    assert all(isinstance(a, Article) and a.date_basis == a.source_basis == "name" for a in found)
    assert all(isinstance(a, Article) and a.id.startswith(f"{a.source}_{a.date}_") for a in found)
