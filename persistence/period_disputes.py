"""Disputes of what was paid for periods: each may have several payments, its own and those of changes inside it."""

from sqlalchemy import and_, exists, or_, select

from domain.sales import Sale, SaleKind
from domain.subscription_periods import SubscriptionPeriod
from persistence import credit_accounts, entitlement_versions, period_credits, subscriptions
from persistence.tables.sales import sales
from persistence.tables.subscription_changes import proration_lines
from persistence.unit import Unit


async def follow(db: Unit, period: SubscriptionPeriod) -> None:
    """A period whose subscription is locked gives nothing while any payment for it is disputed."""
    await db.flush()
    of_period = select(proration_lines.c.change_id).where(proration_lines.c.period_id == period.id)
    is_of_change = and_(sales.c.kind == SaleKind.CHANGE, sales.c.subject_id.in_(of_period))
    is_for_period = or_(sales.c.id == period.sale_id, is_of_change)
    period.is_suspended = bool(await db.session.scalar(select(exists().where(is_for_period, sales.c.is_disputed))))
    subscription = await subscriptions.of_period(db, period)
    await entitlement_versions.bump(db, subscription.organization_id, subscription.app_id)


async def lost(db: Unit, period: SubscriptionPeriod, sale: Sale) -> None:
    """The bank has taken some of it for good: the period ends, and what is left of the credits that came with it."""
    period.refund(at=db.at)
    await follow(db, period)
    account = await credit_accounts.locked(db, period.organization_id)
    lots = await period_credits.lots_of(db, period)
    unused = sum(lot.remaining for lot in lots)
    await period_credits.void(db, account, lots, unused, sale=sale, reason="The bank took back what was paid for them.")
