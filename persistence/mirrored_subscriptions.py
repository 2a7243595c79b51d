"""Subscriptions that a provider bills: begun by what it tells, and kept as they stand there."""

from uuid import UUID

from sqlalchemy import select

from domain import mirrored_subscriptions as rules
from domain import subscription_starts as starts
from domain.billed_subscriptions import BilledItem, BilledSubscription
from domain.billing_subscriptions import LIVE, BillingSubscription, SubscriptionStatus
from domain.checkout_sessions import CheckoutMode, CheckoutSession, CheckoutStatus
from domain.payment_methods import Provider
from domain.prices import Price
from domain.products import Product, ProductKind
from domain.refusals import not_found
from domain.scheduled_changes import ScheduledChangeKind
from domain.subscription_changes import take_over
from persistence import (
    billing_customers,
    scheduled_changes,
    subscription_ends,
    subscription_outcomes,
    subscription_periods,
    subscription_standings,
    subscription_terms,
    subscriptions,
)
from persistence.tables.catalogue import prices
from persistence.tables.checkouts import checkout_sessions
from persistence.tables.subscriptions import billing_subscriptions
from persistence.turns import take_turn
from persistence.unit import Unit


async def known(db: Unit, provider: Provider, billed: BilledSubscription) -> BillingSubscription | None:
    """Ours, locked, by the provider's id; begun now if it was not before. None: it is not ours.

    It is ours if our checkout or a customer whom we know began it. What has ended there without us is not begun here.
    """
    session = await _checkout_of(db, billed.key)
    if session is None:
        # Without a checkout to lock, those who hear of it wait for each other here.
        await take_turn(db, "billed subscription", provider.name, billed.subscription_id)
    columns = billing_subscriptions.c
    named = (columns.provider == provider, columns.external_id == billed.subscription_id)
    statement = select(BillingSubscription).where(*named).with_for_update()
    found = await db.session.scalar(statement.execution_options(populate_existing=True))
    if found is None:
        organization_id = await _customer_of(db, session, provider, billed)
        if organization_id is not None:
            found = await _begun(db, organization_id, session, provider, billed)
    if session is not None and session.status is not CheckoutStatus.COMPLETE and _has_begun(billed):
        session.complete(at=db.at)
    return found


async def follow(db: Unit, subscription: BillingSubscription, billed: BilledSubscription) -> None:
    """A locked subscription stands as it does there: its price and quantity, its period, its status."""
    was_ending = subscription.cancel_at_period_end
    if not rules.follow(subscription, billed, at=db.at):
        return
    if not subscription.is_live:
        await subscription_ends.leave_undone(db, subscription)
        return
    await _follow_item(db, subscription, billed.items[0])
    if was_ending and not subscription.cancel_at_period_end:
        for ending in await scheduled_changes.pending(db, subscription.id, ScheduledChangeKind.CANCEL):
            if not ending.is_under_way:
                ending.give_way(at=db.at)
    await subscription_outcomes.follow(db, subscription)


async def _follow_item(db: Unit, subscription: BillingSubscription, billed: BilledItem) -> None:
    """Another price or quantity counts in the period that runs, too, whatever it costs there."""
    item, price = await subscriptions.licensed_item(db, subscription.id), await price_of(db, billed.price)
    if (item.price_id, item.quantity) == (price.id, billed.quantity):
        return
    await subscription_terms.choose(db, subscription, price.id, billed.quantity)
    terms = await subscription_terms.terms_at(db, price.id, billed.quantity)
    rules.take_terms(subscription, terms)
    period = await subscription_periods.current_of(db, subscription.id, locked=True)
    if period is not None and period.terms.months == terms.months:
        take_over(subscription, period, terms, by=db.by, at=db.at)


async def _customer_of(
    db: Unit, session: CheckoutSession | None, provider: Provider, billed: BilledSubscription
) -> UUID | None:
    """For whom a new one is begun."""
    if session is not None:
        return session.organization_id
    if billed.status not in LIVE:
        return None
    return await billing_customers.organization_named(db, provider, billed.customer)


async def _begun(
    db: Unit, organization_id: UUID, session: CheckoutSession | None, provider: Provider, billed: BilledSubscription
) -> BillingSubscription:
    """Refuses CONFLICT where another one lives already: that is for people."""
    item = billed.items[0]
    terms = await subscription_terms.terms_at(db, (await price_of(db, item.price)).id, item.quantity)
    product = await db.session.get_one(Product, terms.product_id)
    is_plan = product.kind is ProductKind.PLAN
    await subscriptions.require_no_other(db, organization_id, product.app_id, product.id, is_plan=is_plan)
    subscription = starts.begun(
        terms,
        organization_id=organization_id,
        app_id=product.app_id,
        is_plan=is_plan,
        checkout_session_id=None if session is None else session.id,
        time_zone=rules.TIME_ZONE,
        by=db.by,
        at=db.at,
    )
    rules.hand_over(subscription, provider, billed)
    db.add(subscription)
    await db.flush()
    if session is not None:
        session.subscription_id = subscription.id
    await subscription_terms.choose(db, subscription, terms.price_id, terms.quantity)
    await subscription_standings.note(db, subscription)
    return subscription


async def _checkout_of(db: Unit, key: UUID | None) -> CheckoutSession | None:
    """Locked before the subscription that it begins: of two that hear of it, one begins it."""
    if key is None:
        return None
    named = (checkout_sessions.c.id == key, checkout_sessions.c.mode == CheckoutMode.SUBSCRIPTION)
    statement = select(CheckoutSession).where(*named).with_for_update()
    return await db.session.scalar(statement.execution_options(populate_existing=True))


async def price_of(db: Unit, provider_price_id: str) -> Price:
    """Refuses NOT_FOUND a price that is in no catalogue here: that is for people."""
    named = select(Price).where(prices.c.provider_price_id == provider_price_id)
    found = await db.session.scalar(named)
    if found is None:
        raise not_found(f"price {provider_price_id}", "items")
    return found


def _has_begun(billed: BilledSubscription) -> bool:
    return billed.status not in (SubscriptionStatus.INCOMPLETE, SubscriptionStatus.INCOMPLETE_EXPIRED)
