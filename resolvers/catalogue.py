"""Catalogues: what their keepers write to them, one at a time, and the lists of what is in them."""

from typing import Any
from uuid import UUID

from domain import features, meters, prices, products, subscription_plans
from domain.permissions import Permission
from domain.refusals import forbidden
from persistence import catalogue, entitlement_versions
from persistence import catalogue_keeping as keeping
from persistence.tables.catalogue import features as feature_table
from persistence.tables.catalogue import products as product_table
from persistence.tables.usage import meters as meter_table
from persistence.unit import Unit
from resolvers.mutations import Changed

FEATURE_LIST, PRODUCT_LIST, PLAN_LIST = catalogue.FEATURE_LIST, catalogue.PRODUCT_LIST, catalogue.PLAN_LIST
PRICE_LIST, METER_LIST = catalogue.PRICE_LIST, catalogue.METER_LIST
APP, PRODUCT, METER, FEATURE = catalogue.OF_APP, catalogue.OF_PRODUCT, catalogue.OF_METER, catalogue.FEATURE
PLAN, FEATURES, PRICES = catalogue.PLAN_OF_PRODUCT, catalogue.FEATURES_OF_PRODUCT, catalogue.PRICES_OF_PRODUCT
KEEPERS = (Permission.STAFF_CATALOGUE, Permission.APPS_DEVELOP)


async def create_feature(db: Unit, *, app_id: UUID | None, **fields: Any) -> Changed:
    await keeping.begin(db)
    feature = features.create(fields, await keeping.catalogue_of(db, app_id), by=db.by, at=db.at)
    await keeping.require_free_code(db, feature_table, app_id, feature.code)
    db.add(feature)
    await entitlement_versions.bump(db, None, app_id)
    return Changed(feature=feature)


async def archive_feature(db: Unit, *, feature_id: UUID) -> Changed:
    await keeping.begin(db)
    feature = await keeping.feature(db, feature_id)
    feature.archive(by=db.by, at=db.at)
    return Changed(feature=feature)


async def create_product(
    db: Unit, *, app_id: UUID | None, features: list[products.FeatureTerms], **fields: Any
) -> Changed:
    await keeping.begin(db)
    product = products.create(fields, await keeping.catalogue_of(db, app_id), by=db.by, at=db.at)
    await keeping.require_free_code(db, product_table, app_id, product.code)
    known = await keeping.usable_features(db, app_id, [one.feature_id for one in features])
    rows = products.has_features(product, features, known)
    db.add(product)
    await db.flush()
    db.add(*rows)
    return Changed(product=product)


async def update_product(db: Unit, *, product_id: UUID, expected_version: int | None, **fields: Any) -> Changed:
    await keeping.begin(db)
    product = await keeping.product(db, product_id, expected_version)
    terms = fields.pop("features", None)
    known = await keeping.usable_features(db, product.app_id, [one.feature_id for one in terms or ()])
    product.change(fields, by=db.by, at=db.at)
    if terms is not None:
        await keeping.replace_features(db, product, products.has_features(product, terms, known))
    await entitlement_versions.bump(db, None, product.app_id)
    return Changed(product=product)


async def archive_product(db: Unit, *, product_id: UUID) -> Changed:
    await keeping.begin(db)
    product = await keeping.product(db, product_id)
    product.archive(by=db.by, at=db.at)
    await entitlement_versions.bump(db, None, product.app_id)
    return Changed(product=product)


async def create_plan(db: Unit, *, product_id: UUID, **fields: Any) -> Changed:
    await keeping.begin(db)
    product = await keeping.product(db, product_id)
    plan = subscription_plans.create(product, fields, by=db.by, at=db.at)
    await keeping.require_no_plan(db, product.id)
    await keeping.require_free_rank(db, plan)
    db.add(plan)
    await entitlement_versions.bump(db, None, product.app_id)
    return Changed(plan=plan)


async def update_plan(db: Unit, *, plan_id: UUID, expected_version: int | None, **fields: Any) -> Changed:
    await keeping.begin(db)
    plan, product = await keeping.plan_with_product(db, plan_id, expected_version)
    product.check("updateProduct", by=db.by)
    plan.change(fields, by=db.by, at=db.at)
    with db.session.no_autoflush:
        await keeping.require_free_rank(db, plan)
    await entitlement_versions.bump(db, None, product.app_id)
    return Changed(plan=plan)


async def create_price(
    db: Unit, *, product_id: UUID, meter_id: UUID | None, replaces_id: UUID | None, **fields: Any
) -> Changed:
    await keeping.begin(db)
    product = await keeping.product(db, product_id)
    meter = await keeping.meter_of(db, product, meter_id)
    replaced = replaces_id and await keeping.price(db, replaces_id, "replacesId")
    if fields["is_variant"] and not db.by.may(Permission.STAFF_CATALOGUE):
        raise forbidden("Only staff have experiments with prices.", "forExperiment")
    price = prices.create(product, meter, fields, by=db.by, at=db.at)
    await keeping.require_free_provider_id(db, price.provider_price_id)
    if replaced:
        replaced.archive(by=db.by, at=db.at)
        # The database lets no two ACTIVE prices for the same thing meet.
        await db.flush()
    await keeping.require_only_price(db, price)
    db.add(price)
    return Changed(price=price)


async def archive_price(db: Unit, *, price_id: UUID) -> Changed:
    await keeping.begin(db)
    price = await keeping.price(db, price_id)
    price.archive(by=db.by, at=db.at)
    return Changed(price=price)


async def create_meter(db: Unit, *, app_id: UUID | None, **fields: Any) -> Changed:
    await keeping.begin(db)
    meter = meters.create(fields, await keeping.catalogue_of(db, app_id), by=db.by, at=db.at)
    await keeping.require_free_code(db, meter_table, app_id, meter.code)
    db.add(meter)
    return Changed(meter=meter)
