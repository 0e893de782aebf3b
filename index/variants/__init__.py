"""The same words in several places: which quotations are versions of one another, and how many witnesses they have."""

from index.variants.reading import group, members, places, resolve
from index.variants.records import Group, Member, Place, Relation, Saying, saying
from index.variants.store import SCHEMA, clear
from index.variants.updating import update

__all__ = [
    "SCHEMA",
    "Group",
    "Member",
    "Place",
    "Relation",
    "Saying",
    "clear",
    "group",
    "members",
    "places",
    "resolve",
    "saying",
    "update",
]
