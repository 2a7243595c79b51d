"""Makers of what gives features: subscriptions, purchases, grants, promotions, and the versions that they raise."""

from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

from sqlalchemy import Table, insert, select, update

from domain.actors import SYSTEM
from domain.billing_calendar import Anchor
from domain.ids import new_id
from domain.subscription_periods import SubscriptionPeriod, opened
from persistence import catalogue
from persistence.entitlement_versions import bump
from persistence.own_catalogue import feature_id, product_id
from persistence.tables.catalogue import prices, product_features, products
from persistence.tables.checkouts import purchases
from persistence.tables.entitlements import entitlement_grants, feature_promotions
from persistence.tables.identity import organizations
from persistence.tables.subscription_changes import seat_assignments
from persistence.tables.subscriptions import billing_subscriptions, subscription_items
from persistence.unit import Unit, unit_of_work
from tests.makers.subscribers import TERMS
from tests.world import Person, World

MONTH = timedelta(days=30)


async def subscribe(world: World, organization_id: UUID, plan: str = "starter", **changes: Any) -> UUID:
    """An ACTIVE subscription to one of Milepost's plans, paid for a month from now on, unless `changes` say more."""
    at = world.clock.now()
    row = {
        "id": new_id(),
        "organization_id": organization_id,
        "product_id": product_id(plan),
        "is_plan": True,
        "managed_by": "MILEPOST",
        "collection": "CHARGE",
        "net_days": 0,
        "currency": "EUR",
        "interval_months": 1,
        "anchor_at": at,
        "anchor_day": at.day,
        "time_zone": "UTC",
        "period_number": 0,
        "current_period_start": at,
        "current_period_end": at + MONTH,
        "trial_end": "CANCEL",
        "dunning_outcome": "CANCEL",
        "cancel_at_period_end": False,
        "grace_days": 3,
        "included_credits": 0,
        "status": "ACTIVE",
        **_lifecycle(at),
        **changes,
    }
    async with unit_of_work(world.database, by=SYSTEM, at=at) as db:
        features = await catalogue.feature_values(db, row["product_id"])
        await db.session.execute(insert(billing_subscriptions), [{"features": features, **row}])
        await db.session.execute(insert(subscription_items), [await _item(db, row["id"], row["product_id"])])
        if row["current_period_start"] is not None:
            db.add(_period(row))
        await bump(db, organization_id, None)
    return UUID(str(row["id"]))


async def buy_for_good(world: World, organization_id: UUID, plan: str = "starter", **changes: Any) -> UUID:
    """A purchase of what a plan has, from now on without an end, unless `changes` say otherwise."""
    at = world.clock.now()
    row = {
        "id": new_id(),
        "organization_id": organization_id,
        "product_id": product_id(plan),
        "quantity": 1,
        "currency": "EUR",
        "amount_minor": 4_900,
        "refunded_minor": 0,
        "revokes_on_partial_refund": False,
        "starts_at": at,
        "is_disputed": False,
        "status": "SUCCEEDED",
        **_lifecycle(at),
        **changes,
    }
    async with unit_of_work(world.database, by=SYSTEM, at=at) as db:
        row["features"] = await catalogue.feature_values(db, row["product_id"])
        row["price_id"] = await _price_of(db, row["product_id"])
        await db.session.execute(insert(purchases), [row])
        await bump(db, organization_id, None)
    return UUID(str(row["id"]))


async def give(world: World, organization_id: UUID, code: str, **changes: Any) -> UUID:
    """A grant of one of Milepost's features from now on, for good and unlimited, unless `changes` say otherwise."""
    at = world.clock.now()
    row = {
        "id": new_id(),
        "organization_id": organization_id,
        "feature_id": feature_id(code),
        "reason_kind": "TEST",
        "reason": "To be tried out",
        "starts_at": at,
        **_lifecycle(at),
        **changes,
    }
    await _store(world, entitlement_grants, row, organization_id)
    return UUID(str(row["id"]))


