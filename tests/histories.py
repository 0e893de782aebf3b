"""Awkward collections as they grow, change and shrink from run to run, and the indexes that are written of them."""

import dataclasses
import os
import tempfile
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path

from hypothesis import strategies as st

from index import whoosh_codec
from index.records import Entry
from tests.entries import an_entry

LONG = "tax " * 300 + "cut\n\n" + "rain no " * 40
WORDS = st.sampled_from(
    [
        *("tax", "taxes", "Tax", "cut", "cuts", "no", "rain", "well-known", "Esper's", "U.S.", "us"),
        *("1,000", "100 %", "100%", "'s", "café", "CAFE\u0301", "東京", "\ud800", "\n\n", "\f", "…"),
    ]
)
TEXTS = st.one_of(
    st.lists(WORDS, max_size=8).map(" ".join), st.sampled_from(["", "tax", "tax tax tax tax", "\n\n\n\n", LONG])
)
SPEAKERS = ["Ada Brook", "Ada Lee", "Bo Li", "Lee", "Ädà"]
SOURCES = ["Gull", "The Tern", "Tern"]
KINDS = ["direct", "mixed", "indirect"]
DATES = ["0001-01-01", "2019-12-31", "2020-01-01", "2020-01-15", "2020-02-29", "9999-12-31"]


class History:
    """What a collection held at each run, in order of date; an id is one entry, which may change."""

    def __init__(self, runs: list[list[Entry]], rows_a_part: int, by_article: bool = False) -> None:
        self.runs = runs
        self.rows_a_part = rows_a_part
        self.by_article = by_article
        """Whether a run is told which articles have changed, and given the entries of those alone."""

    def __repr__(self) -> str:  # hypothesis shows a dataclass in full, which here is too much to read
        first = {entry.id: entry for entry in self.runs[0]}
        said = [str(list(first.values()))]
        for run in self.runs[1:]:
            then = {entry.id: entry for entry in run}
            gone = [id_ for id_ in first if id_ not in then]
            said.append(f"without {gone}, with {[entry for entry in run if first.get(entry.id) != entry]}")
            first = then
        how = f"{self.rows_a_part} rows a part{', by article' if self.by_article else ''}"
        return f"{how}: {' | '.join(said)}"[:4000]


@st.composite
def templates(draw: st.DrawFn) -> Entry:
    """What entries are copies of."""
    parts = {} if draw(st.booleans()) else {"content": ((100, 101), (110, 111)), "exact": "a, no cuts b"}
    return an_entry(
        0,
        draw(TEXTS),
        before=draw(TEXTS),
        after=draw(TEXTS),
        title=draw(TEXTS | st.none()),
        speaker=draw(st.sampled_from([*SPEAKERS, None])),
        source=draw(st.sampled_from([*SOURCES, None])),
        kind=draw(st.sampled_from(KINDS)),
        status=draw(st.sampled_from(["resolved", "unknown"])),
        date=draw(st.sampled_from([*DATES, None])),
        confidence=draw(st.sampled_from([0.0, 0.25, 0.5, 0.75, 1.0])),
        variant_id=draw(st.sampled_from(["v1", "v2", "v3"])),
        **parts,
    )


_MOST = 40
_PLACES = st.just([]) | st.lists(st.integers(0, _MOST - 1), max_size=3)
_MORE = st.sampled_from([1, 3, 0, 4])


@st.composite
def histories(draw: st.DrawFn) -> History:
    """Collections of up to 40 quotations over up to five runs."""
    drawn = draw(st.lists(templates(), min_size=1, max_size=5))
    numbered = [
        dataclasses.replace(drawn[n % len(drawn)], id=f"{n:016x}", article_id=f"a{n // 2}") for n in range(_MOST)
    ]
    count = draw(st.sampled_from([30, 12, 24, 1, 0]))
    held = {entry.id: entry for entry in numbered[:count]}
    runs = [held]
    for dropped, changed, more in draw(st.lists(st.tuples(_PLACES, _PLACES, _MORE), max_size=4)):
        held = dict(held)
        for entry in (numbered[place] for place in changed):
            if entry.id in held:
                text = f"{held[entry.id].text} no rain"
                exact = entry.exact if len(entry.content) > 1 else text
                held[entry.id] = dataclasses.replace(entry, text=text, exact=exact, after="")
        for place in dropped:
            held.pop(numbered[place].id, None)
        for entry in numbered[count : count + more]:
            held[entry.id] = entry
        count += more
        runs.append(held)
    in_order = [sorted(held.values(), key=lambda entry: entry.date or "") for held in runs]
    return History(in_order, draw(st.sampled_from([1000, 7, 2, 1])), draw(st.booleans()))


@contextmanager
def a_folder() -> Iterator[Path]:
    """A folder in memory where there is one: some tests write many indexes, and every file of them is synced."""
    memory = Path("/dev/shm")
    with tempfile.TemporaryDirectory(dir=memory if os.access(memory, os.W_OK) else None) as name:
        yield Path(name)


def written(
    folder: Path, runs: Sequence[Sequence[Entry]], *, rows_a_part: int = 1000, by_article: bool = False
) -> Path:
    """The folder of the last of builds that go on one from another."""
    previous, before = None, list[Entry]()
    for number, entries in enumerate(runs):
        made = folder / str(number)
        made.mkdir()
        given, replacing = list(entries), None
        if by_article and previous is not None:
            replacing = {entry.article_id for entry in _different(before, given)}
            given = [entry for entry in given if entry.article_id in replacing]
        came = whoosh_codec.write(made, given, previous=previous, replacing=replacing, rows_a_part=rows_a_part)
        assert came == len(given)
        previous, before = made, list(entries)
    return made


def _different(before: Sequence[Entry], after: Sequence[Entry]) -> list[Entry]:
    """The entries that only one of two runs has."""
    by_id, then_by_id = ({entry.id: entry for entry in run} for run in (before, after))
    gone = [entry for entry in before if then_by_id.get(entry.id) != entry]
    return gone + [entry for entry in after if by_id.get(entry.id) != entry]
