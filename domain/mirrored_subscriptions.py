"""Following the provider that bills a subscription: it stands here as it stands there, and never goes back in time."""

from collections.abc import Mapping
from datetime import datetime

from domain.actors import SYSTEM
from domain.billed_subscriptions import BilledSubscription
from domain.billing_subscriptions import BillingSubscription, ManagedBy, SubscriptionStatus
from domain.payment_methods import Provider
from domain.refusals import conflict
from domain.subscription_terms import PeriodTerms

_S = SubscriptionStatus

_TURNS: Mapping[SubscriptionStatus, tuple[str, str | None]] = {
    _S.TRIALING: ("followIntoTrial", None),
    _S.ACTIVE: ("followIntoService", "activated"),
    _S.PAST_DUE: ("followIntoArrears", "past_due"),
    _S.UNPAID: ("followIntoDefault", "unpaid"),
    _S.PAUSED: ("followIntoPause", "paused"),
}
_RETURNS = {_S.PAST_DUE: "recovered", _S.UNPAID: "recovered", _S.PAUSED: "resumed"}
"""What is told of a subscription that runs again, by where it was."""
TIME_ZONE = "UTC"
"""Providers count periods in it."""


def hand_over(subscription: BillingSubscription, provider: Provider, billed: BilledSubscription) -> None:
    """A new subscription that its provider decides about: the billing clock never looks at it."""
    subscription.managed_by, subscription.provider = ManagedBy.PROVIDER, provider
    subscription.external_id, subscription.due_at = billed.subscription_id, None
    subscription.anchor_at, subscription.anchor_day = billed.anchor_at, billed.anchor_at.day


def take_terms(subscription: BillingSubscription, terms: PeriodTerms) -> None:
    """Another price or quantity, with all that comes with it from now on."""
    subscription.product_id, subscription.interval_months = terms.product_id, terms.months
    subscription.grace_days, subscription.dunning_outcome = terms.grace_days, terms.dunning_outcome
    subscription.features, subscription.included_credits = list(terms.features), terms.included_credits


def ends_with(subscription: BillingSubscription, *, at: datetime) -> datetime:
    """The end of the period that it would end with. Refuses CONFLICT while only the provider knows which that is."""
    subscription.require_running()
    ends_at = subscription.current_period_end
    if ends_at is None or ends_at <= at:
        raise conflict("Its period is over, and the provider has not told of the next one yet. Repeat it in a minute.")
    return ends_at


def follow(subscription: BillingSubscription, billed: BilledSubscription, *, at: datetime) -> bool:
    """Stands as it does there; False where that is older than what is known, or it has ended here for good.

    What was paid there is recorded before: a period that is entered brings the status that goes with it.
    """
    known_at = subscription.external_updated_at
    if known_at is not None and billed.as_of < known_at:
        return False
    subscription.external_updated_at = billed.as_of
    if not subscription.is_live:
        return False
    _stand(subscription, billed)
    _turn(subscription, billed, at)
    return True


def _stand(subscription: BillingSubscription, billed: BilledSubscription) -> None:
    subscription.anchor_at, subscription.anchor_day = billed.anchor_at, billed.anchor_at.day
    subscription.time_zone = TIME_ZONE
    subscription.current_period_start, subscription.current_period_end = billed.period.start, billed.period.end
    subscription.trial_ends_at = billed.trial_ends_at or subscription.trial_ends_at
    if subscription.cancel_at is not None and billed.cancel_at is None and billed.ended_at is None:
        subscription.cancel_reason = None
    subscription.cancel_at_period_end, subscription.cancel_at = billed.cancels_at_period_end, billed.cancel_at


def _turn(subscription: BillingSubscription, billed: BilledSubscription, at: datetime) -> None:
    before, after = subscription.status, billed.status
    if after is _S.CANCELED:
        subscription.end(at=at)
        subscription.canceled_at = billed.ended_at or at
    elif after is _S.INCOMPLETE_EXPIRED:
        subscription.expire(at=at)
    elif after not in (before, _S.INCOMPLETE):
        action, told = _TURNS[after]
        subscription.move_to(action, by=SYSTEM, at=at)
        _owe(subscription, at)
        told = _RETURNS.get(before, told) if after is _S.ACTIVE else told
        if told is not None:
            subscription.record(told, by=SYSTEM, at=at)


def _owe(subscription: BillingSubscription, at: datetime) -> None:
    """Since when it is owed for. There is no grace where nothing was ever paid (rule 10)."""
    if subscription.status is _S.PAST_DUE:
        subscription.past_due_at = at
        if subscription.period_number is None:
            subscription.grace_days = 0
    elif subscription.status is not _S.UNPAID:
        subscription.past_due_at = None
