"""Tax types: named rates of an issuer, in the categories of EN 16931."""

from dataclasses import dataclass
from enum import Enum
from uuid import UUID

from domain.states import Versioned


class TaxMode(Enum):
    """Whether prices are net (tax is added) or gross (tax is contained)."""

    EXCLUSIVE = "EXCLUSIVE"
    INCLUSIVE = "INCLUSIVE"


class TaxLevel(Enum):
    """Where tax is rounded: once per tax type of a document, or on each line."""

    DOCUMENT = "DOCUMENT"
    LINE = "LINE"


class TaxCategory(Enum):
    """VAT categories of EN 16931: S standard, Z zero, E exempt, AE reverse charge, K within the EU, G export, O none."""

    S = "S"
    Z = "Z"
    E = "E"
    AE = "AE"
    K = "K"
    G = "G"
    O = "O"


@dataclass(eq=False, kw_only=True)
class TaxType(Versioned):
    """A rate in basis points. Rate and category never change: a new type replaces the old one."""

    id: UUID
    organization_id: UUID
    name: str
    rate_bps: int
    category: TaxCategory
    exemption_reason: str | None
    is_default: bool
    is_active: bool
