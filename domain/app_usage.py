"""Statistics of apps: what happened with an app on a day."""

from dataclasses import dataclass
from datetime import date

from domain.checks import Checks

MOST_DAYS = 366


@dataclass(slots=True)
class Calls:
    """Operations that an app asked for, and those of them that were refused or failed."""

    calls: int = 0
    errors: int = 0


@dataclass(frozen=True, slots=True, kw_only=True)
class AppDay:
    """An app on a day in UTC: who signed in to it and how often, what it asked for, and the credits it dealt with."""

    used_on: date
    users: int
    sessions: int
    calls: int
    errors: int
    credits_spent: int
    credits_bought: int


def check_period(first: date, last: date) -> None:
    """Refuses INVALID for a period that ends before it begins, or is too long to be told by day."""
    checks = Checks()
    checks.day("from", first)
    checks.day("to", last)
    checks.require(first <= last, "The period ends before it begins.", "to")
    checks.require((last - first).days < MOST_DAYS, f"Ask for at most {MOST_DAYS} days at once.", "to")
    checks.refuse()
