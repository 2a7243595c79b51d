"""Subscriptions to plans and add-ons: the states that trials, payments, pauses and cancellations lead them through."""

from dataclasses import dataclass, field
from datetime import datetime, timedelta
from enum import Enum
from typing import Any, ClassVar
from uuid import UUID

from domain.billing_calendar import Anchor, Span
from domain.dunning import grace_ends
from domain.payment_methods import Provider
from domain.permissions import Permission
from domain.refusals import Refused, wrong_state
from domain.states import Move, Side, Stateful
from domain.subscription_plans import DunningOutcome, TrialEnd


class SubscriptionStatus(Enum):
    """The life of a subscription."""

    INCOMPLETE = "INCOMPLETE"
    INCOMPLETE_EXPIRED = "INCOMPLETE_EXPIRED"
    TRIALING = "TRIALING"
    ACTIVE = "ACTIVE"
    PAST_DUE = "PAST_DUE"
    UNPAID = "UNPAID"
    PAUSED = "PAUSED"
    CANCELED = "CANCELED"


class ManagedBy(Enum):
    """Who decides about its periods: the payment provider, whose word is followed, or Milepost's own clock."""

    PROVIDER = "PROVIDER"
    MILEPOST = "MILEPOST"


class SubscriptionCollection(Enum):
    """How its periods are paid."""

    CHARGE = "CHARGE"
    SEND_INVOICE = "SEND_INVOICE"


_S, _MANAGE, _STAFF = SubscriptionStatus, Permission.BILLING_MANAGE, Permission.STAFF_MONEY

LIVE = (_S.INCOMPLETE, _S.TRIALING, _S.ACTIVE, _S.PAST_DUE, _S.UNPAID, _S.PAUSED)
PAYABLE = (_S.PAST_DUE, _S.UNPAID)
_FLAGGED = (_S.TRIALING, _S.ACTIVE, _S.PAST_DUE)

FIRST_PAYMENT_WAIT = timedelta(hours=23)
TRIAL_NOTICE = timedelta(days=3)
LONGEST_PAUSE = timedelta(days=180)


@dataclass(eq=False, kw_only=True)
class BillingSubscription(Stateful):
    """An organization's subscription to one product. At most one live one of a catalogue is to a PLAN."""

    SUBJECT: ClassVar[str] = "subscription"
    MOVES: ClassVar[tuple[Move, ...]] = (
        Move("activateSubscription", (_S.INCOMPLETE, _S.TRIALING), _S.ACTIVE, Side.SYSTEM),
        Move("expireSubscription", (_S.INCOMPLETE,), _S.INCOMPLETE_EXPIRED, Side.SYSTEM),
        Move("failSubscription", (_S.TRIALING, _S.ACTIVE), _S.PAST_DUE, Side.SYSTEM),
        Move("recoverSubscription", PAYABLE, _S.ACTIVE, Side.SYSTEM),
        Move("giveUpSubscription", (_S.PAST_DUE,), _S.UNPAID, Side.SYSTEM),
        Move("restSubscription", (_S.TRIALING, _S.ACTIVE), _S.PAUSED, Side.SYSTEM),
        Move("restartSubscription", (_S.PAUSED,), _S.ACTIVE, Side.SYSTEM),
        Move("endSubscription", LIVE, _S.CANCELED, Side.SYSTEM),
        Move("changeSubscription", (_S.ACTIVE,), None, Side.OWNER, _MANAGE),
        Move("changeSubscription", (_S.ACTIVE,), None, Side.STAFF, _STAFF),
        Move("cancelSubscription", LIVE, _S.CANCELED, Side.OWNER, _MANAGE),
        Move("cancelSubscription", LIVE, _S.CANCELED, Side.STAFF, _STAFF),
        Move("uncancelSubscription", _FLAGGED, None, Side.OWNER, _MANAGE),
        Move("pauseSubscription", (_S.ACTIVE,), None, Side.OWNER, _MANAGE),
        Move("resumeSubscription", (_S.PAUSED,), None, Side.OWNER, _MANAGE),
        Move("retrySubscriptionPayment", PAYABLE, None, Side.OWNER, _MANAGE),
        Move("retrySubscriptionPayment", PAYABLE, None, Side.STAFF, _STAFF),
    )

    id: UUID
    organization_id: UUID
    app_id: UUID | None
    product_id: UUID
    is_plan: bool
    checkout_session_id: UUID | None
    managed_by: ManagedBy
    collection: SubscriptionCollection
    net_days: int
    """Under SEND_INVOICE: how many days after its start a period is due."""
    currency: str
    interval_months: int
    anchor_at: datetime
    anchor_day: int
    time_zone: str
    period_number: int | None
    """The period that is paid, counted from the anchor; None before the first."""
    current_period_start: datetime | None
    current_period_end: datetime | None
    trial_ends_at: datetime | None
    trial_end: TrialEnd
    trial_noticed_at: datetime | None
    cancel_at_period_end: bool
    cancel_at: datetime | None
    pause_at: datetime | None
    resumes_at: datetime | None
    canceled_at: datetime | None
    cancel_reason: str | None
    past_due_at: datetime | None
    grace_days: int
    dunning_outcome: DunningOutcome
    features: list[dict[str, Any]]
    """What it gives while it gives anything, as in the terms of its period."""
    included_credits: int
    due_at: datetime | None
    """When the billing clock looks at it next; None while it waits for a payment or for people."""
    provider: Provider | None
    external_id: str | None
    external_updated_at: datetime | None
    status: SubscriptionStatus = field(init=False)

    @property
    def anchor(self) -> Anchor:
        return Anchor(at=self.anchor_at, day=self.anchor_day, time_zone=self.time_zone, months=self.interval_months)

    @property
    def is_live(self) -> bool:
        return self.status in LIVE

    @property
    def current_period(self) -> Span | None:
        if self.current_period_start is None or self.current_period_end is None:
            return None
        return Span(self.current_period_start, self.current_period_end)

    @property
    def access_ends_at(self) -> datetime | None:
        """When a period that stays unpaid closes the door (rule 10)."""
        return None if self.past_due_at is None else grace_ends(self.past_due_at, self.grace_days)

    def organization_of(self, side: Side) -> UUID | None:
        return self.organization_id if side is Side.OWNER else None

    def concerned_organizations(self) -> list[UUID]:
        return [self.organization_id]

    def concerned_objects(self) -> list[UUID]:
        return [self.organization_id]

    def blocked(self, action: str) -> Refused | None:
        if action == "uncancelSubscription" and not self.cancel_at_period_end:
            return wrong_state("It is not going to end: there is nothing to take back.", from_state=self.status.name)
        if action == "pauseSubscription" and self.cancel_at_period_end:
            message = "It ends with this period: uncancelSubscription first."
            return wrong_state(message, from_state=self.status.name)
        return None
