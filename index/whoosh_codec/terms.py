"""The terms of a segment and their postings, as Whoosh's own code asks for them."""

import math
from collections.abc import Iterator
from typing import Any

import numpy as np
import numpy.typing as npt

from index.analysis import GAP
from index.whoosh_codec.inverting import Inverted
from index.whoosh_codec.lexicon import Lexicon
from index.whoosh_codec.segment import KEY_FIELDS, TEXT_FIELDS, Keys, Segment
from index.whoosh_codec.stock import LeafMatcher, ReadTooFar, TermInfo, TermNotFound, base, make_schema
from index.whoosh_codec.vocabulary import BREAK

DATE = "date"


class _Terms:
    """The terms of one field, in order, by number."""

    def __init__(self, lexicon: Lexicon, post_at: npt.NDArray[np.uint64], inverted: Inverted | None, rows: Any) -> None:
        self._lexicon = lexicon
        self.at = post_at
        self.inverted = inverted
        self.rows = rows
        # The words of all text fields share a lexicon; those of this one are the ones that stand in it.
        self._places = np.flatnonzero(post_at[1:] > post_at[:-1])

    def __len__(self) -> int:
        return len(self._places)

    def text(self, number: int) -> bytes:
        """A term's bytes."""
        return self._lexicon[int(self._places[number])]

    def first_from(self, text: bytes) -> int:
        """The number of the first term that is not before these bytes."""
        return int(np.searchsorted(self._places, self._lexicon.first_from(text)))

    def find(self, text: bytes) -> int:
        """A term's number; -1 where there is no such term."""
        number = self.first_from(text)
        return number if number < len(self) and self.text(number) == text else -1

    def place(self, number: int) -> int:
        """Where a term stands in the lexicon and the tables."""
        return int(self._places[number])

    def info(self, number: int) -> Any:
        """A term's statistics."""
        place = self.place(number)
        first, stop = int(self.at[place]), int(self.at[place + 1])
        rows = self.rows[first:stop]
        counts = self.inverted.counts[first:stop] if self.inverted is not None else np.ones(1, np.uint16)
        lengths = self.inverted.lengths[rows] if self.inverted is not None else np.ones(1, np.uint32)
        return TermInfo(
            weight=float(counts.sum()) if self.inverted is not None else float(stop - first),
            df=stop - first,
            minlength=int(lengths.min()),
            maxlength=int(lengths.max()),
            maxweight=float(counts.max()),
            minid=int(rows[0]),
            maxid=int(rows[-1]),
        )


class _DateLexicon:
    """The days of a segment as Whoosh writes numbers; in order, since rows are in order of date."""

    def __init__(self, days: npt.NDArray[np.int32], to_bytes: Any) -> None:
        self._days = [to_bytes(int(day)) for day in days.tolist()]

    def __getitem__(self, place: int) -> bytes:
        found: bytes = self._days[place]
        return found

    def first_from(self, text: bytes) -> int:
        return next((n for n, day in enumerate(self._days) if day >= text), len(self._days))


class Terms(base.TermsReader):  # type: ignore[misc]
    """The terms of a segment, as Whoosh asks for them; text as bytes."""

    def __init__(self, segment: Segment) -> None:
        self._segment = segment
        self._fields: dict[str, _Terms | None] = {}

    def _field(self, name: str) -> _Terms | None:
        if name not in self._fields:
            self._fields[name] = self._open(name)
        return self._fields[name]

    def _open(self, name: str) -> _Terms | None:
        if name in TEXT_FIELDS:
            inverted = self._segment.fields[name]
            return _Terms(self._segment.words, inverted.post_at, inverted, inverted.rows)
        if name in KEY_FIELDS:
            keys: Keys = self._segment.keys[name]
            return _Terms(keys.values, keys.row_at, None, keys.rows)
        if name == DATE:
            return self._dates()
        return None

    def _dates(self) -> _Terms:
        date = self._segment.date
        undated = int(np.searchsorted(date, np.int32(1)))
        days, firsts = np.unique(date[undated:], return_index=True)
        at = np.append(firsts, len(date) - undated).astype(np.uint64)
        lexicon: Any = _DateLexicon(days, make_schema()[DATE].to_bytes)
        return _Terms(lexicon, at, None, np.arange(undated, len(date), dtype=np.uint32))

    def _find(self, name: str, text: bytes) -> tuple[_Terms, int]:
        terms = self._field(name)
        number = terms.find(text) if terms is not None else -1
        if terms is None or number < 0:
            raise TermNotFound(f"no term {name}:{text!r}")
        return terms, number

    def __contains__(self, term: tuple[str, bytes]) -> bool:
        terms = self._field(term[0])
        return terms is not None and terms.find(term[1]) >= 0

    def indexed_field_names(self) -> list[str]:
        """The fields that have terms."""
        return sorted((*TEXT_FIELDS, *KEY_FIELDS, DATE))

    def cursor(self, fieldname: str, fieldobj: Any) -> "Cursor":
        """A cursor over a field's terms."""
        return Cursor(self._field(fieldname), fieldobj)

    def terms(self) -> Iterator[tuple[str, bytes]]:
        """All (field, term) pairs in order."""
        return self.terms_from("", b"")

    def terms_from(self, fieldname: str, prefix: bytes) -> Iterator[tuple[str, bytes]]:
        """The pairs from a term on."""
        for name in self.indexed_field_names():
            terms = self._field(name)
            if terms is not None and name >= fieldname:
                first = terms.first_from(prefix) if name == fieldname else 0
                yield from ((name, terms.text(number)) for number in range(first, len(terms)))

    def items(self) -> Iterator[tuple[tuple[str, bytes], Any]]:
        """All pairs with their statistics."""
        return ((term, self.term_info(*term)) for term in self.terms())

    def items_from(self, fieldname: str, prefix: bytes) -> Iterator[tuple[tuple[str, bytes], Any]]:
        """The pairs from a term on with their statistics."""
        return ((term, self.term_info(*term)) for term in self.terms_from(fieldname, prefix))

    def term_info(self, fieldname: str, text: bytes) -> Any:
        """A term's statistics; TermNotFound."""
        terms, number = self._find(fieldname, text)
        return terms.info(number)

    def frequency(self, fieldname: str, text: bytes) -> float:
        """How often a term stands in all rows."""
        found: float = self.term_info(fieldname, text).weight() if (fieldname, text) in self else 0
        return found

    def doc_frequency(self, fieldname: str, text: bytes) -> int:
        """In how many rows a term stands."""
        found: int = self.term_info(fieldname, text).doc_frequency() if (fieldname, text) in self else 0
        return found

    def matcher(self, fieldname: str, text: bytes, format_: Any, scorer: Any = None) -> "Postings":
        """A term's postings; TermNotFound."""
        terms, number = self._find(fieldname, text)
        return Postings(terms, terms.place(number), format_, (fieldname, text), scorer)

    def close(self) -> None:
        """The files are unmapped with the last array that shows them."""


