"""A small collection for the site's tests: every kind of quotation and speaker, and a hostile article."""

from index.records import Article, Quotation, joined_text
from tests.making import a_quotation, an_article

BRIDGE_TEXT = (
    "NORTHWICK — The old bridge will close in May.\n\n"
    "“We measured it twice,” Ada Brook said, “and it moved both times.” She asked drivers to be patient.\n\n"
    "“A bridge is a promise,” the engineer told the council. A ferryman called it “a fine day for boats”.\n\n"
    "Nobody knew the words painted on the pier: “Mind the gap in the budget”."
)
HOSTILE = "<script>alert(1)</script>\"'><img src=x onerror=alert(2)>"
HOSTILE_TEXT = f"“{HOSTILE} is what I typed,” {HOSTILE} said."


def interrupted(article: Article, *pieces: str, **values: object) -> Quotation:
    content = tuple((article.text.index(piece), article.text.index(piece) + len(piece)) for piece in pieces)
    return a_quotation(article, pieces[0], content=content, text=joined_text(article.text, content), **values)  # type: ignore[arg-type]


def span(article: Article, words: str) -> tuple[tuple[int, int], ...]:
    start = article.text.index(words)
    return ((start, start + len(words)),)


def rows() -> list[tuple[Article, list[Quotation]]]:
    bridge = an_article(
        "gull/2020/bridge",
        BRIDGE_TEXT,
        title="Bridge to close in May",
        date="2020-03-04",
        url="https://gull.example/bridge",
        authors="Noor Ames",
    )
    echo = an_article(
        "tern-bridge",
        "“We measured it twice,” Ada Brook told the Tern, “and it moved both times.” "
        "“It will be mended by winter,” she said.",
        title="What the bridge did",
        source="Tern",
        date="2020-05-17",
    )
    rain = an_article(
        "rain", "Rain is news, Ola Finch said. “It rained,” he added.", title="Rain", source="Tern", date="2018-11-30"
    )
    loose = an_article(
        "loose", "“No day is on this page,” Ada Brook said.", source=None, date=None, date_basis="missing"
    )
    hostile = an_article(
        "hostile", HOSTILE_TEXT, title=HOSTILE, source=HOSTILE, date="2021-01-02", url="javascript:alert(3)"
    )
    return [
        (
            bridge,
            [
                interrupted(
                    bridge,
                    "“We measured it twice,”",
                    "“and it moved both times.”",
                    speaker="Ada Brook",
                    cue=span(bridge, "said"),
                    source=span(bridge, "Ada Brook"),
                    confidence=0.93,
                ),
                a_quotation(
                    bridge,
                    "“A bridge is a promise,”",
                    "Ada Brook",
                    basis="nominal",
                    cue=span(bridge, "told"),
                    source=span(bridge, "the engineer"),
                    confidence=0.61,
                    candidates=(("Ada Brook", 0.61), ("Ola Finch", 0.2)),
                ),
                a_quotation(
                    bridge,
                    "it “a fine day for boats”",
                    "a ferryman",
                    "unnamed",
                    kind="mixed",
                    cue=span(bridge, "called"),
                    source=span(bridge, "A ferryman"),
                ),
                a_quotation(bridge, "“Mind the gap in the budget”", confidence=0.2),
            ],
        ),
        (
            echo,
            [
                interrupted(
                    echo,
                    "“We measured it twice,”",
                    "“and it moved both times.”",
                    speaker="Ada Brook",
                    cue=span(echo, "told"),
                    source=span(echo, "Ada Brook"),
                ),
                a_quotation(
                    echo,
                    "“It will be mended by winter,”",
                    "Ada Brook",
                    basis="pronoun",
                    cue=span(echo, "said"),
                    source=span(echo, "she"),
                ),
            ],
        ),
        (
            rain,
            [
                a_quotation(rain, "Rain is news", "Ola Finch", kind="indirect"),
                a_quotation(rain, "“It rained,”", "Ola Finch"),
            ],
        ),
        (loose, [a_quotation(loose, "“No day is on this page,”", "Ada Brook")]),
        (hostile, [a_quotation(hostile, f"“{HOSTILE} is what I typed,”", HOSTILE)]),
    ]
