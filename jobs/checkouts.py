"""Checkouts and purchases over time: what nobody pays within the hour ends, and what is over is earned."""

from datetime import datetime

from domain.actors import SYSTEM
from persistence import checkout_sessions, purchases, sale_outcomes, sales
from persistence.database import Database
from persistence.unit import Unit, transact

MOST = 100
"""How many one run ends at most, so that the other timers get their turn."""


async def expire_sessions(database: Database, now: datetime) -> int:
    """Ends open checkouts whose hour is over. Whatever may still be paid is taken back first."""
    ended = 0
    while ended < MOST and await transact(database, _expire_one, by=SYSTEM, at=now):
        ended += 1
    return ended


async def deliver_ended(database: Database, now: datetime) -> int:
    """What was bought for some days is earned when they are over."""
    delivered = 0
    while delivered < MOST and await transact(database, _deliver_one, by=SYSTEM, at=now):
        delivered += 1
    return delivered


async def _expire_one(db: Unit) -> bool:
    session = await checkout_sessions.due_for_expiry(db)
    if session is None:
        return False
    if session.sale_id is not None:
        sale = await sale_outcomes.lock(db, session.sale_id)
        if not await sales.stop_payment(db, sale):
            return True
        await sales.cancel(db, sale)
        await purchases.give_up(db, session)
    session.expire(at=db.at)
    return True


async def _deliver_one(db: Unit) -> bool:
    purchase = await purchases.due_for_delivery(db)
    if purchase is not None:
        await purchases.deliver(db, purchase)
    return purchase is not None
