"""What an invoice's lines add up to: discounts, taxes and totals, exact to the minor unit."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from decimal import Decimal
from uuid import UUID

from domain.money import rounded, share_of, spread
from domain.taxes import TaxLevel, TaxMode

Taxes = dict[UUID, int]
"""Tax of one line by tax type."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Discount:
    """What is taken off an amount: basis points of it, or a fixed part of at most all of it."""

    bps: int | None = None
    minor: int | None = None

    def of(self, amount_minor: int) -> int:
        return share_of(amount_minor, self.bps) if self.bps is not None else self.minor or 0


@dataclass(frozen=True, slots=True)
class Rate:
    """A tax type as far as amounts depend on it."""

    tax_type_id: UUID
    bps: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Position:
    """A line before it is computed."""

    quantity: Decimal
    unit_price_minor: int
    discount: Discount = field(default=Discount())
    rates: tuple[Rate, ...] = ()

    @property
    def gross_minor(self) -> int:
        numerator, denominator = self.quantity.as_integer_ratio()
        return rounded(numerator * self.unit_price_minor, denominator)


@dataclass(frozen=True, slots=True, kw_only=True)
class LineAmounts:
    """A computed line. `share` is its part of the document's discount, `base` what is left for its taxes."""

    gross: int
    discount: int
    share: int
    base: int
    net: int
    taxes: Taxes

    @property
    def tax(self) -> int:
        return sum(self.taxes.values())


@dataclass(frozen=True, slots=True, kw_only=True)
class DocumentAmounts:
    """A computed document: net + tax = total, and the lines' nets and taxes add up to it exactly."""

    lines: tuple[LineAmounts, ...]
    subtotal: int
    discount: int
    net: int
    tax: int

    @property
    def total(self) -> int:
        return self.net + self.tax


def subtotal_of(positions: Iterable[Position]) -> int:
    """The sum of the lines after their own discounts, before the document's."""
    return sum(one.gross_minor - one.discount.of(one.gross_minor) for one in positions)


def compute(
    positions: Sequence[Position], *, mode: TaxMode, level: TaxLevel, discount: Discount = Discount()
) -> DocumentAmounts:
    """All amounts of a document. Fixed discounts must not exceed what they are taken off; the caller has checked."""
    grosses = [one.gross_minor for one in positions]
    discounts = [one.discount.of(gross) for one, gross in zip(positions, grosses, strict=True)]
    reduced = [gross - off for gross, off in zip(grosses, discounts, strict=True)]
    off_document = discount.of(sum(reduced))
    shares = spread(off_document, reduced)
    bases = [amount - share for amount, share in zip(reduced, shares, strict=True)]
    taxes = _taxes(positions, bases, mode, level)
    contained = mode is TaxMode.INCLUSIVE
    lines = tuple(
        LineAmounts(
            gross=gross, discount=off, share=share, base=base, net=base - contained * sum(tax.values()), taxes=tax
        )
        for gross, off, share, base, tax in zip(grosses, discounts, shares, bases, taxes, strict=True)
    )
    return DocumentAmounts(
        lines=lines,
        subtotal=sum(reduced),
        discount=off_document,
        net=sum(line.net for line in lines),
        tax=sum(line.tax for line in lines),
    )


def _taxes(positions: Sequence[Position], bases: list[int], mode: TaxMode, level: TaxLevel) -> list[Taxes]:
    if mode is TaxMode.INCLUSIVE:
        return _contained(positions, bases, level)
    if level is TaxLevel.LINE:
        return [
            {rate.tax_type_id: share_of(base, rate.bps) for rate in one.rates}
            for one, base in zip(positions, bases, strict=True)
        ]
    return _added_per_document(positions, bases)


def _added_per_document(positions: Sequence[Position], bases: list[int]) -> list[Taxes]:
    """Each type is rounded once on the sum of the bases that carry it, then spread over those lines."""
    taxes: list[Taxes] = [{} for _ in positions]
    for rate in dict.fromkeys(rate for one in positions for rate in one.rates):
        carrying = [i for i, one in enumerate(positions) if rate in one.rates]
        carried = [bases[i] for i in carrying]
        for i, part in zip(carrying, spread(share_of(sum(carried), rate.bps), carried), strict=True):
            taxes[i][rate.tax_type_id] = part
    return taxes


def _contained(positions: Sequence[Position], bases: list[int], level: TaxLevel) -> list[Taxes]:
    """The tax inside the prices, per line or per group of lines that carry the same set of types."""
    groups: dict[object, list[int]] = {}
    for i, one in enumerate(positions):
        groups.setdefault(i if level is TaxLevel.LINE else frozenset(one.rates), []).append(i)
    taxes: list[Taxes] = [{} for _ in positions]
    for members in groups.values():
        rates = positions[members[0]].rates
        for i, tax in zip(members, _contained_in_group(rates, [bases[i] for i in members]), strict=True):
            taxes[i] = tax
    return taxes


def _contained_in_group(rates: Sequence[Rate], bases: list[int]) -> list[Taxes]:
    """One tax for the group, divided over the types by their rates and over the lines by their bases.

    Both divisions hold exactly: each line takes its part from what is left of each type, so no line is taxed above
    its base and no type gets more or less than its share.
    """
    bps = [rate.bps for rate in rates]
    tax = rounded(sum(bases) * sum(bps), 10_000 + sum(bps))
    left = spread(tax, bps)
    taxes = []
    for of_line in spread(tax, bases):
        parts = spread(of_line, left)
        left = [rest - part for rest, part in zip(left, parts, strict=True)]
        taxes.append({rate.tax_type_id: part for rate, part in zip(rates, parts, strict=True)})
    return taxes
