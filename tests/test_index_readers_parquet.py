"""Parquet -> articles: types of columns, files that are broken, and what is said where pyarrow is missing."""

import datetime
import io
import sys
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from index.records import Article, Failure
from tests.reading import TEXT, articles, failure, items, write


def a_table(folder: Path, columns: dict[str, Any], **options: Any) -> Path:
    path = folder / "news.parquet"
    pq.write_table(pa.table(columns), path, **options)
    return path


def test_the_usual_columns(tmp_path: Path) -> None:
    path = a_table(tmp_path, {"id": [7], "text": [TEXT], "Publication Date": ["2020-01-05"], "publisher": ["Gazette"]})
    (found,) = articles(path)
    assert (found.id, found.text, found.date, found.source) == ("7", TEXT, "2020-01-05", "Gazette")
    assert found.origin == f"{path}:1"


_NIGHT = datetime.datetime(2020, 1, 5, 23, 30, tzinfo=datetime.UTC)


@pytest.mark.parametrize(
    "column",
    [
        pa.array(["2020-01-05"]),
        pa.array([datetime.date(2020, 1, 5)]),
        pa.array([datetime.datetime(2020, 1, 5, 23, 30)]),
        pa.array([_NIGHT], pa.timestamp("us", "UTC")),
        pa.array([1578267000123456789], pa.timestamp("ns")),
        pa.array(["2020-01-05"]).dictionary_encode(),
        pa.array([20200105]),
        pa.array([b"2020-01-05"]),
        pa.array(["2020-01-05"], pa.large_string()),
    ],
)
def test_types_of_dates(tmp_path: Path, column: Any) -> None:
    assert articles(a_table(tmp_path, {"text": [TEXT], "date": column}))[0].date == "2020-01-05"


@pytest.mark.parametrize("kind", [pa.string(), pa.large_string(), pa.binary(), pa.string_view()])
def test_types_of_texts(tmp_path: Path, kind: Any) -> None:
    assert articles(a_table(tmp_path, {"text": pa.array([TEXT], kind)}))[0].text == TEXT


def test_many_row_groups_come_in_order_and_rows_are_numbered_through(tmp_path: Path) -> None:
    path = a_table(tmp_path, {"text": [f"Text {n}." for n in range(500)]}, row_group_size=70)
    found = articles(path)
    assert [a.text for a in found] == [f"Text {n}." for n in range(500)]
    assert [a.id for a in found] == [f"news:{n}" for n in range(1, 501)]


def test_named_and_nested_columns(tmp_path: Path) -> None:
    path = a_table(tmp_path, {"story": [{"full": TEXT}], "source": [{"name": "Gazette"}], "authors": [["A", "B"]]})
    (found,) = articles(path, fields={"text": "story.full"})
    assert (found.text, found.source, found.authors) == (TEXT, "Gazette", "A, B")


def test_from_a_pipe(tmp_path: Path) -> None:
    data = a_table(tmp_path, {"text": [TEXT]}).read_bytes()
    assert articles("-", stdin=io.BytesIO(data))[0].text == TEXT


@pytest.mark.parametrize(
    ("values", "says"),
    [
        ({"text": None}, "has no text"),
        ({"text": " "}, "has no text"),
        ({"date": "yesterday"}, "is not understood"),
        ({"date": "01/02/2020"}, "--date-order"),
        ({"id": "x" * 201}, "201 characters"),
        ({"text": "a\0b"}, "is binary"),
    ],
)
def test_a_broken_row_is_set_aside_and_the_rest_goes_on(tmp_path: Path, values: dict[str, Any], says: str) -> None:
    good = {"text": TEXT, "date": "2020-01-05", "id": "8"}
    rows = [{**good, "id": "7", **values}, good]
    bad, after = items(a_table(tmp_path, {name: [row[name] for row in rows] for name in good}))
    assert isinstance(bad, Failure)
    assert bad.origin.endswith("news.parquet:1")
    assert says in bad.reason
    assert isinstance(after, Article)


def test_text_that_is_no_utf_8_is_a_failure_of_its_row(tmp_path: Path) -> None:
    broken = pa.Array.from_buffers(pa.string(), 1, [None, pa.py_buffer(b"\0\0\0\0\4\0\0\0"), pa.py_buffer(b"caf\xe9")])
    assert "half a character" in failure(a_table(tmp_path, {"text": broken})).reason


@pytest.mark.parametrize(
    ("damage", "says"),
    [
        (lambda data: data[:-20], "is a damaged Parquet file"),
        (lambda data: data[: len(data) // 2], "is a damaged Parquet file"),
        (lambda data: b"PAR1", "is a damaged Parquet file"),
        (lambda data: b"id,text\n1,2\n", "is a damaged Parquet file"),
        (lambda data: b"PAR1" + b"\xff" * 200 + data[-300:], "is a damaged Parquet file"),
        (lambda data: data[:-8] + b"\xff\xff\xff\x7fPAR1", "is a damaged Parquet file"),
        (lambda data: data[:-8] + b"\0\0\0\0PAR1", "is a damaged Parquet file"),
        (lambda data: data[:4] + bytes(len(data) - 304) + data[-300:], "is a damaged Parquet file"),
        (lambda data: b"\0" * 1000, "is a damaged Parquet file"),
    ],
)
def test_a_damaged_file_is_set_aside(tmp_path: Path, damage: Any, says: str) -> None:
    path = a_table(tmp_path, {"text": [f"Text {n} of many." for n in range(200)]})
    path.write_bytes(damage(path.read_bytes()))
    bad, good = items(path, write(tmp_path / "z.txt", TEXT))
    assert isinstance(bad, Failure)
    assert says in bad.reason
    assert isinstance(good, Article)


def test_no_column_for_the_text(tmp_path: Path) -> None:
    path = a_table(tmp_path, {"id": [1], "story": [TEXT]})
    assert "it has id, story; name it with --field text=COLUMN" in failure(path).reason
    assert "has no column 'tale' for the text" in failure(path, fields={"text": "tale"}).reason


def test_a_row_group_that_would_fill_the_memory_is_set_aside(tmp_path: Path) -> None:
    path = a_table(tmp_path, {"text": ["a" * 5_000_000]}, compression="zstd")
    assert path.stat().st_size < 10_000
    assert "too much for articles of 256 kB" in failure(path, limits={"article": "256kB"}).reason


def test_without_pyarrow_it_is_said_what_to_install(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    path = a_table(tmp_path, {"text": [TEXT]})
    monkeypatch.setitem(sys.modules, "pyarrow", None)
    bad, good = items(path, write(tmp_path / "z.txt", TEXT))
    assert isinstance(bad, Failure)
    assert "type: pip install 'saywho[parquet]'" in bad.reason
    assert isinstance(good, Article)
