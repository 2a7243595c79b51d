"""Catalogues in the database: what every platform begins with, what is for sale, and what never changes."""

from collections.abc import Sequence
from uuid import UUID

import pytest
from sqlalchemy import delete, func, select, update
from sqlalchemy.exc import IntegrityError

from domain.actors import SYSTEM
from domain.ids import new_id
from domain.prices import PriceInterval
from domain.products import ProductKind
from domain.refusals import RefusalCode, Refused
from persistence import own_catalogue
from persistence.catalogue import feature_values, price_for_sale
from persistence.tables.catalogue import plans, prices, product_features, products
from persistence.unit import unit_of_work
from tests.world import World

STARTER = own_catalogue.price_id("starter", "EUR", PriceInterval.MONTH)


async def counts(world: World) -> Sequence[int]:
    """How many products are plans, and how many plans and prices these have."""
    of_plans = products.c.kind == ProductKind.PLAN
    async with world.database.reader() as session:
        statements = [
            select(func.count()).select_from(products).where(of_plans),
            *(
                select(func.count()).select_from(one).join(products, products.c.id == one.c.product_id).where(of_plans)
                for one in (plans, prices)
            ),
        ]
        return [await session.scalar(statement) or 0 for statement in statements]


async def refusal_of(world: World, price_id: UUID) -> RefusalCode:
    with pytest.raises(Refused) as refused:
        async with unit_of_work(world.database, by=SYSTEM, at=world.clock.now()) as db:
            await price_for_sale(db, price_id)
    return refused.value.code


async def test_a_platform_begins_with_five_plans_in_two_currencies(world: World) -> None:
    assert await counts(world) == [5, 5, 20]
    async with world.database.reader() as session:
        ranks = await session.execute(
            select(products.c.code, plans.c.rank)
            .join(plans, plans.c.product_id == products.c.id)
            .where(products.c.kind == ProductKind.PLAN)
            .order_by(plans.c.rank)
        )
        assert [tuple(row) for row in ranks] == [
            ("free", 0),
            ("starter", 10),
            ("standard", 20),
            ("business", 30),
            ("max", 40),
        ]


async def test_what_staff_have_changed_of_it_stays_changed_at_the_next_start(world: World) -> None:
    async with unit_of_work(world.database, by=SYSTEM, at=world.clock.now()) as db:
        await db.session.execute(
            delete(product_features).where(product_features.c.product_id == own_catalogue.product_id("starter"))
        )
        await own_catalogue.ensure(db)
        assert await feature_values(db, own_catalogue.product_id("starter")) == []
    assert await counts(world) == [5, 5, 20]


async def test_a_price_for_sale_comes_with_its_product_and_plan(world: World) -> None:
    async with unit_of_work(world.database, by=SYSTEM, at=world.clock.now()) as db:
        price, product, plan = await price_for_sale(db, STARTER)
        values = await feature_values(db, product.id)
    assert (price.unit_amount_minor, product.code, plan and plan.rank) == (1_900, "starter", 10)
    assert values[0] == {
        "featureId": str(own_catalogue.feature_id("gigs.open")),
        "code": "gigs.open",
        "kind": "LIMIT",
        "value": 5,
        "mode": "SET",
    }


async def test_billing_rule_1_an_archived_price_or_product_is_not_for_sale(world: World) -> None:
    assert await refusal_of(world, new_id()) is RefusalCode.NOT_FOUND
    async with unit_of_work(world.database, by=SYSTEM, at=world.clock.now()) as db:
        await db.session.execute(update(prices).where(prices.c.id == STARTER).values(status="ARCHIVED"))
        await db.session.execute(update(products).where(products.c.code == "max").values(status="ARCHIVED"))
    assert await refusal_of(world, STARTER) is RefusalCode.WRONG_STATE
    assert await refusal_of(world, own_catalogue.price_id("max", "USD", PriceInterval.YEAR)) is RefusalCode.WRONG_STATE


@pytest.mark.parametrize(
    "change", [{"unit_amount_minor": 1}, {"currency": "USD"}, {"interval_count": 2}, {"interval": "YEAR"}]
)
async def test_billing_invariant_12_no_price_row_ever_changes(world: World, change: dict[str, object]) -> None:
    with pytest.raises(IntegrityError, match="a price keeps what it costs"):
        async with unit_of_work(world.database, by=SYSTEM, at=world.clock.now()) as db:
            await db.session.execute(update(prices).where(prices.c.id == STARTER).values(change))


async def test_a_price_is_never_deleted(world: World) -> None:
    with pytest.raises(IntegrityError, match="a price keeps what it costs"):
        async with unit_of_work(world.database, by=SYSTEM, at=world.clock.now()) as db:
            await db.session.execute(delete(prices).where(prices.c.id == STARTER))