async def promote(world: World, code: str, kinds: Sequence[str] = (), organization_ids: Sequence[UUID] = ()) -> UUID:
    """A promotion of one of Milepost's features for a month from now on."""
    at = world.clock.now()
    row = {
        "id": new_id(),
        "feature_id": feature_id(code),
        "kinds": list(kinds),
        "organization_ids": list(organization_ids),
        "starts_at": at,
        "ends_at": at + MONTH,
        **_lifecycle(at),
    }
    await _store(world, feature_promotions, row, None)
    return UUID(str(row["id"]))


async def sell_by_the_seat(world: World, subscription_id: UUID, organization_id: UUID) -> None:
    """From now on the subscription has a price for each seat."""
    at, price = world.clock.now(), new_id()
    row = {
        "id": price,
        "product_id": product_id("starter"),
        "currency": "EUR",
        "model": "PER_SEAT",
        "unit_amount_minor": 1_900,
        "tiers": (),
        "interval": "MONTH",
        "interval_count": 1,
        "tax_behavior": "EXCLUSIVE",
        "is_variant": True,
        "status": "ACTIVE",
        **_lifecycle(at),
    }
    item = subscription_items.c.subscription_id == subscription_id
    async with unit_of_work(world.database, by=SYSTEM, at=at) as db:
        await db.session.execute(insert(prices), [row])
        await db.session.execute(update(subscription_items).where(item).values(price_id=price))
        await bump(db, organization_id, None)


async def assign_seat(world: World, seat_id: UUID, subscription_id: UUID, person: Person) -> None:
    at = world.clock.now()
    row = {
        "id": seat_id,
        "subscription_id": subscription_id,
        "organization_id": person.organization_id,
        "user_id": person.user_id,
        "assigned_at": at,
        **_lifecycle(at),
    }
    await _store(world, seat_assignments, row, person.organization_id)


async def has_features(world: World, product: UUID, *codes: str) -> None:
    """A product of Milepost's own has these features from now on, its limits without a limit."""
    rows = [
        {"id": new_id(), "product_id": product, "feature_id": feature_id(code), "position": position, "mode": "SET"}
        for position, code in enumerate(codes, start=1)
    ]
    async with unit_of_work(world.database, by=SYSTEM, at=world.clock.now()) as db:
        await db.session.execute(insert(product_features), rows)


async def change(world: World, table: Table, id_: UUID, organization_id: UUID | None, **changes: Any) -> None:
    """Changes a row as its own verb would, which raises the versions in the same transaction."""
    async with unit_of_work(world.database, by=SYSTEM, at=world.clock.now()) as db:
        await db.session.execute(update(table).where(table.c.id == id_).values(**changes))
        await bump(db, organization_id, None)


async def become(world: World, organization_id: UUID, kind: str) -> None:
    async with unit_of_work(world.database, by=SYSTEM, at=world.clock.now()) as db:
        await db.session.execute(update(organizations).where(organizations.c.id == organization_id).values(kind=kind))


async def _store(world: World, table: Table, row: dict[str, Any], organization_id: UUID | None) -> None:
    async with unit_of_work(world.database, by=SYSTEM, at=world.clock.now()) as db:
        await db.session.execute(insert(table), [row])
        await bump(db, organization_id, None)


async def _item(db: Unit, subscription_id: Any, product: Any) -> dict[str, Any]:
    price = await _price_of(db, product)
    return {
        "id": new_id(),
        "subscription_id": subscription_id,
        "price_id": price,
        "quantity": 1,
        "is_metered": False,
    }


async def _price_of(db: Unit, product: Any) -> UUID:
    """One of its prices; they all have the same features."""
    found = select(prices.c.id).join(products, products.c.id == prices.c.product_id).where(products.c.id == product)
    price: UUID = (await db.session.execute(found.order_by(prices.c.id).limit(1))).scalar_one()
    return price


def _period(row: dict[str, Any]) -> SubscriptionPeriod:
    """Its period, paid when it began."""
    start = row["current_period_start"]
    anchor = Anchor(at=row["anchor_at"], day=row["anchor_day"], time_zone=row["time_zone"], months=1)
    period = opened(row["id"], row["organization_id"], anchor, 0, TERMS, start=start, at=start)
    period.period_end = row["current_period_end"]
    period.paid_at = start
    period.move_to("payPeriod", by=SYSTEM, at=start)
    return period


def _lifecycle(at: datetime) -> dict[str, Any]:
    return {"version": 1, "created_at": at, "updated_at": at}
