import json
from pathlib import Path

import numpy as np
import pytest
from whoosh import index as whoosh_index
from whoosh.qparser import QueryParser

from index import whoosh_codec
from index.errors import BuildError
from index.records import Entry
from index.schema import FIELDS
from index.whoosh_codec import Reader, Value, open_columns
from tests.entries import an_entry

ENTRIES = [
    an_entry(1, "Cut the taxes", date=None, speaker="Ada Brook", source=None),
    an_entry(2, "Tax cuts now", date="2019-12-31", speaker="Bo Li"),
    an_entry(3, "No cuts, no cuts", date="2020-01-01", speaker="Bo Li", kind="mixed", confidence=0.25),
    an_entry(4, "It’s raining", date="2020-01-01", article_id="a3"),
]


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    assert whoosh_codec.write(tmp_path, ENTRIES) == 4
    return tmp_path


def test_columns_hold_one_value_a_row_in_the_order_given(folder: Path) -> None:
    columns = open_columns(folder)
    assert columns.rows == 4
    assert columns.date.tolist() == [0, 20191231, 20200101, 20200101]
    assert columns.codes["speaker"].tolist() == [2, 1, 1, 0]
    assert columns.codes["source"].tolist() == [0, 1, 1, 1]
    assert columns.codes["kind"].tolist() == [1, 1, 2, 1]
    assert columns.codes["article"].tolist() == [2, 3, 1, 1]
    assert columns.confidence.tolist() == pytest.approx([0.9, 0.9, 0.25, 0.9])
    assert columns.lengths["quote"].tolist() == [3, 3, 4, 2]
    assert columns.lengths["quote_exact"].tolist() == [3, 3, 4, 3]


def test_types_are_as_stated(folder: Path) -> None:
    columns = open_columns(folder)
    assert {array.dtype for array in (*columns.codes.values(), *columns.lengths.values())} == {np.dtype("<u4")}
    assert (columns.date.dtype, columns.confidence.dtype) == (np.dtype("<i4"), np.dtype("<f4"))


def test_values_are_numbered_by_frequency(folder: Path) -> None:
    assert open_columns(folder).values["speaker"] == (Value("bo-li", "Bo Li"), Value("ada-brook", "Ada Brook"))
    assert json.loads((folder / "values.json").read_text())["kind"] == [["direct", "direct"], ["mixed", "mixed"]]


def test_a_value_is_called_what_it_is_called_most(tmp_path: Path) -> None:
    names = ["A. Brook", "Ada Brook", "Ada Brook"]
    whoosh_codec.write(tmp_path, [an_entry(n, speaker=name, speaker_id="ada") for n, name in enumerate(names)])
    assert open_columns(tmp_path).values["speaker"] == (Value("ada", "Ada Brook"),)


@pytest.mark.parametrize(
    ("field", "word", "rows", "counts"),
    [
        ("quote", "cut", [0, 1, 2], [1, 1, 2]),
        ("quote_exact", "cuts", [1, 2], [1, 2]),
        ("quote_exact", "'s", [3], [1]),
        ("quote", "'s", [], []),
        ("about", "brook", [0], [1]),
        ("quote", "absent", [], []),
    ],
)
def test_postings(folder: Path, field: str, word: str, rows: list[int], counts: list[float]) -> None:
    reader = Reader(folder)
    found = reader.postings(field, word)
    assert (found.rows.tolist(), found.counts.tolist()) == (rows, counts)
    assert reader.postings(field, word) is found or not rows  # the second answer comes from the cache
    reader.close()


def test_positions_prefixes_ids_and_entries(folder: Path) -> None:
    reader = Reader(folder)
    assert reader.positions("quote_exact", "cuts", np.array([1, 2], np.uint32)) == [[1], [1, 3]]
    assert reader.positions("quote", "cut", np.array([0, 2], np.uint32)) == [[0], [1, 3]]
    assert reader.words_from("quote_exact", "c") == ["cut", "cuts"]
    assert reader.rows_of("article", "a3") == [2, 3]
    assert [reader.entry(row) for row in range(reader.rows)] == ENTRIES
    reader.close()


