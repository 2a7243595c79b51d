"""Amounts: integers of a currency's minor unit, rounded half away from zero and split without losing a unit."""

from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal

from domain.currencies import CREDIT, EXPONENTS

MAX_AMOUNT_MINOR = 10**13
"""The largest total a document may have; far below what BIGINT holds, so that sums never overflow."""


@dataclass(frozen=True, slots=True)
class Money:
    """An amount of one currency, for example Money(115000, "EUR") for 1150.00 euros."""

    amount_minor: int
    currency: str

    def __add__(self, other: "Money") -> "Money":
        return Money(self.amount_minor + self._same(other), self.currency)

    def __sub__(self, other: "Money") -> "Money":
        return Money(self.amount_minor - self._same(other), self.currency)

    def _same(self, other: "Money") -> int:
        if self.currency != other.currency:
            raise ValueError(f"{self.currency} and {other.currency} cannot be added or compared")
        return other.amount_minor

    @property
    def decimal(self) -> Decimal:
        """The amount in major units with the currency's decimals, for people to read: never for computing."""
        return Decimal(self.amount_minor).scaleb(-_decimals_of(self.currency))

    def __str__(self) -> str:
        return f"{self.decimal} {self.currency}"


def _decimals_of(unit: str) -> int:
    return 0 if unit == CREDIT else EXPONENTS.get(unit, 2)


def rounded(numerator: int, denominator: int) -> int:
    """numerator / denominator to the nearest whole, halves away from zero; exact, for a positive denominator."""
    half_up = (2 * abs(numerator) + denominator) // (2 * denominator)
    return half_up if numerator >= 0 else -half_up


def share_of(amount: int, bps: int) -> int:
    """`bps` basis points (1/100 percent) of an amount in minor units."""
    return rounded(amount * bps, 10_000)


def split(total: int, weights: Sequence[int]) -> list[int]:
    """Parts of `total` in proportion to the weights, in order, that always add up to it (cumulative rounding)."""
    whole = sum(weights)
    parts, before, weight_so_far = [], 0, 0
    for weight in weights:
        weight_so_far += weight
        until_here = rounded(total * weight_so_far, whole)
        parts.append(until_here - before)
        before = until_here
    return parts


def spread(total: int, weights: Sequence[int]) -> list[int]:
    """`total` over the weights by largest remainder; ties go to the earlier position (rule of document discounts)."""
    whole = sum(weights)
    if whole == 0:
        return [0 for _ in weights]
    parts = [total * weight // whole for weight in weights]
    by_remainder = sorted(range(len(weights)), key=lambda i: (-(total * weights[i] % whole), i))
    for i in by_remainder[: total - sum(parts)]:
        parts[i] += 1
    return parts
