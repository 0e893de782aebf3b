"""The commands that read articles, or write an index of those that were read: index, rebuild, extract, failed."""

import dataclasses
import itertools
import json
import sys
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import click

from index.archive import Archive
from index.data_folder import data_option, settings_of
from index.errors import UsageError
from index.intake import index_sources
from index.intake import rebuild as rebuild_index
from index.options import (
    bars,
    dask_options,
    default_jobs,
    freshness_options,
    hands_of,
    jobs_option,
    left_out_line,
    max_errors_of,
    options_of,
    people_option,
    reading_options,
    report_option,
    wait_option,
)
from index.people_in_use import forget
from index.readers import ReadingOptions, is_there, known_formats
from index.records import Failure
from index.reports import SOME_SET_ASIDE, exit_code_of, reporting
from index.run_records import IndexReport, Options
from index.settings import Settings
from index.told import many

_SHOWN_FAILURES = 5


def _formats() -> str:
    """The formats with what they are, for the help."""
    lines = (f"  {name:<8} {about}" for name, about in known_formats().items())
    return "\n".join(("Formats, each also as .gz, .bz2 or .xz, and in .zip and .tar files:", *lines))


@click.command(
    epilog=f"""\b
{_formats()}

\b
Examples:
  saywho index articles/                     a folder of files in any of these formats
  saywho index 'news/201?.csv.gz'            a pattern
  saywho index crawl.warc.gz old.zip         archives
  saywho index https://example.org/feed.xml  a feed's entries, each from its page
  saywho index @sources.txt                  what a file lists, one a line
  zcat all.jsonl.gz | saywho index -         from another program
  saywho index a.csv --field text=body_plain --field date=day
"""
)
@click.argument("sources", nargs=-1, required=True, metavar="SOURCE...")
@reading_options
@jobs_option
@dask_options
@people_option
@click.option("--full", is_flag=True, help="Work on unchanged articles too.")
@click.option("--dry-run", is_flag=True, help="Read and extract, but keep and publish nothing.")
@click.option("--max-errors", metavar="N|P%", help="Stop when more articles than that cannot be read.")
@report_option
@freshness_options
@wait_option
@click.option("--json", "as_json", is_flag=True, help="Print what was done as JSON.")
@data_option
@click.pass_context
def index(
    ctx: click.Context,
    /,
    sources: tuple[str, ...],
    dask: str | None,
    parts: str | None,
    people: str | None,
    full: bool,
    dry_run: bool,
    max_errors: str | None,
    report: Path | None,
    prune_missing: bool,
    read_all: bool,
    wait: float,
    as_json: bool,
    data: Path | None,
    **reading: Any,
) -> int:
    """Read articles, find their quotations, and publish them.

    A SOURCE is a file, a folder, a pattern, the address of a page or feed, @FILE for a list of these, or - for standard
    input. Only new and changed articles are worked on.
    """
    settings = settings_of(ctx, data, dask=dask, parts=parts)
    max_failures, max_share = max_errors_of(max_errors)
    options = options_of(
        reading,
        full=full,
        dry_run=dry_run,
        max_failures=max_failures,
        max_share=max_share,
        prune=prune_missing,
        all_files=read_all,
        wait=wait,
    )
    file = people_of(settings, people)
    with reporting(report, dry_run=dry_run) as kept, hands_of(settings, options.jobs) as hands, bars() as watcher:
        done = kept.report
        index_sources(
            settings,
            sources,
            options=options,
            watcher=watcher,
            stdin=sys.stdin.buffer,
            people=file,
            report=done,
            hands=hands,
        )
    if as_json:
        click.echo(json.dumps(kept.row, indent=1))
    else:
        _tell(done, dry_run=dry_run)
    return exit_code_of(done)


def people_of(settings: Settings, people: str | None) -> Path | None:
    """The people file that `--people` names; `none` takes the one in use out of use."""
    if people == "none":
        forget(settings)
        return None
    return None if people is None else Path(people).expanduser()


def _tell(report: IndexReport, *, dry_run: bool) -> None:
    read = report.worked_on + report.unchanged + report.failed
    click.echo(
        f"{many(read, 'article')} read in {report.seconds:.1f} s: {report.added} new, {report.changed} changed, "
        f"{report.unchanged} unchanged, {report.failed} set aside; {many(report.quotations, 'quotation')} found"
    )
    if dry_run:
        click.echo("Dry run: nothing was kept or published.")
    elif report.held:
        click.echo(f"Nothing was published: build {report.held} is held; saywho builds --release lets runs publish.")
    elif report.build is None:
        click.echo("Nothing has changed, so the published build stands.")
    else:
        click.echo(f"Published as build {report.build}.")
    if report.adrift:
        finds = "finds its" if report.adrift == 1 else "find their"
        click.echo(f"{many(report.adrift, 'correction')} {finds} words no longer: saywho correct --list")
    _tell_vanished(report, dry_run=dry_run)
    _tell_notes(report.notes)
    if report.left_out:
        click.echo(left_out_line(report.left_out), err=True)
    _tell_failures(report.failures)


def _tell_vanished(report: IndexReport, *, dry_run: bool) -> None:
    if report.pruned:
        would = "would be " if dry_run else ""
        click.echo(f"{many(len(report.pruned), 'article')} {would}pruned: in no file any longer.")
        for article_id in report.pruned[:_SHOWN_FAILURES] if dry_run else ():
            click.echo(f"would be pruned: {article_id}", err=True)
    elif report.vanished:
        click.echo(f"{many(report.vanished, 'article')} in no file any longer; they stay (--prune-missing).", err=True)
    if report.files_waiting:
        click.echo(f"{many(report.files_waiting, 'file')} still being written; left for the next run.", err=True)


