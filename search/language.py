"""What was typed -> a query tree, notes, and what was understood. Whatever is typed parses.

    tax cuts            both words, in any form           "tax cuts"       exactly these words
    tax OR cuts         one of them (joins neighbours)    "tax cuts"~5     at most 5 other words between, any order
    -cuts   NOT cuts    without it                        cut*             words that begin so
    ( )                 groups                            speaker:"Mark Esper"  source:  kind:  status:  date:2019..2020

OR binds closer than the blank between words: `a b OR c` is `a (b OR c)`. The same field twice means either value, as a
repeated request parameter does. Parsing takes linear time and no recursion deeper than MAX_TERMS allows.
"""

import dataclasses
import re
from collections.abc import Callable, Iterable

from index.analysis import GAP, words
from index.records import KINDS, STATUSES
from search.errors import RequestError
from search.request import MAX_LENGTH, parse_date
from search.tree import And, Everything, FieldFilter, Node, Not, Or, Phrase, Prefix, Word, show

MAX_TERMS = 64
MAX_SLOP = GAP // 2


@dataclasses.dataclass(frozen=True, slots=True)
class Query:
    """A typed string as it was understood."""

    tree: Node
    understood: str
    """Parses to the same tree."""
    notes: tuple[str, ...]
    """What a user should know about the difference between the two."""


def parse(text: str) -> Query:
    """The query that was typed. RequestError only where it is too long or has too many terms."""
    if len(text) > MAX_LENGTH:
        raise RequestError("q", f"has {len(text)} characters; at most {MAX_LENGTH} are allowed")
    return _parse(text)


def _parse(text: str) -> Query:
    notes: list[str] = []
    reading = _Reading(_straightened(text, notes), notes)
    tree = reading.tree()
    return Query(tree, show(tree), tuple(dict.fromkeys(notes)))


def date_range(value: str) -> tuple[str | None, str | None]:
    """First and last day of `2019`, `2019-05..2020`, `..2020`; RequestError where it is neither."""
    first, dots, last = (part.strip() for part in value.partition(".."))
    if not dots:
        return parse_date("q", first)
    if not first and not last:
        raise RequestError("q", f"'{value}' is not a range of dates; write 2019..2020")
    return parse_date("q", first)[0] if first else None, parse_date("q", last)[1] if last else None


# Typed marks -> straight ones.

_DOUBLE = re.compile("[“”„‟«»＂〝〞〟]")
_SINGLE_PAIR = re.compile(r"(?<!\w)‘([^‘’]*(?:(?<=\w)’(?=\w)[^‘’]*)*)’(?!\w)")
_SINGLE = re.compile("[‘’‚‛]")
_UNCLOSED = "a quotation mark was not closed: all that follows it was taken as one"


def _straightened(text: str, notes: list[str]) -> str:
    straight = _DOUBLE.sub('"', text)
    # Single marks are quotation marks only outside double ones; elsewhere they are apostrophes or inner quotations.
    pieces = straight.split('"')
    pieces[::2] = [_SINGLE_PAIR.sub(r'"\1"', piece) for piece in pieces[::2]]
    joined = '"'.join(pieces)
    if joined != text:
        notes.append("curly quotation marks straightened")
    return _SINGLE.sub("'", joined)


# Straight text -> tokens -> tree.

_LEXEME = re.compile(
    r"""
    \s+
    |(?P<open>\()
    |(?P<close>\))
    |(?P<minus>(?<![^\s(])-(?=[^\s\-)]))
    |(?P<dashes>-+)
    |"(?P<quote>[^"]*)(?:(?P<closed>")(?:~(?P<slop>\d+))?|$)
    |(?P<field>[A-Za-z_]+):(?!//)(?:"(?P<quoted>[^"]*)(?P<ended>"|$)|(?P<value>[^\s()"]+))
    |(?P<word>[^\s()"]+)
    """,
    re.VERBOSE,
)


@dataclasses.dataclass(slots=True)
class _Group:
    """What stands between two brackets, while it is read: alternatives that all must hold."""

    clauses: list[list[Node]] = dataclasses.field(default_factory=list)
    joining: bool = False
    """Whether an OR waits for its right side."""
    negated: str = ""
    """The NOT or - that waits for its part."""
    doubly: bool = False


