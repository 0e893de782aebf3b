"""`saywho backup` and `saywho restore`."""

from pathlib import Path

import click

from index.backing_up import back_up
from index.backing_up import restore as restore_from
from index.data_folder import data_option, settings_of
from index.options import bar
from index.told import many


@click.command(
    epilog="""\b
Examples:
  saywho backup backup.tar.gz
  saywho backup /mnt/backups            a new file there, named after the moment
  saywho backup - | ssh host saywho restore - --data saywho-data
"""
)
@click.argument("target", metavar="FILE|DIR")
@click.option("--with-secrets", is_flag=True, help="Leave the editors' token and the secret in saywho.toml.")
@data_option
@click.pass_context
def backup(ctx: click.Context, target: str, with_secrets: bool, data: Path | None) -> int:
    """Copy all of the data folder into one file, while it is in use.

    That is: the archive with the ledger as they are at one moment, the published build, corrections that wait, the
    people file, and saywho.toml without what is secret.
    """
    settings = settings_of(ctx, data)
    with bar(desc="copying", unit="B", unit_scale=True) as progress:
        done = back_up(settings, target, with_secrets=with_secrets, progress=progress)
    to_pipe = done.file == "-"
    held = (
        [] if done.articles is None else [many(done.articles, "article"), many(done.corrections, "line") + " of ledger"]
    )
    held += [f"build {done.build}"] if done.build else ["no build"]
    click.echo(f"{'Written' if to_pipe else f'Backed up to {done.file}'}: {', '.join(held)}.", err=to_pipe)
    if done.left_out:
        click.echo(f"note: left out of saywho.toml: {', '.join(done.left_out)} (--with-secrets)", err=True)
    return 0


@click.command(
    epilog="""\b
Examples:
  saywho restore backup.tar.gz --data restored
"""
)
@click.argument("source", metavar="FILE")
@click.option("--force", is_flag=True, help="Replace what is in the data folder.")
@data_option
@click.pass_context
def restore(ctx: click.Context, source: str, force: bool, data: Path | None) -> int:
    """Make a data folder of a backup; all of it is checked before anything is put in place."""
    settings = settings_of(ctx, data)
    with (
        bar(desc="reading", unit="B", unit_scale=True) as progress,
        bar(desc="checking it", unit=" quotations") as checking,
    ):
        done = restore_from(settings, source, force=force, progress=progress, checking=checking)
    held = [] if done.articles is None else [many(done.articles, "article"), many(done.quotations or 0, "quotation")]
    held += [f"build {done.build}"] if done.build else ["no build"]
    click.echo(f"Restored to {settings.data}, as of {done.made}, and sound: {', '.join(held)}.")
    if done.left_out:
        click.echo(f"note: the backup was made without {', '.join(done.left_out)}; set them anew", err=True)
    return 0
