"""Parts: what workers have read and found, as Parquet files on a storage that all of them and this machine see.

A part's name ends in the sha256 of its bytes, so a part that was written by halves, or altered, is as good as none.
"""

import dataclasses
import hashlib
import io
import json
from collections.abc import Iterable, Iterator, Sequence
from typing import Any

import msgspec

from index.errors import DaskError
from index.readers.storage import filesystem_of
from index.records import Article, Failure, LeftOut, Quotation, article_from_json, quotation_from_json, to_json

_DIGITS = 16
_DECODER = msgspec.json.Decoder(list[Quotation])


@dataclasses.dataclass(frozen=True, slots=True)
class Store:
    """A folder of parts: a path, or the address of a storage."""

    url: str

    def write(self, name: str, data: bytes) -> str:
        """Keeps a part, and gives the name that it has there."""
        system, root = filesystem_of(self.url)
        full = f"{name}.{hashlib.sha256(data).hexdigest()[:_DIGITS]}.parquet"
        try:
            system.makedirs(root, exist_ok=True)
            system.pipe_file(f"{root}/{full}", data)
        except Exception as error:
            raise self._trouble("written to", error) from error
        return full

    def read(self, full: str) -> bytes | None:
        """A part's bytes; None where it is not there, or not as it was written."""
        system, root = filesystem_of(self.url)
        try:
            data = bytes(system.cat_file(f"{root}/{full}"))
        except FileNotFoundError:
            return None
        except Exception as error:
            raise self._trouble("read", error) from error
        return data if full.endswith(f".{hashlib.sha256(data).hexdigest()[:_DIGITS]}.parquet") else None

    def names(self, beginning: str) -> list[str]:
        """The names of the files that begin so, sorted."""
        system, root = filesystem_of(self.url)
        try:
            system.invalidate_cache()
            found = system.ls(root, detail=False) if system.exists(root) else []
        except FileNotFoundError:
            return []
        except Exception as error:
            raise self._trouble("listed", error) from error
        return sorted(name for path in found if (name := path.rpartition("/")[2]).startswith(beginning))

    def mark(self, name: str, text: str = "") -> None:
        """Keeps a small file of that very name."""
        system, root = filesystem_of(self.url)
        try:
            system.makedirs(root, exist_ok=True)
            system.pipe_file(f"{root}/{name}", text.encode())
        except Exception as error:
            raise self._trouble("written to", error) from error

    def marked(self, name: str) -> str | None:
        """What `mark` kept; None where there is nothing."""
        system, root = filesystem_of(self.url)
        try:
            return bytes(system.cat_file(f"{root}/{name}")).decode()
        except FileNotFoundError:
            return None
        except Exception as error:
            raise self._trouble("read", error) from error

    def remove(self, names: Iterable[str]) -> None:
        """Removes files, where they are there."""
        system, root = filesystem_of(self.url)
        for name in names:
            try:
                system.rm_file(f"{root}/{name}")
            except FileNotFoundError:
                continue
            except Exception as error:
                raise self._trouble("cleared", error) from error

    def _trouble(self, what: str, error: Exception) -> DaskError:
        reason = getattr(error, "strerror", None) or error or type(error).__name__
        return DaskError(
            f"{self.url}: the folder of parts cannot be {what} ({reason}); name one that every worker and this machine "
            "can write to: --parts, or SAYWHO_PARTS"
        )


@dataclasses.dataclass(frozen=True, slots=True)
class Read:
    """What was read in one file of a shard."""

    file: int
    """Its place in the shard, from 0."""
    item: Article | Failure | LeftOut


def read_to_bytes(rows: Sequence[Read]) -> bytes:
    """What was read, as a Parquet file: the file, the kind, the article's id and text, and all else as JSON."""
    columns: dict[str, list[Any]] = {"file": [], "kind": [], "id": [], "text": [], "record": []}
    for row in rows:
        record = dataclasses.asdict(row.item)
        columns["file"].append(row.file)
        columns["kind"].append(type(row.item).__name__)
        columns["id"].append(_whole(row.item.id if isinstance(row.item, Article) else row.item.article_id))
        columns["text"].append(record.pop("text", None))
        columns["record"].append(json.dumps(record))
    return _written(columns)


def read_from_bytes(data: bytes) -> Iterator[Read]:
    """What `read_to_bytes` was given."""
    for row in _rows(data):
        record = json.loads(row["record"])
        item: Article | Failure | LeftOut
        if row["kind"] == "Article":
            item = article_from_json({**record, "text": row["text"]})
        else:
            item = Failure(**record) if row["kind"] == "Failure" else LeftOut(**record)
        yield Read(row["file"], item)


@dataclasses.dataclass(frozen=True, slots=True)
class Found:
    """What was found in one article."""

    article_id: str
    content_hash: str
    extractor: str
    found: list[Quotation] | Failure


def found_to_bytes(rows: Sequence[Found]) -> bytes:
    """What was found, as a Parquet file: an article a row, its quotations as JSON."""
    columns: dict[str, list[Any]] = {
        "article_id": [_whole(row.article_id) for row in rows],
        "content_hash": [row.content_hash for row in rows],
        "extractor": [row.extractor for row in rows],
        "record": [
            json.dumps(dataclasses.asdict(row.found))
            if isinstance(row.found, Failure)
            else json.dumps([to_json(one) for one in row.found])
            for row in rows
        ],
        "broke": [isinstance(row.found, Failure) for row in rows],
    }
    return _written(columns)


def found_from_bytes(data: bytes) -> Iterator[Found]:
    """What `found_to_bytes` was given."""
    for row in _rows(data):
        found = Failure(**json.loads(row["record"])) if row["broke"] else _quotations(row["record"])
        yield Found(row["article_id"], row["content_hash"], row["extractor"], found)


def _quotations(text: str) -> list[Quotation]:
    try:
        return _DECODER.decode(text)
    except msgspec.DecodeError:  # half of a surrogate pair, which broken JSON can hold
        return [quotation_from_json(row) for row in json.loads(text)]


def _whole(value: str | None) -> str | None:
    """A value that a Parquet file can hold, for whoever looks into one; the record has it as it is."""
    return value.encode("utf-8", "replace").decode() if value is not None else None


def _written(columns: dict[str, list[Any]]) -> bytes:
    import pyarrow
    import pyarrow.parquet

    out = io.BytesIO()
    pyarrow.parquet.write_table(pyarrow.table(columns, schema=_schema(columns, pyarrow)), out, compression="zstd")
    return out.getvalue()


def _schema(columns: Iterable[str], pyarrow: Any) -> Any:
    # Named, since a column without a value would be of no kind.
    others = {"file": pyarrow.int32(), "broke": pyarrow.bool_()}
    return pyarrow.schema([(name, others.get(name, pyarrow.string())) for name in columns])


def _rows(data: bytes) -> Iterator[dict[str, Any]]:
    import pyarrow
    import pyarrow.parquet

    table = pyarrow.parquet.ParquetFile(pyarrow.BufferReader(data))
    for batch in table.iter_batches(batch_size=256, use_threads=False):
        yield from batch.to_pylist()
