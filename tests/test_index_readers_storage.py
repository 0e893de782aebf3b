"""Files of a storage, by its address: the same articles as of a path."""

from pathlib import Path

import pytest

from index.errors import UsageError
from index.readers import read
from index.records import Article


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    files = {"gull/b.txt": "Two", "gull/2020/a.txt": "One", "README.txt": "No", ".hidden/x.txt": "No", "c.png": "No"}
    for name, text in {**files, "d.jsonl": '{"text": "Three"}\n{"text": "Four"}\n'}.items():
        path = tmp_path / "news" / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text)
    return tmp_path / "news"


def told(source: str) -> list[tuple[str, str, str | None]]:
    return [(one.id, one.text, one.source) for one in read([source]) if isinstance(one, Article)]


@pytest.mark.parametrize("what", ["", "/gull", "/d.jsonl", "/gull/*.txt", "/**/*.txt"])
def test_the_same_as_of_a_path(folder: Path, what: str) -> None:
    assert told(f"local://{folder}{what}") == told(f"{folder}{what}") != []


def test_a_packed_file(folder: Path) -> None:
    import gzip

    (folder / "e.jsonl.gz").write_bytes(gzip.compress(b'{"text": "Five"}\n'))
    assert told(f"local://{folder}/e.jsonl.gz") == [("e:1", "Five", None)]


@pytest.mark.parametrize(
    ("what", "says"),
    [
        ("/none.txt", "there is no such file or folder"),
        ("/*.csv", "no file matches"),
        ("/.hidden", "holds no articles"),
    ],
)
def test_what_is_not_there(folder: Path, what: str, says: str) -> None:
    (folder / ".hidden" / "x.txt").unlink()
    (folder / ".hidden" / "y.png").write_text("")
    with pytest.raises(UsageError, match=says):
        list(read([f"local://{folder}{what}"]))


def test_a_storage_whose_library_is_not_there() -> None:
    with pytest.raises(UsageError, match=r"s3:// needs fsspec and its library .*saywho\[cluster\]"):
        list(read(["s3://bucket/news"]))
