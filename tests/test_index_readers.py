"""Sources -> articles: what is found, what is refused at once, and what is set aside while the rest goes on."""

import contextlib
import gzip
import io
import json
import os
import shutil
import tempfile
from collections.abc import Iterator
from pathlib import Path
from typing import BinaryIO

import pytest

from index.errors import UsageError
from index.readers import ReadingOptions, known_formats, read
from index.records import Article, Failure

TEXT = "The mayor said: “We will mend the bridge.”\n"


def articles(*sources: object, stdin: BinaryIO | None = None, **options: object) -> list[Article]:
    found = list(read([str(s) for s in sources], ReadingOptions(**options), stdin=stdin))  # type: ignore[arg-type]
    assert [f for f in found if isinstance(f, Failure)] == []
    return [a for a in found if isinstance(a, Article)]


def failure(*sources: object, **options: object) -> Failure:
    (found,) = read([str(s) for s in sources], ReadingOptions(**options))  # type: ignore[arg-type]
    assert isinstance(found, Failure), found
    return found


def write(path: Path, content: str | bytes = TEXT) -> Path:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(content.encode() if isinstance(content, str) else content)
    return path


def line(**columns: object) -> str:
    return json.dumps({"text": TEXT, **columns}) + "\n"


@contextlib.contextmanager
def without_rights() -> Iterator[Path]:
    """A folder, and this process without the superuser's rights in it; these may read what nobody else may."""
    folder = Path(tempfile.mkdtemp(prefix="readers-"))
    folder.chmod(0o755)
    superuser = os.geteuid() == 0
    try:
        yield folder
    finally:
        if superuser:
            os.seteuid(0)
        folder.chmod(0o755)
        shutil.rmtree(folder)


def drop_rights() -> None:
    if os.geteuid() == 0:
        os.seteuid(65534)


# --- what is found ---


@pytest.mark.parametrize(
    ("source", "ids"),
    [
        ("news", ["a", "b", "deep/c", "deep/er/d", "lines:1"]),
        ("news/a.txt", ["a"]),
        ("news/deep/c.md.gz", ["c"]),
        ("news/*.txt", ["a"]),
        ("news/*", ["a", "b", "deep/c", "deep/er/d", "lines:1", "notes"]),
        ("news/**/*.txt", ["a", "deep/er/d"]),
        ("**/[cd].*", ["news/deep/c", "news/deep/er/d"]),
        ("news/notes", ["notes"]),
        ("./news/deep", ["c", "er/d"]),
    ],
)
def test_sources_and_the_ids_that_their_names_give(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, source: str, ids: list[str]
) -> None:
    monkeypatch.chdir(tmp_path)
    for name in ("a.txt", "b.TEXT", "deep/er/d.txt", "notes", ".hidden.txt", ".cache/x.txt", "README.md"):
        write(tmp_path / "news" / name)
    write(tmp_path / "news/deep/c.md.gz", gzip.compress(TEXT.encode(), mtime=0))
    write(tmp_path / "news/lines.jsonl", line())
    assert [a.id for a in articles(source)] == ids


def test_the_order_is_that_of_the_sources_and_a_file_named_twice_is_read_once(tmp_path: Path) -> None:
    a, b = write(tmp_path / "a.txt"), write(tmp_path / "b.txt")
    assert [x.id for x in articles(b, tmp_path, a)] == ["b", "a"]


def test_a_name_with_the_signs_of_a_glob_is_a_name_first(tmp_path: Path) -> None:
    assert [a.id for a in articles(write(tmp_path / "[AP] bridge*.txt"))] == ["[AP] bridge*"]


def test_links_that_run_in_circles_end(tmp_path: Path) -> None:
    write(tmp_path / "news/a.txt")
    (tmp_path / "news/again").symlink_to(tmp_path / "news")
    assert [a.id for a in articles(tmp_path / "news")] == ["a"]


def test_a_pipe_in_the_place_of_a_file_is_read(tmp_path: Path) -> None:
    reading, writing = os.pipe()
    os.write(writing, gzip.compress(line(id="one").encode()))
    os.close(writing)
    try:
        assert [a.id for a in articles(f"/dev/fd/{reading}")] == ["one"]
    finally:
        os.close(reading)


