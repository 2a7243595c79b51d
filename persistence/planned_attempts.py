"""The attempts that the schedule makes to have a period paid: at once or when its invoice is due, and the retries."""

from datetime import timedelta

from domain.billing_subscriptions import BillingSubscription
from domain.dunning import DunningAttempt
from domain.subscription_periods import SubscriptionPeriod
from persistence import payment_methods, sales, subscription_charges, subscription_outcomes, subscription_periods
from persistence.unit import Unit

ASKED_AGAIN_AFTER = timedelta(hours=1)
"""While its payer is paying on a page, the clock waits for what comes of that."""


async def make_next(db: Unit, subscription: BillingSubscription, period: SubscriptionPeriod) -> None:
    """Makes the attempt that is planned for a locked period of a locked subscription."""
    attempts = await subscription_periods.attempts_of(db, period.id)
    planned = subscription_periods.scheduled(attempts)
    if planned is None or period.sale_id is None or subscription_periods.undecided(attempts) is not None:
        return
    if await sales.live_payment(db, period.sale_id) is not None:
        subscription_periods.look_again(subscription, period, db.at + ASKED_AGAIN_AFTER)
    elif await _is_hopeless(db, subscription, [one for one in attempts if one is not planned]):
        planned.skip(at=db.at)
        await subscription_outcomes.plan(db, subscription, period, await sales.locked(db, period.sale_id), planned)
        await subscription_outcomes.follow(db, subscription)
    else:
        await subscription_charges.make(db, subscription, period, planned)


async def _is_hopeless(db: Unit, subscription: BillingSubscription, earlier: list[DunningAttempt]) -> bool:
    """Whether the method was declined for good and the organization still pays with the same (rule 9)."""
    charged = [one for one in earlier if one.method_id is not None]
    if not charged or not charged[-1].is_hard:
        return False
    method = await payment_methods.default_of(db, subscription.organization_id, subscription.currency)
    return method is None or method.id == charged[-1].method_id
