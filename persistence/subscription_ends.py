"""How subscriptions end, and what is left undone then: open periods, sales that nobody pays, changes that wait."""

from collections.abc import Sequence
from uuid import UUID

from domain.billing_subscriptions import BillingSubscription
from domain.sales import SaleKind, SaleStatus
from domain.scheduled_changes import ScheduledChange, ScheduledChangeKind
from persistence import (
    contracts,
    sales,
    scheduled_changes,
    subscription_outcomes,
    subscription_periods,
)
from persistence.unit import Unit


async def end(db: Unit, subscription: BillingSubscription) -> None:
    """Its time is over."""
    subscription.end(at=db.at)
    await _leave_undone(db, subscription)


async def cancel(db: Unit, subscription: BillingSubscription, reason: str | None) -> None:
    """At once, because somebody wants it so."""
    subscription.cancel(reason, by=db.by, at=db.at)
    await _leave_undone(db, subscription)


async def expire(db: Unit, subscription: BillingSubscription) -> None:
    """Nobody has paid for it in time."""
    subscription.expire(at=db.at)
    await _leave_undone(db, subscription)


async def rest(db: Unit, subscription: BillingSubscription) -> None:
    """The pause begins: no period opens, and what was to change with it does not."""
    subscription.rest(at=db.at)
    await _decide(db, await scheduled_changes.pending(db, subscription.id), ScheduledChangeKind.PAUSE)
    await subscription_outcomes.follow(db, subscription)


async def _leave_undone(db: Unit, subscription: BillingSubscription) -> None:
    current = await subscription_periods.current_of(db, subscription.id, locked=True)
    if current is not None:
        current.credits_due_at = None
    period = await subscription_periods.open_of(db, subscription.id)
    waiting = await scheduled_changes.pending(db, subscription.id)
    await contracts.end_with(db, subscription)
    if period is not None:
        await subscription_periods.attempts_of(db, period.id)
    await _decide(db, waiting, ScheduledChangeKind.CANCEL)
    if period is not None and period.sale_id is not None:
        await subscription_outcomes.close_unpaid(db, period, await sales.locked(db, period.sale_id))
    elif subscription.period_number is None and subscription.checkout_session_id is not None:
        await _take_back(db, SaleKind.PERIOD, subscription.checkout_session_id)
    await subscription_outcomes.follow(db, subscription)


async def _decide(db: Unit, waiting: Sequence[ScheduledChange], made: ScheduledChangeKind) -> None:
    """The change that happens now is made; the others wait for a period that does not come."""
    for change in waiting:
        if change.kind is made:
            change.apply(at=db.at)
        elif change.awaits_payment:
            change.fail("The subscription has ended.", at=db.at)
            await _take_back(db, SaleKind.CHANGE, change.id)
        else:
            change.give_way(at=db.at)


async def _take_back(db: Unit, kind: SaleKind, subject_id: UUID) -> None:
    """Whatever was to be paid for it is paid no more."""
    known = await sales.of_subject(db, kind, subject_id)
    sale = None if known is None else await sales.locked(db, known.id)
    if sale is not None and sale.status is SaleStatus.PENDING:
        await sales.cancel(db, sale)