@pytest.mark.parametrize("zipped", [False, True])
@pytest.mark.parametrize(
    ("content", "ids"),
    [(line(id="x") + line(id="y"), ["x", "y"]), ("\n {} and text", 1), (TEXT, 1), ("id: mine\n\n" + TEXT, ["mine"])],
)
def test_stdin_is_told_by_its_first_bytes(content: str, ids: list[str] | int, zipped: bool) -> None:
    data = gzip.compress(content.encode(), mtime=0) if zipped else content.encode()
    found = list(read(["-"], stdin=io.BytesIO(data)))
    if isinstance(ids, list):
        assert [getattr(a, "id", a) for a in found] == ids
    assert all(item.origin.split(":")[0] == "stdin" for item in found)


def test_articles_from_two_pipes_have_different_ids_and_the_same_words_the_same() -> None:
    ids = [articles("-", stdin=io.BytesIO(text))[0].id for text in (b"One thing.", b"Another.", b"One thing.")]
    assert ids[0] == ids[2] != ids[1]


@pytest.mark.parametrize(
    ("name", "content", "form", "count"),
    [
        ("a.data", line() * 3, "auto", 3),
        ("a.data", TEXT, "auto", 1),
        ("a.txt", line() * 3, "auto", 1),
        ("a.txt", line() * 3, "jsonl", 3),
        ("a.html", TEXT, "txt", 1),
        ("a.json", line(), "auto", 1),
        ("a.data", "\ufeff" + line() * 2, "auto", 2),
    ],
)
def test_the_format_is_the_one_asked_for_else_the_endings_else_guessed(
    tmp_path: Path, name: str, content: str, form: str, count: int
) -> None:
    assert len(articles(write(tmp_path / name, content), format=form)) == count


def test_every_format_says_what_it_is() -> None:
    assert list(known_formats()) == ["txt", "jsonl", "csv", "parquet", "html", "rss", "warc"]
    assert all(about.endswith(")") and ".gz" not in about for about in known_formats().values())


# --- refused at once ---


@pytest.mark.parametrize(
    ("sources", "options", "says"),
    [
        ([], {}, "nothing to read"),
        ([""], {}, "not the name of a file"),
        (["gone.txt"], {}, "gone.txt: there is no such file"),
        (["a.txt", "a.txt/b"], {}, "a.txt/b: there is no such file"),
        (["gone/*.txt"], {}, "gone/*.txt: no file matches"),
        (["empty"], {}, r"empty: holds no articles: no file in it ends in .txt, .text, .md, .jsonl, .ndjson"),
        (["emp*"], {}, "emp*: holds no articles"),
        (["empty"], {"format": "jsonl"}, "ends in .jsonl, .ndjson, .zip"),
        (["a.txt"], {"format": "docx"}, "format 'docx' is not known; there are: auto, txt, jsonl, csv"),
        (["a.txt"], {"fields": {"txet": "x"}}, "field 'txet' is not known; there are: text, date"),
        (["a.txt"], {"fields": {"text": ""}}, "names no column"),
        (["a.txt"], {"format": "txt", "fields": {"text": "x"}}, "has no columns"),
        (["a.txt"], {"encoding": "utf-9"}, "encoding 'utf-9' is not known"),
        (["a.txt"], {"encoding": "rot13"}, "encoding 'rot13' is not known"),
        (["a.txt"], {"encoding": "unicode_escape"}, "not one of files"),
        (["ftp://example.org/a.html"], {}, "only http and https are fetched"),
        (["file:///etc/passwd"], {}, "only http and https are fetched"),
        (["http:///a.html"], {}, "names no host"),
        (["@gone"], {}, "gone: the list of sources cannot be read"),
        (["@a.list"], {}, "a.list: the list of sources names none"),
        (["a.txt"], {"languages": ["french"]}, "language 'french' is not a code of two letters"),
        (["a.txt"], {"limits": {"pages": 1}}, "limit 'pages' is not known; there are: article, page"),
        (["a.txt"], {"limits": {"page": "big"}}, "limit 'page' is 'big'; write it as a number"),
        (["a.txt"], {"date_order": "ymd"}, "date order 'ymd' is not known; there are: dmy, mdy"),
    ],
)
def test_what_cannot_be_is_said_before_anything_is_read(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, sources: list[str], options: dict[str, object], says: str
) -> None:
    monkeypatch.chdir(tmp_path)
    write(tmp_path / "a.txt")
    write(tmp_path / "empty/picture.png")
    write(tmp_path / "a.list", "# nothing\n\n")
    with pytest.raises(UsageError) as error:
        read(sources, ReadingOptions(**options))  # type: ignore[arg-type]
    assert says in str(error.value)


