"""What is counted of a whole build while its entries go by: words, stems, names. Files that its readers fetch once.

An answer needs them everywhere (how rare a word is, what a speaker is called, in which order equally common values
stand, which words lie near a misspelt one), and they are small beside the quotations: some hundred bytes a word or
name. They are arrays as `index.whoosh_codec` has them, so that what looks into those looks into these:

    words, stems, stem_of                 two lexicons, and uint32 [words] the stem of each
    FIELD.post_at, FIELD.place_at         uint64 [words + 1]: the differences are the rows with a word, and its places
    SCOPE.post_at                         uint64 [stems + 1]: the differences are the rows with a stem
    NAME.values, .labels, .counts …       of speaker, source, kind, status, as `index.whoosh_codec.columns` has them
"""

import functools
import json
from collections import Counter, defaultdict
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import numpy as np

from index.analysis import exact_words
from index.cluster.opensearch_mapping import POSSESSIVE, Spelled, stem_of
from index.schema import FIELDS
from index.whoosh_codec.arrays import U32, U64, ArrayFolder, offsets, pack, save
from index.whoosh_codec.columns import NAMED, Values
from index.whoosh_codec.lexicon import Lexicon, encoded, save_strings
from index.whoosh_codec.segment import TEXT_FIELDS
from index.whoosh_codec.vocabulary import NO_STEM
from index.whoosh_codec.weights import SCOPES, fields_of, pivot_of

PACK = "tables.pack"
TOTALS = "totals.json"
_NAMES = tuple((field.name, field.value, field.label) for field in FIELDS if field.name in NAMED)


class Counting:
    """Counts entries as they go by; `write` puts down what was found."""

    def __init__(self) -> None:
        self.rows = 0
        self.days: tuple[int, int] | None = None
        self._lengths: Counter[str] = Counter()
        self._rows_with: dict[str, Counter[str]] = {name: Counter() for name in (*TEXT_FIELDS, *SCOPES)}
        self._places: dict[str, Counter[str]] = {name: Counter() for name in TEXT_FIELDS}
        self._values: dict[str, Counter[str]] = {name: Counter() for name in NAMED}
        self._labels: dict[str, dict[str, Counter[str]]] = {name: defaultdict(Counter) for name in NAMED}

    def add(self, spelt: Spelled, date: int) -> None:
        """One entry with its words and its day, yyyymmdd, 0 for none."""
        self.rows += 1
        if date:
            first, last = self.days or (date, date)
            self.days = min(first, date), max(last, date)
        stems: dict[str, set[str]] = {}
        for name, pieces in spelt.fields.items():
            counts = Counter(word for piece in pieces for word in piece)
            self._lengths[name] += counts.total()
            self._rows_with[name].update(counts.keys())
            self._places[name].update(counts)
            stems[name] = {stem_of(word) for word in counts}
        for scope in SCOPES:
            found = set().union(*(stems[name] for name in fields_of(scope)))
            found.discard(POSSESSIVE)
            self._rows_with[scope].update(found)
        for name, value_of, label_of in _NAMES:
            value = value_of(spelt.entry)
            if value is None:
                continue
            value = str(value)
            self._values[name][value] += 1
            label = label_of(spelt.entry) if label_of else None
            if label and label != value:
                self._labels[name][value][label] += 1

    def pivots(self) -> dict[str, float]:
        """What counts as the text fields' usual length."""
        return {name: pivot_of(self._lengths[name], self.rows) for name in TEXT_FIELDS}

    def write(self, folder: Path) -> None:
        """Writes PACK and TOTALS into an empty folder."""
        words = sorted({word for name in TEXT_FIELDS for word in self._rows_with[name]}, key=encoded)
        stems = sorted({stem_of(word) for word in words} - {POSSESSIVE}, key=encoded)
        numbers = {stem: number for number, stem in enumerate(stems)}
        save_strings(folder, "words", map(encoded, words))
        save_strings(folder, "stems", map(encoded, stems))
        save(folder, "stem_of", np.array([numbers.get(stem_of(word), NO_STEM) for word in words], np.uint32))
        for name in TEXT_FIELDS:
            for kind, counts in (("post_at", self._rows_with[name]), ("place_at", self._places[name])):
                save(folder, f"{name}.{kind}", offsets(np.array([counts[word] for word in words], np.int64)))
        for scope in SCOPES:
            counts = self._rows_with[scope]
            save(folder, f"{scope}.post_at", offsets(np.array([counts[stem] for stem in stems], np.int64)))
        for name in NAMED:
            _write_values(folder, name, self._values[name], self._labels[name], self.rows)
        pack(folder, PACK.removesuffix(".pack"))
        totals = {"rows": self.rows, "days": self.days, "pivots": self.pivots()}
        (folder / TOTALS).write_text(json.dumps(totals), encoding="ascii")


