"""Every match, in the forms that other programs read; each is read back by such a program."""

import csv
import datetime
import gc
import io
import json
import re
import shutil
import tracemalloc
from collections.abc import Iterator
from pathlib import Path

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from index.records import Entry, Quotation, Rival, to_json
from index.settings import Settings
from search.exporting import BOM, NAMES, csv_pieces, harmless, json_line_pieces
from search.library import Library
from search.parquet import ROWS, write_parquet
from search.request import SearchRequest
from tests.entries import a_build, an_engine, an_entry

HARD = an_entry(
    7,
    '“Yes, "both",” … “they\r\nsaid; no”',
    content=((3, 20), (30, 41)),
    cue_spans=((21, 25),),
    source_spans=((26, 29),),
    speaker="Ada Brook",
    candidates=(("Ada Brook", 0.6), ("Bo “B” Li", 0.25)),
    title='Comma, quote " and\ttab',
    source=None,
    date=None,
    witnesses=3,
    rivals=(Rival(id="bo-li", name="Bo Li", articles=2), Rival(id=None, name="the “mayor”; or so", articles=1)),
    correction=12,
)


def rows_of(entries: list[Entry]) -> list[dict[str, str]]:
    text = b"".join(csv_pieces(entries)).decode("utf-8-sig")
    return list(csv.DictReader(io.StringIO(text, newline=""), strict=True))


def test_csv_is_read_back() -> None:
    (row,) = rows_of([HARD])
    assert tuple(row) == NAMES
    assert (row["id"], row["speaker"], row["speaker_id"]) == (HARD.id, "Ada Brook", "ada-brook")
    assert (row["text"], row["title"], row["source"], row["date"]) == (HARD.text, HARD.title, "", "")
    assert float(row["confidence"]) == HARD.confidence
    assert json.loads(row["content"]) == [[3, 20], [30, 41]]
    assert json.loads(row["cue"]) == [[21, 25]]
    assert json.loads(row["source_spans"]) == [[26, 29]]
    assert (row["witnesses"], row["correction"]) == ("3", "12")
    assert row["rivals"] == "Bo Li [bo-li] (2); the “mayor”; or so (1)"
    assert json.loads(row["candidates"]) == [["Ada Brook", 0.6], ["Bo “B” Li", 0.25]]


def test_csv_begins_with_a_byte_order_mark_and_ends_its_lines_as_rfc_4180_says() -> None:
    data = b"".join(csv_pieces([]))
    assert data == BOM + ",".join(NAMES).encode() + b"\r\n"


@pytest.mark.parametrize(
    ("text", "cell"),
    [
        ("=1+1", "'=1+1"),
        ("+1", "'+1"),
        ("-1", "'-1"),
        ("@SUM(A1)", "'@SUM(A1)"),
        ("＝1+1", "'＝1+1"),
        ("\t=1", "'\t'=1"),
        ("\r=1", "'\r'=1"),
        (" \u200b=1", "' \u200b=1"),
        ("\0=1", "'\0=1"),
        ("said;=1", "said;'=1"),  # a new cell where semicolons separate
        ("said\n@x", "said\n'@x"),  # a new row where quotation marks are not seen
        ("“=1”", "“=1”"),
        ("a = b - c", "a = b - c"),
        ("", ""),
    ],
)
def test_cells_that_a_spreadsheet_would_run_are_made_harmless(text: str, cell: str) -> None:
    assert harmless(text) == cell


@pytest.mark.parametrize("field", ["text", "speaker", "title", "source", "url", "mention", "article_id"])
def test_no_column_of_words_is_left_out(field: str) -> None:
    (row,) = rows_of([an_entry(**{field: '=HYPERLINK("http://x.example")'})])  # type: ignore[arg-type]
    assert row[field] == '\'=HYPERLINK("http://x.example")'


