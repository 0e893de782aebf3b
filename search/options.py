"""The filters of a search as options of a command: the same wherever quotations are chosen."""

import click

from index.data_folder import F

EPILOG = """\b
Query language:
  tax cuts       both words, in any form      "tax cuts"     exactly so
  tax OR cuts    one of them                  "tax cuts"~5   near each other
  -cuts          without it                   cut*           words that begin so
  speaker:NAME  source:NAME  kind:direct  status:resolved  date:2019..2020  ( )
"""
"""For the end of a command's help."""


def filter_options(command: F) -> F:
    """Adds QUERY and the options that say which quotations, and in which order, by SearchRequest's field names."""
    for option in reversed(
        (
            click.argument("query", nargs=-1),
            click.option(
                "--speaker", multiple=True, metavar="NAME|ID", help="Said by; may be given several times: any of them."
            ),
            click.option(
                "--source", multiple=True, metavar="NAME", help="From this outlet; may be given several times."
            ),
            click.option(
                "--kind", multiple=True, metavar="KIND", help="direct, mixed or indirect; may be given several times."
            ),
            click.option(
                "--status", multiple=True, metavar="STATUS", help="resolved, undecided, unnamed, unknown or disputed."
            ),
            click.option(
                "--from", "--date-from", "date_from", metavar="DATE", help="Not before 2019, 2019-05 or 2019-05-31."
            ),
            click.option(
                "--to", "--date-to", "date_to", metavar="DATE", help="Not after; the whole year or month counts."
            ),
            click.option(
                "--in", "within", default="all", metavar="quote|context|all", help="Where the words stand. [all]"
            ),
            click.option("--min-confidence", type=float, default=0.0, metavar="0-1", help="Of who said it."),
            click.option(
                "--group", default="none", metavar="variant|none", help="variant: the same words are shown once. [none]"
            ),
            click.option("--sort", default="relevance", metavar="relevance|newest|oldest", help="[relevance]"),
        )
    ):
        command = option(command)
    return command


def typed(ctx: click.Context, query: tuple[str, ...]) -> str:
    """The words of a QUERY in one string. NoSuchOption where one of them was meant as an option."""
    # Options that do not exist reach a command as words, since `-word` is one.
    for word in query:
        if word.startswith("--") and word.strip("-"):
            raise click.NoSuchOption(word, ctx=ctx)
    return " ".join(query)
