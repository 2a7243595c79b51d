"""Waiving periods: staff ask nothing for one that is to be paid, and its subscription goes on in it."""

from domain.billing_subscriptions import BillingSubscription
from domain.refusals import conflict
from domain.subscription_periods import SubscriptionPeriod
from persistence import proration_lines, sales, subscription_outcomes, subscription_periods
from persistence.unit import Unit


async def waive(db: Unit, subscription: BillingSubscription, period: SubscriptionPeriod, reason: str) -> None:
    """Ends the sale of a locked period, and every attempt to have it paid.

    Refuses CONFLICT while a payment is under way, whose money would have to go back. What was to lower its price waits
    for the next.
    """
    period.check("waiveSubscriptionPeriod", by=db.by)
    attempts = await subscription_periods.attempts_of(db, period.id)
    if period.sale_id is not None:
        sale = await sales.locked(db, period.sale_id)
        if await sales.live_payment(db, sale.id) is not None:
            raise conflict("A payment of this period is under way: wait for its outcome.")
        await sales.cancel(db, sale)
    for attempt in attempts:
        if attempt.outcome is None:
            attempt.cancel()
    proration_lines.carry_over(db, period, await proration_lines.net_of(db, period.id))
    stands_in_it = period.is_billed
    period.waive(reason, by=db.by, at=db.at)
    if stands_in_it:
        await subscription_outcomes.catch_up(db, subscription)
    else:
        subscription.enter(period, at=db.at)
    await subscription_outcomes.follow(db, subscription)
