"""CSV and TSV -> articles: dialects, columns, cells of many lines, and tables that are broken."""

import csv
import gzip
import io
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from index.records import Article, Failure
from tests.reading import TEXT, articles, failure, items, write


@pytest.mark.parametrize(
    ("name", "table"),
    [
        ("a.csv", f'id,date,text,title\n1,2020-01-05,"{TEXT}",T\n'),
        ("a.csv", f'id;date;text;title\r\n1;2020-01-05;"{TEXT}";T\r\n'),
        ("a.tsv", f"id\tdate\ttext\ttitle\n1\t2020-01-05\t{TEXT}\tT\n"),
        ("a.csv", f"id|date|text|title\n1|2020-01-05|{TEXT}|T\n"),
        ("a.csv", f"sep=;\nid;date;text;title\n1;2020-01-05;{TEXT};T\n"),
        ("a.csv", f"\ufeffid,date,text,title\n1,2020-01-05,{TEXT},T\n"),
        ("a.csv", f'"ID" , "Publication Date", "Article Text" ,Headline\n1, 2020-01-05, "{TEXT}", T\n'),
        ("a.csv", f"id,date,text,title,kept\n1,2020-01-05,{TEXT},T\n"),
        ("a.csv", f"id,date,text,title\n\n,,,\n1,2020-01-05,{TEXT},T,,\n"),
    ],
)
def test_dialects(tmp_path: Path, name: str, table: str) -> None:
    (found,) = articles(write(tmp_path / name, table))
    assert (found.id, found.date, found.text, found.title) == ("1", "2020-01-05", TEXT, "T")


@pytest.mark.parametrize(
    ("encoded", "option"), [("utf-8", None), ("utf-16", None), ("cp1252", None), ("mac-roman", "mac-roman")]
)
def test_encodings(tmp_path: Path, encoded: str, option: str | None) -> None:
    table = "id,text\n1,The café’s owner: “We stay.”\n2,Another.\n"
    found = articles(write(tmp_path / "a.csv", table.encode(encoded)), encoding=option)
    assert [a.text for a in found] == ["The café’s owner: “We stay.”", "Another."]


def test_a_cell_goes_over_lines_and_a_row_is_named_by_its_first(tmp_path: Path) -> None:
    table = 'text,note\n"One.\n\n""Two,"" she said.\r\nThree.",x\nAnother.,y\n'
    one, two = articles(write(tmp_path / "a.csv", table))
    assert one.text == 'One.\n\n"Two," she said.\r\nThree.'
    assert (one.origin, two.origin) == (f"{tmp_path}/a.csv:2", f"{tmp_path}/a.csv:6")
    assert (one.id, two.id) == ("a:2", "a:6")


def test_named_columns(tmp_path: Path) -> None:
    path = write(tmp_path / "a.csv", f"text,story,day,who\nno,{TEXT},05/01/2020,Gazette\n")
    (found,) = articles(path, fields={"text": "story", "date": "day", "source": "who"}, date_order="dmy")
    assert (found.text, found.date, found.source) == (TEXT, "2020-01-05", "Gazette")


def test_stdin_and_gzip(tmp_path: Path) -> None:
    table = f"title,text\nT,{TEXT}\n".encode()
    for data in (table, gzip.compress(table)):
        (found,) = articles("-", stdin=io.BytesIO(data))
        assert (found.title, found.text) == ("T", TEXT)


def test_what_only_looks_like_a_table_is_a_text() -> None:
    (found,) = articles("-", stdin=io.BytesIO(b"Text, and more of it, came.\n"))
    assert found.text == "Text, and more of it, came.\n"


def test_a_huge_cell_is_read_up_to_the_limit(tmp_path: Path) -> None:
    long = "and there it was " * 18_000
    path = write(tmp_path / "a.csv", f'id,text\n1,"{long}"\n2,{TEXT}\n')
    assert [len(a.text) for a in articles(path)] == [306_000, len(TEXT)]
    bad, good = items(path, limits={"article": "100kB"})
    assert isinstance(bad, Failure)
    assert bad.origin.endswith(":2")
    assert "longer than 100 kB" in bad.reason
    assert isinstance(good, Article)


