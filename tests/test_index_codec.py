"""What an index holds on disk: arrays, lexicons, postings, columns, and the segments of several runs."""

from bisect import bisect_left
from itertools import pairwise
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from index import whoosh_codec
from index.errors import BuildError, IndexDamagedError
from index.records import Entry
from index.schema import FIELDS
from index.whoosh_codec import Reader, Value, keys, open_columns
from index.whoosh_codec.arrays import ArrayFolder, Stream, blank, pack, save, spread
from index.whoosh_codec.inverting import Inverted
from index.whoosh_codec.keys import KeyWriter
from index.whoosh_codec.lexicon import Lexicon, encoded, save_strings
from index.whoosh_codec.segment import TEXT_FIELDS, Segment
from index.whoosh_codec.vocabulary import BREAK
from tests.entries import an_entry
from tests.histories import a_folder, written

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


def the_segment(folder: Path) -> Segment:
    (part,) = Reader(folder).parts
    return part.segment


# Arrays and strings in files.


def test_arrays_come_back_from_a_pack(tmp_path: Path) -> None:
    save(tmp_path, "numbers", np.arange(5, dtype=np.uint16))
    save(tmp_path, "nothing", np.zeros(0, "<f4"))
    with Stream(tmp_path, "pieces", "<u4") as out:
        out.append(np.array([1, 2]))
        out.append(np.array([3]))
    with Stream(tmp_path, "letters", "<u1") as out:
        out.write([b"ab", b"", b"c"])
    blank(tmp_path, "filled", "<i4", 3)[:] = [7, 8, 9]
    loose = {name: ArrayFolder(tmp_path).load(name).tolist() for name in ("numbers", "pieces", "letters", "filled")}
    pack(tmp_path, "all")
    assert [path.name for path in tmp_path.iterdir()] == ["all.pack"]
    packed = ArrayFolder(tmp_path)
    assert loose == {name: packed.load(name).tolist() for name in loose}
    assert loose == {"numbers": [0, 1, 2, 3, 4], "pieces": [1, 2, 3], "letters": [*b"abc"], "filled": [7, 8, 9]}
    assert (packed.load("nothing").tolist(), packed.load("nothing").dtype) == ([], np.dtype("<f4"))
    assert packed.load("numbers").dtype == np.dtype("<u2")
    with pytest.raises(ValueError, match="read-only"):
        packed.load("numbers")[0] = 1


def test_an_array_that_is_not_there_is_named(tmp_path: Path) -> None:
    with pytest.raises(IndexDamagedError, match="the array dates is missing or damaged; type: saywho rebuild"):
        ArrayFolder(tmp_path).load("dates")


def test_places_of_pieces() -> None:
    assert spread(np.array([5, 1, 9]), np.array([2, 0, 3])).tolist() == [5, 6, 9, 10, 11]
    assert spread(np.zeros(0, np.uint64), np.zeros(0, np.uint64)).tolist() == []


TEXT = st.text(st.sampled_from("aAbzé東\U0001f600\ud800\0"), max_size=4)


@settings(deadline=None, derandomize=True, max_examples=60)
@given(st.sets(TEXT), TEXT)
def test_a_lexicon_is_in_order_of_bytes(texts: set[str], sought: str) -> None:
    words, wanted = sorted({encoded(text) for text in texts}), encoded(sought)
    with a_folder() as folder:
        save_strings(folder, "words", words)
        lexicon = Lexicon(ArrayFolder(folder), "words")
        assert [lexicon[place] for place in range(len(lexicon))] == words
        assert lexicon.first_from(wanted) == bisect_left(words, wanted)
        assert lexicon.find(wanted) == (words.index(wanted) if wanted in words else -1)
        first, stop = lexicon.beginning(wanted)
        assert words[first:stop] == [word for word in words if word.startswith(wanted)]


