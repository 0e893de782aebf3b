"""Entries -> the search data of one build, and back: a Whoosh index whose segments are memory-mapped numpy arrays.

    whoosh/_MAIN_1.toc   Whoosh's own table: the schema, the segments, which of their rows are deleted
    whoosh/MAIN_*/       the segments (`segment.py`): words, postings, positions, weights, entries
    columns/             one value a row over all segments (`columns.py`), for filters and facets

`codec.py` and `terms.py` show the segments to Whoosh's own code; `stock.py` is the only module that imports Whoosh.
"""

from index.whoosh_codec.columns import Columns, Value, Values, open_columns
from index.whoosh_codec.reader import Part, Reader, finds
from index.whoosh_codec.writer import write

__all__ = ["Columns", "Part", "Reader", "Value", "Values", "finds", "open_columns", "write"]
