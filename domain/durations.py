"""Durations: what a number of calendar days means in work days and hours, and what hourly work comes to (rule W7)."""

from dataclasses import dataclass

from domain.checks import Checks
from domain.money import Money, rounded

MAX_DAYS = 730
HOURS_OF_A_DAY = 8
"""The hours a day that estimates, and hourly proposals that say nothing else, count with."""


@dataclass(frozen=True, slots=True, kw_only=True)
class DurationEstimate:
    """Calendar days as effort; the rate is what an amount would pay for each of the hours."""

    work_days: int
    hours: int
    implied_hourly_rate: Money | None


def work_days(calendar_days: int) -> int:
    """Five of seven days, a started one counts."""
    return -(-calendar_days * 5 // 7)


def hourly_amount(rate_minor: int, hours_per_day: int, calendar_days: int) -> int:
    """The fixed amount that an hourly proposal stands for."""
    return work_days(calendar_days) * hours_per_day * rate_minor


def estimate(days: int, amount: Money | None) -> DurationEstimate:
    """Refuses INVALID for durations and amounts that no gig may have."""
    checks = Checks()
    checks.whole("days", days, least=1, most=MAX_DAYS)
    checks.money("amount", amount)
    checks.refuse()
    hours = work_days(days) * HOURS_OF_A_DAY
    rate = None if amount is None else Money(rounded(amount.amount_minor, hours), amount.currency)
    return DurationEstimate(work_days=work_days(days), hours=hours, implied_hourly_rate=rate)
