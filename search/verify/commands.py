"""`saywho verify`: verdicts in the terminal."""

import dataclasses
import json
import sys
from pathlib import Path

import click

from index.data_folder import data_option, settings_of
from index.told import many
from search.library import Library
from search.verify.request import VerifyRequest
from search.verify.results import Check, Passage, Verdict, VerifyPage

OTHERWISE = 5
"""The exit code where a quotation is not verbatim, or not its speaker's: the check was done, and found something."""

_EPILOG = f"""\b
Examples:
  saywho verify 'Mayor Oyelaran promised that “everybody will have clean water”'
  saywho verify "we will win" --speaker "Mark Esper"
  saywho verify - < article.txt
  saywho verify --json - < article.txt | jq '.checks[] | [.verdict, .claim.text]'

\b
Exit codes:
  0  every quotation is verbatim, and its speaker's where the text names one
  {OTHERWISE}  at least one is altered, cut short, stitched, somebody else's, disputed or not found
  1  the check failed       2  wrong usage, or nothing to check
"""
_HEADINGS: dict[Verdict, str] = {
    "verbatim": "VERBATIM",
    "altered": "ALTERED",
    "cut_short": "CUT SHORT",
    "stitched": "STITCHED TOGETHER",
    "someone_else": "SAID BY SOMEONE ELSE",
    "disputed": "DISPUTED",
    "not_found": "NOT FOUND",
}


@click.command("verify", epilog=_EPILOG)
@click.argument("text", nargs=-1, required=True)
@click.option("--speaker", metavar="NAME|ID", help="Who is said to have said it. [whom the text names]")
@click.option("--json", "as_json", is_flag=True, help="Print what the HTTP endpoint /api/v1/verify returns.")
@data_option
@click.pass_context
def verify(ctx: click.Context, /, text: tuple[str, ...], speaker: str | None, as_json: bool, data: Path | None) -> int:
    """Says whether TEXT is what was said, and who said it.

    TEXT is a quotation, or a paragraph with quotations in quotation marks: each gets its verdict. - reads it from
    standard input.
    """
    given = sys.stdin.read() if text == ("-",) else " ".join(text)
    request = VerifyRequest(text=given, speaker=speaker)
    library = Library(settings_of(ctx, data))
    try:
        page = library.current().verify(request)
    finally:
        library.close()
    # A lone surrogate has no UTF-8; written as an escape it is still JSON.
    shown = json.dumps(dataclasses.asdict(page), ensure_ascii=False, indent=2) if as_json else "\n".join(_page(page))
    click.echo(shown.encode("utf-8", "backslashreplace"))
    if not page.checks:
        return 2
    return 0 if all(check.verdict == "verbatim" for check in page.checks) else OTHERWISE


def _page(page: VerifyPage) -> list[str]:
    lines = [f"note: {note}" for note in page.notes]
    for number, check in enumerate(page.checks):
        lines += ([""] if number or lines else []) + _check(check)
    return lines


def _check(check: Check) -> list[str]:
    speaker = f" ({_plain(check.claim.speaker)})" if check.claim.speaker else ""
    lines = [f"{_HEADINGS[check.verdict]}  “{_plain(check.claim.text)}”{speaker}", f"    {_plain(check.summary)}"]
    lines += [f"    - {_plain(point)}" for point in check.points]
    for passage in check.passages:
        lines += [f"    {line}" for line in _passage(check, passage)]
    if check.passages and check.first:
        first = check.first
        lines.append(
            "    first: "
            + _plain(
                " · ".join(part for part in (first.source or "no source", first.date or "no date", first.title) if part)
            )
        )
        lines.append(
            f"    in {many(check.articles, 'article')} of {many(check.outlets, 'outlet')}; "
            f"confidence {check.confidence:.2f}"
        )
    for passage in check.nearest:
        lines += [f"    nearest: {line}" if not n else f"    {line}" for n, line in enumerate(_passage(check, passage))]
    return lines


def _passage(check: Check, passage: Passage) -> list[str]:
    """The words with what differs: [-only in the text-] {+only in the article+}, and where they stand."""
    hit = passage.quotation
    out = []
    for operation in passage.operations:
        ours = check.claim.text[slice(*operation.claim)].strip()
        theirs = passage.text[slice(*operation.found)].strip()
        if operation.kind == "same":
            out.append(theirs)
        elif operation.kind == "bracketed":
            out.append(ours or theirs)
        else:
            out += ([f"[-{ours}-]"] if ours and operation.kind != "shortened" else []) + (
                [f"{{+{theirs}+}}"] if theirs else []
            )
    who = hit.speaker.name or hit.speaker.mention or "nobody named"
    if passage.place == "around":
        who = "in the article’s own text"
    where = (who, hit.article.source or "no source", hit.article.date or "no date", hit.id)
    words = " ".join(out)
    before = passage.text[: passage.start].rstrip()
    if before and not any(letter.isalnum() for letter in before):
        words = before + words  # the mark that opens the quotation: the one that closes it may be shown, too
    return [_plain(words), "  " + _plain(" · ".join(where))]


def _plain(text: str) -> str:
    """One line without characters that would steer a terminal."""
    return " ".join("".join(character if character.isprintable() else " " for character in text).split())
