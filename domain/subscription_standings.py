"""Standings: what a subscription was worth from an instant on, one row for each change; figures are read from them."""

from dataclasses import dataclass
from datetime import datetime
from fractions import Fraction
from uuid import UUID

from domain.billing_subscriptions import SubscriptionStatus


@dataclass(eq=False, kw_only=True)
class SubscriptionStanding:
    """Written once and never changed. The exact monthly amount is a fraction of minor units: a year is 12 months."""

    id: UUID
    subscription_id: UUID
    organization_id: UUID
    app_id: UUID | None
    since: datetime
    status: SubscriptionStatus
    price_id: UUID
    quantity: int
    currency: str
    monthly_numerator: int
    monthly_denominator: int

    @property
    def monthly_minor(self) -> Fraction:
        return Fraction(self.monthly_numerator, self.monthly_denominator)

    @property
    def worth(self) -> tuple[object, ...]:
        """All but its time: equal worths are one standing."""
        return self.status, self.price_id, self.quantity, self.currency, self.monthly_minor
