"""Shards and parts: what is read at once, and what is kept of it until the archive has it."""

from pathlib import Path

import pytest

from index.cluster.extracting import TRIES, Begun, Order, extract_articles, read_shard
from index.cluster.parts import Found, Read, Store, found_from_bytes, found_to_bytes, read_from_bytes, read_to_bytes
from index.cluster.shards import Shard, shard, shards
from index.errors import DaskError
from index.readers import ReadingOptions, checked, files
from index.records import Article, Failure, LeftOut, Quotation

HOW = checked()
ARTICLE = Article(id="a", text="“Rain”\n\0ok é 🌧", title="T", source="Gull", date="2020-01-02", origin="a.jsonl:1")
FAILURE = Failure(origin="a.jsonl:2", reason="is empty")
BROKEN = Quotation(article_id="a", kind="direct", content=((0, 3), (4, 6)), text="a \ud800 half", speaker="Ada")


def test_what_was_read_comes_back() -> None:
    rows = [Read(0, ARTICLE), Read(0, FAILURE), Read(7, LeftOut(origin="b", language="fr", article_id="x"))]
    assert list(read_from_bytes(read_to_bytes(rows))) == rows


@pytest.mark.parametrize("found", [[], [BROKEN], FAILURE])
def test_what_was_found_comes_back(found: list[Quotation] | Failure) -> None:
    rows = [Found("a", "hash", "network 1", found)]
    assert list(found_from_bytes(found_to_bytes(rows))) == rows


@pytest.mark.parametrize(("change", "sound"), [(lambda d: d, True), (lambda d: d[:-1], False), (lambda d: b"", False)])
def test_a_part_that_is_not_as_it_was_written_is_none(tmp_path: Path, change, sound: bool) -> None:  # type: ignore[no-untyped-def]
    store = Store(str(tmp_path / "parts"))
    name = store.write("found-x", b"some bytes")
    path = tmp_path / "parts" / name
    path.write_bytes(change(path.read_bytes()))
    assert (store.read(name) is not None) is sound
    assert store.names("found-") == [name]
    store.remove([name, "found-gone"])
    assert (store.read(name), store.names("")) == (None, [])


def test_a_folder_that_cannot_be_written_to_is_named(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    with pytest.raises(DaskError, match=r"file/parts: the folder of parts cannot be written to .*--parts"):
        Store(str(tmp_path / "file" / "parts")).write("x", b"")


def sharded(folder: Path, *sources: str) -> list[Shard | tuple[str, object]]:
    named = ((source, one) for source in sources for one in files([source], HOW))
    return list(shards(named, HOW))  # type: ignore[arg-type]


def test_small_files_are_read_together_and_large_ones_alone(tmp_path: Path) -> None:
    for number in range(450):
        (tmp_path / f"{number:03}.txt").write_text("x")
    (tmp_path / "large.txt").write_bytes(b"x" * (9 << 20))
    (tmp_path / "last.txt").write_text("x")
    found = sharded(tmp_path, str(tmp_path))
    assert [len(one.files) for one in found if isinstance(one, Shard)] == [200, 200, 51, 1]


def test_what_this_machine_reads_itself_keeps_its_place(tmp_path: Path) -> None:
    for name in ("a.txt", "b.txt"):
        (tmp_path / name).write_text("x")
    found = sharded(tmp_path, str(tmp_path / "a.txt"), "https://example.org/feed", "-", str(tmp_path / "b.txt"))
    assert [isinstance(one, Shard) for one in found] == [True, False, False, True]
    assert [one[0] for one in found if isinstance(one, tuple)] == ["https://example.org/feed", "-"]


@pytest.mark.parametrize(
    ("change", "same"),
    [("nothing", True), ("the file", False), ("the way of reading", False)],
)
def test_a_shards_name_says_what_is_in_it(tmp_path: Path, change: str, same: bool) -> None:
    path = tmp_path / "a.txt"
    path.write_text("x")
    first = shard([(str(path), next(iter(files([str(path)], HOW))))], HOW)  # type: ignore[list-item]
    if change == "the file":
        path.write_text("longer")
    how = checked(ReadingOptions(encoding="latin-1")) if change == "the way of reading" else HOW
    assert (shard([("", next(iter(files([str(path)], how))))], how).name == first.name) is same  # type: ignore[list-item]


def test_a_shard_in_parts(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("index.cluster.extracting._ROWS", 2)
    (tmp_path / "a.jsonl").write_text("".join(f'{{"id": "{n}", "text": "Rain {n}"}}\n' for n in range(5)))
    store = Store(str(tmp_path / "parts"))
    (piece,) = sharded(tmp_path, str(tmp_path / "a.jsonl"))
    assert isinstance(piece, Shard)
    names = read_shard(piece, HOW, Order("run", store, "", ""))
    assert names is not None
    assert [name.split("-")[2].partition(".")[0] for name in names] == ["000000", "000001", "000002end"]
    rows = [row.item for name in names for row in read_from_bytes(store.read(name) or b"")]
    assert [row.id for row in rows if isinstance(row, Article)] == ["0", "1", "2", "3", "4"]
    assert store.names("begun-") == []


def test_what_too_many_workers_died_of_is_not_begun_again(tmp_path: Path) -> None:
    store = Store(str(tmp_path))
    for number in range(TRIES):
        assert Begun(store, "run").times("name") == number
        store.mark(f"begun-run-name.{number}")
    assert extract_articles("name", [ARTICLE], Order("run", store, "", "")) is None
    assert Begun(store, "another run").times("name") == 0
    Begun(store, "run").clear()
    assert store.names("begun-") == []
