"""Subscriptions to plans and add-ons: the states that trials, payments, pauses and cancellations lead them through."""

from dataclasses import dataclass, field
from datetime import datetime, timedelta
from enum import Enum
from typing import Any, ClassVar
from uuid import UUID

from domain.actors import SYSTEM, Actor
from domain.billing_calendar import Anchor, Span
from domain.dunning import grace_ends
from domain.payment_methods import Provider
from domain.permissions import Permission
from domain.reasons import said
from domain.refusals import Refused, invalid, wrong_state
from domain.states import Move, Side, Stateful
from domain.subscription_periods import SubscriptionPeriod
from domain.subscription_plans import DunningOutcome, TrialEnd
from domain.usage_events import CLOSES_AFTER


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
RUNNING = (_S.TRIALING, _S.ACTIVE, _S.PAST_DUE)
_COLLECTED = (*RUNNING, _S.UNPAID, _S.PAUSED)

FIRST_PAYMENT_WAIT = timedelta(hours=23)
TRIAL_NOTICE = timedelta(days=3)
LONGEST_PAUSE = timedelta(days=180)


@dataclass(eq=False, kw_only=True)
class BillingSubscription(Stateful):
    """An organization's subscription to one product. At most one live one of a catalogue is to a PLAN."""

    SUBJECT: ClassVar[str] = "subscription"
    MOVES: ClassVar[tuple[Move, ...]] = (
        Move("activateSubscription", (_S.INCOMPLETE, _S.TRIALING), _S.ACTIVE, Side.SYSTEM),
        Move("beginTrial", (_S.INCOMPLETE,), _S.TRIALING, Side.SYSTEM),
        Move("expireSubscription", (_S.INCOMPLETE,), _S.INCOMPLETE_EXPIRED, Side.SYSTEM),
        Move("failSubscription", (_S.TRIALING, _S.ACTIVE), _S.PAST_DUE, Side.SYSTEM),
        Move("recoverSubscription", PAYABLE, _S.ACTIVE, Side.SYSTEM),
        Move("giveUpSubscription", (_S.PAST_DUE,), _S.UNPAID, Side.SYSTEM),
        Move("restSubscription", (_S.TRIALING, _S.ACTIVE), _S.PAUSED, Side.SYSTEM),
        Move("restartSubscription", (_S.PAUSED,), _S.ACTIVE, Side.SYSTEM),
        Move("endSubscription", LIVE, _S.CANCELED, Side.SYSTEM),
        Move("followIntoTrial", LIVE, _S.TRIALING, Side.SYSTEM),
        Move("followIntoService", LIVE, _S.ACTIVE, Side.SYSTEM),
        Move("followIntoArrears", LIVE, _S.PAST_DUE, Side.SYSTEM),
        Move("followIntoDefault", LIVE, _S.UNPAID, Side.SYSTEM),
        Move("followIntoPause", LIVE, _S.PAUSED, Side.SYSTEM),
        Move("changeSubscription", (_S.ACTIVE,), None, Side.OWNER, _MANAGE),
        Move("changeSubscription", (_S.ACTIVE,), None, Side.STAFF, _STAFF),
        Move("cancelSubscription", LIVE, _S.CANCELED, Side.OWNER, _MANAGE),
        Move("cancelSubscription", LIVE, _S.CANCELED, Side.STAFF, _STAFF),
        Move("uncancelSubscription", RUNNING, None, Side.OWNER, _MANAGE),
        Move("pauseSubscription", (_S.ACTIVE,), None, Side.OWNER, _MANAGE),
        Move("resumeSubscription", (_S.PAUSED,), None, Side.OWNER, _MANAGE),
        Move("retrySubscriptionPayment", PAYABLE, None, Side.OWNER, _MANAGE),
        Move("retrySubscriptionPayment", PAYABLE, None, Side.STAFF, _STAFF),
        Move("setSubscriptionCollection", _COLLECTED, None, Side.STAFF, _STAFF),
    )

    id: UUID
    organization_id: UUID
    app_id: UUID | None
    product_id: UUID
    is_plan: bool
    checkout_session_id: UUID | None
    managed_by: ManagedBy = ManagedBy.MILEPOST
    collection: SubscriptionCollection = SubscriptionCollection.CHARGE
    net_days: int = 0
    """Under SEND_INVOICE: how many days after its start a period is due."""
    currency: str
    interval_months: int
    anchor_at: datetime
    anchor_day: int
    time_zone: str
    period_number: int | None = None
    """The period that it stands in, counted from the anchor; None before the first."""
    current_period_start: datetime | None = None
    current_period_end: datetime | None = None
    trial_ends_at: datetime | None = None
    trial_end: TrialEnd
    trial_noticed_at: datetime | None = None
    cancel_at_period_end: bool = False
    cancel_at: datetime | None = None
    pause_at: datetime | None = None
    resumes_at: datetime | None = None
    canceled_at: datetime | None = None
    cancel_reason: str | None = None
    past_due_at: datetime | None = None
    grace_days: int
    dunning_outcome: DunningOutcome
    features: list[dict[str, Any]]
    """What it gives while it gives anything, as in the terms of its period."""
    included_credits: int
    due_at: datetime | None
    """When the billing clock looks at it next; None while it waits for a payment or for people."""
    provider: Provider | None = None
    external_id: str | None = None
    external_updated_at: datetime | None = None
    status: SubscriptionStatus = field(init=False)

    @property
    def anchor(self) -> Anchor:
        return Anchor(at=self.anchor_at, day=self.anchor_day, time_zone=self.time_zone, months=self.interval_months)

    @property
    def is_live(self) -> bool:
        return self.status in LIVE

    @property
    def runs(self) -> bool:
        return self.status in RUNNING

    @property
    def current_period(self) -> Span | None:
        if self.current_period_start is None or self.current_period_end is None:
            return None
        return Span(self.current_period_start, self.current_period_end)

    @property
    def access_ends_at(self) -> datetime | None:
        """When a period that stays unpaid closes the door (rule 10)."""
        return None if self.past_due_at is None else grace_ends(self.past_due_at, self.grace_days)

    @property
    def charged_last_at(self) -> datetime | None:
        """When what it still owes is charged: a day after it, and what is paid of it, have ended (rule 21)."""
        if self.canceled_at is None or self.current_period_end is None:
            return None
        return max(self.canceled_at, self.current_period_end) + CLOSES_AFTER

    def enter(self, period: SubscriptionPeriod, *, at: datetime) -> None:
        """The period is paid, or billed: the subscription stands in it, with all that it was sold as."""
        action, told = _ENTRIES[self.status]
        terms = period.terms
        self.product_id, self.interval_months = terms.product_id, terms.months
        self.anchor_at, self.anchor_day, self.time_zone = period.anchor_at, period.anchor_day, period.time_zone
        self.period_number = period.number
        self.current_period_start, self.current_period_end = period.period_start, period.period_end
        self.grace_days, self.dunning_outcome = terms.grace_days, terms.dunning_outcome
        self.features, self.included_credits = list(terms.features), terms.included_credits
        self.past_due_at = self.resumes_at = None
        self.cancel_at = period.period_end if self.cancel_at_period_end else None
        self.due_at = None if self.managed_by is ManagedBy.PROVIDER else period.period_end
        if action is not None:
            self.move_to(action, by=SYSTEM, at=at)
        self.record(told, by=SYSTEM, at=at, data={"periodId": str(period.id)})

    def fall_behind(self, *, at: datetime) -> None:
        """The charge of a period has failed. After a trial there is no grace: nothing was ever paid."""
        if self.status is _S.TRIALING:
            self.grace_days = 0
        self.move_to("failSubscription", by=SYSTEM, at=at)
        self.past_due_at = at
        self.record("past_due", by=SYSTEM, at=at)

    def give_up(self, *, at: datetime) -> None:
        """The last retry has failed."""
        if self.dunning_outcome is DunningOutcome.CANCEL or self.cancel_at_period_end:
            self.end(at=at)
            return
        self.move_to("giveUpSubscription", by=SYSTEM, at=at)
        self.due_at = None
        self.record("unpaid", by=SYSTEM, at=at)

    def notice_trial_end(self, *, at: datetime) -> None:
        self.trial_noticed_at, self.due_at = at, self.trial_ends_at
        ends_at = None if self.trial_ends_at is None else self.trial_ends_at.isoformat()
        self.record("trial_will_end", by=SYSTEM, at=at, data={"trialEndsAt": ends_at})

    def rest(self, *, at: datetime) -> None:
        """The pause begins."""
        self.move_to("restSubscription", by=SYSTEM, at=at)
        self.pause_at, self.due_at = None, self.resumes_at
        self.record("paused", by=SYSTEM, at=at)

    def stay_paused(self) -> None:
        """The first charge after the pause has failed: it goes on when people resume it."""
        self.resumes_at = self.due_at = None

    def expire(self, *, at: datetime) -> None:
        """Nobody has paid for it in time."""
        self.move_to("expireSubscription", by=SYSTEM, at=at)
        self.due_at = None

    def end(self, *, at: datetime) -> None:
        self.move_to("endSubscription", by=SYSTEM, at=at)
        self._ended(SYSTEM, at)

    def cancel(self, reason: str | None, *, by: Actor, at: datetime) -> None:
        """At once: nothing of it is left."""
        self.move_to("cancelSubscription", by=by, at=at)
        self.cancel_reason = said(reason)
        self._ended(by, at)

    def cancel_later(self, ends_at: datetime, reason: str | None, *, by: Actor) -> None:
        """When the period that is paid, or shall be, has ended."""
        self.check("cancelSubscription", by=by)
        self.require_running()
        self.cancel_reason = said(reason)
        self.cancel_at_period_end, self.cancel_at = True, ends_at
        self.pause_at = self.resumes_at = None

    def require_running(self) -> None:
        if not self.runs:
            message = "Only a subscription that runs ends with its period: cancel it NOW."
            raise wrong_state(message, from_state=self.status.name, allowed=[state.name for state in RUNNING])

    def uncancel(self, *, by: Actor, at: datetime) -> None:
        self.check("uncancelSubscription", by=by)
        if self.cancel_at is not None and at >= self.cancel_at:
            raise wrong_state("Its time is over: subscribe again.", from_state="ENDED")
        self.stay()

    def stay(self) -> None:
        """It neither ends nor pauses with its period."""
        self.cancel_at_period_end = False
        self.cancel_at = self.cancel_reason = self.pause_at = self.resumes_at = None

    def pause(self, resumes_at: datetime, *, by: Actor) -> None:
        """From the end of the period on, for at most 180 days (rule 8)."""
        self.check("pauseSubscription", by=by)
        pauses_at = self.current_period_end
        if pauses_at is None or not pauses_at < resumes_at <= pauses_at + LONGEST_PAUSE:
            span = f"after {pauses_at:%Y-%m-%d %H:%M} UTC, when the pause begins, and at most 180 days later"
            raise invalid(f"Choose an instant {span}.", "resumesAt")
        self.pause_at, self.resumes_at = pauses_at, resumes_at

    def _ended(self, by: Actor, at: datetime) -> None:
        self.canceled_at = at
        self.cancel_at = self.pause_at = self.resumes_at = None
        self.cancel_at_period_end = False
        self.due_at = self.charged_last_at
        self.record("canceled", by=by, at=at)

    def organization_of(self, side: Side) -> UUID | None:
        return self.organization_id if side is Side.OWNER else None

    def concerned_organizations(self) -> list[UUID]:
        return [self.organization_id]

    def concerned_objects(self) -> list[UUID]:
        return [self.organization_id]

    def blocked(self, action: str) -> Refused | None:
        if self.managed_by is ManagedBy.PROVIDER and action in _OURS_ALONE:
            message = "The provider bills this subscription, and is not asked for that: use createPortalSession."
            return wrong_state(message, from_state=ManagedBy.PROVIDER.name, allowed=[ManagedBy.MILEPOST.name])
        if action == "uncancelSubscription" and not self.cancel_at_period_end:
            return wrong_state("It is not going to end: there is nothing to take back.", from_state=self.status.name)
        if action == "pauseSubscription" and self.cancel_at_period_end:
            message = "It ends with this period: uncancelSubscription first."
            return wrong_state(message, from_state=self.status.name)
        return None


_OURS_ALONE = ("pauseSubscription", "resumeSubscription", "retrySubscriptionPayment", "setSubscriptionCollection")
"""What people do only to what Milepost bills: no provider is asked for it."""

_ENTRIES = {
    _S.INCOMPLETE: ("activateSubscription", "activated"),
    _S.TRIALING: ("activateSubscription", "activated"),
    _S.ACTIVE: (None, "renewed"),
    _S.PAST_DUE: ("recoverSubscription", "recovered"),
    _S.UNPAID: ("recoverSubscription", "recovered"),
    _S.PAUSED: ("restartSubscription", "resumed"),
}
"""What entering a period does to a subscription in each state: the action, and what is told of it."""
