"""Asking providers for changes of the subscriptions that they bill: once for each, however often it takes to ask."""

from datetime import datetime
from uuid import UUID

from domain.actors import SYSTEM
from domain.billed_subscriptions import BilledSubscription
from domain.events import OutboxEvent
from domain.refusals import RefusalCode, Refused
from domain.scheduled_changes import ScheduledChange, ScheduledChangeKind
from domain.subscription_changes import ProrationMode
from integrations.decline_codes import DeclineCode
from integrations.payments import Declined, NoAnswer, NotFound
from integrations.provider_billing import BillsSubscriptions, ChangingBilled, Ending, EndingBilled, Prorating
from jobs.provider_subscriptions import look
from jobs.providers import reach_billing
from jobs.side_by_side import several
from persistence import provider_changes
from persistence.database import Database
from persistence.provider_changes import Order
from persistence.unit import transact

UNKNOWN_THERE = "NOT_FOUND"
_PRORATING = {
    ProrationMode.ALWAYS_INVOICE: Prorating.NOW,
    ProrationMode.CREATE_PRORATIONS: Prorating.WITH_NEXT_PERIOD,
    ProrationMode.NONE: Prorating.NOT_AT_ALL,
}


async def send_due(database: Database, now: datetime) -> int:
    """Asks for what nobody has asked for yet, or had no answer to."""
    return await several(lambda: _send_one(database, now))


async def send_change(database: Database, event: OutboxEvent, now: datetime) -> None:
    """Asks at once; the timer finds whatever this misses."""
    await _send_one(database, now, event.subject_id)


async def _send_one(database: Database, now: datetime, change_id: UUID | None = None) -> bool:
    """Whoever dies on the way, or hears nothing, leaves it to be asked for again, with the same key."""
    order = await transact(database, lambda db: provider_changes.due(db, change_id), by=SYSTEM, at=now)
    if order is None:
        return False
    answer = await _ask(await reach_billing(database, order.provider), order, now)
    match answer:
        case BilledSubscription():
            await _done(database, order, now)
        case Declined(code=code) if code != DeclineCode.PROVIDER_UNAVAILABLE.name:
            await _refused(database, order, code, now)
        case NotFound():
            await _refused(database, order, UNKNOWN_THERE, now)
    return True


async def _done(database: Database, order: Order, now: datetime) -> None:
    """First the subscription follows, and with it the invoice that pays for the change and applies it.

    What cannot be placed here is for people, whom the provider's message leads to it: the change is made all the same.
    """
    try:
        await look(database, order.provider, None, order.external_id, now)
    except Refused as refused:
        if refused.code is RefusalCode.PROVIDER_UNAVAILABLE:
            return
    await transact(database, lambda db: provider_changes.done(db, order.change.id), by=SYSTEM, at=now)


async def _refused(database: Database, order: Order, why: str, now: datetime) -> None:
    await transact(database, lambda db: provider_changes.refused(db, order.change.id, why), by=SYSTEM, at=now)


async def _ask(
    billing: BillsSubscriptions, order: Order, now: datetime
) -> BilledSubscription | Declined | NotFound | NoAnswer:
    change = order.change
    if change.quantity is None:
        ending = EndingBilled(key=change.id, subscription_id=order.external_id, when=_ending(change), at=now)
        return await billing.end_subscription(ending)
    changing = ChangingBilled(
        key=change.id,
        subscription_id=order.external_id,
        price=order.provider_price_id,
        quantity=change.quantity,
        prorating=_PRORATING[change.mode or ProrationMode.NONE],
        at=now,
    )
    return await billing.change_subscription(changing)


def _ending(change: ScheduledChange) -> Ending:
    if change.kind is ScheduledChangeKind.CONTINUE:
        return Ending.NOT_AT_ALL
    return Ending.NOW if change.is_immediate else Ending.WITH_PERIOD
