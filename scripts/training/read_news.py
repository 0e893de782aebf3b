"""News articles whose attributions were judged by reading: right or not, and who said it. No words, only places.

read_news.jsonl holds 210 articles of ../shared/data/news (2012 to 2017), a line for each attribution that the extractor
found there: where its content, source and cue stand; the verdict (ok; bounds: the content is cut or too long; source:
it is not who said it; not: nobody is reported to have said or thought anything); where the article gives the speaker's
name at its fullest, or a noun phrase. The articles of 2012 and 2015 (`held`) are kept from training: confidence and
thresholds are set on them.
"""

import gzip
import json
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from index.errors import UsageError

JUDGED = Path(__file__).with_name("read_news.jsonl")
YEARS = (2012, 2013, 2014, 2015, 2016, 2017)


@dataclass(frozen=True, slots=True)
class ReadArticle:
    """An article with its judged attributions, in order of the text."""

    id: str
    text: str
    held: bool
    rows: list[dict[str, Any]]

    def speakers(self, row: dict[str, Any]) -> set[str]:
        """The names or the noun phrase of who said it, as the article writes them; empty where nobody can be told."""
        return {self.text[start:end] for start, end in row["speaker"]}


def read_news(data: Path, path: Path = JUDGED) -> Iterator[ReadArticle]:
    """The judged articles, each with its text from the news of the folder `data`."""
    if not path.is_file():
        raise UsageError(f"{path}: not there; fetch the project's files again")
    rows: dict[str, list[dict[str, Any]]] = {}
    for line in path.read_text(encoding="utf-8").splitlines():
        row = json.loads(line)
        rows.setdefault(row["article_id"], []).append(row)
    for year in YEARS:
        source = data / "news" / f"{year}.jsonl.gz"
        if not source.is_file():
            raise UsageError(f"{source}: not there; give the folder that holds news/ with --data")
        with gzip.open(source, "rt", encoding="utf-8") as lines:
            for line in lines:
                article = json.loads(line)
                found = rows.get(article["id"])
                if found:
                    yield ReadArticle(article["id"], article["text"], found[0]["held"], found)