def test_no_right_to_read_the_folder() -> None:
    with without_rights() as folder:
        write(folder / "news/a.txt")
        (folder / "news").chmod(0)
        drop_rights()
        with pytest.raises(UsageError, match="news: you have no right to read it"):
            read([str(folder / "news")])


# --- set aside ---


def test_no_right_to_read_a_file_or_a_folder_inside() -> None:
    with without_rights() as folder:
        for name in ("a.txt", "b/x.txt", "c.txt"):
            write(folder / name)
        (folder / "a.txt").chmod(0)
        (folder / "b").chmod(0)
        drop_rights()
        found = [getattr(x, "reason", getattr(x, "id", "")) for x in read([str(folder)])]
        assert [text.split(";")[0] for text in found] == ["you have no right to read it"] * 2 + ["c"]


@pytest.mark.parametrize(
    ("name", "content", "says"),
    [
        ("a.txt", b"", "is empty"),
        ("a.txt", b" \n\t ", "has no text"),
        ("a.txt", b"\x89PNG\r\n\x1a\n\0\0\0\rIHDR", "binary file"),
        ("a.txt", bytes(range(1, 32)) * 9, "is binary"),
        ("a.txt", "Zażółć gęślą jaźń".encode("utf-16-le"), "binary"),
        ("a.txt", "Он сказал: «Мы починим мост», и ушёл.".encode("cp1251"), "neither UTF-8 (byte 0) nor Windows-1252"),
        ("a.txt", "“We will,” she said. “All of it.”".encode()[:-1], "damaged UTF-8 (byte 38)"),
        ("a.txt", "“Yes”".encode("utf-16")[:-1], "not valid utf-16"),
        ("a.txt.gz", b"", "is empty"),
        ("a.txt.gz", b"not zipped", "ends in .gz but is no gzip file"),
        ("a.txt.gz", gzip.compress(TEXT.encode() * 50, mtime=0)[:-9], "cut short"),
        ("a.txt.gz", gzip.compress(TEXT.encode() * 50, mtime=0)[:30] + b"\0" * 40, "damaged"),
        ("a.txt.gz", gzip.compress(b"", mtime=0), "is empty"),
        ("a.jsonl", b"", "is empty"),
        ("a.jsonl", b"\0\1\2\3", "is a binary file"),
        ("a.docx", b"PK\x03\x04", "is a .docx file, which is not read"),
        ("a.PDF", b"%PDF-1.7", "is a .pdf file, which is not read"),
        ("a" * 201 + ".txt", TEXT, "201 characters long; 200 is the most"),
        ("a\tb.txt", TEXT, "control characters"),
    ],
)
def test_a_file_that_cannot_be_read_is_set_aside_with_its_reason(
    tmp_path: Path, name: str, content: bytes | str, says: str
) -> None:
    write(tmp_path / "z.txt")
    path = write(tmp_path / name, content)
    bad, good = read([str(path), str(tmp_path / "z.txt")])
    assert isinstance(bad, Failure)
    assert says in bad.reason
    assert bad.origin == str(path).replace("\t", "\\t")
    assert isinstance(good, Article)


def test_a_name_that_is_not_utf_8_is_a_failure_that_can_be_printed(tmp_path: Path) -> None:
    write(Path(os.fsdecode(os.fsencode(tmp_path) + b"/caf\xe9.txt")))
    found = failure(tmp_path)
    assert "broken characters" in found.reason
    assert found.origin.encode().endswith(b"/caf\\udce9.txt")


