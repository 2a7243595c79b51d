"""Tax types: named rates of an issuer, in the categories of EN 16931."""

from dataclasses import dataclass
from enum import Enum
from typing import Any
from uuid import UUID

from domain.actors import Actor
from domain.checks import Checks
from domain.ids import new_id
from domain.refusals import wrong_state
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
    """VAT categories of EN 16931: S standard, Z zero, E exempt, AE reverse charge, K in the EU, G export, O none."""

    S = "S"
    Z = "Z"
    E = "E"
    AE = "AE"
    K = "K"
    G = "G"
    O = "O"


_NO_TAX = frozenset({TaxCategory.E, TaxCategory.AE, TaxCategory.K, TaxCategory.G, TaxCategory.O})
"""Categories under which nothing is charged, for a reason that the document has to give."""


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

    def retire(self) -> None:
        """No new document can have it; those that do keep it."""
        if not self.is_active:
            raise wrong_state("This tax type is retired already.", from_state="RETIRED", allowed=["ACTIVE"])
        self.is_active = self.is_default = False


def create(fields: dict[str, Any], *, by: Actor) -> TaxType:
    """A new rate of the actor's organization; refuses INVALID for what EN 16931 does not allow."""
    checks, category, rate = Checks(), fields["category"], fields["rate_bps"]
    checks.text("name", fields["name"], least=1, most=60)
    checks.whole("rateBps", rate, least=0, most=10_000)
    untaxed = category in _NO_TAX
    is_zero = rate == 0 or not (untaxed or category is TaxCategory.Z)
    checks.require(is_zero, f"The rate of category {category.value} is 0.", "rateBps")
    checks.text("exemptionReason", fields["exemption_reason"], least=1 if untaxed else 0, most=200)
    no_reason = untaxed or not fields["exemption_reason"]
    checks.require(no_reason, f"Category {category.value} has no exemption.", "exemptionReason")
    checks.refuse()
    return TaxType(id=new_id(), organization_id=by.require_organization(), is_active=True, **fields)
