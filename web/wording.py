"""Values in plain words, as the pages say them."""

import dataclasses
import re

from index.records import Basis
from search.request import SearchRequest
from search.results import Hit
from web.params import short_dates

MONTHS = (
    "January",
    "February",
    "March",
    "April",
    "May",
    "June",
    "July",
    "August",
    "September",
    "October",
    "November",
    "December",
)

LABELS: dict[str, dict[str, str]] = {
    "kind": {
        "direct": "word for word",
        "mixed": "partly quoted",
        "indirect": "reported speech",
    },
    "status": {
        "resolved": "named",
        "undecided": "not decided",
        "unnamed": "not named",
        "unknown": "not known",
        "disputed": "disputed",
    },
}
LEGENDS = {"speaker": "Speaker", "source": "Source", "kind": "Kind", "status": "Attribution"}
KIND_HELP = {
    "direct": "All of it stands in quotation marks in the article.",
    "mixed": "Part of it stands in quotation marks in the article.",
    "indirect": "The article reports it without quotation marks; the words are the writer’s.",
}
WITHIN = {
    "all": "quotations, the words around, speakers and titles",
    "quote": "quotations only",
    "context": "the words around only",
}
PLACES = {"all": "everything", "quote": "quotations only", "context": "words around only"}
"""The same where one of them is chosen."""
SORTS = {"relevance": "relevance", "newest": "newest", "oldest": "oldest"}


def day(date: str | None) -> str:
    """`14 March 2016`; `March 2016` and `2016` of shorter dates; `undated` of none."""
    if not date:
        return "undated"
    parts = [int(part) for part in date.split("-")]
    words = [str(parts[0])]
    if len(parts) > 1:
        words.insert(0, MONTHS[parts[1] - 1])
    if len(parts) > 2:
        words.insert(0, str(parts[2]))
    return " ".join(words)


def number(value: int) -> str:
    """`31,204`."""
    return f"{value:,}"


def counted(value: int, one: str, many: str | None = None) -> str:
    """`1 quotation`, `31,204 quotations`."""
    return f"{value:,} {one if value == 1 else many or one + 's'}"


def dates(request: SearchRequest) -> str:
    """The chosen dates in words; empty where none are."""
    first, last = short_dates(request.date_from, request.date_to)
    if first and last:
        between = "–" if len(first) == 4 else " to "
        return day(first) if first == last else f"{day(first)}{between}{day(last)}"
    if first:
        return f"from {day(first)}"
    return f"until {day(last)}" if last else ""


_SURE = ((0.9, "Sure"), (0.75, "Likely"), (0.5, "Not sure"), (0.0, "Doubtful"))


def sure(confidence: float) -> str:
    """A confidence as a word with its number: `Sure (0.93)`."""
    word = next(word for least, word in _SURE if confidence >= least)
    return f"{word} ({confidence:.2f})"


@dataclasses.dataclass(frozen=True, slots=True)
class Named:
    """A name to show, and the speaker's id where the collection has one."""

    name: str
    id: str | None = None


@dataclasses.dataclass(frozen=True, slots=True)
class Who:
    """Whom a quotation is given to: one name, both of a dispute, a phrase for the unnamed, or nobody."""

    names: tuple[Named, ...]
    note: str = ""
    """`not named` and the like; empty where the name says it all."""

    @property
    def plain(self) -> str:
        """The names in one line."""
        return " or ".join(named.name for named in self.names)


def who(hit: Hit) -> Who:
    """Who said it, as the pages write it."""
    speaker = hit.speaker
    if speaker.status == "disputed":
        others = [Named(rival.name, rival.id) for rival in hit.attribution.rivals]
        first = [Named(speaker.name, speaker.id)] if speaker.name else []
        return Who(tuple((first + others)[:2]) or (Named("Speaker not known"),), "disputed")
    if speaker.status == "undecided":
        return Who((Named(speaker.name or speaker.mention),), "which of them is not decided")
    if speaker.status == "unnamed":
        return Who((Named(_capital(speaker.name or speaker.mention) or "Somebody"),), "not named")
    if speaker.status == "unknown" or not speaker.name:
        return Who((Named("Speaker not known"),))
    return Who((Named(speaker.name, speaker.id),))


def _capital(phrase: str) -> str:
    return phrase[:1].upper() + phrase[1:]


