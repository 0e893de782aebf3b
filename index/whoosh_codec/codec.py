"""Our segments as Whoosh's own code reads them: terms with their postings (`terms.py`), lengths and stored entries.

`whoosh.index.open_dir` finds the codec through the segments in the index's table. Reading only: segments are written by
`writer.py`. Whoosh's own writer may delete from a copy of such an index, add to it and merge it; what it writes is in
its own codec, which only Whoosh reads.
"""

from collections.abc import Iterator
from pathlib import Path
from typing import Any, NoReturn

import numpy as np
import numpy.typing as npt

from index.whoosh_codec.segment import Segment
from index.whoosh_codec.stock import ENTRY, base
from index.whoosh_codec.terms import Terms


class NumpySegment(base.Segment):  # type: ignore[misc]
    """A segment in the index's table: its id, how many rows it has, and which of them are deleted."""

    def __init__(self, indexname: str, rows: int, deleted: frozenset[int] = frozenset(), segid: str = "") -> None:
        super().__init__(indexname)
        self.segid: str = segid or self._random_id()
        self.rows = rows
        self.deleted = deleted

    def codec(self) -> "NumpyCodec":
        """Whoosh asks each segment how to read it."""
        return NumpyCodec()

    def doc_count_all(self) -> int:
        """Rows, deleted ones too."""
        return self.rows

    def set_doc_count(self, count: int) -> None:
        """Whoosh's writers set it."""
        self.rows = count

    def deleted_count(self) -> int:
        """How many rows are deleted."""
        return len(self.deleted)

    def deleted_docs(self) -> Iterator[int]:
        """The deleted rows."""
        return iter(self.deleted)

    def delete_document(self, docnum: int, delete: bool = True) -> None:
        """Marks a row as deleted, or not."""
        self.deleted = self.deleted | {docnum} if delete else self.deleted - {docnum}

    def is_deleted(self, docnum: int) -> bool:
        """Whether a row is deleted."""
        return docnum in self.deleted

    def should_assemble(self) -> bool:
        """Its files stay loose, so that they can be mapped."""
        return False


class NumpyCodec(base.Codec):  # type: ignore[misc]
    """Readers over our segments."""

    def terms_reader(self, storage: Any, segment: NumpySegment) -> Terms:
        """What the words and keys of a segment are, and where they stand."""
        return Terms(Segment(Path(storage.folder) / segment.segment_id()))

    def per_document_reader(self, storage: Any, segment: NumpySegment) -> "Rows":
        """What a segment keeps of each row."""
        return Rows(Segment(Path(storage.folder) / segment.segment_id()), segment)

    def new_segment(self, storage: Any, indexname: str) -> NoReturn:
        """Refused: Whoosh's writers cannot write our segments."""
        raise NotImplementedError("this index is written by: saywho index, saywho rebuild")

    per_document_writer = field_writer = postings_writer = postings_reader = new_segment


class Rows(base.PerDocumentReader):  # type: ignore[misc]
    """What a segment keeps of each row."""

    def __init__(self, segment: Segment, listed: NumpySegment) -> None:
        self._segment = segment
        self._listed = listed

    def close(self) -> None:
        """The files are unmapped with the last array that shows them."""

    def doc_count(self) -> int:
        """Rows that are not deleted."""
        return int(self._listed.doc_count())

    def doc_count_all(self) -> int:
        """All rows."""
        return self._listed.doc_count_all()

    def has_deletions(self) -> bool:
        """Whether rows are deleted."""
        return bool(self._listed.deleted)

    def is_deleted(self, docnum: int) -> bool:
        """Whether this one is."""
        return self._listed.is_deleted(docnum)

    def deleted_docs(self) -> Iterator[int]:
        """The deleted rows."""
        return self._listed.deleted_docs()

    def doc_field_length(self, docnum: int, fieldname: str, default: int = 0) -> int:
        """The words of a row's field."""
        inverted = self._segment.fields.get(fieldname)
        return int(inverted.lengths[docnum]) if inverted is not None else default

    def field_length(self, fieldname: str) -> int:
        """The words of all rows' field."""
        return int(self._lengths(fieldname).sum())

    def min_field_length(self, fieldname: str) -> int:
        """The fewest words of a row's field."""
        lengths = self._lengths(fieldname)
        return int(lengths.min()) if len(lengths) else 0

    def max_field_length(self, fieldname: str) -> int:
        """The most words of a row's field."""
        return int(self._lengths(fieldname).max(initial=0))

    def _lengths(self, fieldname: str) -> npt.NDArray[np.uint32]:
        inverted = self._segment.fields.get(fieldname)
        return inverted.lengths if inverted is not None else np.zeros(1, np.uint32)

    def has_vector(self, docnum: int, fieldname: str) -> bool:
        """Words by row are no Whoosh vectors here."""
        return False

    def stored_fields(self, docnum: int) -> dict[str, str]:
        """The row's entry as JSON."""
        return {ENTRY: self._segment.stored(docnum).decode("utf-8", "surrogatepass")}
