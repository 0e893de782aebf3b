#!/usr/bin/env python3
"""Writes the commonest stems of a folder of news, the commonest first: what says how rare a quotation's words are.

    scripts/training/common_stems.py [../shared/data/news] [--most 3000]

Every twentieth article is counted. The list goes to index/variants/common_stems.txt; function words are
always in it, and names have a star.
"""

import argparse
import collections
import gzip
import json
import re
import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
sys.path.insert(0, str(ROOT))

from index.analysis import exact_words  # noqa: E402
from index.variants.words import FUNCTION_STEMS, stems_of  # noqa: E402

_CAPITAL = re.compile(r"(?<=[a-z,] )[A-Z][\w.’']*")
"""A capital within a sentence."""
_NAMES = 0.5
"""Share of capitals within sentences above which a stem is a name; names begin sentences too."""


def main() -> None:
    """Counts and writes."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("news", type=Path, nargs="?", default=ROOT.parent / "shared" / "data" / "news")
    parser.add_argument("--most", type=int, default=3000)
    args = parser.parse_args()
    words: collections.Counter[str] = collections.Counter()
    capitals: collections.Counter[str] = collections.Counter()
    for file in sorted(args.news.glob("*.jsonl.gz")):
        with gzip.open(file, "rt", encoding="utf-8") as lines:
            for number, line in enumerate(lines):
                if number % 20 == 0:
                    text = json.loads(line)["text"]
                    words.update(exact_words(text))
                    capitals.update(word for run in _CAPITAL.findall(text) for word in exact_words(run))
    names: collections.Counter[str] = collections.Counter()
    stems: collections.Counter[str] = collections.Counter()
    for word, count in words.items():
        for stem in stems_of(word):
            if word != "'s" and not stem.isdigit():
                stems[stem] += count
                names[stem] += min(count, capitals[word])
    common = sorted(stems, key=lambda stem: (-stems[stem], stem))[: args.most]
    common += sorted(FUNCTION_STEMS.difference(common))
    common = [f"{stem}*" if names[stem] > _NAMES * stems[stem] else stem for stem in common]
    (ROOT / "index/variants/common_stems.txt").write_text("\n".join(common) + "\n", encoding="utf-8")


if __name__ == "__main__":
    main()
