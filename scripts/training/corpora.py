"""The auxiliary corpora as texts with names and links: one reader each, all of them given the folder of the corpora.

A reader gives its texts one by one, in the same order every time. A folder or a file that is missing is a UsageError
that names it, a damaged one a ReadError. GUM and the silver analysis of PolNeAR have modules of their own.
"""

import csv
from collections.abc import Iterator
from pathlib import Path

from index.errors import ReadError

from .gum import gum
from .silver import polnear_silver
from .texts import Link, Name, Span, Text, files, join, lines, untitled

__all__ = [
    "Link",
    "Text",
    "crossner",
    "gap_development",
    "gap_validation",
    "gum",
    "polnear_silver",
    "uner",
]

_UNER = {"PER": "person", "ORG": "organization", "LOC": "place"}
_CROSSNER = {
    "person": "person",
    "politician": "person",
    "organisation": "organization",
    "politicalparty": "organization",
    "country": "place",
    "location": "place",
    "event": "other",
    "election": "other",
    "misc": "other",
}


def gap_validation(data: Path) -> Iterator[Text]:
    """GAP's validation part: a pronoun a text, with two names that it may stand for; names None.

    Where it stands for neither of them `right` is empty and `wrong` holds both; other names of the text are unknown.
    """
    return _gap(data / "gap" / "gap-validation.tsv")


def gap_development(data: Path) -> Iterator[Text]:
    """GAP's development part. For measuring only: nothing is to be trained or tuned on it."""
    return _gap(data / "gap" / "gap-development.tsv")


def _gap(path: Path) -> Iterator[Text]:
    rows = csv.DictReader(lines(path), delimiter="\t", quoting=csv.QUOTE_NONE)
    for number, row in enumerate(rows, 2):
        try:
            text = row["Text"]
            found = {key: _gap_span(text, row[key], int(row[f"{key}-offset"])) for key in ("Pronoun", "A", "B")}
            coref = {key: row[f"{key}-coref"].upper() == "TRUE" for key in ("A", "B")}
        except (KeyError, TypeError, ValueError, AttributeError) as error:
            raise ReadError(f"{path}, line {number}: not a row of GAP ({error}); fetch the corpus again") from error
        start, end = found["Pronoun"]
        right = [found[key] for key in ("A", "B") if coref[key]]
        wrong = [found[key] for key in ("A", "B") if not coref[key]]
        yield Text(f"gap:{row['ID']}", text, None, [Link(start, end, end, right, wrong, True)])


def _gap_span(text: str, word: str, start: int) -> Span:
    if not word or text[start : start + len(word)] != word:
        raise ValueError(f"{word!r} does not stand at {start}")
    return start, start + len(word)


def uner(data: Path) -> Iterator[Text]:
    """Universal NER over EWT, a document a text: web writing; people, organisations and places, no other names."""
    for path in files(data / "uner-ewt", "*.iob2"):
        document, text, names = "", "", list[Name]()
        tokens: list[tuple[str, str]] = []
        written: str | None = None
        for number, line in enumerate([*lines(path), ""], 1):
            if line.startswith("# newdoc"):
                if text:
                    yield Text(f"uner:{document}", text, names)
                document, text, names = line.partition("=")[2].strip() or f"{path.stem}-{number}", "", []
            elif line.startswith("# text ="):
                written = line.partition("=")[2].strip()
            elif line and not line.startswith("#"):
                columns = line.split("\t")
                if len(columns) < 3 or not columns[1]:
                    raise ReadError(f"{path}, line {number}: not number, word and tag; fetch the corpus again")
                tokens.append((columns[1], columns[2]))
            elif not line and tokens:
                start = f"{text} " if text else ""
                forms = [form for form, _ in tokens]
                text, spans = (written is not None and _aligned(start, written, forms)) or join(forms, start)
                names += _tagged(forms, spans, [tag for _, tag in tokens], _UNER)
                tokens, written = [], None
        if text:
            yield Text(f"uner:{document}", text, names)


def _aligned(before: str, written: str, forms: list[str]) -> tuple[str, list[Span]] | None:
    """The sentence as it was written, and where its words stand; None where a word is not found in it."""
    at = 0
    spans = []
    for form in forms:
        found = written.find(form, at)
        if found < 0 or written[at:found].strip():
            return None
        at = found + len(form)
        spans.append((len(before) + found, len(before) + at))
    return before + written, spans


def crossner(data: Path) -> Iterator[Text]:
    """CrossNER's politics part, a sentence of Wikipedia a text: names of all four kinds."""
    for path in files(data / "crossner-politics", "*.txt"):
        tokens: list[tuple[str, str]] = []
        count = 0
        for number, line in enumerate([*lines(path), ""], 1):
            if line.strip():
                form, _, tag = line.partition("\t")
                if not form.strip() or not tag.strip():
                    raise ReadError(f"{path}, line {number}: not a word and a tag; fetch the corpus again")
                tokens.append((form.strip(), tag.strip()))
            elif tokens:
                count += 1
                forms = [form for form, _ in tokens]
                text, spans = join(forms)
                names = _tagged(forms, spans, [tag for _, tag in tokens], _CROSSNER)
                yield Text(f"crossner:{path.stem}-{count}", text, names)
                tokens = []


def _tagged(forms: list[str], spans: list[Span], tags: list[str], kinds: dict[str, str]) -> list[Name]:
    """The names that tags of the kind B-person, I-person mark, without titles."""
    names = list[Name]()
    first = 0
    while first < len(tags):
        begins, _, label = tags[first].partition("-")
        stop = first + 1
        kind = kinds.get(label)
        if begins in ("B", "I") and kind is not None:
            while stop < len(tags) and tags[stop] == f"I-{label}":
                stop += 1
            begin = first + (untitled(forms[first:stop]) if kind == "person" else 0)
            if begin < stop:
                names.append((spans[begin][0], spans[stop - 1][1], kind))
        first = stop
    return names
