"""Entries -> the search data of one build, and back: a Whoosh index of the words, numpy columns of everything else.

    whoosh/             one Whoosh segment, written by stock Whoosh; document number == row
    columns/*.npy       one value a row, see `columns.py`
    values.json         what the codes of the columns mean
    stems.json          which words have which stem, since words are indexed once, in their exact form

A codec of our own can replace the postings behind `Reader` without anybody outside this package noticing.
"""

from index.whoosh_codec.columns import Columns, Value, open_columns
from index.whoosh_codec.reader import Postings, Reader, finds
from index.whoosh_codec.writer import write

__all__ = ["Columns", "Postings", "Reader", "Value", "finds", "open_columns", "write"]
