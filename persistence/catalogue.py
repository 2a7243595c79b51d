"""Queries of catalogues: who sees what of them, their lists, and what is sold at a price."""

from collections.abc import Callable
from typing import Any
from uuid import UUID

from sqlalchemy import ColumnElement, Table, and_, exists, not_, or_, select, true

from domain.actors import Actor
from domain.apps import AppStatus
from domain.apps import not_active as app_not_active
from domain.catalogue import archived
from domain.features import Feature
from domain.meters import Meter
from domain.permissions import Permission
from domain.prices import Price
from domain.products import Product, ProductFeature
from domain.refusals import not_found, wrong_state
from domain.subscription_plans import Plan
from persistence.apps import APPS
from persistence.tables.apps import app_installations, apps
from persistence.tables.catalogue import features, plans, prices, product_features, products
from persistence.tables.experiments import experiment_assignments
from persistence.tables.subscriptions import billing_subscriptions, subscription_items
from persistence.tables.usage import meters
from persistence.unit import Unit
from planner.edges import Condition, Connection, Many, One, Source, Within


def _seen_in(table: Table) -> Callable[[Actor], Condition]:
    """Milepost's own for everybody. Of apps: one's own, public ones, and those that one has ever installed."""

    def visible_to(viewer: Actor) -> Condition:
        if viewer.may(Permission.STAFF_CATALOGUE) or viewer.may(Permission.STAFF_READ):
            return true()
        reached: list[ColumnElement[bool]] = [
            and_(apps.c.is_public, apps.c.status.not_in([AppStatus.PENDING_REVIEW, AppStatus.REJECTED])),
            exists().where(
                app_installations.c.app_id == apps.c.id,
                app_installations.c.organization_id == viewer.organization_id,
            ),
        ]
        own = table.c.owner_organization_id == viewer.organization_id
        of_app = exists().where(apps.c.id == table.c.app_id, or_(*reached)).correlate(table)
        return or_(table.c.app_id.is_(None), own, of_app)

    return visible_to


def _price_visible_to(viewer: Actor) -> Condition:
    """That of an experiment or a contract by those who were shown it or pay it, and whoever keeps the catalogue."""
    seen = _seen_in(prices)(viewer)
    if viewer.may(Permission.STAFF_CATALOGUE) or viewer.may(Permission.STAFF_READ):
        return seen
    shown = exists().where(
        experiment_assignments.c.price_id == prices.c.id,
        experiment_assignments.c.organization_id == viewer.organization_id,
    )
    held = exists().where(
        subscription_items.c.price_id == prices.c.id,
        billing_subscriptions.c.id == subscription_items.c.subscription_id,
        billing_subscriptions.c.organization_id == viewer.organization_id,
    )
    return and_(seen, or_(not_(prices.c.is_variant), shown, held))


FEATURES = Source(Feature, features, _seen_in(features))
PRODUCTS = Source(Product, products, _seen_in(products))
PLANS = Source(Plan, plans, _seen_in(plans))
PRICES = Source(Price, prices, _price_visible_to)
METERS = Source(Meter, meters, _seen_in(meters))
PRODUCT_FEATURES = Source(
    ProductFeature, product_features, Within(PRODUCTS, product_features, "product_id", lambda viewer: true())
)

OF_APP = One(APPS, "app_id")
OF_PRODUCT = One(PRODUCTS, "product_id")
OF_METER = One(METERS, "meter_id")
PLAN_OF_PRODUCT = One(PLANS, "id", "product_id")
FEATURES_OF_PRODUCT = Many(PRODUCT_FEATURES, "product_id", "position")
FEATURE = One(FEATURES, "feature_id")


def _filters(table: Table, *names: str) -> dict[str, Any]:
    """The conditions that lists of a catalogue share, and those on further columns of one of several values."""
    more = {name: (lambda values, name=name: table.c[name].in_(values)) for name in names}
    return {
        "app_id": lambda id_: table.c.app_id == id_,
        "is_own": lambda is_own: table.c.app_id.is_(None) == is_own,
        **more,
    }


def _by_code(table: Table) -> dict[str, Any]:
    return {
        "orders": {"CODE": table.c.code, "CREATED_AT": table.c.created_at},
        "default_order": (("CODE", False),),
    }