@pytest.mark.parametrize(
    ("table", "says"),
    [
        ("id,story\n1,x\n", "has no text: a column text, content, body is looked for, it has id, story; name it with"),
        ("The mayor said nothing.\n", "has no text: a column text"),
        ("\n\n", "has no text"),
        (b"PK\3\4\0\0\0\0", "is a zip file that is damaged"),
        (b"id,text\n1,a\0b\n", "is a binary file, not a table"),
        (b"\x89PNG\r\n\x1a\n\0\0", "is a binary file, not a table"),
        (b"id,text\n".decode().encode("utf-16")[:-1], "not valid utf-16"),
        (",".join(f"c{n}" for n in range(3000)) + "\n", "has 3,000 columns; 2,000 are the most"),
        ("x" * 200_000 + ",text\n1,2\n", "cannot be read"),
        ("text,id\n", None),
    ],
)
def test_a_table_that_is_none(tmp_path: Path, table: str | bytes, says: str | None) -> None:
    path = write(tmp_path / "a.csv", table)
    if says is None:
        assert items(path) == []
    else:
        assert says in failure(path, limits={"article": "100kB"}).reason


@pytest.mark.parametrize(
    ("row", "says"),
    [
        ("7,The mayor, who was late, said no,2020-01-05", "has 5 cells, but there are 3 columns; put cells that hold"),
        ("7", "has 1 cells, but there are 3 columns; is the row cut short?"),
        ("7,,2020-01-05", "has no text"),
        ("7,x,2020-02-30", "is not in the calendar"),
        ("7,x,01/02/2020", "say it with --date-order"),
        ("x" * 201 + ",x,", "201 characters long"),
    ],
)
def test_a_broken_row_is_set_aside_and_the_rest_goes_on(tmp_path: Path, row: str, says: str) -> None:
    bad, good = items(write(tmp_path / "a.csv", f"id,text,date\n{row}\n8,{TEXT},2020-01-05\n"))
    assert isinstance(bad, Failure)
    assert bad.origin.endswith("a.csv:2")
    assert says in bad.reason
    assert isinstance(good, Article)


def test_a_quotation_mark_that_is_never_closed_is_one_failure_with_its_line(tmp_path: Path) -> None:
    table = 'id,text\n1,One.\n2,"Two.\n3,Three.\n'
    one, bad = items(write(tmp_path / "a.csv", table))
    assert isinstance(one, Article)
    assert isinstance(bad, Failure)
    assert bad.origin.endswith(":3")
    assert "never closed" in bad.reason


def test_a_cell_that_grows_over_the_limit_is_one_failure_and_the_rest_goes_on(tmp_path: Path) -> None:
    lines = "".join(f"{n},line {n} of many\n" for n in range(500))
    found = items(write(tmp_path / "a.csv", f'id,text\n0,"never closed\n{lines}'), limits={"article": "4kB"})
    assert isinstance(found[0], Failure)
    assert "is a quotation mark never closed?" in found[0].reason
    assert sum(isinstance(a, Article) for a in found) > 250


def test_a_line_that_cannot_be_decoded_is_set_aside(tmp_path: Path) -> None:
    table = "id,text\n1,“One.”\n".encode() + "2,“Two” “Three” “Four” ".encode() + b"\x81\n" + b"3,Three.\n"
    one, bad, three = items(write(tmp_path / "a.csv", table))
    assert isinstance(bad, Failure)
    assert "damaged UTF-8" in bad.reason
    assert bad.origin.endswith(":3")
    assert isinstance(one, Article)
    assert isinstance(three, Article)


_CELLS = st.text(st.characters(codec="utf-8", exclude_categories=("Cc", "Cs")) | st.sampled_from('",;\n\t|'))


@given(st.lists(st.tuples(_CELLS, _CELLS), min_size=1, max_size=5), st.sampled_from(",;\t|"))
def test_what_the_csv_module_writes_comes_out_as_it_was(rows: list[tuple[str, str]], delimiter: str) -> None:
    written = io.StringIO()
    writer = csv.writer(written, delimiter=delimiter, quoting=csv.QUOTE_ALL)
    writer.writerow(("title", "text", "id"))
    wanted = [(title, f"{text}.", str(number)) for number, (title, text) in enumerate(rows)]
    writer.writerows(wanted)
    found = articles("-", stdin=io.BytesIO(written.getvalue().encode()), format="csv", languages=["all"])
    assert [(a.text, a.id) for a in found] == [(text, number) for _, text, number in wanted]
