"""`saywho search`: the search in the terminal."""

import dataclasses
import json
import os
import shlex
import sys
from pathlib import Path
from typing import Any

import click

from index.data_folder import data_option, settings_of
from index.told import many
from search.language import parse
from search.library import Library
from search.options import EPILOG, filter_options, typed
from search.relax import Relaxation, suggest_relaxation
from search.request import SearchRequest
from search.results import Facet, Hit, ResultPage
from search.tree import leaves

_EXAMPLES = """\b
Examples:
  saywho search strikes --speaker "Mark Esper"
  saywho search '"tax cuts" OR tariff*' --from 2019 --to 2020-06
  saywho search 'climate -hoax' --in quote --sort newest --limit 50
  saywho search --speaker Esper --json | jq '.results[].text'

"""

_BASIS = {
    "name": "named there",
    "pronoun": "by a pronoun",
    "nominal": "by a description",
    "implicit": "from the words around it",
    "continued": "goes on from the quotation before",
    "corroborated": "the same words elsewhere",
    "corrected": "by an editor",
}
_STATUS = {
    "disputed": "disputed",
    "undecided": "which of them is not decided",
    "unnamed": "not named",
    "unknown": "not known",
}
_FACET_NAMES = {"speaker": "speakers", "source": "sources", "date": "dates", "kind": "kinds", "status": "status"}
_SHOWN_VALUES = 5
_OPTIONS = {"in": "--in", "date": "--from and --to", "filters": "all filters"}


@click.command("search", epilog=f"{_EXAMPLES}\n{EPILOG}", context_settings={"ignore_unknown_options": True})
@filter_options
@click.option("--limit", type=int, default=20, metavar="N", help="Quotations on a page, at most 100. [20]")
@click.option("--cursor", metavar="TEXT", help="The next page, as the last one gave it.")
@click.option("--facets", metavar="A,B", help="What to count: speaker, source, kind, status, date; '' for nothing.")
@click.option("--facet-limit", type=int, default=10, metavar="N", help="Values counted of each facet. [10]")
@click.option("--interval", default="year", metavar="year|month|day", help="Of the counts by date. [year]")
@click.option("--json", "as_json", is_flag=True, help="Print what the HTTP endpoint /api/v1/quotes returns.")
@data_option
@click.pass_context
def search(
    ctx: click.Context, /, query: tuple[str, ...], as_json: bool, data: Path | None, facets: str | None, **given: Any
) -> None:
    """Finds quotations by their words, speaker, source and date.

    Without a QUERY, all that the filters leave. Quote the QUERY for your shell where it has marks of its own.
    """
    names: dict[str, Any] = (
        {} if facets is None else {"facets": tuple(name.strip() for name in facets.split(",") if name.strip())}
    )
    request = SearchRequest(q=typed(ctx, query), **given, **names)
    library = Library(settings_of(ctx, data))
    try:
        page = library.search(request)
        if as_json:
            # A lone surrogate has no UTF-8; written as an escape it is still JSON.
            text = json.dumps(dataclasses.asdict(page), ensure_ascii=False, indent=2)
            click.echo(text.encode("utf-8", "backslashreplace"))
            return
        if page.total == 0:
            helpful = suggest_relaxation(library.current(), request)
            click.echo(_nothing(page, helpful))
        else:
            click.echo(_page(page, bold=_on_terminal() and not os.environ.get("NO_COLOR")))
    finally:
        library.close()


def _on_terminal() -> bool:
    return sys.stdout.isatty()


def _page(page: ResultPage, *, bold: bool) -> str:
    lines = [f"{many(page.total, 'quotation')} by {many(page.speakers, 'speaker')}", *_understood(page)]
    words = any(leaves(parse(page.query.q).tree))
    for hit in page.results:
        lines += ["", *_hit(hit, bold=bold)]
        if words and not hit.highlights:
            lines.append("    found in the words around it, in its speaker or its title")
    counts = [f"{_FACET_NAMES[name]}: {_facet(facet)}" for name, facet in page.facets.items() if facet.items]
    if counts:
        lines += ["", *counts]
    if page.next_cursor:
        lines += ["", f"more: add --cursor {page.next_cursor}"]
    return "\n".join(lines)


def _hit(hit: Hit, *, bold: bool) -> list[str]:
    speaker = hit.speaker.name or hit.speaker.mention or "nobody named"
    if hit.speaker.status in _STATUS:
        speaker += f" ({_STATUS[hit.speaker.status]})"
    article = hit.article
    where = [speaker, article.source or "no source", article.date or "no date", article.title]
    why = [_BASIS[hit.attribution.basis]]
    if hit.speaker.mention and hit.speaker.mention != hit.speaker.name:
        why.append(f"“{hit.speaker.mention}”")
    if hit.attribution.cue:
        why.append(f"cue “{hit.attribution.cue}”")
    why.append(f"confidence {hit.attribution.confidence:.2f}")
    lines = [
        _highlighted(hit, bold=bold),
        "    " + _plain(" · ".join(part for part in where if part)),
        "    " + _plain(f"{hit.id} · {hit.kind} · why: {', '.join(why)}"),
    ]
    for rival in hit.attribution.rivals:
        says = "says" if rival.articles == 1 else "say"
        lines.append(f"    {many(rival.articles, 'independent article')} {says} {_plain(rival.name)}")
    if hit.attribution.witnesses > 1:
        lines.append(f"    {many(hit.attribution.witnesses, 'independent article')} name this speaker")
    if hit.variants.count > 1:
        lines.append(f"    the same words in {many(hit.variants.count, 'quotation')}")
    return lines


def _highlighted(hit: Hit, *, bold: bool) -> str:
    text = _plain(hit.text)
    if not bold:
        return text
    pieces, done = [], 0
    for start, end in hit.highlights:
        pieces += [text[done:start], click.style(text[start:end], bold=True)]
        done = end
    return "".join([*pieces, text[done:]])


def _plain(text: str) -> str:
    """One line of the same length, without characters that would steer a terminal."""
    return "".join(character if character.isprintable() else " " for character in text)


def _facet(facet: Facet) -> str:
    shown = [
        f"{_plain(item.label)} {item.count:,}{' (chosen)' if item.selected else ''}"
        for item in facet.items[:_SHOWN_VALUES]
    ]
    if facet.more or len(facet.items) > _SHOWN_VALUES:
        shown.append("…")
    return " · ".join(shown)


def _nothing(page: ResultPage, helpful: tuple[Relaxation, ...]) -> str:
    lines = ["nothing found", *_understood(page)]
    for parameter, value, total in helpful:
        option = _OPTIONS.get(parameter, f"--{parameter.replace('_', '-')}")
        if parameter == "q":
            change = f"searching for: {value}"
        elif value is None:
            change = f"without {option}"
        else:
            change = f"with {option} {shlex.quote(value)}"
        lines.append(f"  {_plain(change)}: {many(total, 'quotation')}")
    return "\n".join(lines)


def _understood(page: ResultPage) -> list[str]:
    query = page.query
    lines = [] if query.understood == query.q.strip() else [f"understood: {_plain(query.understood) or 'everything'}"]
    lines += [f"note: {_plain(note)}" for note in query.notes]
    if meant := query.did_you_mean:
        lines.append(f"did you mean: {_plain(meant.q)} ({many(meant.total, 'quotation')})")
    return lines