def _tell_notes(notes: Sequence[str]) -> None:
    for note in notes:
        click.echo(f"note: {note}", err=True)


def _tell_failures(failures: Sequence[Failure]) -> None:
    for failure in failures[:_SHOWN_FAILURES]:
        click.echo(f"set aside: {failure.origin}: {failure.reason}", err=True)
    if len(failures) > _SHOWN_FAILURES:
        click.echo(f"and {len(failures) - _SHOWN_FAILURES} more: saywho failed", err=True)


@click.command(
    epilog="""\b
Examples:
  saywho rebuild              after an update of saywho, or when the index is damaged
  saywho rebuild --extract    when the extractor has got better
"""
)
@click.option("--extract", "extract_", is_flag=True, help="Run the extractor over the archived texts again.")
@jobs_option
@dask_options
@people_option
@wait_option
@data_option
@click.pass_context
def rebuild(
    ctx: click.Context,
    extract_: bool,
    jobs: int | None,
    dask: str | None,
    parts: str | None,
    people: str | None,
    wait: float,
    data: Path | None,
) -> int:
    """Write the whole index anew from the archive; no article is read again.

    An index that another version of saywho wrote is moved over.
    """
    settings = settings_of(ctx, data, dask=dask, parts=parts)
    file = people_of(settings, people)
    with hands_of(settings, jobs or default_jobs()) as hands, bars() as watcher:
        done = rebuild_index(settings, extract=extract_, people=file, watcher=watcher, wait=wait, hands=hands)
    manifest = done.manifest
    click.echo(
        f"Published build {manifest.id}: {many(manifest.quotations, 'quotation')} "
        f"of {many(manifest.articles, 'article')}."
    )
    _tell_notes(done.notes)
    _tell_failures(done.failures)
    return SOME_SET_ASIDE if done.failures else 0


@click.command(
    epilog="""\b
Examples:
  saywho extract article.txt
  saywho extract news.jsonl.gz --limit 100 | jq -r .speaker | sort | uniq -c
  saywho extract --archive > quotations.jsonl
  saywho extract article.txt --html article.html
"""
)
@click.argument("sources", nargs=-1, metavar="[SOURCE...]")
@reading_options
@click.option("--archive", "archived", is_flag=True, help="Take the archived articles as they were extracted.")
@click.option(
    "--html",
    "page",
    type=click.Path(path_type=Path, dir_okay=False),
    metavar="FILE",
    help="Write a web page instead: the articles with sources, cues and contents marked.",
)
@jobs_option
@data_option
@click.pass_context
def extract(
    ctx: click.Context,
    /,
    sources: tuple[str, ...],
    archived: bool,
    page: Path | None,
    data: Path | None,
    **reading: Any,
) -> int:
    """Print quotations as JSON lines, and keep nothing."""
    if archived == bool(sources):
        raise UsageError("name the SOURCEs to read, or --archive for what was read before, not both")
    from index.printing import extracted, print_archived, print_extracted, write_page

    failures: list[Failure] = []
    if archived:
        with Archive(settings_of(ctx, data).archive) as archive:
            if page is None:
                print_archived(archive, limit=reading["limit"])
            else:
                write_page(page, itertools.islice(archive.articles(), reading["limit"]))
    elif page is None:
        failures = print_extracted(sources, options_of(reading))
    else:
        write_page(page, extracted(sources, options_of(reading), failures))
    if page is not None:
        click.echo(f"Written to {page}; open it in a browser.", err=True)
    _tell_failures(failures)
    return SOME_SET_ASIDE if failures else 0


@click.command()
@click.option("--json", "as_json", is_flag=True, help="Print one JSON object a line.")
@click.option("--retry", is_flag=True, help="Read the files again that could not be read.")
@wait_option
@data_option
@click.pass_context
def failed(ctx: click.Context, as_json: bool, retry: bool, wait: float, data: Path | None) -> int:
    """List the articles that could not be read, and why."""
    settings = settings_of(ctx, data)
    with Archive(settings.archive) as archive:
        failures = archive.failures()
        sources = archive.failed_sources()
    if retry:
        return _retry(settings, sources, wait)
    for failure in failures:
        click.echo(json.dumps(dataclasses.asdict(failure)) if as_json else f"{failure.origin}: {failure.reason}")
    if not failures and not as_json:
        click.echo("Nothing was set aside.")
    return 0


def _retry(settings: Settings, sources: list[tuple[str, dict[str, Any]]], wait: float) -> int:
    # Sources are read again as they were named then, so that their articles get the ids that they would have had;
    # what is unchanged in them costs a look only.
    again: dict[str, list[str]] = {}
    code = 0
    for source, reading in sources:
        if not is_there(source):
            where = "standard input" if source == "-" else source
            click.echo(f"saywho: {where} cannot be read again: it is no longer there", err=True)
            code = SOME_SET_ASIDE
        else:
            again.setdefault(json.dumps(reading), []).append(source)
    for reading_json, named in again.items():
        options = Options(reading=ReadingOptions(**json.loads(reading_json)), jobs=default_jobs(), wait=wait)
        with hands_of(settings, options.jobs) as hands, bars() as watcher:
            done = index_sources(settings, named, options=options, watcher=watcher, hands=hands)
        _tell(done, dry_run=False)
        code = SOME_SET_ASIDE if done.failed else code
    if not sources:
        click.echo("Nothing was set aside, so there is nothing to read again.")
    return code
