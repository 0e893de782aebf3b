"""GUM as texts with names and links: academic, biographical, court, interview and travel texts, annotated by people.

Mentions stand in the column MISC as brackets, `Entity=(9-person-new-...` at the first word and `Entity=9)` at the last;
the document's line `# global.Entity` names the fields. News is left out, whatever the file holds.
"""

import re
from collections import defaultdict
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path

from index.errors import ReadError
from index.extract import words

from .texts import PRONOUNS, Link, Name, Span, Text, lines, merged, untitled

EMPTY_EVERY = 3
"""Of the descriptions whose chain has no name every third is given, so that they do not outweigh the named ones."""
_KINDS = {"person": "person", "organization": "organization", "place": "place"}
_BRACKET = re.compile(r"\((?P<open>[^()]+)(?P<alone>\))?|(?P<close>[^()]+)\)")
_JOINING = words.word_set("of the and & de la du van von der al bin ibn for - – / . ' ’ 's ’s")
_NUMBER = re.compile(r"\d[\d.,]*|[IVX]+")


@dataclass(slots=True)
class _Token:
    form: str
    pos: str
    head: int
    """Which token of the document governs it; -1: none."""
    start: int
    end: int
    plural: bool = False
    """Whether it is a proper name of several ("Bordurians")."""


@dataclass(slots=True)
class _Mention:
    first: int
    stop: int
    chain: str
    kind: str


@dataclass(slots=True)
class _Document:
    """A document on its way: what was read so far."""

    id: str
    fields: list[str] = field(default_factory=list)
    text: str = ""
    tokens: list[_Token] = field(default_factory=list)
    mentions: list[_Mention] = field(default_factory=list)
    opened: list[_Mention] = field(default_factory=list)
    new_paragraph: bool = False


def gum(data: Path) -> Iterator[Text]:
    """GUM's training part without news, a document a text; sentences are joined by a space, paragraphs by a line end.

    Links are pronouns and descriptions of people, organisations and places. `right` holds the names of the chain; where
    it is empty the text never names it (of such descriptions every third is there).
    """
    path = data / "gum" / "train.conllu.gz"
    document: _Document | None = None
    rows: list[list[str]] = []
    for number, line in enumerate([*lines(path), ""], 1):
        if line.startswith("# newdoc id"):
            if document is not None:
                yield from _finished(document)
            document = _Document(line.partition("=")[2].strip())
        elif line.startswith("#") and document is not None:
            if line.startswith("# global.Entity"):
                document.fields = line.partition("=")[2].strip().split("-")
            elif line.startswith("# newpar") and not line.startswith("# newpar_block"):
                document.new_paragraph = True
        elif line and not line.startswith("#"):
            row = line.split("\t")
            if len(row) != 10:
                raise ReadError(f"{path}, line {number}: {len(row)} columns instead of 10; fetch the corpus again")
            rows.append(row)
        elif not line and rows:
            if document is None:
                raise ReadError(f"{path}, line {number}: a sentence before the first '# newdoc id'")
            try:
                _add(document, rows)
            except (ValueError, KeyError, IndexError) as error:
                raise ReadError(
                    f"{path}, the sentence before line {number}: {error!r}; fetch the corpus again"
                ) from error
            rows = []
    if document is not None:
        yield from _finished(document)


def _add(document: _Document, rows: list[list[str]]) -> None:
    """Adds a sentence's words, its text and its brackets."""
    if document.text:
        document.text = document.text.rstrip() + ("\n" if document.new_paragraph else " ")
    document.new_paragraph = False
    base = len(document.tokens)
    inside_until = 0
    for row in rows:
        number, form, misc = row[0], row[1], row[9].split("|")
        if "." in number:
            continue
        spaced = "" if "SpaceAfter=No" in misc else " "
        if "-" in number:
            _add_contraction(document, [r[1] for r in _parts(rows, number)], form)
            inside_until = int(number.partition("-")[2])
            document.text += spaced
            continue
        place = base + int(number) - 1
        if int(number) > inside_until:
            document.tokens.append(_Token(form, "", -1, len(document.text), len(document.text) + len(form)))
            document.text += form + spaced
        token = document.tokens[place]
        token.plural = row[4] == "NNPS"
        token.pos, token.head = row[3], base + int(row[6]) - 1 if row[6] != "0" else -1
        for entry in misc:
            if entry.startswith("Entity="):
                _read_brackets(document, entry.removeprefix("Entity="), place)


def _parts(rows: list[list[str]], number: str) -> list[list[str]]:
    first, _, last = number.partition("-")
    return [row for row in rows if row[0].isdigit() and int(first) <= int(row[0]) <= int(last)]


def _add_contraction(document: _Document, parts: list[str], form: str) -> None:
    """Adds the words that are written as one ("isn't"): each where it stands, or all over the whole."""
    start = len(document.text)
    whole = "".join(parts) == form
    at = start
    for part in parts:
        span = (at, at + len(part)) if whole else (start, start + len(form))
        document.tokens.append(_Token(part, "", -1, *span))
        at += len(part)
    document.text += form


