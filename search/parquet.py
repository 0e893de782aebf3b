"""Entries -> Parquet, group of rows by group of rows. pyarrow is imported when a file is begun: it is an extra."""

import datetime
import itertools
from collections.abc import Callable, Iterable
from typing import IO, Any

from index.errors import SaywhoError
from index.records import Entry, Rival
from search.exporting import FIELDS, NAMES, values_of

ROWS = 20_000
"""Rows a group: some 20 MB while it is made."""
_SPANS = ("content", "cue", "source_spans")
_NUMBERS = ("confidence", "witnesses", "correction")


def require_pyarrow() -> Any:
    """pyarrow with its Parquet part. SaywhoError saying how to install it where it is missing."""
    try:
        import pyarrow
        import pyarrow.parquet
    except ImportError as error:
        raise SaywhoError(
            f"Parquet needs pyarrow, which cannot be imported ({error}); type: pip install 'saywho[parquet]'"
        ) from error
    return pyarrow


def write_parquet(
    entries: Iterable[Entry], file: IO[bytes], *, about: dict[str, str], done: Callable[[int], None] = lambda more: None
) -> None:
    """Writes the columns of `exporting.FIELDS` with their types; `about` goes into the file's metadata.

    Dates are dates, spans {start, end}, candidates {name, share}, rivals {id, name, articles}. What UTF-8 cannot hold
    becomes a question mark.
    `done` is told of every group's rows.
    """
    pa = require_pyarrow()
    schema = _schema(pa).with_metadata({f"saywho.{name}": value for name, value in about.items()})
    rows = iter(entries)
    with pa.parquet.ParquetWriter(file, schema, compression="zstd") as writer:
        while block := list(itertools.islice(rows, ROWS)):
            columns = zip(*map(values_of, block), strict=True)
            arrays = [
                _array(pa, name, values, schema.field(name).type) for name, values in zip(NAMES, columns, strict=True)
            ]
            writer.write_batch(pa.record_batch(arrays, schema=schema), row_group_size=ROWS)
            done(len(block))


def _schema(pa: Any) -> Any:
    spans = pa.list_(pa.struct([("start", pa.int32()), ("end", pa.int32())]))
    types = dict.fromkeys(NAMES, pa.string())
    types |= dict.fromkeys(_SPANS, spans)
    types |= {
        "confidence": pa.float64(),
        "witnesses": pa.int32(),
        "correction": pa.int64(),
        "rivals": pa.list_(pa.struct([("id", pa.string()), ("name", pa.string()), ("articles", pa.int32())])),
        "date": pa.date32(),
        "candidates": pa.list_(pa.struct([("name", pa.string()), ("share", pa.float64())])),
    }
    return pa.schema([(name, types[name]) for name, _ in FIELDS])


def _array(pa: Any, name: str, values: tuple[Any, ...], type_: Any) -> Any:
    if name == "date":
        return pa.array([datetime.date.fromisoformat(one) if one else None for one in values], type_)
    if name in _SPANS:
        return pa.array([[{"start": start, "end": end} for start, end in spans] for spans in values], type_)
    if name == "candidates":
        return pa.array([[{"name": _utf8(who), "share": share} for who, share in named] for named in values], type_)
    if name == "rivals":
        return pa.array([[_rival(rival) for rival in rivals] for rivals in values], type_)
    if name in _NUMBERS:
        return pa.array(values, type_)
    return pa.array([_utf8(one) if one is not None else None for one in values], type_)


def _rival(rival: Rival) -> dict[str, Any]:
    return {"id": rival.id, "name": _utf8(rival.name), "articles": rival.articles}


def _utf8(text: str) -> str:
    return text if text.isascii() else text.encode("utf-8", "replace").decode()
