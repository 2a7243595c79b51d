"""What is here of the subscriptions that providers bill, as a reconciliation reads it."""

from collections.abc import Sequence
from uuid import UUID

from sqlalchemy import select

from domain.billed_subscriptions import BilledRefund, BilledSubscription
from domain.billing_differences import Kept
from domain.billing_subscriptions import LIVE, BillingSubscription, ManagedBy
from domain.payment_methods import Provider
from domain.subscription_items import SubscriptionItem
from persistence import attempts, billed_refunds
from persistence.tables.catalogue import prices
from persistence.tables.checkouts import checkout_sessions
from persistence.tables.subscriptions import billing_subscriptions, subscription_items
from persistence.unit import Unit

_columns = billing_subscriptions.c


async def living(db: Unit, app_id: UUID | None) -> Sequence[UUID]:
    """All of a catalogue that live here and are billed by a provider, in the order of their ids."""
    of_catalogue = (_columns.managed_by == ManagedBy.PROVIDER, _columns.app_id.is_not_distinct_from(app_id))
    statement = select(_columns.id).where(*of_catalogue, _columns.status.in_(LIVE)).order_by(_columns.id)
    return (await db.session.scalars(statement)).all()


async def kept(db: Unit, subscription_id: UUID) -> Kept:
    """As it is here now; nobody is kept from changing it."""
    items = subscription_items.c
    statement = (
        select(BillingSubscription, SubscriptionItem, prices.c.provider_price_id)
        .join(SubscriptionItem, items.subscription_id == _columns.id)
        .join(prices, prices.c.id == items.price_id)
        .where(_columns.id == subscription_id, ~items.is_metered)
    )
    subscription, item, price = (await db.session.execute(statement)).one()
    return Kept(subscription=subscription, provider_price_id=price, quantity=item.quantity)


async def named(db: Unit, provider: Provider, external_id: str) -> BillingSubscription | None:
    """The one that a provider calls so."""
    statement = select(BillingSubscription).where(_columns.provider == provider, _columns.external_id == external_id)
    return await db.session.scalar(statement)


async def catalogue_of(db: Unit, billed: BilledSubscription) -> UUID | None:
    """Of one that is not known here: the app of its price, or of our checkout; else it counts as Milepost's own."""
    of_price = select(prices.c.app_id).where(prices.c.provider_price_id == billed.items[0].price)
    of_checkout = select(checkout_sessions.c.app_id).where(checkout_sessions.c.id == billed.key)
    for statement in (of_price, of_checkout):
        found = (await db.session.execute(statement)).one_or_none()
        if found is not None:
            app_id: UUID | None = found.app_id
            return app_id
    return None


async def lacks_refund(db: Unit, provider: Provider, found: BilledRefund, app_id: UUID | None) -> bool:
    """Whether it was made there of what was paid in this catalogue, and nobody here knows of it."""
    if await attempts.refund_of(db, provider, found.key, found.refund_id) is not None:
        return False
    payment_id = await attempts.payment_of(db, provider, None, found.charge_id)
    subscription = None if payment_id is None else await billed_refunds.subscription_of(db, payment_id)
    return subscription is not None and subscription.app_id == app_id