def _read_brackets(document: _Document, brackets: str, place: int) -> None:
    for found in _BRACKET.finditer(brackets):
        if found["open"]:
            values = dict(zip(document.fields, found["open"].split("-"), strict=False))
            mention = _Mention(place, place + 1, values["GRP"], values["etype"])
            (document.mentions if found["alone"] else document.opened).append(mention)
        else:
            at = max(n for n, mention in enumerate(document.opened) if mention.chain == found["close"])
            mention = document.opened.pop(at)
            mention.stop = place + 1
            document.mentions.append(mention)


def _finished(document: _Document) -> Iterator[Text]:
    """The document as a text, unless it is news or empty."""
    if not document.tokens or document.id.upper().startswith("GUM_NEWS"):
        return
    document.mentions.sort(key=lambda m: (m.first, -m.stop))
    heads = [_head(document.tokens, mention) for mention in document.mentions]
    named = [
        (mention.chain, _name(document.tokens, mention, head))
        for mention, head in zip(document.mentions, heads, strict=True)
        if document.tokens[head].pos == "PROPN"
    ]
    names = merged(name for _, name in named if name is not None)
    kept = {name[:2] for name in names}
    chains = defaultdict[str, list[Span]](list)
    unclear = set[str]()
    for chain, name in named:
        if name is None or name[:2] not in kept:
            unclear.add(chain)
        elif name[:2] not in chains[chain]:
            chains[chain].append(name[:2])
    links = list(_links(document, heads, chains, unclear))
    yield Text(f"gum:{document.id}", document.text.rstrip(), names, links)


def _head(tokens: list[_Token], mention: _Mention) -> int:
    """The word of a mention that its other words hang from."""
    for place in range(mention.first, mention.stop):
        if not mention.first <= tokens[place].head < mention.stop:
            return place
    return mention.stop - 1


def _name(tokens: list[_Token], mention: _Mention, head: int) -> Name | None:
    """The proper-name words around a mention's head; None where nothing but a title or an address is there."""
    if mention.kind == "time":
        return None
    person = mention.kind == "person" and not tokens[head].plural and tokens[head].form.lower() not in words.PEOPLE
    joining = _JOINING - {"and", "&", "of", "/"} | {'"', "“", "”"} if person else _JOINING
    first, stop = head, head + 1

    def belongs(place: int) -> bool:
        token = tokens[place]
        of_name = token.pos == "PROPN" or (token.form[:1].isupper() and token.pos in ("ADJ", "NOUN", "VERB"))
        return of_name or (not person and bool(_NUMBER.fullmatch(token.form)) and place > head)

    at = head + 1
    while at < mention.stop:
        if belongs(at):
            stop = at + 1
        elif tokens[at].form.lower() not in joining:
            break
        at += 1
    at = head - 1
    while at >= mention.first:
        if belongs(at):
            first = at
        elif tokens[at].form.lower() not in joining:
            break
        at -= 1
    if person:
        first += untitled([token.form for token in tokens[first:stop]])
        while first < stop and tokens[first].form.lower() in _JOINING:
            first += 1
    if first >= stop or (person and first > head) or "@" in tokens[first].form or "://" in tokens[first].form:
        return None
    return (
        tokens[first].start,
        tokens[stop - 1].end,
        "other" if mention.kind == "person" and not person else _KINDS.get(mention.kind, "other"),
    )


def _links(document: _Document, heads: list[int], chains: dict[str, list[Span]], unclear: set[str]) -> Iterator[Link]:
    """The pronouns and descriptions; those left out whose chain is named only inside another name."""
    empty = 0
    for mention, head in zip(document.mentions, heads, strict=True):
        token = document.tokens[head]
        right = chains.get(mention.chain, [])
        if not right and mention.chain in unclear:
            continue
        start, end = document.tokens[mention.first].start, document.tokens[mention.stop - 1].end
        if token.pos == "PRON" and mention.stop == mention.first + 1 and token.form.lower() in PRONOUNS:
            yield Link(start, end, token.end, list(right), [], True)
        elif token.pos == "NOUN" and mention.kind in _KINDS:
            apart = [span for span in right if not start <= span[0] < end]
            if right and not apart:
                continue
            empty += not right
            if right or empty % EMPTY_EVERY == 0:
                stop = _core(document.tokens, mention, head)
                yield Link(start, document.tokens[stop - 1].end, token.end, apart, [], False)


def _core(tokens: list[_Token], mention: _Mention, head: int) -> int:
    """Where a description ends: before a comma, a bracket or a relative clause that follows its head."""
    for place in range(head + 1, mention.stop):
        if tokens[place].form in (",", "(", "–", "—", ";", ":") or tokens[place].form.lower() in _RELATIVE:
            return place
    return mention.stop


_RELATIVE = words.word_set("who whom whose which that where when")
