"""Checkouts and purchases over time: what nobody pays within the hour ends, and what is over is earned."""

from datetime import datetime
from uuid import UUID

from domain.actors import SYSTEM
from domain.checkout_visits import Leave, Stay, visit
from domain.sales import SaleStatus
from integrations.return_pages import back_at_checkout
from jobs import provider_checkouts
from jobs.payments import come_back
from persistence import checkout_sessions, payments, purchases, sale_outcomes, sales
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


async def visited(
    database: Database, sale_id: UUID, now: datetime, *, brought: str | None, is_back: bool
) -> Leave | Stay | None:
    """Where our page of a sale sends a browser, or what it shows; None where there is no such sale.

    A checkout that a provider bills has no sale: its page is named by the checkout itself.

    When the browser comes from a provider, that is asked first, with what the browser brought.
    """
    billed = await provider_checkouts.visited(database, sale_id, now, is_back=is_back)
    if billed is not None:
        return billed
    payment = await payments.newest_of_sale(database, sale_id)
    if payment is not None and is_back:
        payment = await come_back(database, payment.id, brought, now)
    sale = await sales.as_it_is(database, sale_id)
    return None if sale is None else visit(sale, payment, is_back=is_back)


async def pay_again(database: Database, sale_id: UUID, now: datetime) -> None:
    """Another payment of a sale whose last one came to nothing; nothing where one is under way.

    One that only waits for the buyer is left to them: the page leads there.
    """

    async def start(db: Unit) -> None:
        sale = await sale_outcomes.lock(db, sale_id)
        if sale.status is SaleStatus.PENDING and await sales.live_payment(db, sale_id) is None:
            await sales.checkout(db, sale, provider=None, method_id=None, return_url=back_at_checkout(sale_id))

    await transact(database, start, by=SYSTEM, at=now)


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
