"""Changes of subscriptions: previewing, making and cancelling them, and what will be charged next."""

from uuid import UUID

from domain.billing_subscriptions import ManagedBy
from domain.change_quotes import ChangeQuote
from domain.permissions import Permission
from domain.scheduled_changes import ScheduledChangeKind, ScheduledChangeStatus
from domain.subscription_changes import ChangeTime, ProrationMode
from domain.upcoming_charges import UpcomingCharge
from persistence import (
    provider_changes,
    scheduled_changes,
    subscription_changes,
    subscription_outcomes,
    subscriptions,
    upcoming_charges,
)
from persistence.subscription_changes import Wish
from persistence.unit import Unit
from resolvers.context import Context
from resolvers.guards import require_verified
from resolvers.mutations import Changed

OF_SUBSCRIPTION, PRICE = scheduled_changes.OF_SUBSCRIPTION, scheduled_changes.PRICE


async def change_subscription(
    db: Unit,
    *,
    subscription_id: UUID,
    price_id: UUID | None,
    quantity: int | None,
    proration_mode: ProrationMode | None,
    effective: ChangeTime | None,
) -> Changed:
    subscription = await subscriptions.for_change(db, subscription_id)
    wish = Wish(price_id=price_id, quantity=quantity, mode=proration_mode, effective=effective)
    if subscription.managed_by is ManagedBy.PROVIDER:
        asked = await provider_changes.ask_change(db, subscription, wish)
        return Changed(subscription=subscription, lines=[], scheduled_change=asked)
    made = await subscription_changes.change(db, subscription, wish)
    waits = made.change.status is ScheduledChangeStatus.PENDING
    return Changed(subscription=subscription, lines=list(made.lines), scheduled_change=made.change if waits else None)


async def cancel_scheduled_change(db: Unit, *, scheduled_change_id: UUID) -> Changed:
    seen = await scheduled_changes.seen(db, scheduled_change_id)
    subscription = await subscriptions.locked(db, seen.subscription_id)
    change = await scheduled_changes.locked(db, seen.id)
    if subscription.managed_by is ManagedBy.PROVIDER:
        # All that waits there without being under way is the end of the period.
        change.check("cancelScheduledChange", by=db.by)
        await provider_changes.ask_to_go_on(db, subscription)
        return Changed(subscription=subscription, scheduled_change=change)
    change.cancel(by=db.by, at=db.at)
    if change.kind in (ScheduledChangeKind.CANCEL, ScheduledChangeKind.PAUSE):
        subscription.stay()
        await subscription_outcomes.follow(db, subscription)
    return Changed(subscription=subscription, scheduled_change=change)


async def preview_subscription_change(
    context: Context,
    *,
    id: UUID,
    price_id: UUID | None,
    quantity: int | None,
    proration_mode: ProrationMode | None,
    effective: ChangeTime | None,
) -> ChangeQuote:
    """Reads what the change would read at this instant, and writes nothing."""
    require_verified(context)
    context.viewer.require(Permission.BILLING_READ, Permission.STAFF_MONEY)
    platform = context.platform
    async with platform.database.reader() as session:
        db = Unit(session, platform.now(), context.viewer)
        wish = Wish(price_id=price_id, quantity=quantity, mode=proration_mode, effective=effective)
        subscription = await subscriptions.seen(db, id)
        quote, _ = await subscription_changes.quoted(db, subscription, wish)
        return quote


async def upcoming_charge(context: Context, *, subscription_id: UUID) -> UpcomingCharge | None:
    platform = context.platform
    async with platform.database.reader() as session:
        db = Unit(session, platform.now(), context.viewer)
        return await upcoming_charges.of(db, subscription_id)