def _write_values(
    folder: Path, name: str, counts: Mapping[str, int], labels: Mapping[str, Counter[str]], rows: int
) -> None:
    """The values of a facet as `index.whoosh_codec.columns` writes them: the commonest first."""
    values = sorted(counts, key=lambda value: (-counts[value], encoded(value)))
    called = [
        min(found, key=lambda label: (-found[label], label)) if (found := labels.get(value)) else value
        for value in values
    ]
    save_strings(folder, f"{name}.values", map(encoded, values))
    save_strings(folder, f"{name}.labels", map(encoded, called))
    each = [counts[value] for value in values]
    save(folder, f"{name}.counts", np.array([rows - sum(each), *each], np.uint32))
    by_value = sorted(range(len(values)), key=lambda place: encoded(values[place]))
    save(folder, f"{name}.sorted", np.array(by_value, np.uint32) + np.uint32(1))
    having: dict[bytes, list[int]] = defaultdict(list)
    for code, label in enumerate(called, 1):
        for word in dict.fromkeys(exact_words(label)):
            having[encoded(word)].append(code)
    words = sorted(having)
    save_strings(folder, f"{name}.words", words)
    save(folder, f"{name}.word_at", offsets(np.array([len(having[word]) for word in words], np.int64)))
    save(folder, f"{name}.word_codes", np.array([code for word in words for code in having[word]], np.uint32))


class TextTable:
    """How many rows have each word of a text field, and how many places."""

    def __init__(self, folder: ArrayFolder, name: str) -> None:
        self.post_at: U64 = folder.load(f"{name}.post_at")
        self.place_at: U64 = folder.load(f"{name}.place_at")


class ScopeTable:
    """How many rows have each stem in a scope."""

    def __init__(self, folder: ArrayFolder, name: str) -> None:
        self.post_at: U64 = folder.load(f"{name}.post_at")


class Tables:
    """The files of `Counting`, opened; safe to share between threads."""

    def __init__(self, folder: Path) -> None:
        arrays = ArrayFolder(folder)
        totals: dict[str, Any] = json.loads((folder / TOTALS).read_bytes())
        self.rows: int = totals["rows"]
        self.days: tuple[int, int] | None = tuple(totals["days"]) if totals["days"] else None
        self.pivots: dict[str, float] = totals["pivots"]
        self.words = Lexicon(arrays, "words")
        self.stems = Lexicon(arrays, "stems")
        self.stem_of: U32 = arrays.load("stem_of")
        self.fields = {name: TextTable(arrays, name) for name in TEXT_FIELDS}
        self.weighted = {scope: ScopeTable(arrays, scope) for scope in SCOPES}
        self.values: dict[str, Values] = {name: Values(arrays, name) for name in NAMED}

    @functools.cached_property
    def _by_stem(self) -> tuple[Any, Any]:
        order = np.argsort(self.stem_of, kind="stable")
        return order, np.searchsorted(self.stem_of[order], np.arange(len(self.stems) + 1, dtype=np.uint32))

    def words_of(self, stem: int) -> list[int]:
        """The places of the words that have a stem."""
        order, at = self._by_stem
        found: list[int] = order[int(at[stem]) : int(at[stem + 1])].tolist()
        return found
