"""`saywho status`: what is archived and published, and whether it is sound."""

import json
from pathlib import Path

import click

from index.data_folder import data_option, settings_of
from index.options import bar
from index.settling import Across
from index.status import Status, look
from index.told import many, size


@click.command(
    epilog="""\b
Examples:
  saywho status
  saywho status --verify              is every quotation there, and can it be found?
  saywho status --json | jq .build.id
"""
)
@click.option("--json", "as_json", is_flag=True, help="Print it as JSON.")
@click.option(
    "--verify",
    is_flag=True,
    help="Read the whole published build: the sha256 of every file, every array, every quotation by its id.",
)
@data_option
@click.pass_context
def status(ctx: click.Context, as_json: bool, verify: bool, data: Path | None) -> int:
    """Show what is archived and published, and whether it is sound; the exit code is 1 where it is not."""
    settings = settings_of(ctx, data)
    with bar(desc="verifying", unit=" quotations") as progress:
        found = look(settings, verify=verify, progress=progress)
    if as_json:
        click.echo(json.dumps(found.to_json(), indent=1))
    else:
        _tell_status(found, verified=verify)
    return 1 if found.faults else 0


def _tell_status(status: Status, *, verified: bool) -> None:
    click.echo(f"data folder  {status.data}")
    counts, manifest = status.archive, status.build
    if counts:
        by = ", ".join(f"{name} ({n:,})" for name, n in status.extractors.items())
        click.echo(
            f"archive      {many(counts.articles, 'article')}, {many(counts.quotations, 'quotation')}; "
            f"{size(status.archive_bytes)}"
        )
        click.echo(f"extracted by {by or 'nothing yet'}")
        _tell_across(status.across)
        click.echo(f"set aside    {counts.failures:,}" + (" (saywho failed says why)" if counts.failures else ""))
    else:
        click.echo("archive      none")
    if manifest:
        click.echo(f"published    {manifest.id}, {manifest.published}, {many(manifest.quotations, 'quotation')}")
        _tell_segments(status)
    if status.builds:
        sharing = ", what they share counted once" if status.builds > 1 else ""
        click.echo(f"on disk      {size(status.builds_bytes)} in {many(status.builds, 'build')}{sharing}")
    if status.held:
        click.echo(f"held         since {status.held}: runs publish nothing until saywho builds --release")
    elif status.behind:
        click.echo("The archive holds more than the published build; type: saywho rebuild")
    if verified and manifest and not status.faults:
        click.echo("verified     nothing is wrong")
    for line in (*status.faults, *status.hints):
        click.echo(f"saywho: {line}", err=True)


def _tell_across(found: Across | None) -> None:
    if found is None:
        return
    click.echo(
        f"who is who   {found.people:,} people, bodies and groups; who is meant is open for "
        f"{many(found.undecided, 'name')}"
    )
    click.echo(
        f"same words   {many(found.versions, 'group')} of versions; {found.corroborated:,} quotations corroborated, "
        f"{found.disputed:,} disputed"
    )
    click.echo(f"copies       {many(found.copies, 'article')} of the same text as an earlier one, or nearly")
    if found.corrections:
        lost = f", {found.adrift:,} without their words now" if found.adrift else ""
        click.echo(f"corrected    {many(found.corrections, 'correction')}{lost} (saywho correct --list)")
    if found.waiting:
        click.echo(f"waiting      {many(found.waiting, 'article')} to be compared with the others by the next run")


def _tell_segments(status: Status) -> None:
    rows, deleted = sum(one.rows for one in status.segments), sum(one.deleted for one in status.segments)
    click.echo(
        f"index        {many(len(status.segments), 'segment')}, {many(rows, 'row')}, {deleted:,} of them deleted; "
        f"{size(status.build_bytes)} with the articles"
    )
    if len(status.segments) > 1:
        for one in status.segments:
            click.echo(f"  {one.name}  {many(one.rows, 'row')}, {one.deleted:,} deleted; {size(one.bytes)}")
