"""A quotation as others cite it: text, Markdown, HTML, BibTeX, CSL-JSON. Pure: one value in, one string out.

What is cited is the article, as a work by its authors in its outlet; that it is cited for somebody's words, who that
is, and where the words are kept stands beside it. Nothing of an article can get out of its place in any form.
"""

import dataclasses
import html
import json
import re
from collections.abc import Callable
from typing import Any
from urllib.parse import quote

_MONTHS = ("jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec")
_NAMED = 3
"""Authors that a line names; more are "and others"."""
_MARKS = "“”‘’\"'«»„‹›"


@dataclasses.dataclass(frozen=True, slots=True)
class Author:
    """A person's family name and what stands before it; a body, or who is not clearly a person, has `family` alone."""

    family: str
    given: str = ""

    @property
    def plain(self) -> str:
        """The name as it is said."""
        return f"{self.given} {self.family}".strip()


@dataclasses.dataclass(frozen=True, slots=True, kw_only=True)
class Cited:
    """What a citation says. Dates are ISO 8601, with the same in plain words beside them."""

    id: str
    words: str
    reported: bool
    """The words are the writer's: the article gives them without quotation marks."""
    speaker: str
    """As the site names them, doubt included: `Ada Brook (disputed: Ada Brook or Ola Finch)`."""
    speaker_id: str | None
    status: str
    confidence: float
    authors: tuple[Author, ...]
    title: str | None
    source: str | None
    date: str | None
    day: str
    url: str | None
    """The article's own address, http or https."""
    permalink: str
    build: str
    archived: str
    """When the build was published."""
    archived_day: str


def as_text(cited: Cited) -> str:
    """One paragraph."""
    what = f"“{line(cited.title)}”" if cited.title else "" if cited.source else "an article"
    place = ", ".join(filter(None, (what, *_whence(cited))))
    url = f" {cited.url}" if cited.url else ""
    return f"{_said(cited)} — {line(cited.speaker)}, in {place}.{url} {_kept(cited)}: {cited.permalink}\n"


def as_markdown(cited: Cited) -> str:
    """A block quotation of CommonMark with its source below."""
    title = _md(line(cited.title or "the article"))
    title = f"[{title}]({_md_address(cited.url)})" if cited.url else title
    place = ", ".join((title, *map(_md, _whence(cited))))
    kept = f"[{_md(_kept(cited))}]({_md_address(cited.permalink)})"
    return f"> {_md_start(_md(_said(cited)))}\n>\n> — **{_md(line(cited.speaker))}**, in {place}. {kept}\n"


def as_html(cited: Cited) -> str:
    """A fragment: the words in a `blockquote`, and a paragraph that says whose and where."""
    e = html.escape
    title = e(line(cited.title or "the article"))
    title = f'<a href="{e(cited.url)}">{title}</a>' if cited.url else title
    *names, day = _whence(cited)
    if cited.date:
        day = f'<time datetime="{e(cited.date)}">{e(day)}</time>'
    place = ", ".join((f"<cite>{title}</cite>", *map(e, names), day))
    return (
        f'<blockquote cite="{e(cited.url or cited.permalink)}"><p>{e(_said(cited))}</p></blockquote>\n'
        f"<p>— <strong>{e(line(cited.speaker))}</strong>, in {place}. "
        f'<a href="{e(cited.permalink)}">{e(_kept(cited))}</a></p>\n'
    )


def as_bibtex(cited: Cited) -> str:
    """One entry, UTF-8, for BibTeX and biblatex. The words stand in `annote`, which no usual style prints."""
    kind = "article" if cited.source else "misc"
    year, month, day = (cited.date or "").split("-") if cited.date else ("", "", "")
    fields = {
        "author": " and ".join(map(_tex_author, cited.authors)),
        "title": f"{{{_tex(line(cited.title))}}}" if cited.title else "",
        "journal": _tex(line(cited.source or "")),
        "year": year,
        "month": _MONTHS[int(month) - 1] if month else "",
        "day": day.lstrip("0"),
        "url": _safe_address(cited.url or cited.permalink),
        "urldate": cited.archived,
        "note": f"{_tex(_quoting(cited))}. {_tex(_kept(cited))}: \\url{{{_safe_address(cited.permalink)}}}",
        "annote": _tex(_said(cited)),
    }
    lines = [f"  {name} = {value if name == 'month' else f'{{{value}}}'},\n" for name, value in fields.items() if value]
    return f"@{kind}{{saywho-{re.sub(r'[^A-Za-z0-9_-]', '-', cited.id)},\n{''.join(lines)}}}\n"


def as_csl(cited: Cited) -> dict[str, Any]:
    """One item of CSL-JSON 1.0.2. `custom` holds the quotation; `note` says it to programs that know no `custom`."""
    item: dict[str, Any] = {
        "id": f"saywho-{cited.id}",
        "type": "article-newspaper" if cited.source else "webpage" if cited.url else "document",
        "title": cited.title,
        "author": [
            {"family": one.family, "given": one.given} if one.given else {"literal": one.family}
            for one in cited.authors
        ],
        "container-title": cited.source,
        "issued": _date_parts(cited.date),
        "accessed": _date_parts(cited.archived),
        "URL": cited.url or cited.permalink,
        "archive": f"saywho, build {cited.build}",
        "archive_location": cited.permalink,
        "note": f"{_quoting(cited)}: {_said(cited)}",
        "custom": {
            "quotation": cited.words,
            "speaker": cited.speaker,
            "speaker_id": cited.speaker_id,
            "status": cited.status,
            "confidence": cited.confidence,
            "reported": cited.reported,
            "permalink": cited.permalink,
            "build": cited.build,
        },
    }
    return {name: value for name, value in item.items() if value}


