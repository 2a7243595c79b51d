"""What PostgreSQL itself refuses about payouts, their schedules and payments from wallets."""

import pytest
from sqlalchemy import text
from sqlalchemy.exc import IntegrityError

from tests.makers.payouts import earner, figures, request_payout, wrong_books
from tests.world import World


async def refused(world: World, statement: str, message: str) -> None:
    with pytest.raises(IntegrityError, match=message):
        async with world.database.connection() as connection:
            await connection.execute(text(statement))


@pytest.mark.parametrize("status", ["IN_TRANSIT", "PAID", "FAILED", "CANCELED", "REVERSED"])
async def test_a_payout_changes_its_state_only_with_its_money(world: World, status: str) -> None:
    await request_payout(await earner(world), 20_000)
    await refused(world, f"UPDATE payouts SET status = '{status}'", "so its entries should leave")


@pytest.mark.parametrize("change", ["amount_minor = 19999", "amount_minor = 0", "currency = 'USD'"])
async def test_a_payout_keeps_the_amount_that_was_set_aside(world: World, change: str) -> None:
    await request_payout(await earner(world), 20_000)
    await refused(world, f"UPDATE payouts SET {change}", "payouts_amount|so its entries should leave")


async def test_a_payout_of_another_organization_takes_nothing_from_this_one(world: World) -> None:
    await request_payout(await earner(world), 20_000)
    other = await world.freelancer_side("Somebody else")
    statement = f"UPDATE payouts SET organization_id = '{other.organization_id}'"
    await refused(world, statement, "so its entries should leave")


async def test_a_payout_without_entries_is_none(world: World) -> None:
    freelancer = await earner(world)
    await request_payout(freelancer, 20_000)
    columns = (
        "organization_id, method_id, provider, amount_minor, currency, trigger, asked, status, version, created_at,"
        " updated_at"
    )
    statement = f"INSERT INTO payouts (id, {columns}) SELECT gen_random_uuid(), {columns} FROM payouts"
    await refused(world, statement, "so its entries should leave")
    assert await figures(freelancer) == {"available": 75_000, "held": 20_000, "earned": 95_000}


async def test_a_day_of_a_schedule_comes_once(world: World) -> None:
    freelancer = await earner(world)
    await freelancer.do("setPayoutSchedule", "schedule { id }", currency="EUR", frequency="MONTHLY", day=1)
    occurrence = (
        "INSERT INTO payout_occurrences (id, schedule_id, due_on, outcome, at)"
        " SELECT gen_random_uuid(), id, DATE '2026-03-01', 'NO_METHOD', now()"
        " FROM payout_schedules, generate_series(1, 2)"
    )
    await refused(world, occurrence, "uq_payout_occurrences")


async def test_check_books_names_a_payout_that_differs_from_its_entries(world: World) -> None:
    payout = await request_payout(await earner(world), 20_000)
    async with world.database.engine.begin() as connection:
        await connection.execute(text("SET LOCAL session_replication_role = replica"))
        await connection.execute(text("UPDATE payouts SET status = 'PAID'"))
    found = await wrong_books(world)
    assert [one.partition(":")[0] for one in found] == ["PAYOUT", "WALLET_HELD", "WALLET_FIGURES"]
    assert payout["id"].removeprefix("out_") in found[0].replace("-", "")
