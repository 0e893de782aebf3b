"""JSON lines: one object a line, one article an object."""

import json
from collections.abc import Iterator
from typing import BinaryIO

from index.errors import ReadError
from index.readers.base import Options, Place, Reader
from index.readers.columns import article_of_row, kind_of
from index.readers.lines import lines_of
from index.readers.streams import shown
from index.records import Article, Failure


def read(stream: BinaryIO, place: Place, options: Options) -> Iterator[Article | Failure]:
    """An Article or a Failure for each line that is not blank. Raises ReadError for a file of anything else."""
    first = True
    for number, line in lines_of(stream, place, options, what="JSON lines"):
        if isinstance(line, ReadError):
            yield Failure(origin=f"{place.origin}:{number}", reason=str(line))
            continue
        line = line.strip()
        if not line:
            continue
        if first and (line == "{" or line[0] == "["):
            # Every line of it would be a failure; one is enough.
            reason = (
                "is JSON, but not JSON lines; write one object a line (jq -c '.[]' does it for a list, jq -c . else)"
            )
            raise ReadError(reason)
        first = False
        yield _article(line, number, place, options)


def _article(line: str, number: int, place: Place, options: Options) -> Article | Failure:
    try:
        row = _object(line)
    except ReadError as error:
        return Failure(origin=f"{place.origin}:{number}", reason=str(error))
    return article_of_row(row, number, place, options)


def _object(line: str) -> dict[str, object]:
    try:
        row = json.loads(line, parse_constant=lambda _: None)  # NaN is what pandas writes for nothing
    except json.JSONDecodeError as error:
        raise ReadError(f"broken JSON ({error.msg} at column {error.colno}); mend or remove the line") from error
    except RecursionError as error:
        raise ReadError("the JSON is nested too deeply; mend or remove the line") from error
    except ValueError as error:  # a number of thousands of digits
        raise ReadError(f"the JSON cannot be read ({shown(error, 100)}); mend or remove the line") from error
    if not isinstance(row, dict):
        raise ReadError(f"is {kind_of(row)}, not an object with an article's columns; mend or remove the line")
    return row


READER = Reader(
    name="jsonl",
    endings=(".jsonl", ".ndjson"),
    description="JSON lines: an object with text, date, source, title, url, id a line",
    read=read,
    columns=True,
    types=("application/x-ndjson", "application/jsonl", "application/jsonlines", "application/json"),
    sniff=lambda start: start.lstrip().startswith("{"),
)