def as_csl_json(cited: Cited) -> str:
    """A list of one item, as programs import it."""
    return f"[{csl_line(cited)}]\n"


def csl_line(cited: Cited) -> str:
    """One item of such a list."""
    item = as_csl(cited)
    text = json.dumps(item, ensure_ascii=False)
    # Half of a surrogate pair has no UTF-8; as an escape it is still JSON.
    return text if text.isprintable() else json.dumps(item)


FORMS: dict[str, tuple[str, str, Callable[[Cited], str]]] = {
    "txt": ("Text", "text/plain", as_text),
    "md": ("Markdown", "text/markdown", as_markdown),
    "html": ("HTML", "text/html", as_html),
    "bib": ("BibTeX", "application/x-bibtex", as_bibtex),
    "csl.json": ("CSL-JSON", "application/vnd.citationstyles.csl+json", as_csl_json),
}
"""How a quotation's address ends, what a reader calls the form, its media type, and who writes it."""


def authors_of(written: str | None) -> tuple[Author, ...]:
    """An article's authors, from the line that names them: `By Noor Ames and J. Finch, Reuters`."""
    if not written:
        return ()
    names = re.sub(r"^\s*by\s+", "", line(written), flags=re.IGNORECASE)
    parts = (part.strip(f" .{_MARKS}") for part in re.split(r"[,;|]|\s&\s|\band\b", names))
    return tuple(dict.fromkeys(_author(part) for part in parts if part))


def _author(name: str) -> Author:
    words = name.split()
    person = 2 <= len(words) <= 4 and all(word[0].isupper() or word in _PARTICLES for word in words)
    if not person or any(character.isdigit() for character in name) or words[-1].strip(".").casefold() in _NO_FAMILY:
        return Author(name)
    begins = next((n for n, word in enumerate(words[1:], 1) if word in _PARTICLES), len(words) - 1)
    return Author(" ".join(words[begins:]), " ".join(words[:begins]))


_PARTICLES = frozenset(("de", "del", "della", "der", "den", "di", "du", "la", "le", "van", "von", "al", "bin", "ter"))
_NO_FAMILY = frozenset(
    re.findall(
        r"\w+",
        "jr sr ii iii iv agency board bureau correspondent desk editor editors network news post press reporter reuters"
        " service services spokesman spokeswoman staff team times wire writer",
    )
)
"""With these at its end a name is a body's or an office's, or one that only its bearer could cut."""


def line(text: str) -> str:
    """The text in one line, without characters that steer a terminal or have no place in XML."""
    visible = "".join(one if one.isprintable() else " " for one in text)
    return " ".join(visible.split())


def _said(cited: Cited) -> str:
    words = line(cited.words)
    if cited.reported:
        return f"[{words}]"
    return words if any(mark in words for mark in _MARKS if mark not in "'’") else f"“{words}”"


def _whence(cited: Cited) -> tuple[str, ...]:
    """By whom, in which outlet, and when."""
    names = [one.plain for one in cited.authors[:_NAMED]]
    if len(cited.authors) > _NAMED:
        by = f"by {names[0]} and others"
    else:
        by = "by " + " and ".join(filter(None, (", ".join(names[:-1]), names[-1]))) if names else ""
    return tuple(filter(None, (by, line(cited.source or ""), cited.day)))


def _quoting(cited: Cited) -> str:
    return line(cited.speaker) if cited.status == "unknown" else f"Quoting {line(cited.speaker)}"


def _kept(cited: Cited) -> str:
    return f"Archived {cited.archived_day}, saywho build {cited.build}"


def _date_parts(date: str | None) -> dict[str, list[list[int]]] | None:
    return {"date-parts": [[int(part) for part in date.split("-")]]} if date else None


def _md(text: str) -> str:
    return re.sub(r"([\\`*_{}\[\]<>#|~&!$])", r"\\\1", text)


def _md_start(text: str) -> str:
    """The same where a line begins, so that it is no list, heading or rule."""
    return re.sub(r"^([-+=]|\d+(?=[.)]))", lambda sign: f"\\{sign[0]}" if sign[0] in "-+=" else f"{sign[0]}\\", text)


def _md_address(url: str) -> str:
    address = _safe_address(url)
    return f"<{address.replace('&', '&amp;') if re.search(r'&#?[A-Za-z0-9]+;', address) else address}>"


_TEX = {
    "\\": r"\textbackslash{}",
    # Braces count for BibTeX even behind a backslash.
    "{": r"\textbraceleft{}",
    "}": r"\textbraceright{}",
    "^": r"\textasciicircum{}",
    "~": r"\textasciitilde{}",
    "<": r"\textless{}",
    ">": r"\textgreater{}",
    "|": r"\textbar{}",
    **{sign: f"\\{sign}" for sign in "$&#%_"},
}
_TEX_TABLE = str.maketrans(_TEX)


def _tex(text: str) -> str:
    return text.translate(_TEX_TABLE)


def _tex_author(author: Author) -> str:
    return f"{{{_tex(author.family)}}}, {_tex(author.given)}" if author.given else f"{{{_tex(author.family)}}}"


def _safe_address(url: str) -> str:
    """The same address, with what could end it where it stands verbatim written in percent."""
    return quote(url, safe="/:?#[]@!$&'()*+,;=%~", errors="replace")
