"""Writing down what a subscription is worth, whenever its state or its items have changed."""

from sqlalchemy import select

from domain.billing_subscriptions import BillingSubscription
from domain.ids import new_id
from domain.prices import Price
from domain.pricing import amount_of
from domain.subscription_standings import SubscriptionStanding
from persistence import subscriptions
from persistence.tables.subscriptions import subscription_standings
from persistence.unit import Unit


async def note(db: Unit, subscription: BillingSubscription) -> None:
    """Adds a standing where it differs from the one before."""
    item = await subscriptions.licensed_item(db, subscription.id)
    price = await db.session.get_one(Price, item.price_id)
    standing = SubscriptionStanding(
        id=new_id(),
        subscription_id=subscription.id,
        organization_id=subscription.organization_id,
        app_id=subscription.app_id,
        since=db.at,
        status=subscription.status,
        price_id=price.id,
        quantity=item.quantity,
        currency=price.currency,
        monthly_numerator=amount_of(price, item.quantity),
        monthly_denominator=price.months,
    )
    of_it = subscription_standings.c.subscription_id == subscription.id
    newest = select(SubscriptionStanding).where(of_it).order_by(subscription_standings.c.id.desc()).limit(1)
    before = await db.session.scalar(newest)
    if before is None or before.worth != standing.worth:
        db.add(standing)
