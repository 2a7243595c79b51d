"""Periods of subscriptions: what is paid for, from a start that its anchor says until the next."""

from dataclasses import dataclass, field, replace
from datetime import datetime
from enum import Enum
from typing import ClassVar
from uuid import UUID

from domain.actors import SYSTEM, Actor
from domain.amounts import Amount
from domain.billing_calendar import Anchor, Span
from domain.ids import new_id
from domain.permissions import Permission
from domain.reasons import said
from domain.sales import Sale
from domain.states import Move, Side, Stateful
from domain.subscription_terms import PeriodTerms


class PeriodStatus(Enum):
    """Whether a period is paid for."""

    OPEN = "OPEN"
    PAID = "PAID"
    FAILED = "FAILED"
    REFUNDED = "REFUNDED"
    WAIVED = "WAIVED"


_S = PeriodStatus


@dataclass(eq=False, kw_only=True)
class SubscriptionPeriod(Stateful):
    """One for each start of a subscription. Those that count never overlap: one that FAILED was never served."""

    SUBJECT: ClassVar[str] = "subscription_period"
    MOVES: ClassVar[tuple[Move, ...]] = (
        Move("payPeriod", (_S.OPEN, _S.FAILED), _S.PAID, Side.SYSTEM),
        Move("failPeriod", (_S.OPEN,), _S.FAILED, Side.SYSTEM),
        Move("waiveSubscriptionPeriod", (_S.OPEN,), _S.WAIVED, Side.STAFF, Permission.STAFF_MONEY),
        Move("refundPeriod", (_S.PAID,), _S.REFUNDED, Side.SYSTEM),
    )

    id: UUID
    subscription_id: UUID
    organization_id: UUID
    number: int
    """How many intervals after the anchor it starts."""
    anchor_at: datetime
    anchor_day: int
    time_zone: str
    period_start: datetime
    period_end: datetime
    amount_minor: int
    """What is charged for it without tax: its price with what has waited for it."""
    currency: str
    terms: PeriodTerms
    sale_id: UUID | None
    payment_id: UUID | None
    invoice_id: UUID | None
    """What documents the payment, or asks for it; none where there was nothing to pay."""
    paid_at: datetime | None
    delivered_at: datetime | None
    """When what was paid for it was earned: it has elapsed."""
    ended_at: datetime | None
    """When it was refunded in full."""
    credit_months: int
    """How many parts of its credits have come."""
    credits_due_at: datetime | None
    """When the next part comes, where they come month by month."""
    is_suspended: bool
    """The payer's bank asks for the money back; what it gives rests until that is decided."""
    needs_tax_review: bool
    """Charged with the rates of the last period, because nobody could be asked for those of this one."""
    waive_reason: str | None = None
    """Why staff ask nothing for it."""
    collect_at: datetime | None = None
    """While its invoice is unpaid: when it is charged next, on the day it is due and then as dunning says."""
    status: PeriodStatus = field(init=False)

    amount = Amount("amount_minor")

    @property
    def anchor(self) -> Anchor:
        """What it is counted from."""
        return Anchor(at=self.anchor_at, day=self.anchor_day, time_zone=self.time_zone, months=self.terms.months)

    @property
    def span(self) -> Span:
        return Span(self.period_start, self.period_end)

    @property
    def is_billed(self) -> bool:
        """Its invoice is open: the subscription stands in it already, and has some days to pay."""
        return self.status is _S.OPEN and self.invoice_id is not None

    def bill(self, invoice_id: UUID, due_at: datetime) -> None:
        self.invoice_id, self.collect_at = invoice_id, due_at

    def pay(self, sale: Sale | None, payment_id: UUID | None, *, at: datetime) -> None:
        """By a verified payment of its sale, or without one where it costs nothing."""
        self.move_to("payPeriod", by=SYSTEM, at=at)
        self.paid_at, self.payment_id, self.collect_at = at, payment_id, None
        if sale is not None:
            self.sale_id, self.invoice_id = sale.id, sale.invoice_id

    def fail(self, *, at: datetime) -> None:
        """Nothing more is tried: it counts as never served."""
        self.move_to("failPeriod", by=SYSTEM, at=at)
        self.collect_at = None

    def waive(self, reason: str, *, by: Actor, at: datetime) -> None:
        """Staff ask nothing for it. It is served as one that costs nothing, so no change of it gives money back."""
        self.waive_reason = said(reason, required=True)
        self.move_to("waiveSubscriptionPeriod", by=by, at=at)
        self.collect_at = None
        self.terms = replace(self.terms, amount_minor=0, included_credits=0)

    def refund(self, *, at: datetime) -> None:
        self.move_to("refundPeriod", by=SYSTEM, at=at)
        self.ended_at, self.credits_due_at = at, None

    def organization_of(self, side: Side) -> UUID | None:
        return self.organization_id if side is Side.OWNER else None

    def concerned_organizations(self) -> list[UUID]:
        return [self.organization_id]


def opened(
    subscription_id: UUID,
    organization_id: UUID,
    anchor: Anchor,
    number: int,
    terms: PeriodTerms,
    *,
    start: datetime | None = None,
    at: datetime,
) -> SubscriptionPeriod:
    """Period `number` of an anchor, to be paid. It starts where the one before ended, if that is said."""
    period = SubscriptionPeriod(
        id=new_id(),
        subscription_id=subscription_id,
        organization_id=organization_id,
        number=number,
        anchor_at=anchor.at,
        anchor_day=anchor.day,
        time_zone=anchor.time_zone,
        period_start=start or anchor.start_of(number),
        period_end=anchor.start_of(number + 1),
        amount_minor=terms.amount_minor,
        currency=terms.currency,
        terms=terms,
        sale_id=None,
        payment_id=None,
        invoice_id=None,
        paid_at=None,
        delivered_at=None,
        ended_at=None,
        credit_months=0,
        credits_due_at=None,
        is_suspended=False,
        needs_tax_review=False,
    )
    period.born(_S.OPEN, action="openPeriod", by=SYSTEM, at=at)
    return period
