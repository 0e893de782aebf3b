"""`saywho builds` and `saywho prune` where a cluster answers: its builds, going back to one, removing old ones."""

import json

import click

from index.cluster.opensearch_build import connected
from index.cluster.opensearch_builds import builds, prune, published, rollback
from index.errors import NotPublishedError, UsageError
from index.settings import Settings
from index.told import many


def show_builds(settings: Settings, *, rolled_back: str | None, other: bool, as_json: bool) -> int:
    """Lists the cluster's builds, or publishes an earlier one again. UsageError for what only a data folder can."""
    if other:
        raise UsageError(
            "--release, --export and --import are for builds of a data folder; a cluster's are carried by OpenSearch's "
            "own snapshots"
        )
    with connected(settings) as connection:
        if rolled_back is not None:
            manifest = rollback(connection, rolled_back)
            click.echo(
                f"Published build {manifest.id} of {manifest.published}: {many(manifest.quotations, 'quotation')}."
            )
            click.echo("A cluster's builds are not held: the next run that finds something new publishes again.")
            return 0
        try:
            current = published(connection)
        except NotPublishedError:
            current = ""
        found = builds(connection)
    if as_json:
        rows = [
            {
                "id": one.manifest.id,
                "published": one.manifest.published,
                "articles": one.manifest.articles,
                "quotations": one.manifest.quotations,
                "extractor": one.manifest.extractor,
                "index": one.index,
                "is_published": one.index == current,
            }
            for one in found
        ]
        click.echo(json.dumps({"builds": rows}, indent=1))
        return 0
    for one in found:
        what = one.manifest
        mark, stands = ("*", "published") if one.index == current else (" ", "kept")
        click.echo(
            f"{mark} {what.id}  {what.published}  {many(what.quotations, 'quotation')} of "
            f"{many(what.articles, 'article')}  {what.extractor}  {stands}"
        )
    if not found:
        click.echo("There is no build yet; type: saywho index SOURCE")
    return 0


def show_pruned(settings: Settings, *, keep: int, dry_run: bool, as_json: bool) -> int:
    """Removes the cluster's oldest builds but `keep`, never the published one, and says which."""
    with connected(settings) as connection:
        if dry_run:
            current, found = published(connection), builds(connection)
            stay = {current, *(one.index for one in found[-keep:])}
            removed = [one.manifest.id for one in found if one.index not in stay]
        else:
            removed = prune(connection, keep=keep)
    if as_json:
        click.echo(json.dumps({"removed": removed, "dry_run": dry_run}, indent=1))
        return 0
    for build_id in removed:
        click.echo(f"{'would go' if dry_run else 'removed'}  {build_id}")
    click.echo(f"{many(len(removed), 'build')} {'would go' if dry_run else 'went'}.")
    return 0
