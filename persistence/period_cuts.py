"""Ending a paid period early because another begins: what was paid for the rest of it lowers the next charge."""

from domain.billing_subscriptions import BillingSubscription
from domain.ids import new_id
from domain.proration_lines import ProrationLine
from domain.prorations import begun_anew
from domain.subscription_periods import PeriodStatus, SubscriptionPeriod
from persistence import subscription_periods
from persistence.unit import Unit


async def cut_short(db: Unit, subscription: BillingSubscription) -> None:
    """Call it before a period of a locked subscription begins now: nobody pays twice for the same days.

    That is so where an older invoice was never paid, but the one of the period that ran when it was given up.
    """
    period = await subscription_periods.current_of(db, subscription.id, locked=True)
    if period is None or period.period_end <= db.at:
        return
    if period.status is PeriodStatus.PAID:
        db.add(_given_back(db, period))
    period.period_end, period.credits_due_at = db.at.replace(microsecond=0), None
    await db.flush()


def _given_back(db: Unit, period: SubscriptionPeriod) -> ProrationLine:
    unused, _ = begun_anew(period.terms.amount_minor, 0, period.span, db.at)
    return ProrationLine(
        id=new_id(),
        subscription_id=period.subscription_id,
        change_id=None,
        kind=unused.kind,
        description=f"Unused time of {period.terms.name}",
        quantity=1,
        tax_code=period.terms.tax_code,
        tax_mode=period.terms.tax_behavior.tax_mode,
        amount_minor=unused.amount_minor,
        currency=period.currency,
        period_id=None,
        created_at=db.at,
    )
