"""Changes of subscriptions that a provider bills: kept, asked of it after the commit, and again until it answers."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from uuid import UUID

from sqlalchemy import select

from domain import mirrored_subscriptions as rules
from domain.billing_subscriptions import BillingSubscription
from domain.payment_methods import Provider
from domain.prices import Price
from domain.reasons import said
from domain.refusals import Refused, invalid, wrong_state
from domain.scheduled_changes import (
    ScheduledChange,
    ScheduledChangeKind,
    ScheduledChangeStatus,
    scheduled,
    under_way,
)
from domain.subscription_changes import ChangeTime
from persistence import scheduled_changes, subscription_changes, subscription_periods, subscriptions
from persistence.subscription_changes import Wish
from persistence.tables.subscription_changes import scheduled_changes as table
from persistence.tables.subscriptions import billing_subscriptions
from persistence.unit import Unit

AGAIN_AFTER = timedelta(minutes=2)
"""How long an answer may take before the same is asked once more, with the same key."""
_K, _PENDING = ScheduledChangeKind, ScheduledChangeStatus.PENDING


@dataclass(frozen=True, slots=True)
class Order:
    """What this process alone asks a provider for now. The change's id is the key of the call."""

    change: ScheduledChange
    provider: Provider
    external_id: str
    provider_price_id: str | None


async def ask_change(db: Unit, subscription: BillingSubscription, wish: Wish) -> ScheduledChange:
    """Another price or quantity of a locked subscription, now: a provider keeps nothing for the end of a period."""
    made, _ = await subscription_changes.computed(db, subscription, wish)
    if made.effective is not ChangeTime.NOW:
        raise _only("changes a subscription at once: choose effective NOW")
    if made.new.months != made.old.months:
        raise _only("bills it in periods of this length: end it, and subscribe to the other price")
    if (await db.session.get_one(Price, made.price_id)).provider_price_id is None:
        raise invalid("The provider that bills this subscription does not have that price.", "priceId")
    await subscription_changes.make_room(db, subscription, made)
    change = subscription_changes.asked(db, subscription, made)
    # Said in full, so that asking again says the same whatever has changed there meanwhile.
    change.quantity, change.mode = made.quantity, made.mode
    return await _order(db, change)


async def ask_end(db: Unit, subscription: BillingSubscription, reason: str | None, *, is_now: bool) -> ScheduledChange:
    """Whether now or with its period, it ends once the provider says so."""
    ends_at = db.at if is_now else rules.ends_with(subscription, at=db.at)
    subscription.cancel_reason = said(reason)
    return await _stop_or_go(db, subscription, _K.CANCEL, ends_at)


async def ask_to_go_on(db: Unit, subscription: BillingSubscription) -> ScheduledChange:
    """It does not end with its period once the provider says so."""
    subscription.check("uncancelSubscription", by=db.by)
    return await _stop_or_go(db, subscription, _K.CONTINUE, db.at)


async def due(db: Unit, change_id: UUID | None = None) -> Order | None:
    """The oldest change that a provider is to be asked for now, or this one if it is such; its subscription is locked
    first. Nobody else asks for it until an answer is overdue."""
    is_due = [table.c.next_send_at <= db.at]
    if change_id is not None:
        is_due.append(table.c.id == change_id)
    columns = billing_subscriptions.c
    oldest = select(table.c.id, columns.provider, columns.external_id)
    oldest = oldest.join(billing_subscriptions, columns.id == table.c.subscription_id).where(*is_due)
    oldest = oldest.order_by(table.c.next_send_at).limit(1)
    found = (await db.session.execute(oldest.with_for_update(of=billing_subscriptions, skip_locked=True))).one_or_none()
    if found is None:
        return None
    # Whether somebody else has asked in between is seen under the lock, by a statement of its own.
    statement = select(ScheduledChange).where(table.c.id == found.id, *is_due).with_for_update()
    change = await db.session.scalar(statement)
    if change is None:
        return None
    change.next_send_at = db.at + AGAIN_AFTER
    price = None if change.price_id is None else await db.session.get_one(Price, change.price_id)
    return Order(change, found.provider, found.external_id, None if price is None else price.provider_price_id)


async def done(db: Unit, change_id: UUID) -> None:
    """The provider has it, and the subscription has followed, which applies whatever was paid for it or has ended it.

    What ends with its period waits for that.
    """
    _, change = await _locked(db, change_id)
    change.next_send_at = None
    if change.status is _PENDING and change.kind is not _K.CANCEL:
        change.apply(at=db.at)


async def refused(db: Unit, change_id: UUID, why: str) -> None:
    """The provider says no: the subscription stays exactly as it was (rule 16)."""
    subscription, change = await _locked(db, change_id)
    if change.status is not _PENDING:
        return
    change.fail(why, at=db.at)
    if change.kind is _K.CANCEL and not subscription.cancel_at_period_end:
        subscription.cancel_reason = None


async def _locked(db: Unit, change_id: UUID) -> tuple[BillingSubscription, ScheduledChange]:
    seen = await db.session.get_one(ScheduledChange, change_id)
    subscription = await subscriptions.locked(db, seen.subscription_id)
    return subscription, await scheduled_changes.locked(db, change_id)


async def _stop_or_go(
    db: Unit, subscription: BillingSubscription, kind: ScheduledChangeKind, effective_at: datetime
) -> ScheduledChange:
    """One at a time: of two, nobody could say which of them the provider hears last."""
    # The period comes before the changes in the order of locks, and staff may refund it with the end.
    await subscription_periods.current_of(db, subscription.id, locked=True)
    for earlier in await scheduled_changes.pending(db, subscription.id, _K.CANCEL, _K.CONTINUE):
        if earlier.is_under_way:
            raise under_way()
        if earlier.kind is kind:
            earlier.give_way(at=db.at)
    await db.flush()
    change = scheduled(
        subscription_id=subscription.id,
        organization_id=subscription.organization_id,
        kind=kind,
        effective_at=effective_at,
        by=db.by,
        at=db.at,
    )
    return await _order(db, change)


async def _order(db: Unit, change: ScheduledChange) -> ScheduledChange:
    change.order(by=db.by, at=db.at)
    db.add(change)
    await db.flush()
    return change


def _only(what: str) -> Refused:
    return wrong_state(f"The provider {what}.", from_state="PROVIDER", allowed=["MILEPOST"])
