"""Queries of subscriptions: who sees them, their lists, their locks, and what the billing clock picks up."""

from collections.abc import Sequence
from uuid import UUID

from sqlalchemy import and_, exists, func, or_, select

from domain.billing_subscriptions import LIVE, BillingSubscription, SubscriptionStatus
from domain.refusals import conflict
from domain.subscription_items import SubscriptionItem
from domain.subscription_periods import SubscriptionPeriod
from persistence.billing_visibility import visible_to_payer
from persistence.catalogue import PRICES, PRODUCTS
from persistence.organizations import ORGANIZATIONS
from persistence.parking import is_parked
from persistence.tables.catalogue import prices
from persistence.tables.checkouts import checkout_sessions
from persistence.tables.subscriptions import billing_subscriptions, subscription_items
from persistence.unit import Unit
from planner.edges import Connection, Many, One, Source, Within

_columns = billing_subscriptions.c

SUBSCRIPTIONS = Source(BillingSubscription, billing_subscriptions, visible_to_payer(billing_subscriptions))
ITEMS = Source(
    SubscriptionItem,
    subscription_items,
    Within(SUBSCRIPTIONS, subscription_items, "subscription_id"),
)

ORGANIZATION = One(ORGANIZATIONS, "organization_id")
PRODUCT = One(PRODUCTS, "product_id")
ITEMS_OF = Many(ITEMS, "subscription_id", "id")
PRICE = One(PRICES, "price_id")

LIST = Connection(
    SUBSCRIPTIONS,
    orders={"CREATED_AT": _columns.created_at, "CURRENT_PERIOD_ENDS_AT": _columns.current_period_end},
    default_order=(("CREATED_AT", True),),
    filters={
        "status": lambda values: _columns.status.in_(values),
        "organization_id": lambda id_: _columns.organization_id == id_,
        "app_id": lambda id_: _columns.app_id == id_,
    },
)


async def seen(db: Unit, subscription_id: UUID) -> BillingSubscription:
    """A visible subscription, for reading."""
    statement = select(BillingSubscription).where(_columns.id == subscription_id, SUBSCRIPTIONS.visible_to(db.by))
    return await db.require(statement, "subscription", "id")


async def for_change(db: Unit, subscription_id: UUID) -> BillingSubscription:
    """A visible subscription, locked before everything that belongs to it."""
    statement = select(BillingSubscription).where(_columns.id == subscription_id, SUBSCRIPTIONS.visible_to(db.by))
    return await db.require(statement.with_for_update(), "subscription", "id")


async def locked(db: Unit, subscription_id: UUID) -> BillingSubscription:
    """A subscription as it is now."""
    statement = select(BillingSubscription).where(_columns.id == subscription_id).with_for_update()
    return (await db.session.scalars(statement.execution_options(populate_existing=True))).one()


async def of_period(db: Unit, period: SubscriptionPeriod) -> BillingSubscription:
    """The subscription of a period; it was locked before."""
    return await db.session.get_one(BillingSubscription, period.subscription_id)


async def due(db: Unit) -> Sequence[UUID]:
    """Subscriptions whose time has come, oldest first. Those of a parked organization wait."""
    statement = select(_columns.id).where(_columns.due_at <= db.at, ~is_parked(_columns.organization_id))
    return (await db.session.scalars(statement.order_by(_columns.due_at).limit(100))).all()


async def still_due(db: Unit, subscription_id: UUID) -> BillingSubscription | None:
    """One of them, locked; None where somebody else looks after it, or has done so."""
    statement = select(BillingSubscription).where(_columns.id == subscription_id, _columns.due_at <= db.at)
    return await db.session.scalar(statement.with_for_update(skip_locked=True))


async def items_of(db: Unit, subscription_id: UUID) -> Sequence[SubscriptionItem]:
    """The price that is chosen first, then those of usage."""
    of_it = select(SubscriptionItem).where(subscription_items.c.subscription_id == subscription_id)
    return (await db.session.scalars(of_it.order_by(subscription_items.c.is_metered, subscription_items.c.id))).all()


async def licensed_item(db: Unit, subscription_id: UUID) -> SubscriptionItem:
    """The item with a quantity that is chosen."""
    return (await items_of(db, subscription_id))[0]


async def has_other(db: Unit, organization_id: UUID, app_id: UUID | None, product_id: UUID, *, is_plan: bool) -> bool:
    """Whether there is a live subscription already: to a plan of the same catalogue, or to the same product."""
    same_product = _columns.product_id == product_id
    same_catalogue = and_(_columns.is_plan, _columns.app_id.is_not_distinct_from(app_id))
    same = or_(same_product, same_catalogue) if is_plan else same_product
    live = exists().where(_columns.organization_id == organization_id, _columns.status.in_(LIVE), same)
    return bool(await db.session.scalar(select(live)))


async def require_no_other(
    db: Unit, organization_id: UUID, app_id: UUID | None, product_id: UUID, *, is_plan: bool
) -> None:
    """Refuses CONFLICT a second live subscription."""
    if await has_other(db, organization_id, app_id, product_id, is_plan=is_plan):
        raise conflict("There is a live subscription already: changeSubscription leads to another plan.", "priceId")


async def has_tried(db: Unit, organization_id: UUID, product_id: UUID) -> bool:
    """Whether the organization ever had a trial of a product, whatever it has changed to since."""
    checkout = checkout_sessions.c.id == _columns.checkout_session_id
    subscribed = billing_subscriptions.outerjoin(checkout_sessions, checkout)
    subscribed = subscribed.outerjoin(prices, prices.c.id == checkout_sessions.c.price_id)
    began_with = func.coalesce(prices.c.product_id, _columns.product_id)
    trials = (_columns.organization_id == organization_id, _columns.trial_ends_at.is_not(None))
    tried = exists().select_from(subscribed).where(*trials, began_with == product_id)
    return bool(await db.session.scalar(select(tried)))


async def is_subscribed(db: Unit, organization_id: UUID) -> bool:
    """Whether there is anything to manage: a subscription that runs, rests or is owed for."""
    manageable = [state for state in LIVE if state is not SubscriptionStatus.INCOMPLETE]
    has = exists().where(_columns.organization_id == organization_id, _columns.status.in_(manageable))
    return bool(await db.session.scalar(select(has)))
