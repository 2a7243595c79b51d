"""Invoice lines: the positions of an invoice, computed once and kept with the taxes they carried."""

from collections.abc import Iterable
from dataclasses import dataclass
from decimal import Decimal
from typing import Any
from uuid import UUID

from domain.amounts import Amount
from domain.money import Money
from domain.taxes import TaxCategory


@dataclass(frozen=True, slots=True, kw_only=True)
class LineTax:
    """One tax of a line. Name, rate and category are the document's own copy, which outlives the tax type."""

    tax_type_id: UUID
    name: str
    rate_bps: int
    category: TaxCategory
    amount: Money


@dataclass(frozen=True, slots=True, kw_only=True)
class TaxTotal:
    """One tax of a document: all bases that carry it, and what it comes to."""

    name: str
    rate_bps: int
    category: TaxCategory
    base: Money
    amount: Money


class TaxedLine:
    """A line that keeps the taxes it carries as JSON values."""

    currency: str
    taxes: list[dict[str, Any]]

    @property
    def line_taxes(self) -> list[LineTax]:
        return [
            LineTax(
                tax_type_id=UUID(one["tax_type_id"]),
                name=one["name"],
                rate_bps=one["rate_bps"],
                category=TaxCategory(one["category"]),
                amount=Money(one["amount_minor"], self.currency),
            )
            for one in self.taxes
        ]


@dataclass(eq=False, kw_only=True)
class InvoiceLine(TaxedLine):
    """One position of an invoice. The computed fields are in minor units and add up to the document's totals."""

    id: UUID
    invoice_id: UUID
    position: int
    milestone_id: UUID | None
    description: str
    quantity: Decimal
    unit: str | None
    currency: str
    unit_price_minor: int
    discount_bps: int | None
    discount_minor: int | None
    tax_type_ids: list[UUID]
    gross_minor: int
    discount_amount_minor: int
    share_minor: int
    base_minor: int
    net_minor: int
    tax_minor: int
    taxes: list[dict[str, Any]]

    unit_price, gross = Amount("unit_price_minor"), Amount("gross_minor")
    discount_amount = Amount("discount_amount_minor")
    share, base = Amount("share_minor"), Amount("base_minor")
    net, tax = Amount("net_minor"), Amount("tax_minor")


def tax_totals(lines: Iterable[InvoiceLine]) -> list[TaxTotal]:
    """The taxes of a document in the order in which its lines name them."""
    totals: dict[UUID, TaxTotal] = {}
    for line in lines:
        for tax in line.line_taxes:
            so_far = totals.get(tax.tax_type_id)
            totals[tax.tax_type_id] = TaxTotal(
                name=tax.name,
                rate_bps=tax.rate_bps,
                category=tax.category,
                base=line.net + so_far.base if so_far else line.net,
                amount=tax.amount + so_far.amount if so_far else tax.amount,
            )
    return list(totals.values())
