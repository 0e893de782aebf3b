"""Which articles are copies, or near copies, of another: one agency text in two outlets, one page under two URLs.

All stay; what is a copy says of which article (`Article.near_duplicate_of`). Two texts are compared as they are, so
that neither the order in which they came nor what else is there decides; `likeness` says when they are copies.
"""

from index.copies.likeness import Traits, alike, traits
from index.copies.store import SCHEMA, clear, how_many, original_of
from index.copies.updating import update

__all__ = ["SCHEMA", "Traits", "alike", "clear", "how_many", "original_of", "traits", "update"]
