"""How subscriptions end and pause, and what is left undone then: open periods, unpaid sales, changes that wait."""

from collections.abc import Sequence
from datetime import datetime
from uuid import UUID

from domain.billing_subscriptions import BillingSubscription
from domain.sales import SaleKind, SaleStatus
from domain.scheduled_changes import ScheduledChange, ScheduledChangeKind, scheduled
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
    await leave_undone(db, subscription)


async def cancel(db: Unit, subscription: BillingSubscription, reason: str | None) -> None:
    """At once, because somebody wants it so."""
    subscription.cancel(reason, by=db.by, at=db.at)
    await leave_undone(db, subscription)


async def cancel_later(db: Unit, subscription: BillingSubscription, reason: str | None) -> None:
    """With the end of what runs: the trial, the period that is paid, or the one that is being paid."""
    period = await subscription_periods.open_of(db, subscription.id)
    ends_at = subscription.current_period_end if period is None else period.period_end
    subscription.cancel_later(ends_at or db.at, reason, by=db.by)
    await _foretell(db, subscription, ScheduledChangeKind.CANCEL, subscription.cancel_at)


async def pause_later(db: Unit, subscription: BillingSubscription, resumes_at: datetime) -> None:
    """With the end of the period that is paid; refuses CONFLICT while it is not certain which that will be."""
    await subscription_periods.require_none_open(db, subscription.id)
    await scheduled_changes.require_none_under_way(db, subscription.id)
    subscription.pause(resumes_at, by=db.by)
    await _foretell(db, subscription, ScheduledChangeKind.PAUSE, subscription.pause_at)


async def expire(db: Unit, subscription: BillingSubscription) -> None:
    """Nobody has paid for it in time."""
    subscription.expire(at=db.at)
    await leave_undone(db, subscription)


async def rest(db: Unit, subscription: BillingSubscription) -> None:
    """The pause begins: no period opens, and what was to change with it does not."""
    subscription.rest(at=db.at)
    await _decide(db, await scheduled_changes.pending(db, subscription.id), ScheduledChangeKind.PAUSE)
    await subscription_outcomes.follow(db, subscription)


async def _foretell(
    db: Unit, subscription: BillingSubscription, kind: ScheduledChangeKind, effective_at: datetime | None
) -> None:
    """Shows among the changes that wait what the subscription itself knows; it takes the place of an earlier one."""
    stops = (ScheduledChangeKind.CANCEL, ScheduledChangeKind.PAUSE)
    for earlier in await scheduled_changes.pending(db, subscription.id, *stops):
        earlier.give_way(at=db.at)
    await db.flush()
    db.add(
        scheduled(
            subscription_id=subscription.id,
            organization_id=subscription.organization_id,
            kind=kind,
            effective_at=effective_at or db.at,
            resumes_at=subscription.resumes_at,
            by=db.by,
            at=db.at,
        )
    )
    await subscription_outcomes.follow(db, subscription)


async def leave_undone(db: Unit, subscription: BillingSubscription) -> None:
    """What follows for all that belongs to one that has just ended."""
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
        elif change.is_under_way:
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