@dataclasses.dataclass(frozen=True, slots=True)
class Why:
    """Why a quotation is given to its speaker: one line, then the chain behind it, then who else it may have been."""

    summary: str
    chain: tuple[str, ...]
    candidates: tuple[tuple[str, str], ...]


def why(hit: Hit) -> Why | None:
    """The reasons in plain words; None where nobody is given and nothing can be said."""
    whom, attribution = who(hit), hit.attribution
    if hit.speaker.status == "unknown" and not attribution.candidates:
        return None
    told = evidence(hit)
    question = "Who was it?" if hit.speaker.status == "unknown" else f"Why {_within(hit, whom)}?"
    summary = f"{question} {sure(attribution.confidence)}{', from ' + told if told else ''}"
    chain = [_reason(attribution.basis, hit, whom, told)]
    if hit.speaker.status == "disputed":
        summary = f"Outlets disagree; this one says {hit.speaker.name or 'somebody else'}"
        chain.append(f"{sure(attribution.confidence)} that this article means so.")
        chain += [
            f"{counted(rival.articles, 'independent article')} {_give(rival.articles)} these words to {rival.name}."
            for rival in attribution.rivals
        ]
    elif attribution.witnesses > 1:
        chain.append(f"{counted(attribution.witnesses, 'independent article')} name {whom.plain} for these words.")
    if attribution.correction is not None:
        chain.append(f"An editor corrected this (number {attribution.correction} in the ledger).")
    others = tuple((name, f"{share:.2f}") for name, share in attribution.candidates)
    return Why(summary, tuple(chain), others if len(others) > 1 else ())


def _give(articles: int) -> str:
    return "gives" if articles == 1 else "give"


def evidence(hit: Hit) -> str:
    """The article's words that tie the quotation to its speaker: `“she said”`; empty where there are none."""
    mention, cue = _one_line(hit.speaker.mention), _one_line(hit.attribution.cue)
    if not mention or not cue:
        return f"“{_short(mention or cue)}”" if mention or cue else ""
    around = _one_line(f"{hit.before} {hit.target.exact} {hit.after}")
    if f"{mention} {cue}" in around and len(mention) < 60:
        return f"“{mention} {cue}”"
    if f"{cue} {mention}" in around:
        return f"“{_short(f'{cue} {mention}')}”"
    return f"“{_short(mention)}” and “{cue}”"


def _reason(basis: Basis, hit: Hit, whom: Who, told: str) -> str:
    mention, name = _short(hit.speaker.mention), hit.speaker.name or whom.plain
    says = f"The article says {told}" if told else "The article"
    if hit.speaker.status == "unnamed":
        return f"{says}, and gives no name." if told else "The article gives no name."
    if hit.speaker.status == "undecided":
        return f"{says}; several people of this collection are called so, and nothing tells which of them it is."
    reasons: dict[Basis, str] = {
        "name": f"{says}: the speaker is named beside the words." if told else "The speaker is named beside the words.",
        "pronoun": f"{says}; “{mention}” stands for {name}, who is named elsewhere in it.",
        "nominal": f"{says}; “{mention}” is {name}, who is named elsewhere in it.",
        "implicit": "Nobody is named beside the words; the sentences around them tell.",
        "continued": "The quotation goes on from the one before it, which has this speaker.",
        "corroborated": _taken_over(mention, name),
        "corrected": f"An editor says that it is {name}.",
    }
    if basis == "name" and told and mention and name.casefold() not in mention.casefold():
        return f"{says}; “{mention}” is {name}, by the name given elsewhere in it."
    return reasons[basis]


def _taken_over(mention: str, name: str) -> str:
    if not mention:
        return f"This article names nobody beside the words; independent articles that print them name {name}."
    return f"This article says “{mention}”; independent articles that print the same words name {name}."


def _within(hit: Hit, whom: Who) -> str:
    """The name as it stands in the middle of a sentence."""
    return whom.plain[:1].lower() + whom.plain[1:] if hit.speaker.status == "unnamed" else whom.plain


def _short(text: str, longest: int = 60) -> str:
    text = _one_line(text)
    return text if len(text) <= longest else text[:longest].rpartition(" ")[0].rstrip(",;") + " …"


def _one_line(text: str) -> str:
    return re.sub(r"\s+", " ", text).strip()