class _Reading:
    """One pass over straight text."""

    def __init__(self, text: str, notes: list[str]) -> None:
        self._text = text
        self._notes = notes
        self._terms = 0
        self._stack = [_Group()]

    def tree(self) -> Node:
        for match in _LEXEME.finditer(self._text):
            if match["open"]:
                self._stack.append(_Group())
            elif match["close"]:
                self._close()
            elif match["minus"]:
                self._negate("-")
            elif match["quote"] is not None:
                self._quote(match["quote"], match["closed"], match["slop"])
            elif match["dashes"]:
                if self._stands_alone(match):
                    self._left_out(match["dashes"], "exclude")
            elif match["field"]:
                self._field(match["field"], match["value"], match["quoted"], match["ended"])
            elif match["word"]:
                self._word(match["word"])
        if len(self._stack) > 1:
            self._notes.append("an opening bracket had no closing one: the group ends where the query ends")
        while len(self._stack) > 1:
            self._close()
        return self._finished(self._stack[0]) or Everything()

    def _close(self) -> None:
        if len(self._stack) == 1:
            self._notes.append("a closing bracket had no opening one and was left out")
            return
        node = self._finished(self._stack.pop())
        if node is None:
            self._notes.append("empty brackets were left out")
            self._drop_operators(self._stack[-1])
        else:
            self._operand(node)

    def _finished(self, group: _Group) -> Node | None:
        self._drop_operators(group)
        return _all_of(_any_of(clause) for clause in group.clauses) if group.clauses else None

    def _drop_operators(self, group: _Group) -> None:
        if group.joining:
            self._left_out("OR", "join")
        if group.negated:
            self._left_out(group.negated, "exclude")
        group.joining, group.negated, group.doubly = False, "", False

    def _left_out(self, operator: str, verb: str) -> None:
        self._notes.append(f"“{operator}” had nothing to {verb} and was left out")

    def _operand(self, node: Node) -> None:
        group = self._stack[-1]
        if group.negated and not group.doubly:
            node = node.part if isinstance(node, Not) else Not(node)
        if group.joining:
            group.clauses[-1].append(node)
        else:
            group.clauses.append([node])
        group.joining, group.negated, group.doubly = False, "", False

    def _negate(self, operator: str) -> None:
        group = self._stack[-1]
        group.doubly = bool(group.negated) and not group.doubly
        group.negated = operator

    def _operator(self, operator: str) -> None:
        group = self._stack[-1]
        if operator == "NOT":
            self._negate(operator)
        elif group.negated or group.joining or not group.clauses:
            self._left_out(operator, "join")
        else:
            group.joining = operator == "OR"

    def _quote(self, inner: str, closed: str | None, slop: str | None) -> None:
        tokens = words(inner)
        if not tokens:
            self._notes.append("quotation marks with no words between them were left out")
            return
        if not closed:
            self._notes.append(_UNCLOSED)
        near = min(int(slop or 0), MAX_SLOP) if len(tokens) > 1 else 0
        if len(tokens) > 1 and int(slop or 0) > MAX_SLOP:
            self._notes.append(f"~{slop} was taken as ~{MAX_SLOP}, the most there is")
        self._add(Phrase(tuple(inner.split()), near), len(tokens))

    def _field(self, typed: str, bare: str | None, quoted: str | None, ended: str | None) -> None:
        name = typed.lower()
        value = " ".join((bare or quoted or "").split())
        if ended == "":
            self._notes.append(_UNCLOSED)
        if name not in _FIELDS:
            self._notes.append(f"“{typed}:” is not a field ({', '.join(_FIELDS)}) and was searched as words")
        elif value:
            try:
                self._add(FieldFilter(name, (_FIELDS[name](value),)), 1)
                return
            except RequestError as error:
                self._notes.append(f"{name}: {error.detail}; searched as words")
        self._word(_plain(typed))
        if bare is None:
            self._quote(value, '"', None)
        else:
            for piece in bare.split(":"):
                self._word(_plain(piece.lstrip("-")))

    def _stands_alone(self, match: re.Match[str]) -> bool:
        around = self._text[match.start() - 1 : match.start()], self._text[match.end() : match.end() + 1]
        return all(not side or side.isspace() or side in "()" for side in around)

    def _word(self, text: str) -> None:
        if text in ("AND", "OR", "NOT"):
            self._operator(text)
            return
        base = text.rstrip("*")
        tokens = words(base)
        if not text:
            return
        if not any(token.stem for token in tokens):
            self._notes.append(f"“{text}” has no letters or digits and was left out")
            return
        if base.endswith(":") and base[:-1].lower() in _FIELDS:
            self._notes.append(f"“{base}” was searched as a word: write the value right after the colon")
        if "*" in base:
            self._notes.append("a star works only at the end of a word")
        last = base[tokens[-1].start : tokens[-1].end]
        if base == text or [token.stem for token in words(last)] != [tokens[-1].stem or None]:
            self._add(Word(_plain(base)), len(tokens))
            return
        if len(tokens) > 1:
            self._word(_plain(base[: tokens[-2].end]))
        self._add(Prefix(last), 1)

    def _add(self, node: Node, terms: int) -> None:
        self._terms += terms
        if self._terms > MAX_TERMS:
            raise RequestError("q", f"has more than {MAX_TERMS} terms; leave some out")
        self._operand(node)


def _plain(text: str) -> str:
    """A word that is not mistaken for an operator."""
    return text.lower() if text in ("AND", "OR", "NOT") else text


def _one_of(value: str, allowed: tuple[str, ...]) -> str:
    if value.lower() not in allowed:
        raise RequestError("q", f"“{value}” is not known; there are {', '.join(allowed)}")
    return value.lower()


def _dates(value: str) -> str:
    first, last = date_range(value)
    if first and last and first > last:
        raise RequestError("q", f"“{value}” ends before it begins")
    return f"{first or ''}..{last or ''}"


_FIELDS: dict[str, Callable[[str], str]] = {
    "speaker": str,
    "source": str,
    "kind": lambda value: _one_of(value, KINDS),
    "status": lambda value: _one_of(value, STATUSES),
    "date": _dates,
}
"""Fields that can be typed, and what makes of a typed value the one to look up."""


def _any_of(nodes: Iterable[Node]) -> Node:
    flat = dict.fromkeys(part for node in nodes for part in (node.parts if isinstance(node, Or) else (node,)))
    return Or(tuple(flat)) if len(flat) > 1 else next(iter(flat))


def _all_of(nodes: Iterable[Node]) -> Node:
    flat: dict[Node, None] = {}
    filters: dict[str, FieldFilter] = {}
    for node in nodes:
        for part in node.parts if isinstance(node, And) else (node,):
            if isinstance(part, FieldFilter) and part.field != "date":
                known = filters.get(part.field)
                if known:
                    part = FieldFilter(part.field, tuple(dict.fromkeys(known.values + part.values)))
                filters[part.field] = part
            else:
                flat[part] = None
    parts = (*flat, *filters.values())
    return And(parts) if len(parts) > 1 else parts[0]
