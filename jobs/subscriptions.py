"""Subscriptions in time: what their billing clock strikes for, and earning what was paid for periods that are over."""

from datetime import datetime
from uuid import UUID

from domain.actors import SYSTEM
from jobs.one_by_one import each
from persistence import (
    change_sales,
    period_credits,
    planned_attempts,
    sales,
    subscription_clock,
    subscription_periods,
    subscriptions,
)
from persistence.database import Database
from persistence.unit import Unit, transact


async def keep_due(database: Database, now: datetime) -> int:
    """Trials, renewals, retries, pauses and ends whose time has come: each subscription in a transaction of its own."""
    return await each(database, await transact(database, subscriptions.due, by=SYSTEM, at=now), _keep, now)


async def collect_invoices(database: Database, now: datetime) -> int:
    """Periods whose invoices are due and unpaid: charged, and again as dunning says."""
    due = await transact(database, subscription_periods.to_collect, by=SYSTEM, at=now)
    return await each(database, due, _collect, now)


async def earn_elapsed(database: Database, now: datetime) -> int:
    """Periods that are over: what was paid for them is earned (P21)."""
    return await each(database, await transact(database, subscription_periods.earned, by=SYSTEM, at=now), _earn, now)


async def bring_credits(database: Database, now: datetime) -> int:
    """Credits that come month by month inside longer periods."""
    return await each(database, await transact(database, period_credits.due, by=SYSTEM, at=now), _bring, now)


async def _bring(db: Unit, period_id: UUID) -> bool:
    period = await period_credits.still_due(db, period_id)
    if period is None:
        return False
    await period_credits.grant_next(db, period)
    return True


async def _collect(db: Unit, period_id: UUID) -> bool:
    subscription, period = await subscription_periods.locked(db, period_id)
    if period.collect_at is None or period.collect_at > db.at:
        return False
    await planned_attempts.make_next(db, subscription, period)
    return True


async def _keep(db: Unit, subscription_id: UUID) -> bool:
    subscription = await subscriptions.still_due(db, subscription_id)
    if subscription is None:
        return False
    await subscription_clock.strike(db, subscription)
    return True


async def _earn(db: Unit, period_id: UUID) -> bool:
    period = await subscription_periods.still_earned(db, period_id)
    if period is None:
        return False
    period.delivered_at = db.at
    if period.sale_id is not None:
        sale = await sales.locked(db, period.sale_id)
        if sale.is_kept:
            await sales.deliver(db, sale, sale.net_minor - sale.undone_minor)
    await change_sales.deliver(db, period)
    return True
