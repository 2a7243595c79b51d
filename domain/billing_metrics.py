"""Figures of subscriptions (rules 31, 32): recurring revenue and what moved it, churn, retention, how trials end."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from enum import Enum
from itertools import accumulate, pairwise

from domain.checks import Checks
from domain.money import Money, rounded

SCALE = 332_640
"""Monthly amounts are added up in parts of a minor unit so small that a price for 1 to 12 months or years gives a whole
number of them: nothing is rounded before the end."""
MOST_MONTHS = 36
PAID_WITHIN = timedelta(days=7)
"""How long after its end a trial may be paid for and still count as converted."""


class RevenueMovement(Enum):
    """Why an organization's monthly amount differs from that of a month ago, in the order in which they are shown."""

    NEW = "NEW"
    EXPANSION = "EXPANSION"
    CONTRACTION = "CONTRACTION"
    CHURN = "CHURN"
    REACTIVATION = "REACTIVATION"


@dataclass(frozen=True, slots=True, kw_only=True)
class Moved:
    """The exact sums of a month, in parts of a minor unit."""

    before: int
    by: dict[RevenueMovement, int]
    paying_before: int
    paying_after: int
    lost: int

    @property
    def after(self) -> int:
        return self.before + sum(self.by.values())


@dataclass(frozen=True, slots=True, kw_only=True)
class MovedRevenue:
    """What one reason has changed in a month."""

    kind: RevenueMovement
    amount: Money


@dataclass(frozen=True, slots=True, kw_only=True)
class RevenueMonth:
    """Recurring revenue at the end of a month in UTC, and how it came to be that since the month before."""

    begins_on: date
    mrr: Money
    arr: Money
    movements: tuple[MovedRevenue, ...]
    paying_at_start: int
    paying_at_end: int
    lost: int
    churn: Decimal | None
    average_revenue: Money | None
    lifetime_value: Money | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Cohort:
    """The organizations that first paid for a month, and how many of them still did later on."""

    begins_on: date
    organizations: int
    still_paying: tuple[int, ...]

    @property
    def retention(self) -> list[Decimal]:
        return [share(number, self.organizations) for number in self.still_paying]


@dataclass(frozen=True, slots=True, kw_only=True)
class TrialConversion:
    """How the trials of a time ended."""

    ended: int
    converted: int

    @property
    def conversion(self) -> Decimal | None:
        return share(self.converted, self.ended) if self.ended else None


def share(part: int, whole: int) -> Decimal:
    """As a number between 0 and 1 with 4 decimals."""
    return Decimal(rounded(part * 10_000, whole)).scaleb(-4)


def months_of(first: date, last: date) -> list[date]:
    """The first days of the months from that of one day to that of another; refuses INVALID for too many of them."""
    checks = Checks()
    checks.day("from", first)
    checks.day("to", last)
    checks.require(first <= last, "The time ends before it begins.", "to")
    number = (last.year - first.year) * 12 + last.month - first.month + 1
    checks.require(number <= MOST_MONTHS, f"Ask for at most {MOST_MONTHS} months at once.", "to")
    checks.refuse()
    return [month_after(first.replace(day=1), later) for later in range(number)]


def month_after(month: date, later: int) -> date:
    years, zero_based = divmod(month.month - 1 + later, 12)
    return date(month.year + years, zero_based + 1, 1)


def instants_of(months: Sequence[date]) -> list[datetime]:
    """The beginning of each of them, and the end of the last."""
    return [datetime(day.year, day.month, 1, tzinfo=UTC) for day in (*months, month_after(months[-1], 1))]


def shown(month: date, moved: Moved, currency: str, *, margin_bps: int) -> RevenueMonth:
    """Each figure from the exact sums, rounded once."""
    paying = moved.paying_after
    return RevenueMonth(
        begins_on=month,
        mrr=Money(rounded(moved.after, SCALE), currency),
        arr=Money(rounded(moved.after * 12, SCALE), currency),
        movements=tuple(_movements(moved, currency)),
        paying_at_start=moved.paying_before,
        paying_at_end=paying,
        lost=moved.lost,
        churn=share(moved.lost, moved.paying_before) if moved.paying_before else None,
        average_revenue=Money(rounded(moved.after, SCALE * paying), currency) if paying else None,
        lifetime_value=_lifetime_value(moved, currency, margin_bps),
    )


def _movements(moved: Moved, currency: str) -> Iterator[MovedRevenue]:
    """Rounded so that they always add up to the change of the rounded revenue."""
    exact = accumulate((moved.by.get(kind, 0) for kind in RevenueMovement), initial=moved.before)
    steps = pairwise(rounded(sum_, SCALE) for sum_ in exact)
    for kind, (before, after) in zip(RevenueMovement, steps, strict=True):
        yield MovedRevenue(kind=kind, amount=Money(after - before, currency))


def _lifetime_value(moved: Moved, currency: str, margin_bps: int) -> Money | None:
    """Average revenue x margin / churn; None while nobody leaves, which would make it endless."""
    if not moved.lost or not moved.paying_after:
        return None
    numerator = moved.after * margin_bps * moved.paying_before
    return Money(rounded(numerator, SCALE * moved.paying_after * 10_000 * moved.lost), currency)