def numbers(folder: Path, parts: list[list[str | None]]) -> tuple[list[bytes], list[list[int]], list[int]]:
    """A key's values, the rows of each, and the rows' codes."""
    key, folders = KeyWriter("key"), []
    for number, values in enumerate(parts):
        folders.append(folder / str(number))
        folders[-1].mkdir()
        key.add(list(values))
        key.spill(folders[-1])
    key.finish(folder, list(map(ArrayFolder, folders)), codes=True)
    arrays = ArrayFolder(folder)
    values, at, rows = Lexicon(arrays, "key.values"), arrays.load("key.row_at"), arrays.load("key.rows").tolist()
    known = [values[place] for place in range(len(values))]
    return known, [rows[at[n] : at[n + 1]] for n in range(len(known))], arrays.load("key.codes").tolist()


KEYS = (
    st.none()
    | TEXT
    | st.sampled_from(["a", "a\0", "a\0\0", "\0", "", "\\ud800", "z" * 300, "z" * 300 + "\0", "é" * 99])
)


@settings(deadline=None, derandomize=True, max_examples=150)
@given(st.lists(st.lists(KEYS, max_size=12), min_size=1, max_size=5), st.sampled_from([2**26, 2000, 10]))
def test_any_strings_are_numbered_in_order_of_their_bytes(parts: list[list[str | None]], at_once: int) -> None:
    rows = [None if value is None else encoded(value) for part in parts for value in part]
    distinct = sorted({value for value in rows if value is not None})
    with a_folder() as folder, pytest.MonkeyPatch.context() as patch:
        patch.setattr(keys, "_AT_ONCE", at_once)
        known, rows_of, codes = numbers(folder, parts)
    assert known == distinct
    assert rows_of == [[row for row, value in enumerate(rows) if value == one] for one in distinct]
    assert codes == [0 if value is None else 1 + distinct.index(value) for value in rows]


# One segment.


@pytest.mark.parametrize(
    ("field", "word", "rows", "counts", "places"),
    [
        # Texts one after the other, each with a break at its end: cut the taxes | tax cuts now | no cuts no cuts | …
        ("quote_exact", "cuts", [1, 2], [1, 2], [5, 9, 11]),
        ("quote_exact", "'s", [3], [1], [14]),
        ("about_exact", "brook", [0], [1], [1]),
        # A speaker and an empty title, with an empty line between them.
        ("about_exact", "li", [1, 2], [1, 1], [5, 9]),
    ],
)
def test_postings(folder: Path, field: str, word: str, rows: list[int], counts: list[int], places: list[int]) -> None:
    segment = the_segment(folder)
    inverted, number = segment.fields[field], segment.words.find(word.encode())
    posts = slice(int(inverted.post_at[number]), int(inverted.post_at[number + 1]))
    assert (inverted.rows[posts].tolist(), inverted.counts[posts].tolist()) == (rows, counts)
    assert inverted.places[int(inverted.place_at[number]) : int(inverted.place_at[number + 1])].tolist() == places
    assert set(inverted.text[places].tolist()) == {number}


def test_words_that_a_field_does_not_have(folder: Path) -> None:
    segment = the_segment(folder)
    assert segment.words.find(b"absent") == -1
    brook, quote = segment.words.find(b"brook"), segment.fields["quote_exact"]
    assert quote.post_at[brook] == quote.post_at[brook + 1]


def test_stems_of_words(folder: Path) -> None:
    segment = the_segment(folder)
    stems = {segment.words[n]: int(segment.stem_of[n]) for n in range(len(segment.words))}
    assert stems[b"tax"] == stems[b"taxes"] == segment.stems.find(b"tax")
    assert stems[b"cuts"] == segment.stems.find(b"cut")
    assert stems[b"'s"] >= len(segment.stems)


@pytest.mark.parametrize("rows_a_part", [1, 3, 1000])
def test_a_segment_is_the_same_however_many_rows_fit_into_memory(tmp_path: Path, rows_a_part: int) -> None:
    texts = ["rain 5 %\n\nand taxes", "", "a\n\n\n\nb", "taxes " * 50, "Émile’s rain"]
    entries = [an_entry(n, texts[n % 5], title="rain" * (n % 2)) for n in range(13)]
    segment = the_segment(written(tmp_path, [entries], rows_a_part=rows_a_part))
    for field in TEXT_FIELDS:
        _check(segment.fields[field], len(segment.words), len(entries))
    assert segment.fields["quote_exact"].lengths.tolist() == [[5, 0, 2, 50, 3][n % 5] for n in range(13)]
    assert segment.words.find(b"emile") >= 0
    assert [segment.entry(row) for row in range(13)] == entries


