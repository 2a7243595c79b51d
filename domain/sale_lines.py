"""What is sold, line by line: as it is asked for, as a sale keeps it, and as its invoice says it."""

from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import Any
from uuid import UUID

from domain.invoice_drafts import TaxTypes
from domain.invoice_terms import DiscountTerms, InvoiceTerms, LineTerms, amounts_of
from domain.money import Money
from domain.sale_taxes import TaxQuote, read_quote
from domain.taxes import TaxLevel, TaxMode, TaxType


@dataclass(frozen=True, slots=True)
class SaleLine:
    """What is sold, before it is taxed. `net_minor` is for all of the quantity, and below zero for what is taken off.

    In a sale that is opened INCLUSIVE it contains the tax.
    """

    description: str
    quantity: int
    net_minor: int
    tax_code: str | None = None


def kept_lines(lines: Sequence[SaleLine], quotes: Sequence[TaxQuote]) -> list[dict[str, Any]]:
    """The lines with the taxes of this moment, as JSON values."""
    return [_kept(line, quote) for line, quote in zip(lines, quotes, strict=True)]


def terms_of(
    lines: Sequence[dict[str, Any]], currency: str, tax_mode: TaxMode, seller_id: UUID
) -> tuple[InvoiceTerms, TaxTypes]:
    """A document has no lines below zero: what is taken off is its discount, and its note says what for."""
    charged, taken_off = [one for one in lines if one["netMinor"] >= 0], [one for one in lines if one["netMinor"] < 0]
    off = -sum(one["netMinor"] for one in taken_off)
    types: TaxTypes = {}
    terms = InvoiceTerms(
        currency=currency,
        lines=tuple(_line(one, currency, _known(types, one, seller_id)) for one in charged),
        tax_mode=tax_mode,
        tax_level=TaxLevel.LINE,
        discount=DiscountTerms(amount=Money(off, currency)) if off else None,
        note="\n".join(f"{one['description']}: {Money(one['netMinor'], currency)}" for one in taken_off)[:2000],
    )
    return terms, types


def totals_of(lines: Sequence[dict[str, Any]], currency: str, tax_mode: TaxMode, seller_id: UUID) -> tuple[int, int]:
    """Net and tax; nothing at all where what is taken off is all there is."""
    if sum(one["netMinor"] for one in lines) == 0:
        return 0, 0
    amounts = amounts_of(*terms_of(lines, currency, tax_mode, seller_id))
    return amounts.net, amounts.tax


def _kept(line: SaleLine, quote: TaxQuote) -> dict[str, Any]:
    return {
        "description": line.description.strip()[:500],
        "quantity": line.quantity,
        "netMinor": line.net_minor,
        "taxCode": line.tax_code,
        "tax": quote.document,
    }


def _known(types: TaxTypes, line: dict[str, Any], seller_id: UUID) -> TaxType:
    found = read_quote(line["tax"]).tax_type(seller_id)
    return types.setdefault(found.id, found)


def _line(line: dict[str, Any], currency: str, tax_type: TaxType) -> LineTerms:
    """With the price of one unit where that is a whole number, else as one position."""
    each, rest = divmod(line["netMinor"], line["quantity"])
    return LineTerms(
        description=line["description"] if not rest else f"{line['description']} ({line['quantity']})"[:500],
        unit_price=Money(line["netMinor"] if rest else each, currency),
        quantity=Decimal(1 if rest else line["quantity"]),
        tax_type_ids=(tax_type.id,),
    )
