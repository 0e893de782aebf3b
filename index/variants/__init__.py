"""The same words in several places: which quotations are versions of one another, and how many witnesses they have."""

from index.variants.preparing import Prepared, prepare
from index.variants.reading import group, places, resolve
from index.variants.records import Group, Member, Place, Relation, Saying, saying
from index.variants.store import SCHEMA, clear
from index.variants.updating import take_in, update

__all__ = [
    "SCHEMA",
    "Group",
    "Member",
    "Place",
    "Prepared",
    "Relation",
    "Saying",
    "clear",
    "group",
    "places",
    "prepare",
    "resolve",
    "saying",
    "take_in",
    "update",
]
