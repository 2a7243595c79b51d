"""Upcoming charges: what the next period of a subscription will cost, as far as that is known by now."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from uuid import UUID

from domain.billing_calendar import Span
from domain.money import Money
from domain.proration_lines import ProrationLine
from domain.prorations import Settlement, settled
from domain.subscription_terms import PeriodTerms


@dataclass(frozen=True, slots=True, kw_only=True)
class UpcomingCharge:
    """The price of the next period with all that waits for its charge. Usage until then comes on top."""

    subscription_id: UUID
    period: Span
    terms: PeriodTerms
    waiting: tuple[ProrationLine, ...]
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
    def _settlement(self) -> Settlement:
        return settled(self.terms.amount_minor, sum(line.amount_minor for line in self.waiting))
