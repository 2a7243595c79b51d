"""Subscriptions and invoices as they stand at a provider that bills by itself, in our words.

Each is as it stood at `as_of` or later: of two answers, the one that was asked for later is followed.
"""

from dataclasses import dataclass
from datetime import datetime
from enum import Enum
from uuid import UUID

from domain.billing_calendar import Span
from domain.billing_subscriptions import SubscriptionStatus
from domain.money import Money


@dataclass(frozen=True, slots=True, kw_only=True)
class BilledItem:
    """How many of one of the provider's prices."""

    price: str
    quantity: int


@dataclass(frozen=True, slots=True, kw_only=True)
class BilledSubscription:
    """A subscription as it stands now."""

    subscription_id: str
    key: UUID | None
    """Ours, of the checkout that it began with; None: it was not begun by us."""
    customer: str
    status: SubscriptionStatus
    currency: str
    items: tuple[BilledItem, ...]
    period: Span
    anchor_at: datetime
    trial_ends_at: datetime | None
    cancel_at: datetime | None
    cancels_at_period_end: bool
    ended_at: datetime | None
    latest_invoice: str | None
    as_of: datetime


class BilledStatus(Enum):
    """The life of a provider's invoice."""

    DRAFT = "DRAFT"
    OPEN = "OPEN"
    PAID = "PAID"
    UNCOLLECTIBLE = "UNCOLLECTIBLE"
    VOID = "VOID"


@dataclass(frozen=True, slots=True, kw_only=True)
class BilledLine:
    """What is charged, or given back, for a stretch of time."""

    description: str
    price: str | None
    quantity: int
    amount: Money
    period: Span
    is_proration: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class BilledCharge:
    """The charge that has paid an invoice, under the provider's own id, and what the provider keeps of it."""

    provider_id: str
    amount: Money
    fee: Money | None
    """None where only the provider's report will say."""


@dataclass(frozen=True, slots=True, kw_only=True)
class BilledInvoice:
    """A provider's invoice as it stands now."""

    invoice_id: str
    subscription: str | None
    """None: an invoice for something else, which is none of ours."""
    customer: str
    status: BilledStatus
    lines: tuple[BilledLine, ...]
    tax: Money
    total: Money
    due: Money
    """Of the total, what was left to be charged: a customer may have had a credit there."""
    charged: BilledCharge | None
    """What has paid it; None while it is not paid, or where there was nothing to charge."""
    next_attempt_at: datetime | None
    as_of: datetime

    @property
    def opening_line(self) -> BilledLine | None:
        """What it charges for the period that it opens; None for one that only settles a change."""
        return next((line for line in self.lines if not line.is_proration), None)

    @property
    def period(self) -> Span | None:
        return None if self.opening_line is None else self.opening_line.period

    @property
    def change_line(self) -> BilledLine | None:
        """What it charges for the rest of a period after the last change in it; None where it only gives back."""
        charged = [line for line in self.lines if line.is_proration and line.price and line.amount.amount_minor > 0]
        return max(charged, key=lambda line: line.period.start, default=None)


@dataclass(frozen=True, slots=True, kw_only=True)
class BilledRefund:
    """What the provider gives back of a charge, or has given back, whoever asked it to."""

    refund_id: str
    key: UUID | None
    """Ours; None: somebody has asked for it at the provider."""
    charge_id: str
    amount: Money
    has_failed: bool
