"""The write side's commands: index, rebuild, extract, status, failed."""

import dataclasses
import itertools
import json
import sys
from collections.abc import Sequence
from glob import has_magic
from pathlib import Path
from typing import Any

import click

from index.archive import Archive, Counts
from index.data_folder import data_option, settings_of
from index.errors import IndexDamagedError, NotPublishedError, SaywhoError, SchemaVersionError, UsageError
from index.intake import IndexReport, Options, index_sources
from index.intake import rebuild as rebuild_index
from index.manifest import Manifest, check, published
from index.options import (
    bars,
    default_jobs,
    jobs_option,
    max_errors_of,
    options_of,
    reading_options,
)
from index.records import Failure
from index.settings import Settings

SOME_SET_ASIDE = 3
_SHOWN_FAILURES = 5


@click.command(
    epilog="""\b
Examples:
  saywho index articles/                 a folder of .txt, .jsonl and .gz files
  saywho index 'news/201?.jsonl.gz'      a pattern
  zcat all.jsonl.gz | saywho index -     from another program
  saywho index a.jsonl --field text=body_plain --field date=day
"""
)
@click.argument("sources", nargs=-1, required=True, metavar="SOURCE...")
@reading_options
@jobs_option
@click.option("--full", is_flag=True, help="Work on unchanged articles too.")
@click.option("--dry-run", is_flag=True, help="Read and extract, but keep and publish nothing.")
@click.option("--max-errors", metavar="N|P%", help="Stop when more articles than that cannot be read.")
@click.option(
    "--report", type=click.Path(path_type=Path, dir_okay=False), metavar="FILE", help="Write what was done as JSON."
)
@click.option("--json", "as_json", is_flag=True, help="Print what was done as JSON.")
@data_option
@click.pass_context
def index(
    ctx: click.Context,
    /,
    sources: tuple[str, ...],
    full: bool,
    dry_run: bool,
    max_errors: str | None,
    report: Path | None,
    as_json: bool,
    data: Path | None,
    **reading: Any,
) -> int:
    """Read articles, find their quotations, and publish them.

    A SOURCE is a file, a folder, a pattern, or - for standard input. Only new and changed articles are worked on.
    """
    settings = settings_of(ctx, data)
    max_failures, max_share = max_errors_of(max_errors)
    options = options_of(reading, full=full, dry_run=dry_run, max_failures=max_failures, max_share=max_share)
    with bars() as watcher:
        done = index_sources(settings, sources, options=options, watcher=watcher, stdin=sys.stdin.buffer)
    row = _report_json(done, dry_run=dry_run)
    if report is not None:
        _write_report(report, row)
    if as_json:
        click.echo(json.dumps(row, indent=1))
    else:
        _tell(done, dry_run=dry_run)
    return SOME_SET_ASIDE if done.failed else 0


def _report_json(report: IndexReport, *, dry_run: bool) -> dict[str, Any]:
    return {**dataclasses.asdict(report), "seconds": round(report.seconds, 3), "dry_run": dry_run}


def _write_report(path: Path, row: dict[str, Any]) -> None:
    try:
        path.write_text(json.dumps(row, indent=1) + "\n", encoding="utf-8")
    except OSError as error:
        raise UsageError(f"--report {path}: cannot be written ({error.strerror}); the articles were indexed") from error


def _tell(report: IndexReport, *, dry_run: bool) -> None:
    read = report.worked_on + report.unchanged + report.failed
    click.echo(
        f"{_many(read, 'article')} read in {report.seconds:.1f} s: {report.added} new, {report.changed} changed, "
        f"{report.unchanged} unchanged, {report.failed} set aside; {_many(report.quotations, 'quotation')} found"
    )
    if dry_run:
        click.echo("Dry run: nothing was kept or published.")
    elif report.build is None:
        click.echo("Nothing has changed, so the published build stands.")
    else:
        click.echo(f"Published as build {report.build}.")
    _tell_failures(report.failures)


def _tell_failures(failures: Sequence[Failure]) -> None:
    for failure in failures[:_SHOWN_FAILURES]:
        click.echo(f"set aside: {failure.origin}: {failure.reason}", err=True)
    if len(failures) > _SHOWN_FAILURES:
        click.echo(f"and {len(failures) - _SHOWN_FAILURES} more: saywho failed", err=True)


def _many(count: int, noun: str) -> str:
    return f"{count:,} {noun}{'' if count == 1 else 's'}"


