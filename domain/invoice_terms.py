"""Invoice terms: what a person writes on an invoice; every amount follows from them."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from uuid import UUID

from domain.checks import Checks
from domain.invoice_amounts import Discount, DocumentAmounts, Position, Rate, compute, subtotal_of
from domain.money import MAX_AMOUNT_MINOR, Money
from domain.taxes import TaxLevel, TaxMode, TaxType

MAX_LINES, MAX_TAXES = 500, 3
FIRST_DAY = date(1970, 1, 1)
_MAX_QUANTITY, _FINEST = Decimal(10) ** 12, Decimal("0.000001")


@dataclass(frozen=True, slots=True, kw_only=True)
class DiscountTerms:
    """Either basis points or a fixed amount."""

    bps: int | None = None
    amount: Money | None = None

    @property
    def discount(self) -> Discount:
        return Discount(bps=self.bps, minor=None if self.amount is None else self.amount.amount_minor)


@dataclass(frozen=True, slots=True, kw_only=True)
class LineTerms:
    """A position as written."""

    description: str
    unit_price: Money
    quantity: Decimal = Decimal(1)
    unit: str | None = None
    discount: DiscountTerms | None = None
    tax_type_ids: Sequence[UUID] = ()

    def position(self, tax_types: dict[UUID, TaxType]) -> Position:
        return Position(
            quantity=self.quantity,
            unit_price_minor=self.unit_price.amount_minor,
            discount=self.discount.discount if self.discount else Discount(),
            rates=tuple(Rate(id_, tax_types[id_].rate_bps) for id_ in self.tax_type_ids),
        )


@dataclass(frozen=True, slots=True, kw_only=True)
class InvoiceTerms:
    """All that is written on an invoice. Without dates it is issued when opened, and due on the customer's terms."""

    currency: str
    lines: Sequence[LineTerms]
    tax_mode: TaxMode = TaxMode.EXCLUSIVE
    tax_level: TaxLevel = TaxLevel.DOCUMENT
    discount: DiscountTerms | None = None
    issue_on: date | None = None
    supply_on: date | None = None
    due_on: date | None = None
    note: str = ""

    @property
    def tax_type_ids(self) -> set[UUID]:
        return {id_ for line in self.lines for id_ in line.tax_type_ids}


def amounts_of(terms: InvoiceTerms, tax_types: dict[UUID, TaxType]) -> DocumentAmounts:
    """What the terms add up to; refuses INVALID naming every field that is out of its limits (rules 1 to 6)."""
    checks = Checks()
    _check_shape(checks, terms)
    checks.refuse()
    positions = [line.position(tax_types) for line in terms.lines]
    _check_prices(checks, terms, positions)
    checks.refuse()
    discount = terms.discount.discount if terms.discount else Discount()
    amounts = compute(positions, mode=terms.tax_mode, level=terms.tax_level, discount=discount)
    fits = 1 <= amounts.total <= MAX_AMOUNT_MINOR
    checks.require(fits, f"The total is {amounts.total}; it must be 1 to {MAX_AMOUNT_MINOR} minor units.", "lines")
    checks.refuse()
    return amounts


def _check_shape(checks: Checks, terms: InvoiceTerms) -> None:
    checks.currency("currency", terms.currency)
    checks.text("note", terms.note, most=2000)
    for name, day in (("issueOn", terms.issue_on), ("supplyOn", terms.supply_on), ("dueOn", terms.due_on)):
        checks.day(name, day)
        checks.require(day is None or day >= FIRST_DAY, f"Give a day from {FIRST_DAY} on.", name)
    in_order = terms.issue_on is None or terms.due_on is None or terms.due_on >= terms.issue_on
    checks.require(in_order, "It cannot be due before it is issued.", "dueOn")
    _check_discount(checks, terms.discount, terms.currency)
    checks.count("lines", terms.lines, least=1, most=MAX_LINES)
    for i, line in enumerate(terms.lines):
        with checks.within("lines", str(i)):
            _check_line(checks, line, terms.currency)


def _check_line(checks: Checks, line: LineTerms, currency: str) -> None:
    checks.text("description", line.description, least=1, most=500)
    checks.text("unit", line.unit, most=20)
    in_range = 0 < line.quantity < _MAX_QUANTITY and line.quantity % _FINEST == 0
    checks.require(in_range, "Give a quantity above 0 and below 10^12, with at most 6 decimals.", "quantity")
    checks.money("unitPrice", line.unit_price, least=0, currency=currency)
    _check_discount(checks, line.discount, currency)
    checks.count("taxTypeIds", line.tax_type_ids, most=MAX_TAXES)
    different = len(set(line.tax_type_ids)) == len(line.tax_type_ids)
    checks.require(different, "Name each tax type once.", "taxTypeIds")


def _check_discount(checks: Checks, discount: DiscountTerms | None, currency: str) -> None:
    if discount is None:
        return
    with checks.within("discount"):
        one = (discount.bps is None) != (discount.amount is None)
        checks.require(one, "Give either bps or an amount.")
        checks.whole("bps", discount.bps, least=0, most=10_000)
        checks.money("amount", discount.amount, least=0, currency=currency)


def _check_prices(checks: Checks, terms: InvoiceTerms, positions: Sequence[Position]) -> None:
    """What is taken off is at most what there is; no line alone is larger than a document may be."""
    for i, one in enumerate(positions):
        with checks.within("lines", str(i)):
            gross = one.gross_minor
            fits = gross <= MAX_AMOUNT_MINOR
            checks.require(fits, f"Quantity times price is above {MAX_AMOUNT_MINOR} minor units.", "unitPrice")
            fits = one.discount.of(gross) <= gross
            checks.require(fits, f"The discount is above the line's {gross} minor units.", "discount", "amount")
    if terms.discount and not checks.problems:
        subtotal = subtotal_of(positions)
        fits = terms.discount.discount.of(subtotal) <= subtotal
        checks.require(fits, f"The discount is above the subtotal of {subtotal} minor units.", "discount", "amount")
