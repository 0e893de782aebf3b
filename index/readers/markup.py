"""HTML as lxml has it: parsed whatever its state, with the quotation marks of `<q>`, captions kept, text taken out."""

import re
from collections.abc import Iterator
from typing import Any

from index.errors import ReadError
from index.readers.needing import needed
from index.readers.streams import decoded, marked_encoding, shown

_CHARSET = re.compile(rb"""<(?:meta|\?xml)[^>]{0,300}?(?:charset|encoding)\s{0,9}=\s{0,9}["']?([\w.:-]{1,40})""", re.I)
_XML_PROLOG = re.compile(r"\s*<\?xml[^>]{0,500}\?>", re.IGNORECASE)
_LONG_TAG = re.compile(r"<([a-zA-Z][a-zA-Z0-9]{0,15})\b[^<>]{10000,}>")
_MOST_ATTRIBUTES = 1000
_MOST_ELEMENTS = 60_000
"""Pages of news have hundreds or thousands."""
_CROWD = 500
# fmt: off
_BLOCKS = frozenset((
    "address", "article", "aside", "blockquote", "body", "br", "caption", "center", "dd", "details", "div", "dl", "dt",
    "fieldset", "figcaption", "figure", "footer", "form", "h1", "h2", "h3", "h4", "h5", "h6", "header", "hr", "html",
    "li", "main", "nav", "ol", "p", "pre", "section", "summary", "table", "tbody", "td", "tfoot", "th", "thead", "tr",
    "ul",
))
# fmt: on
_SILENT = frozenset(
    (
        "head",
        "script",
        "style",
        "template",
        "noscript",
        "iframe",
        "object",
        "svg",
        "math",
        "select",
        "textarea",
        "button",
    )
)
_QUOTES = (("“", "”"), ("‘", "’"))
_ANY_MARK = ('"', "“", "”", "„", "«", "»", "‘", "'", "&quot;", "&ldquo;", "&#8220;", "&laquo;", "&lsquo;")
_Q = re.compile(r"<q(?:\s[^<>]{0,1000})?>\s{0,20}|\s{0,20}(?P<end></q\s{0,20}>)", re.IGNORECASE)
_BLANKS = re.compile(r"\s{100,}")


def text_of_bytes(data: bytes, *, encoding: str | None, charset: str | None) -> tuple[str, bool]:
    """HTML or XML decoded: by its byte order mark, as told (`encoding`), as the server (`charset`) or the page says.

    And whether it was taken for Windows-1252 for want of anything better. Raises ReadError where it is no text.
    """
    if encoding or marked_encoding(data):
        return decoded(data, encoding)
    said = charset
    if said is None and (match := _CHARSET.search(data[:2048])):
        said = known_charset(match[1].decode("ascii", "replace"))
    try:
        return decoded(data, said)
    except ReadError:
        if said is None:
            raise
        # Servers and templates say what they like; the bytes cannot lie about being UTF-8.
        return decoded(data, None)


def known_charset(name: str) -> str | None:
    """The encoding's own name for Python; None for one that there is not, and where UTF-8 may just as well be meant."""
    import codecs

    try:
        known = codecs.lookup(name.strip().strip("\"'")).name
    except (LookupError, UnicodeError, ValueError):
        return None
    # As browsers do: what is called Latin-1 is Windows-1252. A page cannot say in ASCII that it is UTF-16.
    if known in ("iso8859-1", "ascii"):
        return "cp1252"
    return None if known.startswith(("utf-16", "utf-32", "utf-7")) or not _decodes(known) else known


def _decodes(name: str) -> bool:
    try:
        return b"a".decode(name) == "a"
    except (LookupError, UnicodeError, ValueError):
        return False


def parsed(text: str) -> Any:
    """The page's tree. Raises ReadError where there is nothing in it."""
    etree = needed("lxml.etree", what="an HTML page")
    html = needed("lxml.html", what="an HTML page")
    text = without_prolog(text).replace("\0", "").replace("&nbsp;", "\xa0").replace("&#160;", "\xa0")
    text = _LONG_TAG.sub(_bare_if_crowded, _BLANKS.sub(_one_blank, text))
    parser = html.HTMLParser(encoding="utf-8", no_network=True, huge_tree=False, remove_comments=True, remove_pis=True)
    try:
        tree = html.document_fromstring(_with_marks(text).encode("utf-8", "replace"), parser=parser)
    except (etree.LxmlError, ValueError, AssertionError) as error:
        raise ReadError(f"is no HTML that can be taken apart ({shown(error, 100)}); mend it or leave it out") from error
    if (count := sum(1 for _ in tree.iter())) > _MOST_ELEMENTS:
        raise ReadError(f"has {count:,} elements, too many for a page ({_MOST_ELEMENTS:,}); save its text alone")
    _without_crowds(tree)
    return tree


