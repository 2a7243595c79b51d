"""Fee policies in the database: the defaults, which one counts when, and which tier for what."""

from datetime import UTC, datetime, timedelta

import pytest
from sqlalchemy import func, select
from sqlalchemy.exc import IntegrityError

from domain import fee_tiers, fees
from domain.actors import SYSTEM
from domain.fee_tiers import TierTerms
from domain.fees import FeePolicy, FeeScope, FeeTerms
from domain.money import Money
from domain.payment_methods import Provider
from persistence import fee_policies as policies
from persistence import reference_data
from persistence.tables.fees import fee_policies
from persistence.unit import Unit, unit_of_work
from tests.world import World

_THOUSAND = Money(100_000, "EUR")


async def terms_at(
    world: World, scope: FeeScope, at: datetime, amount: Money = _THOUSAND, provider: Provider | None = None
) -> FeeTerms:
    async with unit_of_work(world.database, by=SYSTEM, at=at) as db:
        return await policies.terms_for(db, scope, amount.currency, amount.amount_minor, provider)


async def follow(db: Unit, scope: FeeScope, bps: int, start: datetime, *minimum_fees: Money) -> FeePolicy:
    """A new policy in its place among the others."""
    policy = fees.create_policy(
        scope=scope, bps=bps, minimum_fees=minimum_fees, effective_from=start, by=SYSTEM, at=db.at
    )
    fees.take_place(policy, await policies.for_planning(db, scope))
    await db.flush()
    db.add(policy)
    await db.flush()
    return policy


def tier(least: int, most: int | None, bps: int, flat: int = 0, provider: Provider | None = None) -> TierTerms:
    return TierTerms(
        provider=provider,
        min_amount=Money(least, "EUR"),
        max_amount=None if most is None else Money(most, "EUR"),
        bps=bps,
        flat=Money(flat, "EUR"),
    )


async def test_by_default_projects_pay_five_percent_and_other_invoices_nothing(world: World) -> None:
    for at in (datetime(2001, 1, 1, tzinfo=UTC), world.clock.now()):
        assert [(await terms_at(world, scope, at)).bps for scope in (FeeScope.PROJECT, FeeScope.STANDARD)] == [500, 0]


async def test_reference_data_are_put_there_once(world: World) -> None:
    async with unit_of_work(world.database, by=SYSTEM, at=world.clock.now()) as db:
        await reference_data.ensure(db)
        await reference_data.ensure(db)
        assert await db.session.scalar(select(func.count()).select_from(fee_policies)) == 2


async def test_a_new_policy_counts_from_its_instant_on_and_for_its_scope_only(world: World) -> None:
    start = world.clock.now() + timedelta(days=7)
    async with unit_of_work(world.database, by=SYSTEM, at=world.clock.now()) as db:
        await follow(db, FeeScope.PROJECT, 300, start, Money(50, "EUR"))
    before = await terms_at(world, FeeScope.PROJECT, start - timedelta(microseconds=1))
    after = await terms_at(world, FeeScope.PROJECT, start)
    yen = await terms_at(world, FeeScope.PROJECT, start, Money(1_000, "JPY"))
    assert (before.bps, before.minimum_minor) == (500, 0)
    assert (after.bps, after.minimum_minor) == (300, 50)
    assert (yen.bps, yen.minimum_minor) == (300, 0)
    assert (await terms_at(world, FeeScope.STANDARD, start)).bps == 0


async def test_a_policy_that_is_planned_between_two_others_ends_where_the_later_one_begins(world: World) -> None:
    now = world.clock.now()
    async with unit_of_work(world.database, by=SYSTEM, at=now) as db:
        await follow(db, FeeScope.PROJECT, 300, now + timedelta(days=20))
        await follow(db, FeeScope.PROJECT, 400, now + timedelta(days=10))
    found = [(await terms_at(world, FeeScope.PROJECT, now + timedelta(days=days))).bps for days in (9, 10, 19, 20)]
    assert found == [500, 400, 400, 300]


async def test_the_database_refuses_two_policies_of_a_scope_at_one_instant(world: World) -> None:
    now = world.clock.now()
    policy = fees.create_policy(
        scope=FeeScope.PROJECT, bps=1, minimum_fees=[], effective_from=now + timedelta(days=1), by=SYSTEM, at=now
    )
    with pytest.raises(IntegrityError, match="ex_fee_policies_period"):
        async with unit_of_work(world.database, by=SYSTEM, at=now) as db:
            db.add(policy)


async def test_a_tier_of_the_provider_comes_before_one_of_all_and_both_before_the_policy(world: World) -> None:
    start = world.clock.now() + timedelta(days=1)
    simulator = Provider.SIMULATOR
    async with unit_of_work(world.database, by=SYSTEM, at=world.clock.now()) as db:
        policy = await follow(db, FeeScope.PROJECT, 500, start)
        terms = [tier(100, 999, 100), tier(1_000, None, 200, 20), tier(500, 1_500, 290, 30, simulator)]
        await policies.replace_tiers(db, policy, fee_tiers.write(policy, terms, at=db.at))
    expected = {
        (99, simulator): (500, 0),
        (100, simulator): (100, 0),
        (500, simulator): (290, 30),
        (500, None): (100, 0),
        (999, None): (100, 0),
        (1_000, None): (200, 20),
        (1_500, simulator): (290, 30),
        (1_501, simulator): (200, 20),
    }
    for (amount, provider), wanted in expected.items():
        found = await terms_at(world, FeeScope.PROJECT, start, Money(amount, "EUR"), provider)
        assert (found.bps, found.flat_minor) == wanted, (amount, provider)
    dollars = await terms_at(world, FeeScope.PROJECT, start, Money(500, "USD"), simulator)
    assert (dollars.bps, dollars.flat_minor) == (500, 0)


async def test_the_database_refuses_tiers_whose_ranges_meet(world: World) -> None:
    start = world.clock.now() + timedelta(days=1)

    async def write_both() -> None:
        async with unit_of_work(world.database, by=SYSTEM, at=world.clock.now()) as db:
            policy = await follow(db, FeeScope.PROJECT, 500, start)
            meeting = [fee_tiers.write(policy, [one], at=db.at)[0] for one in (tier(1, 9, 1), tier(9, None, 2))]
            meeting[1].position = 2
            db.add(meeting[0])
            await db.flush()
            db.add(meeting[1])

    with pytest.raises(IntegrityError, match="ex_fee_tiers_range"):
        await write_both()