def _check(inverted: Inverted, words: int, rows: int) -> None:
    """Each table says of the texts what the texts themselves say."""
    assert [len(inverted.post_at), len(inverted.place_at), len(inverted.text_at)] == [words + 1, words + 1, rows + 1]
    text = inverted.text.tolist()
    starts = inverted.text_at.tolist()
    assert starts[-1] == len(text)
    assert all(text[stop - 1] == BREAK for stop in starts[1:])
    lengths = [sum(word != BREAK for word in text[a:b]) for a, b in pairwise(starts)]
    assert inverted.lengths.tolist() == lengths
    for word in range(words):
        places = inverted.places[int(inverted.place_at[word]) : int(inverted.place_at[word + 1])].tolist()
        assert places == [place for place, said in enumerate(text) if said == word]
        posts = slice(int(inverted.post_at[word]), int(inverted.post_at[word + 1]))
        having = [text[a:b].count(word) for a, b in pairwise(starts)]
        assert inverted.rows[posts].tolist() == [row for row, count in enumerate(having) if count]
        assert inverted.counts[posts].tolist() == [count for count in having if count]


def test_a_word_is_counted_up_to_a_limit(tmp_path: Path) -> None:
    whoosh_codec.write(tmp_path, [an_entry(1, "no " * 70_000)])
    inverted = the_segment(tmp_path).fields["quote_exact"]
    assert (inverted.counts.tolist(), inverted.lengths.tolist(), len(inverted.places)) == ([65535], [70_000], 70_000)


def test_ids_and_entries(folder: Path) -> None:
    reader = Reader(folder)
    assert reader.rows_of("article", "a3") == [2, 3]
    assert reader.rows_of("id", ENTRIES[1].id) == [1]
    assert reader.rows_of("speaker", "bo-li") == [1, 2]
    assert reader.rows_of("id", "nobody") == []
    assert [reader.entry(row) for row in range(reader.rows)] == ENTRIES


def test_half_a_surrogate_pair_does_no_harm(tmp_path: Path) -> None:
    entry = an_entry(1, "Rain \ud800 news", article_id="\udfff", source="\ud83d", speaker="A\ud800")
    whoosh_codec.write(tmp_path, [entry])
    reader = Reader(tmp_path)
    assert whoosh_codec.finds(reader, entry)
    assert reader.rows_of("article", "\udfff") == [0]
    assert len(open_columns(tmp_path).values["source"]) == 1


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


def test_finds_only_what_is_there_unchanged(folder: Path) -> None:
    reader = Reader(folder)
    assert all(whoosh_codec.finds(reader, entry) for entry in ENTRIES)
    assert not whoosh_codec.finds(reader, an_entry(9))
    assert not whoosh_codec.finds(reader, an_entry(2, "Tax cuts now", date="2019-12-31", speaker="Bo Lo"))


# Columns.


def test_columns_hold_one_value_a_row_in_the_order_given(folder: Path) -> None:
    columns = open_columns(folder)
    assert columns.rows == 4
    assert columns.date.tolist() == [0, 20191231, 20200101, 20200101]
    assert columns.codes["speaker"].tolist() == [2, 1, 1, 0]
    assert columns.codes["source"].tolist() == [0, 1, 1, 1]
    assert columns.codes["kind"].tolist() == [1, 1, 2, 1]
    article = columns.codes["article"].tolist()
    assert article[2] == article[3]
    assert len(set(article)) == 3
    assert columns.confidence.tolist() == pytest.approx([0.9, 0.9, 0.25, 0.9])


def test_types_are_as_stated(folder: Path) -> None:
    columns = open_columns(folder)
    assert {array.dtype for array in columns.codes.values()} == {np.dtype("<u4")}
    assert (columns.date.dtype, columns.confidence.dtype) == (np.dtype("<i4"), np.dtype("<f4"))


