"""What all parts of a catalogue share as clients see them."""

from domain.catalogue import CatalogueStatus
from domain.features import FeatureKind
from domain.products import FeatureMode
from schema.enums import describe

__all__ = ["CatalogueStatus", "FeatureKind", "FeatureMode"]

describe(
    CatalogueStatus,
    "Whether a part of a catalogue can be chosen for something new.",
    ACTIVE="It can be chosen.",
    ARCHIVED="Whoever has it keeps it; nobody else can choose it.",
)
describe(
    FeatureKind,
    "What having a feature means.",
    BOOLEAN="It is on or off.",
    LIMIT="So many are possible, or any number.",
    METERED="What is used of it is counted and charged.",
)
describe(
    FeatureMode,
    "How the value of a limit meets those that an organization has from elsewhere.",
    SET="The highest of these counts.",
    ADD="It is added to that.",
)