def without_prolog(text: str) -> str:
    """The text behind `<?xml …?>`, whose encoding is no longer true once the text is decoded."""
    prolog = _XML_PROLOG.match(text)
    return text[prolog.end() :] if prolog else text


def _one_blank(match: re.Match[str]) -> str:
    # Patterns that look for blanks at the end of a line take the square of their number.
    return "\n" if "\n" in match[0] else " "


def _bare_if_crowded(match: re.Match[str]) -> str:
    """The tag without its attributes, where it has so many that to read them would take minutes."""
    return f"<{match[1]}>" if match[0].count("=") > _MOST_ATTRIBUTES else match[0]


def _without_crowds(tree: Any) -> None:
    """Turns the spans of which one element has thousands into emphasis, which is taken apart in linear time."""
    crowds: dict[Any, list[Any]] = {}
    for span in tree.iter("span"):
        crowds.setdefault(span.getparent(), []).append(span)
    for spans in crowds.values():
        if len(spans) > _CROWD:
            for span in spans:
                span.tag = "em"


def _with_marks(text: str) -> str:
    """The HTML with `<q>` elements turned into the marks that browsers show for them.

    In the text: to take elements out of a tree, or to leave them in it, costs minutes where there are thousands.
    """
    open_: list[str] = []

    def mark(match: re.Match[str]) -> str:
        if not match["end"]:
            opening, closing = _QUOTES[len(open_) % 2]
            if text[match.end() : match.end() + 8].startswith(_ANY_MARK):
                opening = closing = ""  # the page brings its own
            open_.append(closing)
            return opening
        return open_.pop() if open_ else ""

    return _Q.sub(mark, text)


def with_captions(tree: Any) -> Any:
    """The tree with the captions of pictures turned into paragraphs behind them; changed in place."""
    for caption in list(tree.iter("figcaption")):
        caption.tag = "p"
        figure = next(caption.iterancestors("figure"), None)
        if figure is not None and figure.getparent() is not None:
            figure.addnext(_detached(caption))
    return tree


def _detached(element: Any) -> Any:
    """The element without what stands behind it, which stays where it was."""
    parent, tail = element.getparent(), element.tail
    if tail:
        before = element.getprevious()
        if before is None:
            parent.text = (parent.text or "") + tail
        else:
            before.tail = (before.tail or "") + tail
        element.tail = None
    parent.remove(element)
    return element


def fragment_text(fragment: str) -> str:
    """What a piece of HTML says, a paragraph for each block; nothing for an empty one. For what is all article."""
    if "<" not in fragment and "&" not in fragment:
        return "\n\n".join(" ".join(line.split()) for line in fragment.splitlines() if line.strip())
    if not fragment.strip():
        return ""
    paragraphs, words = [], []
    for piece in _pieces(with_captions(parsed(f"<html><body>{fragment}</body></html>"))):
        if piece is not None:
            words.append(piece)
        elif words:
            paragraphs.append(" ".join("".join(words).split()))
            words = []
    if words:
        paragraphs.append(" ".join("".join(words).split()))
    return "\n\n".join(p for p in paragraphs if p)


def _pieces(tree: Any) -> Iterator[str | None]:
    """The texts in order, with None where a block begins or ends. No recursion: pages nest as they like."""
    stack: list[tuple[Any, bool]] = [(tree, True)]
    while stack:
        element, opening = stack.pop()
        tag = element.tag if isinstance(element.tag, str) else ""
        if not opening:
            if tag in _BLOCKS:
                yield None
            if element.tail:
                yield element.tail
            continue
        stack.append((element, False))
        if tag in _BLOCKS:
            yield None
        if not tag or tag in _SILENT:
            continue
        if element.text:
            yield element.text
        stack.extend((child, True) for child in reversed(element))
