"""The yardstick: textacy's direct_quotations over a spaCy parse of the same articles. Prints one JSON object.

    PYTHON scripts/evaluation/yardstick.py DATA SET PIPELINE [--sample N]

PYTHON is one that has textacy and spaCy (`pip install textacy`); nothing of saywho is imported here, so the two need no
common environment. PIPELINE is the folder or name of a spaCy pipeline that tags, lemmatises and parses English.
"""

import argparse
import json
import sys
import time
from pathlib import Path
from typing import Any

import spacy
from spacy.tokens import Doc
from textacy.extract.triples import direct_quotations

WARM_UP = 3


def row_of(article_id: str, triple: Any) -> dict[str, Any]:
    """A quotation as the scorers take it, from textacy's speaker, cue and content."""

    def place(tokens: Any) -> list[list[int]]:
        return [[tokens[0].idx, tokens[-1].idx + len(tokens[-1])]] if len(tokens) else []

    return {
        "article_id": article_id,
        "kind": "direct",
        "content": [[triple.content.start_char, triple.content.end_char]],
        "cue": place(triple.cue),
        "source": place(triple.speaker),
    }


def rows_of(doc: Doc, article_id: str) -> list[dict[str, Any]]:
    """The quotations that textacy finds in a parsed article; none where it gives up on unpaired marks."""
    try:
        return [row_of(article_id, triple) for triple in direct_quotations(doc)]
    except ValueError:
        return []


def main() -> None:
    """Parses, extracts, times and prints."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("data", type=Path)
    parser.add_argument("which")
    parser.add_argument("pipeline")
    parser.add_argument("--sample", type=int)
    args = parser.parse_args()
    nlp = spacy.load(args.pipeline)
    if nlp.lang != "en" or "parser" not in nlp.pipe_names:
        sys.exit(f"{args.pipeline}: not an English pipeline that parses (and tags and lemmatises)")
    paths = sorted((args.data / "polnear" / args.which / "text").glob("*.txt"))
    step = max(1, len(paths) // args.sample) if args.sample else 1
    texts = {}
    for path in paths[::step][: args.sample or None]:
        with path.open(encoding="utf-8", newline="") as handle:
            texts[path.stem] = handle.read()
    for text in list(texts.values())[:WARM_UP]:
        nlp(text)
    started = time.process_time()
    rows = [row for name, text in texts.items() for row in rows_of(nlp(text), name)]
    took = time.process_time() - started
    words = sum(len(text.split()) for text in texts.values())
    name = f"textacy over {nlp.meta['lang']}_{nlp.meta['name']} {nlp.meta['version']}"
    print(json.dumps({"name": name, "words_per_second": round(words / took), "articles": sorted(texts), "rows": rows}))


if __name__ == "__main__":
    main()