class Cursor(base.FieldCursor):  # type: ignore[misc]
    """A place among a field's terms."""

    def __init__(self, terms: _Terms | None, fieldobj: Any) -> None:
        self._terms = terms
        self._decode = fieldobj.from_bytes
        self._encode = fieldobj.to_bytes
        self._at = 0

    def first(self) -> Any:
        """Goes to the first term."""
        self._at = 0
        return self.text()

    def find(self, text: Any) -> Any:
        """Goes to the first term that is not before this one."""
        wanted = text if isinstance(text, bytes) else self._encode(text)
        self._at = self._terms.first_from(wanted) if self._terms is not None else 0
        return self.text()

    def next(self) -> Any:
        """Goes one on."""
        self._at += 1
        return self.text()

    def is_valid(self) -> bool:
        """Whether there is a term here."""
        return self._terms is not None and self._at < len(self._terms)

    def text(self) -> Any:
        """The term here, decoded; None behind the last."""
        return self._decode(self._terms.text(self._at)) if self._terms is not None and self.is_valid() else None

    def term_info(self) -> Any:
        """Its statistics."""
        return self._terms.info(self._at) if self._terms is not None and self.is_valid() else None


class Postings(LeafMatcher):  # type: ignore[misc]
    """The rows of one term, one after the other."""

    def __init__(self, terms: _Terms, place: int, format_: Any, term: tuple[str, bytes], scorer: Any) -> None:
        self._terms, self._place = terms, place
        self.format, self._term, self.scorer = format_, term, scorer
        first, stop = int(terms.at[place]), int(terms.at[place + 1])
        self._rows = terms.rows[first:stop]
        self._counts = terms.inverted.counts[first:stop] if terms.inverted is not None else None
        self._at = 0

    def is_active(self) -> bool:
        """Whether there is a row here."""
        return self._at < len(self._rows)

    def id(self) -> int:
        """The row."""
        return int(self._rows[self._at])

    def next(self) -> bool:
        """Goes one on."""
        if not self.is_active():
            raise ReadTooFar
        self._at += 1
        return True

    def skip_to(self, docnum: int) -> bool:
        """Goes on to the first row that is not before this one."""
        if not self.is_active():
            raise ReadTooFar
        self._at += int(np.searchsorted(self._rows[self._at :], np.uint32(max(0, docnum))))
        return True

    def copy(self) -> "Postings":
        """Another reader at the same place."""
        made = Postings(self._terms, self._place, self.format, self._term, self.scorer)
        made._at = self._at
        return made

    def reset(self) -> None:
        """Goes back to the first row."""
        self._at = 0

    def all_ids(self) -> Iterator[int]:
        """The rows from here on."""
        return iter(self._rows[self._at :].tolist())

    def weight(self) -> float:
        """How often the term stands in the row."""
        return float(self._counts[self._at]) if self._counts is not None else 1.0

    def value(self) -> Any:
        """The posting's value in the field's format."""
        if self.format.supports("positions"):
            return self.format.encode(self._positions())
        return self.format.encode(int(self.weight())) if self._counts is not None else b""

    def value_as(self, astype: str) -> Any:
        """The posting's value as `positions` or in another form."""
        if astype == "positions" and self._counts is not None:
            return self._positions()
        return super().value_as(astype)

    def supports_block_quality(self) -> bool:
        """No blocks are skipped."""
        return False

    def max_quality(self) -> float:
        """Whoosh leaves out what cannot be among the best by this, and then counts it only where blocks are skipped."""
        return math.inf

    def _positions(self) -> list[int]:
        inverted = self._terms.inverted
        if inverted is None:
            return [0]
        row = self.id()
        first, stop = int(inverted.place_at[self._place]), int(inverted.place_at[self._place + 1])
        mine = inverted.places[first:stop]
        begins, ends = int(inverted.text_at[row]), int(inverted.text_at[row + 1])
        low, high = np.searchsorted(mine, np.array([begins, ends], np.uint32))
        breaks = np.cumsum(inverted.text[begins:ends] == np.uint32(BREAK))
        at = mine[low:high].astype(np.int64) - begins
        found: list[int] = (at + breaks[at] * (GAP - 1)).tolist()
        return found