FEATURE_LIST = Connection(FEATURES, **_by_code(features), filters=_filters(features, "status", "kind"))
PRODUCT_LIST = Connection(PRODUCTS, **_by_code(products), filters=_filters(products, "status", "kind"))
METER_LIST = Connection(METERS, **_by_code(meters), filters=_filters(meters))
PLAN_LIST = Connection(
    PLANS,
    orders={"RANK": plans.c.rank, "CREATED_AT": plans.c.created_at},
    default_order=(("RANK", False),),
    filters={
        **_filters(plans, "product_kind"),
        "status": lambda values: exists().where(products.c.id == plans.c.product_id, products.c.status.in_(values)),
    },
)
_PRICE_ORDERS = {"CREATED_AT": prices.c.created_at, "UNIT_AMOUNT": prices.c.unit_amount_minor}
_PRICE_FILTERS = {
    **_filters(prices, "status", "interval", "model"),
    "product_id": lambda id_: prices.c.product_id == id_,
    "currency": lambda code: prices.c.currency == code,
}
PRICE_LIST = Connection(PRICES, orders=_PRICE_ORDERS, default_order=(("CREATED_AT", False),), filters=_PRICE_FILTERS)
PRICES_OF_PRODUCT = Connection(
    PRICES,
    orders=_PRICE_ORDERS,
    default_order=(("CREATED_AT", False),),
    column="product_id",
    filters={name: _PRICE_FILTERS[name] for name in ("status", "interval", "currency")},
)


async def price_for_sale(db: Unit, price_id: UUID) -> tuple[Price, Product, Plan | None]:
    """What the caller may begin to buy now; the plan is how it is subscribed to, none for what is bought once.

    NOT_FOUND for a price they cannot see, WRONG_STATE for what is archived or has no plan, FORBIDDEN for an app that
    is not ACTIVE, but for its owner who tries it.
    """
    statement = (
        select(Price, Product, Plan, apps.c.status)
        .join(Product, products.c.id == prices.c.product_id)
        .outerjoin(Plan, plans.c.product_id == products.c.id)
        .outerjoin(apps, apps.c.id == products.c.app_id)
        .where(prices.c.id == price_id, PRICES.visible_to(db.by))
    )
    found = (await db.session.execute(statement)).one_or_none()
    if found is None:
        raise not_found("price", "priceId")
    price, product, plan, app_status = found
    if not price.is_active or not product.is_active:
        raise archived("price" if not price.is_active else "product")
    is_own = product.owner_organization_id is not None and db.by.acts_for(product.owner_organization_id)
    if app_status not in (None, AppStatus.ACTIVE) and not is_own:
        raise app_not_active(app_status)
    if price.is_recurring and plan is None:
        raise wrong_state("This product has no plan yet: it cannot be subscribed to.", from_state="WITHOUT_PLAN")
    return price, product, plan if price.is_recurring else None


async def metered_beside(db: Unit, price: Price) -> list[Price]:
    """The prices for usage that come with a recurring price: of the same product, currency and interval."""
    statement = (
        select(Price)
        .where(
            prices.c.product_id == price.product_id,
            prices.c.currency == price.currency,
            prices.c.interval == price.interval,
            prices.c.interval_count == price.interval_count,
            prices.c.meter_id.is_not(None),
            prices.c.status == price.status,
            prices.c.is_variant.is_(False),
        )
        .order_by(prices.c.id)
    )
    return list(await db.session.scalars(statement))


async def feature_values(db: Unit, product_id: UUID) -> list[dict[str, Any]]:
    """All that a product has of features at this moment, as JSON, for copying to a subscription or a purchase."""
    statement = (
        select(features.c.id, features.c.code, features.c.kind, product_features.c.value, product_features.c.mode)
        .join(features, features.c.id == product_features.c.feature_id)
        .where(product_features.c.product_id == product_id)
        .order_by(product_features.c.position)
    )
    return [
        {"featureId": str(id_), "code": code, "kind": kind.value, "value": value, "mode": mode.value}
        for id_, code, kind, value, mode in await db.session.execute(statement)
    ]