@click.command(
    epilog="""\b
Examples:
  saywho rebuild              after an update of saywho, or when the index is damaged
  saywho rebuild --extract    when the extractor has got better
"""
)
@click.option("--extract", "extract_", is_flag=True, help="Run the extractor over the archived texts again.")
@jobs_option
@data_option
@click.pass_context
def rebuild(ctx: click.Context, extract_: bool, jobs: int | None, data: Path | None) -> int:
    """Write the index anew from the archive; no article is read again."""
    settings = settings_of(ctx, data)
    with bars() as watcher:
        done = rebuild_index(settings, extract=extract_, jobs=jobs or default_jobs(), watcher=watcher)
    manifest = done.manifest
    click.echo(
        f"Published build {manifest.id}: {_many(manifest.quotations, 'quotation')} "
        f"of {_many(manifest.articles, 'article')}."
    )
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
@click.option("--json", "as_json", is_flag=True, help="Print it as JSON.")
@click.option("--verify", is_flag=True, help="Read every file of the published build and compare its sha256.")
@data_option
@click.pass_context
def status(ctx: click.Context, as_json: bool, verify: bool, data: Path | None) -> int:
    """Show what is archived and published, and whether it is sound."""
    settings = settings_of(ctx, data)
    manifest, trouble = _published(settings, full=verify)
    counts: Counts | None = None
    extractors: dict[str, int] = {}
    if settings.archive.is_file():
        with Archive(settings.archive) as archive:
            counts, extractors = archive.counts(), archive.extractors()
    behind = bool(manifest and counts and manifest.revision != counts.revision)
    if as_json:
        row = {
            "data": str(settings.data),
            "archive": dataclasses.asdict(counts) if counts else None,
            "extractors": extractors,
            "build": dataclasses.asdict(manifest) if manifest else None,
            "up_to_date": manifest is not None and not behind,
            "trouble": str(trouble) if trouble else None,
        }
        click.echo(json.dumps(row, indent=1))
    else:
        _tell_status(settings, counts, extractors, manifest, trouble=trouble, behind=behind)
    return 1 if trouble and not isinstance(trouble, NotPublishedError) else 0


def _published(settings: Settings, *, full: bool) -> tuple[Manifest | None, SaywhoError | None]:
    try:
        return check(published(settings.builds), full=full), None
    except (NotPublishedError, IndexDamagedError, SchemaVersionError) as error:
        return None, error


def _tell_status(
    settings: Settings,
    counts: Counts | None,
    extractors: dict[str, int],
    manifest: Manifest | None,
    *,
    trouble: SaywhoError | None,
    behind: bool,
) -> None:
    click.echo(f"data folder  {settings.data}")
    if counts:
        click.echo(f"archive      {_many(counts.articles, 'article')}, {_many(counts.quotations, 'quotation')}")
        click.echo(f"extracted by {', '.join(f'{name} ({n:,})' for name, n in extractors.items()) or 'nothing yet'}")
        click.echo(f"set aside    {counts.failures:,}" + (" (saywho failed says why)" if counts.failures else ""))
    else:
        click.echo("archive      none")
    if manifest:
        click.echo(f"published    {manifest.id}, {manifest.published}, {_many(manifest.quotations, 'quotation')}")
    if behind:
        click.echo("The archive holds more than the published build; type: saywho rebuild")
    if counts and counts.articles and isinstance(trouble, NotPublishedError):
        click.echo("saywho: what is archived is not published yet; run saywho index again, or saywho rebuild", err=True)
    elif trouble:
        click.echo(f"saywho: {trouble}", err=True)


@click.command()
@click.option("--json", "as_json", is_flag=True, help="Print one JSON object a line.")
@click.option("--retry", is_flag=True, help="Read the files again that could not be read.")
@data_option
@click.pass_context
def failed(ctx: click.Context, as_json: bool, retry: bool, data: Path | None) -> int:
    """List the articles that could not be read, and why."""
    settings = settings_of(ctx, data)
    with Archive(settings.archive) as archive:
        failures = archive.failures()
        sources = archive.failed_sources()
    if retry:
        return _retry(settings, sources)
    for failure in failures:
        click.echo(json.dumps(dataclasses.asdict(failure)) if as_json else f"{failure.origin}: {failure.reason}")
    if not failures and not as_json:
        click.echo("Nothing was set aside.")
    return 0


def _retry(settings: Settings, sources: list[tuple[str, dict[str, Any]]]) -> int:
    # Sources are read again as they were named then, so that their articles get the ids that they would have had;
    # what is unchanged in them costs a look only.
    again: dict[str, list[str]] = {}
    code = 0
    for source, reading in sources:
        if source == "-" or not (has_magic(source) or Path(source).exists()):
            where = "standard input" if source == "-" else source
            click.echo(f"saywho: {where} cannot be read again: it is no longer there", err=True)
            code = SOME_SET_ASIDE
        else:
            again.setdefault(json.dumps(reading), []).append(source)
    for reading_json, named in again.items():
        options = Options(**json.loads(reading_json), jobs=default_jobs())
        with bars() as watcher:
            done = index_sources(settings, named, options=options, watcher=watcher)
        _tell(done, dry_run=False)
        code = SOME_SET_ASIDE if done.failed else code
    if not sources:
        click.echo("Nothing was set aside, so there is nothing to read again.")
    return code
