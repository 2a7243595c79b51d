"""Upcoming charges: what the next period of a subscription will cost, and what was used that is not charged yet."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from decimal import Decimal
from uuid import UUID

from domain.billing_calendar import Span
from domain.money import Money
from domain.proration_lines import ProrationLine
from domain.prorations import Settlement, settled
from domain.subscription_terms import PeriodTerms
from domain.usage_events import CLOSES_AFTER
from domain.usage_totals import UsageTotal


@dataclass(frozen=True, slots=True, kw_only=True)
class UsageSoFar:
    """What was used of one meter in a period that is not closed yet, priced as if nothing more came."""

    meter_code: str
    total: UsageTotal
    charged_from: datetime
    """When the next charge is made out: what closes by then is in it."""

    @property
    def period_start(self) -> datetime:
        return self.total.span.start

    @property
    def period_end(self) -> datetime:
        return self.total.span.end

    @property
    def quantity(self) -> Decimal:
        return self.total.quantity

    @property
    def amount(self) -> Money | None:
        return self.total.amount

    @property
    def is_charged_next(self) -> bool:
        """What is used now closes a day after the next charge; what a period that has just ended used, before."""
        return self.period_end + CLOSES_AFTER <= self.charged_from


@dataclass(frozen=True, slots=True, kw_only=True)
class UpcomingCharge:
    """The price of the next period with all that waits for its charge. What is used is told beside it."""

    subscription_id: UUID
    period: Span
    terms: PeriodTerms
    waiting: tuple[ProrationLine, ...]
    usage: tuple[UsageSoFar, ...] = ()
    net_days: int = 0
    """Where it is asked for on an invoice: how many days there are to pay it."""

    @property
    def due_at(self) -> datetime:
        return self.period.start + timedelta(days=self.net_days)

    @property
    def period_start(self) -> datetime:
        return self.period.start

    @property
    def period_end(self) -> datetime:
        return self.period.end

    @property
    def price_id(self) -> UUID:
        return self.terms.price_id

    @property
    def quantity(self) -> int:
        return self.terms.quantity

    @property
    def amount(self) -> Money:
        """The price of the period."""
        return Money(self.terms.amount_minor, self.terms.currency)

    @property
    def net(self) -> Money:
        """What is charged, without tax: never below zero."""
        return Money(self._settlement.charged_minor, self.terms.currency)

    @property
    def carried_over(self) -> Money:
        """What is left over for later charges, below zero."""
        return Money(self._settlement.carried_minor, self.terms.currency)

    @property
    def usage_so_far(self) -> Money:
        """What was used in the period that runs, which the charge after the next one takes up."""
        amounts = [one.amount for one in self.usage if not one.is_charged_next]
        return Money(sum(one.amount_minor for one in amounts if one is not None), self.terms.currency)

    @property
    def _settlement(self) -> Settlement:
        return settled(self.terms.amount_minor, sum(line.amount_minor for line in self.waiting))
