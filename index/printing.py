"""Quotations as JSON lines on standard output, one attribution a line, or as a web page in a file."""

import itertools
import json
import os
import sys
from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from pathlib import Path

import click

from index.archive import Archive
from index.errors import UsageError
from index.extract.workers import extract_all
from index.options import left_out_line
from index.readers import read
from index.records import Article, Failure, LeftOut, Quotation, to_json
from index.run_records import Options


def print_extracted(sources: Sequence[str], options: Options) -> list[Failure]:
    """Reads, extracts and prints; returns what had to be set aside."""
    failures: list[Failure] = []
    for _, quotations in extracted(sources, options, failures):
        _print(quotations)
    return failures


def extracted(
    sources: Sequence[str], options: Options, failures: list[Failure]
) -> Iterator[tuple[Article, list[Quotation]]]:
    """Each article that could be read, with its quotations; what could not is added to `failures`."""

    left_out: Counter[str] = Counter()

    def wanted() -> Iterator[Article]:
        items = read(sources, options.reading, stdin=sys.stdin.buffer)
        for item in itertools.islice(items, options.limit):
            if isinstance(item, Failure):
                failures.append(item)
            elif isinstance(item, LeftOut):
                left_out[item.language] += 1
            else:
                yield item

    for article, found in extract_all(wanted(), jobs=options.jobs):
        if isinstance(found, Failure):
            failures.append(found)
        else:
            yield article, found
    if left_out:
        click.echo(left_out_line(left_out), err=True)


def print_archived(archive: Archive, *, limit: int | None) -> None:
    """Prints the quotations of the archived articles, as they were extracted."""
    for _, quotations in itertools.islice(archive.articles(), limit):
        _print(quotations)


def write_page(path: Path, found: Iterable[tuple[Article, Sequence[Quotation]]]) -> None:
    """Writes the page that shows articles with their quotations marked; UsageError where the file cannot be made.

    The file appears when it is whole: a run that is stopped leaves what was there before.
    """
    from index.extract.display import page_of

    temporary = path.with_name(f".{path.name}.{os.getpid()}")
    try:
        try:
            with temporary.open("w", encoding="utf-8") as handle:
                for piece in page_of(found):
                    handle.write(piece)
            temporary.replace(path)
        finally:
            temporary.unlink(missing_ok=True)
    except OSError as error:
        if error.filename is not None and Path(error.filename) not in (temporary, path):
            raise
        reason = error.strerror or str(error)
        raise UsageError(
            f"--html {path}: cannot be written ({reason}); name a file in a folder that is there"
        ) from error


def _print(quotations: list[Quotation]) -> None:
    for quotation in quotations:
        click.echo(json.dumps(to_json(quotation), ensure_ascii=False))