@pytest.mark.parametrize("date", ["0001-01-01", "9999-12-31"])
def test_the_first_and_the_last_day_there_is(tmp_path: Path, date: str) -> None:
    whoosh_codec.write(tmp_path, [an_entry(1, date=date)])
    assert open_columns(tmp_path).date.tolist() == [int(date.replace("-", ""))]


def test_values_are_numbered_by_frequency(folder: Path) -> None:
    values = open_columns(folder).values
    speakers = values["speaker"]
    assert [speakers[code] for code in range(1, len(speakers) + 1)] == [
        Value("bo-li", "Bo Li"),
        Value("ada-brook", "Ada Brook"),
    ]
    assert (speakers.counts.tolist(), values["source"].counts.tolist()) == ([1, 2, 1], [1, 3])
    assert [speakers.code(value) for value in ("bo-li", "ada-brook", "Bo Li", "")] == [1, 2, 0, 0]


def test_equally_common_values_are_numbered_in_order_whichever_run_they_came_with(tmp_path: Path) -> None:
    entries = [an_entry(n, source=source) for n, source in enumerate(["b", "é", *["c"] * 18, "Z", "a"])]
    made = written(tmp_path, [entries[:20], entries])
    sources = open_columns(made).values["source"]
    assert [sources[code].value for code in range(1, 6)] == ["c", "Z", "a", "b", "é"]
    assert shape(made) == [(20, 0), (2, 0)]


def test_a_value_is_called_what_it_is_called_most(tmp_path: Path) -> None:
    names = ["A. Brook", "Ada Brook", "Ada Brook"]
    whoosh_codec.write(tmp_path, [an_entry(n, speaker=name, speaker_id="ada") for n, name in enumerate(names)])
    assert open_columns(tmp_path).values["speaker"][1] == Value("ada", "Ada Brook")


@pytest.mark.parametrize(
    ("name", "called", "begun"),
    [
        ("brook", ["Ada Brook", "Ann Brook"], ["Ada Brook", "Ann Brook", "Brook Lee"]),
        ("Ada Brook", ["Ada Brook"], ["Ada Brook"]),
        ("brook ada", ["Ada Brook"], ["Ada Brook"]),
        ("lee", ["Brook Lee"], ["Brook Lee"]),
        ("b", [], ["Ada Brook", "Ann Brook", "Brook Lee"]),
        ("ada b", [], ["Ada Brook"]),
        ("zed", [], []),
        ("", [], ["Ada Brook", "Ann Brook", "Brook Lee"]),
    ],
)
def test_names_stand_for_values(tmp_path: Path, name: str, called: list[str], begun: list[str]) -> None:
    speakers = ["Ada Brook"] * 3 + ["Ann Brook"] * 2 + ["Brook Lee"]
    whoosh_codec.write(tmp_path, [an_entry(n, speaker=speaker) for n, speaker in enumerate(speakers)])
    values = open_columns(tmp_path).values["speaker"]
    assert [values[code].label for code in values.called(name)] == called
    assert [values[code].label for code in values.beginning(name, 9)] == begun
    assert [values[code].label for code in values.beginning(name, 1)] == begun[:1]


# Several runs.


def runs(*numbers: int, text: str = "rain on day") -> list[Entry]:
    return [an_entry(n, f"{text} {n}", date=f"2020-01-{n % 28 + 1:02}", speaker=f"Ada B{n}") for n in numbers]


def in_order(*groups: list[Entry]) -> list[Entry]:
    return sorted((entry for group in groups for entry in group), key=lambda entry: entry.date or "")


def shape(folder: Path) -> list[tuple[int, int]]:
    """Of each segment its rows, and how many of them are deleted."""
    return [(part.segment.rows, 0 if part.live is None else int((~part.live).sum())) for part in Reader(folder).parts]


FIRST = in_order(runs(*range(40)))


