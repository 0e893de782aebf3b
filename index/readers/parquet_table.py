"""Parquet: one row an article. Needs pyarrow, which `pip install 'saywho[parquet]'` brings."""

from collections.abc import Iterator
from typing import Any, BinaryIO

from index.errors import ReadError
from index.readers.base import Options, Place, Reader
from index.readers.columns import USUAL, article_of_row, columns_shown, no_text_column, plain_name
from index.readers.limits import shown_size
from index.readers.needing import needed
from index.readers.streams import shown, wound_back
from index.records import Article, Failure

_ROWS = 64
"""Rows in memory at once: with the longest articles a few gigabytes would be, with usual ones a megabyte is."""


def read(stream: BinaryIO, place: Place, options: Options) -> Iterator[Article | Failure]:
    """An Article or a Failure for each row. Raises ReadError for a file that is damaged or names no text's column."""
    pyarrow = needed("pyarrow", what="a Parquet file", extra="parquet")
    parquet = needed("pyarrow.parquet", what="a Parquet file", extra="parquet")
    number = 0
    with wound_back(stream, options.limits.download) as file:
        try:
            table = parquet.ParquetFile(file, pre_buffer=False)
            columns = _columns(table.schema_arrow.names, options)
            for group in range(table.num_row_groups):
                about = table.metadata.row_group(group)
                if (reason := _too_large(about, columns, options)) is not None:
                    number += about.num_rows
                    yield Failure(origin=f"{place.origin}:{number}", reason=reason)
                    continue
                for row in _rows(table, group, columns, pyarrow):
                    number += 1
                    yield article_of_row(row, number, place, options)
        except (pyarrow.ArrowException, OSError, ValueError, MemoryError, KeyError) as error:
            what = shown(str(error).splitlines()[0] if str(error) else type(error).__name__, 120)
            after = f" behind row {number:,}" if number else ""
            raise ReadError(f"is a damaged Parquet file ({what}){after}; copy or fetch it again") from error


def _columns(names: list[str], options: Options) -> list[str]:
    """Those that an article is made of: the others are not even unpacked."""
    for field, column in options.fields.items():
        if column not in names and column.split(".")[0] not in names:
            raise ReadError(f"has no column '{shown(column, 60)}' for the {field}; it has {columns_shown(names)}")
    known = {name for usual in USUAL.values() for name in usual}
    named = {part for column in options.fields.values() for part in (column, column.split(".")[0])}
    wanted = [name for name in names if name in named or plain_name(name) in known]
    if "text" not in options.fields and not any(plain_name(name) in USUAL["text"] for name in wanted):
        raise no_text_column(names)
    return wanted


def _too_large(group: Any, columns: list[str], options: Options) -> str | None:
    """Why a row group is not read: its columns, unpacked, would not fit into memory."""
    for place in range(group.num_columns):
        column = group.column(place)
        # Pages are unpacked one by one; the dictionary of a column, as a whole.
        pages = max(1, group.num_rows // 10_000)
        if column.path_in_schema.split(".")[0] in columns and (
            column.total_uncompressed_size // pages > 8 * options.limits.article
        ):
            return (
                f"the column '{shown(column.path_in_schema, 60)}' has {column.total_uncompressed_size:,} bytes in one "
                f"row group of {group.num_rows:,} rows, too much for articles of {shown_size(options.limits.article)}; "
                "write the file with smaller row groups, or raise the limit: --limit-of article=SIZE"
            )
    return None


def _rows(table: Any, group: int, columns: list[str], pyarrow: Any) -> Iterator[dict[str, object]]:
    for batch in table.iter_batches(batch_size=_ROWS, row_groups=[group], columns=columns, use_threads=False):
        cells = {}
        for name, column in zip(batch.schema.names, batch.columns, strict=True):
            if pyarrow.types.is_timestamp(column.type):
                # Python has no nanoseconds; the zone stays, since the day is the one that was written.
                column = column.cast(pyarrow.timestamp("us", column.type.tz), safe=False)
            elif pyarrow.types.is_dictionary(column.type):
                column = column.dictionary_decode()
            cells[name] = column
        for place in range(batch.num_rows):
            yield {name: _value(column[place], pyarrow) for name, column in cells.items()}


def _value(cell: Any, pyarrow: Any) -> object:
    try:
        value = cell.as_py()
    except UnicodeDecodeError:
        return cell.as_buffer().to_pybytes().decode("utf-8", "surrogateescape")
    except (ValueError, OverflowError, pyarrow.ArrowException):  # a day before the year 1
        return str(cell)
    if isinstance(value, bytes):
        # Text of old writers, that did not say that it is text.
        return value.decode("utf-8", "surrogateescape")
    return value if not (isinstance(value, float) and value != value) else None


READER = Reader(
    name="parquet",
    endings=(".parquet", ".pq"),
    description="Parquet: a row an article (needs saywho[parquet])",
    read=read,
    columns=True,
    sniff=lambda start: start.startswith("PAR1"),
    types=("application/vnd.apache.parquet", "application/x-parquet"),
)
