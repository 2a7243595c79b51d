"""The billing clock: what becomes of a subscription when its time has come."""

from domain.billing_subscriptions import BillingSubscription, SubscriptionStatus
from domain.dunning import AttemptTrigger, DunningAttempt
from domain.subscription_periods import SubscriptionPeriod
from domain.subscription_plans import TrialEnd
from persistence import (
    contracts,
    final_charges,
    payment_methods,
    sales,
    subscription_charges,
    subscription_ends,
    subscription_outcomes,
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
    """A new period from now on; the subscription goes on with its payment."""
    if trigger is AttemptTrigger.SCHEDULE and not await subscription_charges.can_charge(db, subscription):
        subscription.stay_paused()
        return
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
    period = await subscription_periods.open_of(db, subscription.id)
    if period is None:
        return
    attempts = await subscription_periods.attempts_of(db, period.id)
    planned = subscription_periods.scheduled(attempts)
    if planned is None or subscription_periods.undecided(attempts) is not None:
        return
    if await _is_hopeless(db, subscription, [one for one in attempts if one is not planned]):
        await _skip(db, subscription, period, planned)
    else:
        await subscription_charges.make(db, subscription, period, planned)


async def _is_hopeless(db: Unit, subscription: BillingSubscription, earlier: list[DunningAttempt]) -> bool:
    """Whether the method was declined for good and the organization still pays with the same (rule 9)."""
    charged = [one for one in earlier if one.method_id is not None]
    if not charged or not charged[-1].is_hard:
        return False
    method = await payment_methods.default_of(db, subscription.organization_id, subscription.currency)
    return method is None or method.id == charged[-1].method_id


async def _skip(
    db: Unit, subscription: BillingSubscription, period: SubscriptionPeriod, planned: DunningAttempt
) -> None:
    if period.sale_id is None:
        raise LookupError(f"period {period.id} was never put on sale")
    planned.skip(at=db.at)
    await subscription_outcomes.plan(db, subscription, period, await sales.locked(db, period.sale_id), planned)
    await subscription_outcomes.follow(db, subscription)
