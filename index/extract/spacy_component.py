"""saywho as a component of any spaCy pipeline: `nlp.add_pipe("saywho")`.

spaCy finds it by itself, through the entry point in `pyproject.toml`, and loads this module with every pipeline that is
made; so nothing heavy is imported here before the component is asked for.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

from spacy.language import Language
from spacy.tokens import Doc, Span

from index.errors import UsageError
from index.records import Article, Basis, Kind, Quotation, SpeakerType, quotation_from_json, to_json

_EXTENSION = "attributions"
_KEPT = "saywho"
"""Where `Doc.user_data` keeps what was found: plain values, which go with a Doc to other processes and to disk."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Attribution:
    """One quotation of a Doc. Where a place begins or ends inside a token, its Span holds the whole token."""

    id: str
    content: tuple[Span, ...]
    """The words said; several Spans where the quotation is interrupted."""
    cue: tuple[Span, ...]
    source: tuple[Span, ...]
    text: str
    """The words said, exactly, interruptions left out."""
    speaker: str | None
    speaker_type: SpeakerType
    kind: Kind
    basis: Basis
    confidence: float
    """0 to 1."""
    candidates: tuple[tuple[str, float], ...]
    """Who it may have been, likeliest first, with a probability each."""


class Component:
    """Finds a Doc's quotations: `doc._.attributions`, and their words in `doc.spans[spans_key]`."""

    def __init__(self, spans_key: str) -> None:
        from index.extract.pipeline import extract

        _register_extension()
        self.spans_key = spans_key
        self._extract: Callable[[Article], list[Quotation]] = extract

    def __call__(self, doc: Doc) -> Doc:
        """The same Doc, with its quotations."""
        found = self._extract(Article(id="", text=doc.text))
        doc.user_data[_KEPT] = [to_json(quotation) for quotation in found]
        doc.spans[self.spans_key] = [span for q in found for span in _spans(doc, q.content, label=q.kind, span_id=q.id)]
        return doc


def attributions(doc: Doc) -> list[Attribution]:
    """What `doc._.attributions` gives: the Doc's quotations in the order of its text, on its tokens as they are now.

    For Docs that are read from disk where no pipeline is made, so that `doc._` does not know of it.
    """
    out = []
    for row in doc.user_data.get(_KEPT, ()):
        q = quotation_from_json(row)
        out.append(
            Attribution(
                id=q.id,
                content=_spans(doc, q.content, label=q.kind, span_id=q.id),
                cue=_spans(doc, q.cue, label="cue", span_id=q.id),
                source=_spans(doc, q.source, label="source", span_id=q.id),
                text=q.text,
                speaker=q.speaker,
                speaker_type=q.speaker_type,
                kind=q.kind,
                basis=q.basis,
                confidence=q.confidence,
                candidates=q.candidates,
            )
        )
    return out


def _spans(doc: Doc, places: Sequence[tuple[int, int]], **marks: Any) -> tuple[Span, ...]:
    found = (doc.char_span(start, end, alignment_mode="expand", **marks) for start, end in places)
    return tuple(span for span in found if span is not None)


def _register_extension() -> None:
    """Makes `doc._.attributions`; a second time is fine, over somebody else's extension of that name is not."""
    if Doc.has_extension(_EXTENSION):
        getter = Doc.get_extension(_EXTENSION)[2]
        if getattr(getter, "__module__", None) != __name__:
            raise UsageError(
                f"Doc._.{_EXTENSION} is already an extension of something else; give that one another name, "
                f"or remove it before nlp.add_pipe('saywho'): Doc.remove_extension('{_EXTENSION}')"
            )
    Doc.set_extension(_EXTENSION, getter=attributions, force=True)


@Language.factory("saywho", assigns=["doc._.attributions", "doc.spans"], default_config={"spans_key": "quotations"})
def make_component(nlp: Language, name: str, spans_key: str) -> Component:
    """The component for `nlp.add_pipe("saywho")`; `config={"spans_key": …}` names another span group."""
    return Component(spans_key)
