"""A small collection for the tests of verifying: each kind of claim has something to be found in it."""

from index.records import Article, Quotation
from tests.making import a_quotation, an_article

WATER = (
    "“Nobody in this town should have to ask twice for clean water, and nobody should be told to wait for an election "
    "to get it.”"
)
TAXES = "“I will not raise taxes on working families unless the harbour tax fails.”"
DREDGE = "“We will dredge the northern channel before the winter storms arrive. I promised that to every skipper.”"
GULLS = "“The gulls of Port Ellery have better manners than its council.”"
PIER = "“The pier was sold for nine hundred crowns, and nobody asked the fishermen.”"
BELLS = "“Ring the bells on Sunday and the whole valley will answer.”"


def rows() -> list[tuple[Article, list[Quotation]]]:
    water = an_article(
        "ledger-water",
        f"Mayor Marta Oyelaran spoke first. {WATER} She left at noon.",
        title="Clean water for Port Ellery",
        source="Harbor Ledger",
        date="2016-03-14",
        url="https://ledger.example/water",
    )
    echo = an_article("tern-water", f"Oyelaran said: {WATER}", title="Water again", source="Tern", date="2016-03-20")
    taxes = an_article(
        "ledger-taxes", f"{TAXES} Oyelaran said.", title="No new taxes", source="Harbor Ledger", date="2017-05-02"
    )
    dredge = an_article(
        "gull-dredge", f"{DREDGE} said Ivo Marsh.", title="The channel", source="Gull", date="2018-10-09"
    )
    gulls = an_article("gull-gulls", f"{GULLS} Ada Brook said.", title="Manners", source="Gull", date="2019-01-07")
    pier_one = an_article("gull-pier", f"{PIER} Ivo Marsh said.", title="Sold", source="Gull", date="2019-06-01")
    pier_two = an_article("tern-pier", f"{PIER} Ada Brook said.", title="The pier", source="Tern", date="2019-06-02")
    bells = an_article(
        "tern-bells", f"{BELLS} a ringer said. The council will meet again on the last Thursday of November.",
        title="Bells", source="Tern", date="2020-02-02",
    )  # fmt: skip
    speech = an_article(
        "gull-speech",
        "“The lighthouse keeper never slept through a storm,” Ola Finch said. “His daughter counted every ship that "
        "passed the reef.”",
        title="A keeper",
        source="Gull",
        date="2020-08-08",
    )
    report = an_article(
        "gull-report", "Finch said that the ferry would return to its old timetable after Easter.",
        title="The ferry", source="Gull", date="2021-03-03",
    )  # fmt: skip
    told = an_article(
        "tern-told", "“Ivo Marsh said that the tide would wait for nobody, and then it did,” Ola Finch said.",
        title="Tides", source="Tern", date="2021-04-04",
    )  # fmt: skip
    return [
        (
            told,
            [a_quotation(told, "“Ivo Marsh said that the tide would wait for nobody, and then it did,”", "Ola Finch")],
        ),
        (water, [a_quotation(water, WATER, "Marta Oyelaran", confidence=0.95)]),
        (echo, [a_quotation(echo, WATER, "Marta Oyelaran", confidence=0.9)]),
        (taxes, [a_quotation(taxes, TAXES, "Marta Oyelaran", confidence=0.9)]),
        (dredge, [a_quotation(dredge, DREDGE, "Ivo Marsh")]),
        (gulls, [a_quotation(gulls, GULLS, "Ada Brook")]),
        (pier_one, [a_quotation(pier_one, PIER, "Ivo Marsh")]),
        (pier_two, [a_quotation(pier_two, PIER, "Ada Brook")]),
        (bells, [a_quotation(bells, BELLS, "a ringer", "unnamed")]),
        (
            speech,
            [
                a_quotation(speech, "“The lighthouse keeper never slept through a storm,”", "Ola Finch"),
                a_quotation(speech, "“His daughter counted every ship that passed the reef.”", "Ola Finch"),
            ],
        ),
        (
            report,
            [
                a_quotation(
                    report,
                    "that the ferry would return to its old timetable after Easter",
                    "Ola Finch",
                    kind="indirect",
                )
            ],
        ),
        *(_chatter(number) for number in range(40)),
    ]


_CHATTER = (
    "it is what it is and we have to go on with that",
    "that was not the time for this and I said so to them",
    "we are going to do what we have always done for you",
    "you know that they would have said it if they could",
    "there was no way to know what was in it at the time",
)


def _chatter(number: int) -> tuple[Article, list[Quotation]]:
    """Everyday words, so that they are common here as they are elsewhere."""
    words = f"“{_CHATTER[number % len(_CHATTER)]} {'and so on ' * (number % 3)}in week {number}.”"
    article = an_article(f"chatter-{number}", f"{words} somebody said.", source="Gull", date="2015-01-01")
    quotation = a_quotation(article, words, "a visitor", "unnamed")
    return article, [quotation]
