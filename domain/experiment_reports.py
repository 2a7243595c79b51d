"""What an experiment has shown so far: who was shown what, who paid for it, and how sure that is."""

from dataclasses import dataclass
from decimal import Decimal

from domain.money import Money, rounded

PLACES = Decimal("0.0001")
_Z = Decimal("1.959963984540054")
"""How many standard deviations around the middle hold 95 % of a normal distribution."""


@dataclass(frozen=True, slots=True, kw_only=True)
class VariantReport:
    """One variant: organizations that were shown its price, those that paid it since, and what they paid."""

    key: str
    exposures: int
    conversions: int
    revenue: Money

    @property
    def conversion_rate(self) -> Decimal | None:
        """None while nobody was shown it."""
        return None if not self.exposures else (Decimal(self.conversions) / self.exposures).quantize(PLACES)

    @property
    def revenue_per_exposure(self) -> Money | None:
        if not self.exposures:
            return None
        return Money(rounded(self.revenue.amount_minor, self.exposures), self.revenue.currency)

    @property
    def interval_low(self) -> Decimal | None:
        bounds = interval(self.conversions, self.exposures)
        return None if bounds is None else bounds[0]

    @property
    def interval_high(self) -> Decimal | None:
        bounds = interval(self.conversions, self.exposures)
        return None if bounds is None else bounds[1]


def interval(successes: int, trials: int) -> tuple[Decimal, Decimal] | None:
    """Wilson's interval: where the true rate lies with 95 %, given so many successes; None without trials."""
    if not trials:
        return None
    n, rate, square = Decimal(trials), Decimal(successes) / trials, _Z * _Z
    middle = rate + square / (2 * n)
    spread = _Z * ((rate * (1 - rate) + square / (4 * n)) / n).sqrt()
    whole = 1 + square / n
    low, high = (middle - spread) / whole, (middle + spread) / whole
    return max(Decimal(0), low).quantize(PLACES), min(Decimal(1), high).quantize(PLACES)