@given(st.text(alphabet="=+-@＝\t\r\n; \0'\"\ufeffab"))
def test_no_line_or_cell_of_any_spreadsheet_begins_with_a_sign(text: str) -> None:
    cell = harmless(text)
    for piece in cell.replace("\r", "\n").replace("\t", "\n").replace(";", "\n").split("\n"):
        assert piece.strip(" \0\ufeff")[:1] not in tuple("=+-@＝")
    assert cell.replace("'", "") == text.replace("'", "")  # nothing else is changed


def test_json_lines_are_read_back() -> None:
    lines = b"".join(json_line_pieces([HARD, an_entry(8)])).splitlines()
    first, second = map(json.loads, lines)
    assert tuple(first) == NAMES
    assert (first["text"], first["content"], first["cue"]) == (HARD.text, [[3, 20], [30, 41]], [[21, 25]])
    assert (first["source"], first["date"]) == (None, None)
    assert (first["witnesses"], first["correction"]) == (3, 12)
    assert first["rivals"][0] == {"id": "bo-li", "name": "Bo Li", "articles": 2}
    assert (second["id"], second["rivals"], second["correction"]) == (an_entry(8).id, [], None)


def test_why_is_told_as_the_endpoint_tells_it(tmp_path: Path) -> None:
    engine = an_engine(tmp_path, [HARD])
    (hit,) = engine.search(SearchRequest()).results
    engine.close()
    line = json.loads(b"".join(json_line_pieces([HARD])))
    told = json.loads(msgspec.json.encode(hit.attribution))
    assert {name: line[name] for name in ("witnesses", "rivals", "correction")} == {
        name: told[name] for name in ("witnesses", "rivals", "correction")
    }


@pytest.mark.parametrize("name", ["=1+1", "a; =1+1", "@x", "\t=1"])
def test_no_rival_is_a_formula(name: str) -> None:
    bo = Rival(id=None, name="Bo", articles=1)
    (row,) = rows_of([an_entry(rivals=(bo, Rival(id="=x", name=name, articles=1)))])
    assert not re.search(r"(^|[;\t\r\n])[ \t]*=", row["rivals"])
    (row,) = rows_of([an_entry(rivals=(Rival(id=None, name=name, articles=1),))])
    assert re.search(r"(^|;)'", row["rivals"])


def test_half_of_a_surrogate_pair_stops_no_form(tmp_path: Path) -> None:
    rival = Rival(id=None, name="\udc01", articles=1)
    broken = an_entry(1, "half \ud800 a pair", candidates=(("\udc00", 0.5),), rivals=(rival,))
    assert rows_of([broken])[0]["text"] == "half ? a pair"
    assert json.loads(b"".join(json_line_pieces([broken])))["text"] == "half \ud800 a pair"
    pytest.importorskip("pyarrow")
    assert parquet_of(tmp_path, [broken]).to_pylist()[0]["text"] == "half ? a pair"


def parquet_of(folder: Path, entries: list[Entry]):  # type: ignore[no-untyped-def]
    import pyarrow.parquet

    with (folder / "x.parquet").open("wb") as file:
        write_parquet(entries, file, about={"build": "b1", "query": "rain"})
    return pyarrow.parquet.read_table(folder / "x.parquet")


def test_parquet_is_read_back_with_its_types(tmp_path: Path) -> None:
    pytest.importorskip("pyarrow")
    table = parquet_of(tmp_path, [HARD, an_entry(8, speaker="Bo Li")])
    assert tuple(table.column_names) == NAMES
    first, second = table.to_pylist()
    assert first["text"] == HARD.text
    assert first["content"] == [{"start": 3, "end": 20}, {"start": 30, "end": 41}]
    assert first["candidates"] == [{"name": "Ada Brook", "share": 0.6}, {"name": "Bo “B” Li", "share": 0.25}]
    assert first["date"] is None
    assert (first["witnesses"], first["correction"]) == (3, 12)
    assert first["rivals"][0] == {"id": "bo-li", "name": "Bo Li", "articles": 2}
    assert first["rivals"][1]["id"] is None
    assert (second["rivals"], second["correction"]) == ([], None)
    assert (second["date"], second["confidence"]) == (datetime.date(2020, 3, 4), 0.9)
    assert table.schema.metadata[b"saywho.build"] == b"b1"


