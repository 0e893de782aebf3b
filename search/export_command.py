"""`saywho export`: every quotation that a search finds, as a file or a stream."""

import contextlib
import errno
import itertools
import os
import sys
from collections.abc import Callable, Iterable, Iterator
from pathlib import Path
from typing import IO, Any

import click

from index.data_folder import data_option, settings_of
from index.errors import SaywhoError, UsageError
from index.options import bar
from index.records import Entry
from search.exporting import csv_pieces, json_line_pieces
from search.library import Library
from search.matching import Matching
from search.options import EPILOG, filter_options, typed
from search.parquet import require_pyarrow, write_parquet
from search.request import SearchRequest

_EXAMPLES = """\b
Examples:
  saywho export climate --from 2019 -o climate.csv
  saywho export --speaker "Mark Esper" | jq -r .text
  saywho export --format parquet -o all.parquet
"""
_PIECES: dict[str, Callable[[Iterable[Entry]], Iterator[bytes]]] = {"jsonl": json_line_pieces, "csv": csv_pieces}
FORMATS = (*_PIECES, "parquet")
_STEP = 1000
"""Rows between two moves of the progress bar."""


class ExportInterruptedError(SaywhoError):
    """The user stopped it."""

    exit_code = 130


class _Export(click.Command):
    """Takes `-o FILE`, never `-oFILE`: words to leave out begin with a hyphen too."""

    def parse_args(self, ctx: click.Context, args: list[str]) -> list[str]:
        for word in itertools.takewhile(lambda one: one != "--", args):
            if word.startswith("-o") and len(word) > 2:
                raise click.UsageError(
                    f"{word} may be a file or a word to leave out; write -o {word[2:]}, or the QUERY in quotes", ctx
                )
        return super().parse_args(ctx, args)


@click.command(
    "export", cls=_Export, epilog=f"{_EXAMPLES}\n{EPILOG}", context_settings={"ignore_unknown_options": True}
)
@filter_options
@click.option(
    "--format", "form", metavar="|".join(FORMATS), help="[from FILE's name, else jsonl]; csv is for spreadsheets."
)
@click.option("-o", "--output", type=click.Path(path_type=Path), metavar="FILE", help="Else standard output.")
@data_option
@click.pass_context
def export(
    ctx: click.Context,
    /,
    query: tuple[str, ...],
    form: str | None,
    output: Path | None,
    data: Path | None,
    **given: Any,
) -> None:
    """Write every quotation that a search finds, nothing cut, in the search's order.

    A FILE appears when it is whole. Without a QUERY, all that the filters leave.
    """
    form = _form_of(form, output)
    request = SearchRequest(q=typed(ctx, query), **given)
    library = Library(settings_of(ctx, data))
    try:
        found = library.current().every(request)
        if output is None:
            _to_stdout(found, form)
        else:
            about = {"build": found.build.id, "query": request.q}
            with _whole_file(output) as file, _told(found) as (entries, done):
                if form == "parquet":
                    write_parquet(found, file, about=about, done=done)
                else:
                    file.writelines(_PIECES[form](entries))
            click.echo(f"{len(found):,} quotations of build {found.build.id} are in {output}", err=True)
    finally:
        library.close()


def _form_of(form: str | None, output: Path | None) -> str:
    """The form that is asked for; UsageError where there is none such or it cannot go there."""
    if form is None:
        ending = output.suffix.lower().lstrip(".") if output is not None else ""
        form = ending if ending in FORMATS else "jsonl"
    if form not in FORMATS:
        raise UsageError(f"--format is '{form}'; it takes {', '.join(FORMATS)}")
    if form == "parquet":
        require_pyarrow()
        if output is None:
            raise UsageError("--format parquet needs a file to write to; add -o FILE")
    return form


def _to_stdout(found: Matching, form: str) -> None:
    out = sys.stdout.buffer
    try:
        with _told(found) as (entries, _):
            out.writelines(_PIECES[form](entries))
            out.flush()
    except OSError as error:
        if error.errno == errno.EPIPE:  # whoever read it has seen enough: no failure
            raise
        raise SaywhoError(f"standard output: cannot be written ({error.strerror}); what came is not all") from error


@contextlib.contextmanager
def _told(found: Matching) -> Iterator[tuple[Iterator[Entry], Callable[[int], None]]]:
    """The entries, with a progress bar on a terminal that moves as they are read, or by what it is told."""
    with bar(desc="exporting", unit=" quotations", total=len(found)) as done:

        def read() -> Iterator[Entry]:
            for number, entry in enumerate(found, 1):
                yield entry
                if number % _STEP == 0:
                    done(_STEP)

        yield read(), done


@contextlib.contextmanager
def _whole_file(path: Path) -> Iterator[IO[bytes]]:
    """A file to write, which takes its name when the block ends well; otherwise what was there before stays.

    SaywhoError where it cannot be written.
    """
    path = path.resolve()
    special = path.exists() and not path.is_file()  # a device or a pipe is written to, not replaced
    target = path if special else path.with_name(f".{path.name}.{os.getpid()}")
    try:
        try:
            with target.open("wb") as file:
                yield file
                file.flush()
                if not special:
                    os.fsync(file.fileno())
            if not special:
                target.replace(path)
        finally:
            if not special:
                target.unlink(missing_ok=True)
    except OSError as error:
        reason = error.strerror or str(error)
        stands = "" if special else "; no half of it was left, and what was there before stands"
        raise SaywhoError(f"{path}: cannot be written ({reason}){stands}") from error
    except KeyboardInterrupt as error:
        raise ExportInterruptedError(f"interrupted; {path} is as it was before") from error
