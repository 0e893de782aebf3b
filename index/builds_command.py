"""`saywho builds` and `saywho prune`: which builds there are, going back, carrying one elsewhere, removing old ones."""

import dataclasses
import json
import sys
from pathlib import Path

import click

from index.build import KEPT
from index.carrying import export_build, import_build
from index.cluster.opensearch_shelf import show_builds, show_pruned
from index.data_folder import data_option, settings_of
from index.errors import UsageError
from index.options import bar
from index.settings import Settings
from index.shelf import Listed, folder_of, go_back, let_go, prune_shelf, shelf
from index.told import many, size


@click.command(
    epilog="""\b
Examples:
  saywho builds                                 what there is
  saywho builds --rollback 20200304T050607000000Z-0123abcd
  saywho builds --release                       let runs publish again
  saywho builds --export published build.tar.gz
  saywho builds --import build.tar.gz --data replica
  saywho builds --export published - | ssh host saywho builds --import - --data replica
"""
)
@click.option("--rollback", metavar="ID", help="Publish this build, and hold it: runs publish nothing until --release.")
@click.option("--release", is_flag=True, help="Let runs publish again.")
@click.option("--export", nargs=2, metavar="ID FILE", help="Write a build into one file; ID may be 'published'.")
@click.option("--import", "import_", metavar="FILE", help="Take in a build of such a file, check it and publish it.")
@click.option("--no-publish", is_flag=True, help="With --import: only put it beside the others.")
@click.option("--json", "as_json", is_flag=True, help="Print it as JSON.")
@data_option
@click.pass_context
def builds(
    ctx: click.Context,
    /,
    rollback: str | None,
    release: bool,
    export: tuple[str, str] | None,
    import_: str | None,
    no_publish: bool,
    as_json: bool,
    data: Path | None,
) -> int:
    """List the builds of the data folder, go back to an earlier one, carry one to another machine.

    Servers move to what is published between two questions. After --rollback, runs still read, correct and archive, but
    publish nothing; --rollback to the newest build, --release and saywho rebuild end that.
    """
    settings = settings_of(ctx, data)
    given = [rollback is not None, release, export is not None, import_ is not None]
    if sum(given) > 1:
        raise UsageError("give one of --rollback, --release, --export and --import")
    if no_publish and import_ is None:
        raise UsageError("--no-publish goes with --import FILE")
    if settings.engine == "opensearch":
        return show_builds(settings, rolled_back=rollback, other=any(given[1:]), as_json=as_json)
    if rollback is not None:
        _go_back(settings, rollback)
    elif release:
        build_id = let_go(settings)
        click.echo(
            f"Build {build_id} is held no longer: the next run publishes what the archive holds (saywho rebuild)."
        )
    elif export is not None:
        _export(settings, *export)
    elif import_ is not None:
        _import(settings, import_, publishing=not no_publish)
    else:
        found = shelf(settings)
        if as_json:
            click.echo(json.dumps(found.to_json(), indent=1))
        else:
            for one in found.builds:
                click.echo(_line(one))
            if not found.builds:
                click.echo("There is no build yet; type: saywho index SOURCE")
            if found.held:
                click.echo(f"Held since {found.held}: runs publish nothing until saywho builds --release", err=True)
    return 0


def _line(one: Listed) -> str:
    mark = "*" if one.is_published else " " if one.stays else "-"
    if one.fault:
        return f"{mark} {one.id}  {size(one.bytes)}  {one.fault}"
    stands = "published" if one.is_published else "kept" if one.stays else "goes with the next prune"
    return (
        f"{mark} {one.id}  {one.published}  {many(one.quotations or 0, 'quotation')} of "
        f"{many(one.articles or 0, 'article')}  {size(one.bytes)}, {size(one.alone)} its own  {one.extractor}  {stands}"
    )


def _go_back(settings: Settings, build_id: str) -> None:
    with bar(desc="checking it", unit=" quotations") as progress:
        manifest = go_back(settings, build_id, progress=progress)
    click.echo(f"Published build {manifest.id} of {manifest.published}: {many(manifest.quotations, 'quotation')}.")
    held = shelf(settings).held
    if held:
        click.echo("It is held: runs archive what they find and publish nothing until: saywho builds --release")
    else:
        click.echo("It is the newest one, so runs publish as always.")


def _export(settings: Settings, build_id: str, file: str) -> None:
    folder = folder_of(settings, build_id)
    with bar(desc="copying", unit="B", unit_scale=True) as progress:
        manifest = export_build(settings, folder.name, file, progress=progress)
    click.echo(f"Build {manifest.id} is in {'standard output' if file == '-' else file}.", err=file == "-")


def _import(settings: Settings, file: str, *, publishing: bool) -> None:
    with (
        bar(desc="reading", unit="B", unit_scale=True) as progress,
        bar(desc="checking it", unit=" quotations") as checking,
    ):
        done = import_build(settings, file, publishing=publishing, progress=progress, checking=checking)
    what = "was here already" if done.was_there else "was taken in"
    click.echo(f"Build {done.manifest.id} {what} and is sound: {many(done.manifest.quotations, 'quotation')}.")
    if done.held:
        click.echo(
            "It is published and held, since this folder has an archive of its own: runs publish nothing until "
            "saywho builds --release"
        )
    elif done.published:
        click.echo("It is published.")


@click.command(
    epilog="""\b
Examples:
  saywho prune --dry-run
  saywho prune --keep 1         the published build and nothing else
"""
)
@click.option("--keep", type=click.IntRange(1), default=KEPT, show_default=True, metavar="N", help="Builds that stay.")
@click.option("--dry-run", is_flag=True, help="Say what would go, and remove nothing.")
@click.option("--json", "as_json", is_flag=True, help="Print it as JSON.")
@data_option
@click.pass_context
def prune(ctx: click.Context, keep: int, dry_run: bool, as_json: bool, data: Path | None) -> int:
    """Remove old builds, but never the published one, and what killed runs left behind.

    Who has such a build open reads on; a cursor or an address that names it is answered by 410 from then on.
    """
    settings = settings_of(ctx, data)
    if settings.engine == "opensearch":
        return show_pruned(settings, keep=keep, dry_run=dry_run, as_json=as_json)
    done = prune_shelf(settings, keep=keep, dry_run=dry_run)
    if as_json:
        click.echo(json.dumps({**dataclasses.asdict(done), "dry_run": dry_run}, indent=1))
        return 0
    for build_id in done.removed:
        click.echo(f"{'would go' if dry_run else 'removed'}  {build_id}")
    left = f" and {many(done.leftovers, 'leftover')} of killed runs" if done.leftovers else ""
    verb = "would go, and free" if dry_run else "went, and freed"
    click.echo(
        f"{many(len(done.removed), 'build')}{left} {verb} {size(done.bytes)}; {many(len(done.kept), 'build')} "
        f"{'stays' if len(done.kept) == 1 else 'stay'}."
    )
    if done.readers and not dry_run:
        who = ", ".join(map(str, done.readers))
        print(f"note: still read by process {who}; that room is free when they have let go", file=sys.stderr)
    return 0