@pytest.mark.parametrize(
    ("second", "expected"),
    [
        (FIRST, [(40, 0)]),
        (in_order(FIRST, runs(50)), [(40, 0), (1, 0)]),
        (FIRST[3:], [(40, 3)]),
        (in_order(FIRST[3:], runs(50, 51)), [(40, 3), (2, 0)]),
        (in_order(FIRST[1:], runs(int(FIRST[0].id, 16), text="sun on day")), [(40, 1), (1, 0)]),
        (FIRST[9:], [(31, 0)]),  # so much is deleted that it is written anew
        (in_order(FIRST, runs(*range(50, 75))), [(65, 0)]),  # so much is new that both are written as one
        ([], [(0, 0)]),
    ],
)
@pytest.mark.parametrize("by_article", [False, True])
def test_a_run_writes_what_has_changed(
    tmp_path: Path, second: list[Entry], expected: list[tuple[int, int]], by_article: bool
) -> None:
    made = written(tmp_path, [FIRST, second], by_article=by_article)
    assert shape(made) == expected
    reader = Reader(made)
    assert reader.rows == len(second)
    assert all(whoosh_codec.finds(reader, entry) for entry in second)
    assert not [entry.id for entry in FIRST if entry not in second and whoosh_codec.finds(reader, entry)]


def test_at_most_three_segments(tmp_path: Path) -> None:
    steps = [in_order(FIRST, runs(*range(50, 50 + new))) for new in (0, 8, 10, 11, 12, 13)]
    written(tmp_path, steps)
    shapes = [shape(tmp_path / str(step)) for step in range(len(steps))]
    assert shapes[:3] == [[(40, 0)], [(40, 0), (8, 0)], [(40, 0), (8, 0), (2, 0)]]
    assert all(
        len(found) <= 3 and sum(rows for rows, _ in found) == len(run) for found, run in zip(shapes, steps, strict=True)
    )


def test_a_segment_that_stays_is_shared_and_the_earlier_build_is_as_it_was(tmp_path: Path) -> None:
    written(tmp_path, [FIRST])
    before = {path: path.read_bytes() for path in (tmp_path / "0").rglob("*") if path.is_file()}
    (tmp_path / "1").mkdir()
    longer = runs(50, text="rain " * 2000)  # changes the usual length, and with it every weight
    whoosh_codec.write(tmp_path / "1", in_order(FIRST, longer), previous=tmp_path / "0")
    assert before == {path: path.read_bytes() for path in (tmp_path / "0").rglob("*") if path.is_file()}
    (name,) = (path.name for path in (tmp_path / "0" / "whoosh").iterdir() if path.is_dir())
    data, weights = (
        [(tmp_path / step / "whoosh" / name / file).stat().st_ino for step in ("0", "1")]
        for file in ("data.pack", "weights.pack")
    )
    assert data[0] == data[1]
    assert weights[0] != weights[1]


def test_names_that_deleted_rows_alone_have_are_gone(tmp_path: Path) -> None:
    entries = [an_entry(n, speaker="Ada Brook" if n else "Bo") for n in range(10)]
    values = open_columns(written(tmp_path, [entries, entries[1:]])).values["speaker"]
    assert shape(tmp_path / "1") == [(10, 1)]
    assert (len(values), values.code("bo"), values.called("Bo"), values.beginning("b", 5)) == (1, 0, [], [1])
    assert values.counts.tolist() == [0, 9]


# What is written at all.


def test_an_empty_index_answers(tmp_path: Path) -> None:
    assert whoosh_codec.write(tmp_path, []) == 0
    assert open_columns(tmp_path).rows == 0
    reader = Reader(tmp_path)
    assert (reader.rows, reader.rows_of("id", "x"), len(reader.parts)) == (0, [], 1)


def test_only_what_is_read_is_left_behind(folder: Path) -> None:
    (name,) = (path.name for path in (folder / "whoosh").iterdir() if path.is_dir())
    files = {str(path.relative_to(folder)).replace(name, "SEGMENT") for path in folder.rglob("*") if path.is_file()}
    assert files == {
        "columns/columns.pack",
        "whoosh/_MAIN_1.toc",
        *(f"whoosh/SEGMENT/{file}" for file in ("data.pack", "weights.pack", "segment.json", "labels.json")),
    }


def test_progress_adds_up(tmp_path: Path) -> None:
    told: list[int] = []
    whoosh_codec.write(tmp_path, [an_entry(n) for n in range(1050)], progress=told.append)
    assert told == [500, 500, 50]


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
