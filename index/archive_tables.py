"""The tables that modules of their own keep in the archive's file."""

from index.copies.store import ANEW as COPIES_ANEW
from index.copies.store import SCHEMA as COPIES
from index.identity.tables import SCHEMA as IDENTITY
from index.ledger_table import SCHEMA as LEDGER
from index.places_table import ENTRIES
from index.places_table import SCHEMA as PLACES
from index.settling_tables import SCHEMA as SETTLING
from index.variants.store import SCHEMA as VARIANTS

__all__ = ["COPIES", "COPIES_ANEW", "ENTRIES", "IDENTITY", "LEDGER", "PLACES", "SETTLING", "VARIANTS"]
