"""What all parts of a catalogue share as clients see them."""

from domain.catalogue import CatalogueStatus
from schema.enums import describe

__all__ = ["CatalogueStatus"]

describe(
    CatalogueStatus,
    "Whether a part of a catalogue can be chosen for something new.",
    ACTIVE="It can be chosen.",
    ARCHIVED="Whoever has it keeps it; nobody else can choose it.",
)
