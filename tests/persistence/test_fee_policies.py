"""Fee policies in the database: the defaults, and which one counts when."""

from datetime import UTC, datetime, timedelta

from sqlalchemy import func, select

from domain.actors import SYSTEM
from domain.fees import FeePolicy, FeeScope
from domain.ids import new_id
from persistence import reference_data
from persistence.fee_policies import in_force
from persistence.tables.invoicing import fee_policies
from persistence.unit import unit_of_work
from tests.world import World


async def rate(world: World, scope: FeeScope, at: datetime) -> int:
    async with unit_of_work(world.database, by=SYSTEM, at=at) as db:
        return (await in_force(db, scope)).bps


async def test_by_default_projects_pay_five_percent_and_other_invoices_nothing(world: World) -> None:
    for at in (datetime(2001, 1, 1, tzinfo=UTC), world.clock.now()):
        assert [await rate(world, scope, at) for scope in (FeeScope.PROJECT, FeeScope.STANDARD)] == [500, 0]


async def test_reference_data_are_put_there_once(world: World) -> None:
    async with unit_of_work(world.database, by=SYSTEM, at=world.clock.now()) as db:
        await reference_data.ensure(db)
        await reference_data.ensure(db)
        assert await db.session.scalar(select(func.count()).select_from(fee_policies)) == 2


async def test_a_new_policy_counts_from_its_instant_on_and_for_its_scope_only(world: World) -> None:
    start = world.clock.now() + timedelta(days=7)
    policy = FeePolicy(id=new_id(), scope=FeeScope.PROJECT, bps=300, minimum_fee_minor=50, effective_from=start)
    async with unit_of_work(world.database, by=SYSTEM, at=world.clock.now()) as db:
        db.add(policy)
    assert await rate(world, FeeScope.PROJECT, start - timedelta(microseconds=1)) == 500
    assert await rate(world, FeeScope.PROJECT, start) == 300
    assert await rate(world, FeeScope.STANDARD, start) == 0
