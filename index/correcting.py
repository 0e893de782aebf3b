"""An editor's corrections: from what was asked for to a line of the ledger, and its effect on the archive.

What is asked for is checked against the collection first, so that nothing is written that names nobody.
"""

import dataclasses
import re
from collections.abc import Sequence

from index.archive import Archive
from index.errors import UsageError
from index.identity import Person, slug_of
from index.identity.directory import Directory
from index.ledger import Correction, digest_of, in_force
from index.records import SpeakerType
from index.settlement import Settlement

_SHOWN = 5


@dataclasses.dataclass(frozen=True, slots=True, kw_only=True)
class Editor:
    """Who corrects, and why."""

    who: str
    why: str = ""


def give_speaker(
    archive: Archive, quotation_id: str, speaker: str | None, *, editor: Editor, kind: SpeakerType = "person"
) -> Correction:
    """Writes down what `speaker_line` gives."""
    return archive.correct(speaker_line(archive, quotation_id, speaker, editor=editor, kind=kind))


def speaker_line(
    archive: Archive, quotation_id: str, speaker: str | None, *, editor: Editor, kind: SpeakerType = "person"
) -> Correction:
    """A quotation's words are `speaker`'s: an id or a name of the collection, a new name, or None for nobody.

    UsageError where there is no such quotation, or where several people have that name.
    """
    found = archive.quotation(quotation_id)
    if found is None:
        raise UsageError(f"there is no quotation '{quotation_id}' in the archive; its id stands in its page's address")
    article, quotation = found
    person = None if speaker is None else _meant(Settlement(archive).directory, speaker)
    return _line(
        editor,
        action="speaker",
        subject=quotation_id,
        value=person.name if person else speaker,
        person=person.id if person else None,
        type=person.type if person else kind,
        article=article.id,
        content=quotation.content,
        text=digest_of(article.text),
    )


def merge(archive: Archive, person_id: str, into: str, *, editor: Editor) -> Correction:
    """Two people are one: the first one's id leads to the second's from now on. UsageError for ids that nobody has."""
    directory = Settlement(archive).directory
    gone, stays = _somebody(directory, person_id), _somebody(directory, into)
    return archive.correct(_line(editor, action="merge", subject=gone.id, value=stays.id, type=stays.type))


def rename(archive: Archive, person_id: str, name: str, *, editor: Editor) -> Correction:
    """A person is shown by another name; the id stays. UsageError for an id that nobody has or an empty name."""
    person = _somebody(Settlement(archive).directory, person_id)
    return archive.correct(_line(editor, action="rename", subject=person.id, value=_name(name), type=person.type))


def split(archive: Archive, person_id: str, articles: Sequence[str], name: str, *, editor: Editor) -> Correction:
    """What some articles give to a person is somebody else's, of that name or id.

    UsageError where an article gives nothing to that person.
    """
    settlement = Settlement(archive)
    person = _somebody(settlement.directory, person_id)
    parts: list[tuple[str, str]] = []
    for article_id in articles:
        theirs = [
            local
            for (local, _), resolution in settlement.people.of_article(article_id).items()
            if resolution.person_id == person.id
        ]
        if not theirs:
            raise UsageError(
                f"article '{article_id}' gives nothing to '{person.id}', so nothing there can be split off"
            )
        parts += [(article_id, local) for local in theirs]
    other = _meant(settlement.directory, name)
    if other is not None and other.id == person.id:
        other = None
    new_id = other.id if other else _free(settlement.directory, slug_of(_name(name)))
    line = _line(
        editor,
        action="split",
        subject=person.id,
        value=other.name if other else _name(name),
        person=new_id,
        type=person.type,
        parts=tuple(parts),
    )
    return archive.correct(line)


def undo(archive: Archive, subject: str, *, editor: Editor) -> Correction:
    """Undoes a correction: the one of that number, or the last one that holds of that quotation or person."""
    number = subject
    if not re.fullmatch(r"\d{1,9}", subject):
        held = [one for one in in_force(archive.corrections()) if one.subject == subject]
        if not held:
            raise UsageError(f"no correction of '{subject}' holds, so there is nothing to undo; saywho correct --list")
        number = str(max(one.number for one in held))
    return archive.correct(undo_line(number, editor=editor))


def undo_line(number: str, *, editor: Editor) -> Correction:
    """The correction of that number is undone; whether it can be shows when it is written down."""
    return _line(editor, action="undo", subject=number)


def _line(editor: Editor, **values: object) -> Correction:
    return Correction(number=0, at="", who=editor.who, why=editor.why, **values)  # type: ignore[arg-type]


def _name(name: str) -> str:
    plain = " ".join(name.split())
    if not any(letter.isalnum() for letter in plain):
        raise UsageError(f"'{name}' is no name")
    return plain


def _meant(directory: Directory, speaker: str) -> Person | None:
    """Whom an id or a whole name of the collection means; None where nobody has it, UsageError where several do."""
    known = directory.get(speaker)
    if known is not None:
        return known
    name = _name(speaker)
    found = directory.called(name)
    if len(found) > 1:
        ids = ", ".join(person.id for person in found[:_SHOWN])
        raise UsageError(f"several people are called '{name}'; give the id of the one who is meant: {ids}")
    return found[0] if found else None


def _somebody(directory: Directory, person_id: str) -> Person:
    choices = directory.choices(person_id)
    if len(choices) > 1 and person_id not in choices:
        raise UsageError(f"'{person_id}' was split; give the id of the one who is meant: {', '.join(choices)}")
    person = directory.get(person_id)
    if person is None:
        raise UsageError(f"nobody in the collection has the id '{person_id}'; an id stands in a speaker's address")
    return person


def _free(directory: Directory, slug: str) -> str:
    """An id that nobody has or had."""
    candidate, number = slug, 1
    while directory.get(candidate) or directory.choices(candidate):
        number += 1
        candidate = f"{slug}-{number}"
    return candidate


__all__ = ["Editor", "give_speaker", "merge", "rename", "speaker_line", "split", "undo", "undo_line"]
