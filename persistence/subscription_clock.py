"""The billing clock: what becomes of a subscription when its time has come."""

from domain.billing_subscriptions import BillingSubscription, SubscriptionStatus
from domain.dunning import AttemptTrigger
from domain.refusals import conflict
from domain.subscription_plans import TrialEnd
from persistence import (
    contracts,
    final_charges,
    planned_attempts,
    subscription_charges,
    subscription_ends,
    subscription_periods,
)
from persistence.unit import Unit

_S = SubscriptionStatus


async def strike(db: Unit, subscription: BillingSubscription) -> None:
    """Does the one thing that is due for a locked subscription; the clock comes back for the next."""
    subscription.due_at = None
    match subscription.status:
        case _S.INCOMPLETE:
            await subscription_ends.expire(db, subscription)
        case _S.TRIALING:
            await _of_trial(db, subscription)
        case _S.ACTIVE:
            await _of_period(db, subscription)
        case _S.PAST_DUE:
            await _of_dunning(db, subscription)
        case _S.PAUSED:
            await resume(db, subscription, AttemptTrigger.SCHEDULE)
        case _S.CANCELED:
            await final_charges.charge(db, subscription)


async def resume(db: Unit, subscription: BillingSubscription, trigger: AttemptTrigger) -> None:
    """A new period from now on; the subscription goes on with its payment, or its invoice where none is overdue."""
    is_behind = await subscription_periods.is_behind(db, subscription.id)
    by_itself = trigger is AttemptTrigger.SCHEDULE
    if by_itself and (is_behind or not await subscription_charges.can_charge(db, subscription)):
        subscription.stay_paused()
        return
    if is_behind:
        raise conflict("An invoice of an earlier period is overdue: pay it first.")
    await subscription_charges.open_first(db, subscription, db.at, trigger=trigger)


async def _of_trial(db: Unit, subscription: BillingSubscription) -> None:
    ends_at = subscription.trial_ends_at
    if ends_at is None:
        raise LookupError("a trial has an end")
    if db.at < ends_at:
        subscription.notice_trial_end(at=db.at)
    elif subscription.cancel_at_period_end:
        await subscription_ends.end(db, subscription)
    elif await subscription_charges.can_charge(db, subscription):
        if await subscription_charges.waits_for_taxes(db, subscription, ends_at):
            return
        await subscription_charges.open_first(db, subscription, ends_at, trigger=AttemptTrigger.SCHEDULE)
    else:
        await _end_unpaid(db, subscription)


async def _end_unpaid(db: Unit, subscription: BillingSubscription) -> None:
    """There is nothing to charge when the trial ends: what the plan says of that."""
    if subscription.trial_end is TrialEnd.CANCEL:
        await subscription_ends.end(db, subscription)
    else:
        await subscription_ends.rest(db, subscription)


async def _of_period(db: Unit, subscription: BillingSubscription) -> None:
    if subscription.cancel_at_period_end or await contracts.is_leaving(db, subscription):
        await subscription_ends.end(db, subscription)
    elif subscription.pause_at is not None:
        await subscription_ends.rest(db, subscription)
    elif not await subscription_charges.waits_for_taxes(db, subscription, subscription.current_period_end or db.at):
        await subscription_charges.open_next(db, subscription)


async def _of_dunning(db: Unit, subscription: BillingSubscription) -> None:
    """Of one whose invoices are overdue no other period opens: it ends with the one that it stands in, or waits."""
    period = await subscription_periods.open_of(db, subscription.id)
    if period is not None:
        await planned_attempts.make_next(db, subscription, period)
    elif subscription.cancel_at_period_end:
        await subscription_ends.end(db, subscription)