def test_common_words_cross_blocks(tmp_path: Path) -> None:
    entries = [an_entry(n, "rain " * (1 + n % 3)) for n in range(700)]
    whoosh_codec.write(tmp_path, entries)
    reader = Reader(tmp_path)
    found = reader.postings("quote", "rain")
    assert found.rows.tolist() == list(range(700))
    assert found.counts.tolist() == [1 + n % 3 for n in range(700)]
    every_third = np.arange(2, 700, 3, dtype=np.uint32)
    assert reader.positions("quote", "rain", every_third) == [[0, 1, 2]] * len(every_third)
    reader.close()


def test_stock_whoosh_reads_the_index(folder: Path) -> None:
    opened = whoosh_index.open_dir(folder / "whoosh", readonly=True)
    with opened.searcher() as searcher:
        query = QueryParser("quote_exact", opened.schema).parse('"tax cuts"')
        assert [hit.docnum for hit in searcher.search(query)] == [1]
    opened.close()


def test_an_empty_index_answers(tmp_path: Path) -> None:
    assert whoosh_codec.write(tmp_path, []) == 0
    assert open_columns(tmp_path).rows == 0
    reader = Reader(tmp_path)
    assert (reader.rows, reader.rows_of("id", "x"), reader.words_from("quote_exact", "a")) == (0, [], [])
    reader.close()


def test_only_what_is_read_is_left_behind(folder: Path) -> None:
    assert {path.name for path in folder.iterdir()} == {"whoosh", "columns", "values.json", "stems.json"}
    assert not list((folder / "whoosh").glob("*LOCK")) + list((folder / "whoosh").glob("*tmp*"))


def test_progress_adds_up(tmp_path: Path) -> None:
    told: list[int] = []
    whoosh_codec.write(tmp_path, [an_entry(n) for n in range(250)], progress=told.append)
    assert told == [100, 100, 50]


@pytest.mark.parametrize(
    ("entries", "message"),
    [
        ([an_entry(1, date="2020-01-02"), an_entry(2, date="2020-01-01")], "out of order"),
        ([an_entry(1, date="2020-01-02"), an_entry(2, date=None)], "out of order"),
        ([an_entry(1, date="soon")], "'soon' is not a calendar date"),
    ],
)
def test_dates_that_cannot_be_are_refused(tmp_path: Path, entries: list[Entry], message: str) -> None:
    with pytest.raises(BuildError, match=message):
        whoosh_codec.write(tmp_path, entries)


def test_finds_only_what_is_there_unchanged(folder: Path) -> None:
    reader = Reader(folder)
    assert all(whoosh_codec.finds(reader, entry) for entry in ENTRIES)
    assert not whoosh_codec.finds(reader, an_entry(9))
    assert not whoosh_codec.finds(reader, an_entry(2, "Tax cuts now", date="2019-12-31", speaker="Bo Lo"))
    reader.close()


def test_half_a_surrogate_pair_does_no_harm(tmp_path: Path) -> None:
    entry = an_entry(1, "Rain \ud800 news", article_id="\udfff", source="\ud83d", speaker="A\ud800")
    whoosh_codec.write(tmp_path, [entry])
    reader = Reader(tmp_path)
    assert whoosh_codec.finds(reader, entry)
    assert reader.rows_of("article", "\udfff") == [0]
    reader.close()


def test_an_interruption_is_context_and_ends_phrases() -> None:
    entry = an_entry(
        1,
        "Rain … is news",
        content=((10, 14), (25, 32)),
        exact="Rain, he says, is news",
        before="Ada sat down.",
        after="Then she left.",
    )
    (context,) = (field.value(entry) for field in FIELDS if field.name == "context")
    assert str(context).split("\n\n") == ["Ada sat down.", ", he says, ", "Then she left."]
