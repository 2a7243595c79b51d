"""Writing to catalogues, one at a time: who may, which codes are free, and what a product has of features."""

from collections.abc import Collection, Sequence
from typing import Any
from uuid import UUID

from sqlalchemy import ColumnElement, Select, Table, delete, exists, select, text, true
from sqlalchemy.orm.attributes import flag_modified

from domain.apps import App, AppStatus, not_active
from domain.catalogue import Catalogue, CatalogueStatus
from domain.features import Feature
from domain.meters import Meter
from domain.permissions import Permission
from domain.prices import Price
from domain.products import Product, ProductFeature
from domain.refusals import conflict, forbidden
from domain.subscription_plans import Plan
from persistence import apps as apps_of
from persistence.catalogue import FEATURES, PLANS, PRICES, PRODUCTS
from persistence.tables.apps import apps
from persistence.tables.catalogue import features, plans, prices, product_features
from persistence.tables.usage import meters
from persistence.unit import Unit
from planner.edges import Source

_ALONE = text("LOCK TABLE features, products, plans, prices, meters IN SHARE ROW EXCLUSIVE MODE")


async def begin(db: Unit) -> None:
    """Until the transaction ends nobody else writes to a catalogue; everybody goes on reading and buying.

    Whatever is asked for behind it stays so: whether a code is free, which price is ACTIVE.
    """
    await db.session.execute(_ALONE)


async def catalogue_of(db: Unit, app_id: UUID | None) -> Catalogue:
    """Milepost's own, for staff, or that of an app, for its developers and staff."""
    is_staff = db.by.may(Permission.STAFF_CATALOGUE)
    if app_id is None:
        if not is_staff:
            raise forbidden("Milepost's own catalogue is kept by staff: name an app of yours.", "appId")
        return Catalogue()
    seen = true() if is_staff else apps_of.visible_to(db.by)
    app: App = await db.require(select(App).where(apps.c.id == app_id, seen), "app", "appId")
    is_own = db.by.acts_for(app.owner_organization_id) and db.by.may(Permission.APPS_DEVELOP)
    if not is_own and not is_staff:
        raise forbidden("Only the developers of an app keep its catalogue.", "appId")
    if app.status is AppStatus.REVOKED:
        raise not_active(app.status)
    return Catalogue(app_id=app.id, owner_organization_id=app.owner_organization_id)


async def feature(db: Unit, feature_id: UUID) -> Feature:
    found: Feature = await _one(db, FEATURES, feature_id, "feature", "featureId")
    return found


async def product(db: Unit, product_id: UUID, expected_version: int | None = None) -> Product:
    found: Product = await _one(db, PRODUCTS, product_id, "product", "productId")
    found.require_version(expected_version)
    return found


async def price(db: Unit, price_id: UUID, path: str = "priceId") -> Price:
    found: Price = await _one(db, PRICES, price_id, "price", path)
    return found


async def plan_with_product(db: Unit, plan_id: UUID, expected_version: int | None) -> tuple[Plan, Product]:
    plan: Plan = await _one(db, PLANS, plan_id, "plan", "planId")
    plan.require_version(expected_version)
    return plan, await product(db, plan.product_id)


async def meter_of(db: Unit, catalogue: Product, meter_id: UUID | None) -> Meter | None:
    """A meter of the same catalogue as the product."""
    if meter_id is None:
        return None
    same = _in(meters, catalogue.app_id)
    return await db.require(select(Meter).where(meters.c.id == meter_id, same), "meter of this catalogue", "meterId")


async def usable_features(db: Unit, app_id: UUID | None, ids: Collection[UUID]) -> dict[UUID, Feature]:
    """The ACTIVE features of a catalogue among these ids."""
    usable = features.c.id.in_(ids), features.c.status == CatalogueStatus.ACTIVE, _in(features, app_id)
    return {one.id: one for one in await db.session.scalars(select(Feature).where(*usable))}


async def replace_features(db: Unit, product: Product, rows: Sequence[ProductFeature]) -> None:
    """A change of the product itself: a new version, although none of its own columns may be another."""
    flag_modified(product, "name")
    await db.session.execute(delete(product_features).where(product_features.c.product_id == product.id))
    db.add(*rows)


async def require_free_code(db: Unit, table: Table, app_id: UUID | None, code: str) -> None:
    if await _is_there(db, table.c.code == code, _in(table, app_id)):
        raise conflict(f"This catalogue has {code} already, perhaps archived.", "code")


async def require_free_rank(db: Unit, plan: Plan) -> None:
    same = plans.c.product_kind == plan.product_kind, _in(plans, plan.app_id), plans.c.rank == plan.rank
    if await _is_there(db, *same, plans.c.id != plan.id):
        raise conflict(f"Another plan has the rank {plan.rank}.", "rank")


async def require_no_plan(db: Unit, product_id: UUID) -> None:
    if await _is_there(db, plans.c.product_id == product_id):
        raise conflict("This product has a plan: change it with updatePlan.", "productId")


async def require_only_price(db: Unit, new: Price) -> None:
    """Outside of experiments there is one ACTIVE price for the same thing."""
    same = [getattr(prices.c, name) == getattr(new, name) for name in ("product_id", "currency", "interval")]
    counted = prices.c.meter_id.is_not_distinct_from(new.meter_id), prices.c.interval_count == new.interval_count
    chosen = prices.c.status == CatalogueStatus.ACTIVE, prices.c.is_variant.is_(False)
    if not new.is_variant and await _is_there(db, *same, *counted, *chosen):
        message = "There is an ACTIVE price for this currency and interval: name it in replacesId, or archive it."
        raise conflict(message, "replacesId")


async def require_free_provider_id(db: Unit, provider_price_id: str | None) -> None:
    if provider_price_id is not None and await _is_there(db, prices.c.provider_price_id == provider_price_id):
        raise conflict("Another price is this one at the provider.", "providerPriceId")


def _in(table: Table, app_id: UUID | None) -> ColumnElement[bool]:
    return table.c.app_id.is_not_distinct_from(app_id)


async def _is_there(db: Unit, *conditions: ColumnElement[bool]) -> bool:
    return bool(await db.session.scalar(select(exists().where(*conditions))))


async def _one(db: Unit, source: Source, id_: UUID, what: str, path: str) -> Any:
    statement: Select[Any] = select(source.entity).where(source.table.c.id == id_, source.visible_to(db.by))
    return await db.require(statement, what, path)
