#!/usr/bin/env python3
"""Trains the sentence splitter from raw news with NLTK's own trainer, and writes index/extract/punkt.json.

    scripts/train_punkt.py DATA_FOLDER [--words N] [--out FILE]

DATA_FOLDER holds news/*.jsonl.gz, one article a line with its words in "text". What is written are facts about words
(abbreviations, pairs that belong together, words that begin sentences, how words are capitalised), no text.
"""

import argparse
import gzip
import json
import re
import sys
from collections.abc import Iterator
from pathlib import Path

from nltk.tokenize.punkt import PunktTrainer

ROOT = Path(__file__).resolve().parents[1]
MIN_SEEN = 20
"""Capitalisation of rarer words is left out: it makes the file ten times as large and changes next to nothing."""


def texts(folder: Path, words: int) -> Iterator[str]:
    """Every seventh article of every year, so that no year and no outlet outweighs the others."""
    seen = 0
    for path in sorted(folder.glob("news/*.jsonl.gz")):
        with gzip.open(path, "rt", encoding="utf-8") as lines:
            for number, line in enumerate(lines):
                if number % 7:
                    continue
                text = json.loads(line)["text"]
                seen += len(text.split())
                if seen > words:
                    return
                yield text


def main() -> None:
    """Trains and writes."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("data", type=Path)
    parser.add_argument("--words", type=int, default=3_000_000)
    parser.add_argument("--out", type=Path, default=ROOT / "index" / "extract" / "punkt.json")
    args = parser.parse_args()
    if not any(args.data.glob("news/*.jsonl.gz")):
        sys.exit(f"{args.data}: no news/*.jsonl.gz there; give the folder that holds the news articles")
    trainer = PunktTrainer()
    for text in texts(args.data, args.words):
        trainer.train(text.replace("’", "'"), finalize=False)
    counts = trainer._type_fdist  # the trainer's own counts; it offers no other way to them
    trainer.finalize_training()
    found = trainer.get_params()
    facts = {
        "abbreviations": sorted(filter(re.compile(r"[\w.-]+").fullmatch, found.abbrev_types)),
        "collocations": sorted(list(pair) for pair in found.collocations if "/" not in "".join(pair)),
        "sentence_starters": sorted(found.sent_starters),
        "capitalisation": {w: c for w, c in sorted(found.ortho_context.items()) if counts[w] >= MIN_SEEN and c},
    }
    args.out.write_text(json.dumps(facts, ensure_ascii=False, indent=0, sort_keys=True) + "\n", encoding="utf-8")
    print(", ".join(f"{len(value)} {name}" for name, value in facts.items()), "->", args.out)


if __name__ == "__main__":
    main()
