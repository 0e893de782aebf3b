"""Quotations as JSON lines on standard output, one attribution a line."""

import itertools
import json
import sys
from collections.abc import Iterator, Sequence

import click

from index.archive import Archive
from index.extract.workers import extract_all
from index.intake import Options
from index.readers import read
from index.records import Article, Failure, Quotation, to_json


def print_extracted(sources: Sequence[str], options: Options) -> list[Failure]:
    """Reads, extracts and prints; returns what had to be set aside."""
    failures: list[Failure] = []

    def wanted() -> Iterator[Article]:
        items = read(sources, **options.reading, stdin=sys.stdin.buffer)
        for item in itertools.islice(items, options.limit):
            if isinstance(item, Failure):
                failures.append(item)
            else:
                yield item

    for _, found in extract_all(wanted(), jobs=options.jobs):
        if isinstance(found, Failure):
            failures.append(found)
        else:
            _print(found)
    return failures


def print_archived(archive: Archive, *, limit: int | None) -> None:
    """Prints the quotations of the archived articles, as they were extracted."""
    for _, quotations in itertools.islice(archive.articles(), limit):
        _print(quotations)


def _print(quotations: list[Quotation]) -> None:
    for quotation in quotations:
        click.echo(json.dumps(to_json(quotation), ensure_ascii=False))