def test_a_file_that_goes_away_is_a_failure(tmp_path: Path) -> None:
    found = read([str(write(tmp_path / "a.txt"))])
    (tmp_path / "a.txt").unlink()
    (gone,) = found
    assert isinstance(gone, Failure)
    assert "No such file" in gone.reason


def test_a_broken_link_in_a_folder_is_a_failure(tmp_path: Path) -> None:
    (tmp_path / "a.txt").symlink_to(tmp_path / "nowhere")
    assert "No such file" in failure(tmp_path).reason


def test_a_bomb_is_given_up_at_the_limit(tmp_path: Path) -> None:
    limits = {"article": 10_000}
    bomb = gzip.compress(b"a" * 1_000_000, mtime=0)
    assert "longer than 10,000 bytes" in failure(write(tmp_path / "a.txt.gz", bomb), limits=limits).reason
    lines = line(id="one").encode() + b'{"text": "' + b"a" * 1_000_000 + b'"}\n' + line(id="three").encode()
    one, two, three = read(
        [str(write(tmp_path / "b.jsonl.gz", gzip.compress(lines, mtime=0)))],
        ReadingOptions(limits={**limits, "ratio": 0}),
    )
    assert isinstance(two, Failure)
    assert two.origin.endswith("b.jsonl.gz:2")
    assert "longer than 10,000 bytes" in two.reason
    assert [getattr(x, "id", None) for x in (one, three)] == ["one", "three"]


def test_what_came_before_the_end_of_a_cut_file_is_kept(tmp_path: Path) -> None:
    rows = "".join(line(id=n, title=os.urandom(40).hex()) for n in range(500))
    *good, bad = read([str(write(tmp_path / "a.jsonl.gz", gzip.compress(rows.encode(), mtime=0)[:-2000]))])
    assert len(good) > 300
    assert all(isinstance(a, Article) for a in good)
    assert isinstance(bad, Failure)
    assert "cut short" in bad.reason


# --- encodings ---


@pytest.mark.parametrize("form", ["txt", "jsonl"])
@pytest.mark.parametrize(
    ("encoded", "option"),
    [
        ("utf-8", None),
        ("utf-8-sig", None),
        ("utf-16", None),
        ("utf-32", None),
        ("cp1252", None),
        ("cp1252", "windows-1252"),
        ("utf-16-le", "utf-16-le"),
        ("utf-16-be", "utf-16-be"),
        ("mac-roman", "mac-roman"),
    ],
)
def test_encodings(tmp_path: Path, form: str, encoded: str, option: str | None) -> None:
    text = "The café’s owner said: “We will stay open.”\r\n\r\nNobody else spoke.\r\n"
    content = text if form == "txt" else json.dumps({"text": text}, ensure_ascii=False) + "\n\n"
    path = write(tmp_path / f"a.{form}", content.encode(encoded))
    assert [a.text for a in articles(path, encoding=option)] == [text]


def test_a_big_endian_byte_order_mark(tmp_path: Path) -> None:
    assert articles(write(tmp_path / "a.txt", b"\xfe\xff" + TEXT.encode("utf-16-be")))[0].text == TEXT


@pytest.mark.parametrize("name", ["a.txt", "a.jsonl"])
def test_windows_1252_is_said_once(tmp_path: Path, caplog: pytest.LogCaptureFixture, name: str) -> None:
    rows = '{"text": "A café."}\n' * 3
    path = write(tmp_path / name, rows.encode("cp1252"))
    articles(path)
    (message,) = caplog.messages
    assert message.startswith(str(path))
    assert "not UTF-8; read as Windows-1252 (--encoding says otherwise)" in message


def test_a_wrong_encoding_is_a_failure_that_names_it(tmp_path: Path) -> None:
    assert "not valid ascii (byte 16)" in failure(write(tmp_path / "a.txt"), encoding="ascii").reason


def test_broken_utf_16_lines_end_the_file_with_one_failure(tmp_path: Path) -> None:
    data = (line(id="one") * 2).encode("utf-16") + b"\x00\xd8\x0a\x00"
    *_, bad = read([str(write(tmp_path / "a.jsonl", data))])
    assert isinstance(bad, Failure)
    assert "not valid utf-16 from here on" in bad.reason
