"""Credits of subscriptions: one lot for each paid period, and what is carried into the next."""

from datetime import timedelta
from uuid import UUID

from sqlalchemy import select

from domain.actors import SYSTEM
from domain.credit_lots import CreditLot, LotSource
from domain.credit_movements import spend
from domain.credit_rollovers import NO_ROLLOVER, Rollover
from domain.ids import new_id
from domain.ledger import AccountCode
from persistence import credit_accounts, credit_movements
from persistence.books import check_books
from persistence.subscription_credits import PeriodCredits, grant_for_period
from persistence.tables.credits import credit_lots
from persistence.tables.money import ledger_accounts, ledger_entries
from persistence.unit import Unit, transact
from tests.world import World

MONTH = timedelta(days=30)
GRACE = timedelta(days=3)
STARTER = Rollover(is_enabled=True, cap=200)


async def pay_period(
    world: World, owner: UUID, period_id: UUID, ending_id: UUID | None = None, rule: Rollover = STARTER
) -> bool:
    """A period of 200 credits for 19.99 that starts now; whether its lot was opened by this."""
    period = PeriodCredits(
        organization_id=owner,
        period_id=period_id,
        quantity=200,
        cost_minor=1999,
        currency="USD",
        ends_at=world.clock.now() + MONTH,
        rollover=rule,
        grace=GRACE,
        ending_id=ending_id,
    )

    async def work(db: Unit) -> bool:
        return await grant_for_period(db, period) is not None

    return await transact(world.database, work, by=SYSTEM, at=world.clock.now())


async def use(world: World, owner: UUID, quantity: int) -> None:
    async def work(db: Unit) -> None:
        account = await credit_accounts.locked(db, owner)
        await credit_movements.write(db, spend(account, quantity, by=SYSTEM, at=db.at))

    await transact(world.database, work, by=SYSTEM, at=world.clock.now())


async def lots_of(world: World) -> dict[tuple[LotSource, UUID], CreditLot]:
    async with world.database.reader() as session:
        lots = (await session.scalars(select(CreditLot).order_by(credit_lots.c.id))).all()
    return {(lot.source, lot.source_id): lot for lot in lots}


async def earned(world: World) -> int:
    revenue = select(-ledger_entries.c.amount_minor).join(ledger_accounts)
    async with world.database.reader() as session:
        return sum(await session.scalars(revenue.where(ledger_accounts.c.code == AccountCode.PLATFORM_REVENUE)))


async def test_credits_example_5_what_was_not_used_is_carried_once(world: World) -> None:
    owner = (await world.client_side()).organization_id
    first, second, third = new_id(), new_id(), new_id()
    await pay_period(world, owner, first)
    await use(world, owner, 130)
    world.clock.advance(MONTH)
    await pay_period(world, owner, second, first)

    lots = await lots_of(world)
    carried = lots[LotSource.ROLLOVER, second]
    ends_at = lots[LotSource.SUBSCRIPTION, second].expires_at
    assert ends_at is not None
    assert (carried.quantity, carried.cost_minor, carried.expires_at) == (70, 700, ends_at - GRACE)
    assert lots[LotSource.SUBSCRIPTION, first].remaining == 0
    assert await earned(world) == 1299

    await use(world, owner, 45)
    world.clock.advance(MONTH)
    await pay_period(world, owner, third, second)

    lots = await lots_of(world)
    assert lots[LotSource.ROLLOVER, second].remaining == 0
    assert (lots[LotSource.ROLLOVER, third].quantity, lots[LotSource.SUBSCRIPTION, third].remaining) == (200, 200)
    assert await earned(world) == 1999
    assert await check_books(world.database, world.clock.now()) == []


async def test_without_rollover_what_is_left_ends_with_its_period(world: World) -> None:
    owner = (await world.client_side()).organization_id
    first, second = new_id(), new_id()
    await pay_period(world, owner, first, rule=NO_ROLLOVER)
    world.clock.advance(MONTH)
    await pay_period(world, owner, second, first, rule=NO_ROLLOVER)

    lots = await lots_of(world)
    assert set(lots) == {(LotSource.SUBSCRIPTION, first), (LotSource.SUBSCRIPTION, second)}
    assert lots[LotSource.SUBSCRIPTION, first].remaining == 0
    assert await earned(world) == 1999


async def test_a_renewal_that_comes_late_but_within_grace_loses_nothing(world: World) -> None:
    owner = (await world.client_side()).organization_id
    first, second = new_id(), new_id()
    await pay_period(world, owner, first)
    world.clock.advance(MONTH + GRACE - timedelta(minutes=1))
    await pay_period(world, owner, second, first)

    assert (await lots_of(world))[LotSource.ROLLOVER, second].quantity == 200


async def test_a_cap_limits_what_is_carried_and_the_rest_expires(world: World) -> None:
    owner = (await world.client_side()).organization_id
    first, second = new_id(), new_id()
    await pay_period(world, owner, first)
    world.clock.advance(MONTH)
    await pay_period(world, owner, second, first, Rollover(is_enabled=True, cap=50))

    carried = (await lots_of(world))[LotSource.ROLLOVER, second]
    assert (carried.quantity, carried.cost_minor) == (50, 500)
    assert await earned(world) == 1499


async def test_a_period_that_is_told_to_be_paid_twice_brings_its_credits_once(world: World) -> None:
    owner = (await world.client_side()).organization_id
    period = new_id()

    assert [await pay_period(world, owner, period), await pay_period(world, owner, period)] == [True, False]
    assert [lot.quantity for lot in (await lots_of(world)).values()] == [200]
