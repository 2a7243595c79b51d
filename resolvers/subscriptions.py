"""Subscriptions: ending, resting and going on, and having paid what is owed."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from enum import Enum
from uuid import UUID

from sqlalchemy.ext.asyncio import AsyncSession

from domain.actors import Actor
from domain.billing_subscriptions import ManagedBy, SubscriptionCollection
from domain.dunning import AttemptTrigger
from domain.money import Money
from domain.permissions import Permission
from domain.refusals import invalid
from domain.scheduled_changes import ScheduledChangeKind
from domain.subscription_collection import choose
from domain.subscription_periods import PeriodStatus, SubscriptionPeriod
from integrations.return_pages import checkout_page_of
from persistence import (
    contracts,
    period_waivers,
    provider_changes,
    scheduled_changes,
    subscription_charges,
    subscription_clock,
    subscription_ends,
    subscription_outcomes,
    subscription_periods,
    subscription_refunds,
    subscriptions,
)
from persistence.unit import Unit
from planner.edges import Batch
from resolvers.mutations import Changed

READERS = (Permission.BILLING_READ, Permission.STAFF_READ, Permission.STAFF_MONEY)
MANAGERS = (Permission.BILLING_MANAGE, Permission.STAFF_MONEY)

LIST, ORGANIZATION, PRODUCT = subscriptions.LIST, subscriptions.ORGANIZATION, subscriptions.PRODUCT
ITEMS, PRICE = subscriptions.ITEMS_OF, subscriptions.PRICE
PERIODS, ATTEMPTS = subscription_periods.OF_SUBSCRIPTION, subscription_periods.ATTEMPTS_OF
PAYMENT, INVOICE = subscription_periods.PAYMENT, subscription_periods.INVOICE


class CancelTime(Enum):
    """When a subscription ends."""

    AT_PERIOD_END = "AT_PERIOD_END"
    NOW = "NOW"


async def cancel_subscription(
    db: Unit, *, subscription_id: UUID, when: CancelTime, reason: str | None, refund: Money | None
) -> Changed:
    subscription = await subscriptions.for_change(db, subscription_id)
    subscription.check("cancelSubscription", by=db.by)
    await contracts.require_unbound(db, subscription)
    is_now = when is CancelTime.NOW
    if refund is not None and not is_now:
        raise invalid("The period is used until its end: there is nothing to refund.", "refund")
    if subscription.managed_by is ManagedBy.PROVIDER:
        await provider_changes.ask_end(db, subscription, reason, is_now=is_now)
    elif is_now:
        await subscription_ends.cancel(db, subscription, reason)
    else:
        await subscription_ends.cancel_later(db, subscription, reason)
    given_back = None if refund is None else await subscription_refunds.refund_rest(db, subscription, refund)
    return Changed(subscription=subscription, refund=given_back)


async def uncancel_subscription(db: Unit, *, subscription_id: UUID) -> Changed:
    subscription = await subscriptions.for_change(db, subscription_id)
    if subscription.managed_by is ManagedBy.PROVIDER:
        await provider_changes.ask_to_go_on(db, subscription)
        return Changed(subscription=subscription)
    subscription.uncancel(by=db.by, at=db.at)
    for change in await scheduled_changes.pending(db, subscription.id, ScheduledChangeKind.CANCEL):
        change.give_way(at=db.at)
    await subscription_outcomes.follow(db, subscription)
    return Changed(subscription=subscription)


async def pause_subscription(db: Unit, *, subscription_id: UUID, resumes_at: datetime) -> Changed:
    subscription = await subscriptions.for_change(db, subscription_id)
    await contracts.require_unbound(db, subscription)
    await subscription_ends.pause_later(db, subscription, resumes_at)
    return Changed(subscription=subscription)


async def resume_subscription(db: Unit, *, subscription_id: UUID) -> Changed:
    subscription = await subscriptions.for_change(db, subscription_id)
    subscription.check("resumeSubscription", by=db.by)
    await subscription_periods.require_none_open(db, subscription.id)
    await subscription_clock.resume(db, subscription, AttemptTrigger.CUSTOMER)
    return Changed(subscription=subscription)


async def retry_subscription_payment(db: Unit, *, subscription_id: UUID) -> Changed:
    subscription = await subscriptions.for_change(db, subscription_id)
    subscription.check("retrySubscriptionPayment", by=db.by)
    await subscription_charges.retry(db, subscription)
    return Changed(subscription=subscription)


async def waive_subscription_period(db: Unit, *, period_id: UUID, reason: str) -> Changed:
    subscription, period = await subscription_periods.for_change(db, period_id)
    await period_waivers.waive(db, subscription, period, reason)
    return Changed(subscription=subscription, period=period)


async def set_subscription_collection(
    db: Unit, *, subscription_id: UUID, collection: SubscriptionCollection, net_days: int | None
) -> Changed:
    subscription = await subscriptions.for_change(db, subscription_id)
    choose(subscription, collection, net_days, by=db.by, at=db.at)
    return Changed(subscription=subscription)


async def _pages(session: AsyncSession, viewer: Actor, periods: Sequence[SubscriptionPeriod]) -> Mapping[UUID, str]:
    """Where each is paid, for those who may pay it."""
    return {
        period.id: checkout_page_of(period.sale_id)
        for period in periods
        if period.status is PeriodStatus.OPEN
        and period.sale_id is not None
        and viewer.acts_for(period.organization_id)
        and viewer.may(Permission.BILLING_MANAGE)
    }


PAGES = Batch(_pages)
