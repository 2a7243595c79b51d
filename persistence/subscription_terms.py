"""What a period is sold as at this moment: price, plan and features, copied from the catalogue."""

from dataclasses import replace
from uuid import UUID

from sqlalchemy import select

from domain.billing_subscriptions import BillingSubscription
from domain.ids import new_id
from domain.prices import Price
from domain.pricing import amount_of
from domain.products import Product
from domain.subscription_items import SubscriptionItem
from domain.subscription_plans import Plan
from domain.subscription_terms import PeriodTerms
from persistence import catalogue, subscriptions
from persistence.tables.catalogue import plans, prices, products
from persistence.tables.subscriptions import subscription_items
from persistence.unit import Unit


async def terms_at(db: Unit, price_id: UUID, quantity: int) -> PeriodTerms:
    """Of any price, archived ones too: subscribers stay on theirs until they change."""
    statement = (
        select(Price, Product, Plan)
        .join(Product, products.c.id == prices.c.product_id)
        .join(Plan, plans.c.product_id == products.c.id)
        .where(prices.c.id == price_id)
    )
    price, product, plan = (await db.session.execute(statement)).one()
    return PeriodTerms(
        price_id=price.id,
        product_id=product.id,
        name=product.name,
        tax_code=product.tax_code,
        tax_behavior=price.tax_behavior,
        quantity=quantity,
        currency=price.currency,
        amount_minor=amount_of(price, quantity),
        months=price.months,
        rank=plan.rank,
        seat_min=plan.seat_min,
        seat_max=plan.seat_max,
        trial_end=plan.trial_end,
        grace_days=plan.grace_days,
        dunning_outcome=plan.dunning_outcome,
        included_credits=plan.included_credits,
        credit_schedule=plan.credit_schedule,
        features=tuple(await catalogue.feature_values(db, product.id)),
        metered={str(one.meter_id): str(one.id) for one in await catalogue.metered_beside(db, price)},
    )


async def plan_of(db: Unit, product_id: UUID) -> Plan:
    """How a product is subscribed to."""
    return (await db.session.scalars(select(Plan).where(plans.c.product_id == product_id))).one()


async def terms_of(db: Unit, subscription: BillingSubscription) -> PeriodTerms:
    """What its next period will be sold as, if nothing changes."""
    item = await subscriptions.licensed_item(db, subscription.id)
    metered = select(prices.c.meter_id, prices.c.id).join(
        subscription_items, subscription_items.c.price_id == prices.c.id
    )
    of_it = metered.where(subscription_items.c.subscription_id == subscription.id, subscription_items.c.is_metered)
    kept = {str(meter_id): str(price_id) for meter_id, price_id in await db.session.execute(of_it)}
    return replace(await terms_at(db, item.price_id, item.quantity), metered=kept)


async def choose(db: Unit, subscription: BillingSubscription, price_id: UUID, quantity: int) -> None:
    """From now on it is this price at this quantity, with the prices for usage that come with it."""
    for item in await subscriptions.items_of(db, subscription.id):
        await db.session.delete(item)
    await db.flush()
    price = await db.session.get_one(Price, price_id)
    chosen = [(price, quantity), *((metered, 1) for metered in await catalogue.metered_beside(db, price))]
    db.add(
        *(
            SubscriptionItem(
                id=new_id(),
                subscription_id=subscription.id,
                price_id=one.id,
                quantity=count,
                is_metered=one.is_metered,
            )
            for one, count in chosen
        )
    )
    await db.flush()