def test_parquet_without_a_row_is_a_file_all_the_same(tmp_path: Path) -> None:
    pytest.importorskip("pyarrow")
    assert parquet_of(tmp_path, []).num_rows == 0


@pytest.mark.parametrize("form", ["csv", "jsonl", "parquet"])
def test_memory_does_not_grow_with_the_rows(form: str) -> None:
    if form == "parquet":
        pytest.importorskip("pyarrow")
    peak(form, 2 * FEW)  # what is made once is made
    assert peak(form, 20 * FEW) < 1.5 * peak(form, 2 * FEW)


FEW = ROWS // 2


def peak(form: str, count: int) -> int:
    """The most bytes that Python held while so many rows were written."""

    def entries() -> Iterator[Entry]:
        for number in range(count if form == "parquet" else count // 10):
            yield an_entry(number)

    class Nowhere(io.RawIOBase):
        def writable(self) -> bool:
            return True

        def write(self, data: object) -> int:
            return len(data)  # type: ignore[arg-type]

    tracemalloc.start()
    try:
        if form == "parquet":
            write_parquet(entries(), Nowhere(), about={})  # type: ignore[arg-type]
        else:
            for _ in {"csv": csv_pieces, "jsonl": json_line_pieces}[form](entries()):
                pass
        return tracemalloc.get_traced_memory()[1]
    finally:
        tracemalloc.stop()


ENTRIES = [
    an_entry(
        number,
        f"Rain number {number} is {'good ' * (number % 4)}news",
        date=f"20{10 + number % 9}-01-01" if number % 7 else None,
        variant_id=f"v{number // 3}",
        confidence=number % 10 / 10,
    )
    for number in range(250)
]


@pytest.mark.parametrize(
    "asked",
    [
        {"q": "good"},
        {"q": "good", "sort": "newest"},
        {"q": "", "sort": "oldest"},
        {"q": "rain", "group": "variant"},
        {"q": "rain", "min_confidence": 0.5, "date_from": "2012", "sort": "newest"},
        {"q": "zebra"},
    ],
)
def test_every_match_comes_in_the_order_of_the_pages(tmp_path: Path, asked: dict[str, object]) -> None:
    engine = an_engine(tmp_path, ENTRIES)
    request = SearchRequest(limit=100, facets=(), **asked)  # type: ignore[arg-type]
    paged, page = [], engine.search(request)
    paged += [hit.id for hit in page.results]
    while page.next_cursor:
        page = engine.search(SearchRequest(limit=100, facets=(), cursor=page.next_cursor, **asked))  # type: ignore[arg-type]
        paged += [hit.id for hit in page.results]
    found = engine.every(request)
    assert len(found) == page.total
    assert [entry.id for entry in found] == paged
    engine.close()


def test_an_export_keeps_to_its_build(tmp_path: Path) -> None:
    library = Library(Settings(data=tmp_path))
    first = a_build(tmp_path, ENTRIES[:40], number=1)
    found = iter(library.current().every(SearchRequest()))
    got = [next(found).id]
    for number in range(2, 6):  # more than the library keeps open
        a_build(tmp_path, [], number=number)
        assert len(library.current().every(SearchRequest())) == 0
    shutil.rmtree(tmp_path / "builds" / first.id)
    gc.collect()
    got += [entry.id for entry in found]
    assert sorted(got) == sorted(entry.id for entry in ENTRIES[:40])
    library.close()


def test_the_columns_are_those_of_extracts_lines_and_the_contracts() -> None:
    lines = set(to_json(Quotation(article_id="a", kind="direct", content=((0, 1),), text="x")))
    assert lines | {"speaker_id", "date", "title", "url"} <= set(NAMES)
