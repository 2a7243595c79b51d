"""What the database itself refuses on held money, whoever asks: plain SQL against a hold that is partly released."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from uuid import UUID

import asyncpg
import pytest

from tests.makers.escrow import make_delivered_project, release
from tests.makers.projects import approve
from tests.world import World

TABLES = ("escrow_holds", "hold_movements", "advance_applications")
KEPT, CHECKED, UNIQUE = asyncpg.RestrictViolationError, asyncpg.CheckViolationError, asyncpg.UniqueViolationError


@asynccontextmanager
async def plain_sql(world: World) -> AsyncIterator[asyncpg.Connection]:
    connection = await asyncpg.connect(world.database.url)
    try:
        yield connection
    finally:
        await connection.close()


async def refuse(world: World, error: type[Exception], statement: str, hold: str) -> None:
    """Runs a statement about a hold ($1), which must fail and leave everything as it was."""
    async with plain_sql(world) as sql:
        before = [await sql.fetch(f"SELECT * FROM {table} ORDER BY 1") for table in TABLES]
        with pytest.raises(error):
            await sql.execute(statement, UUID(hex=hold[4:]))
        assert [await sql.fetch(f"SELECT * FROM {table} ORDER BY 1") for table in TABLES] == before


async def make_partly_released(world: World) -> str:
    made, hold = await make_delivered_project(world)
    await release(made, hold, 30_000)
    return hold


@pytest.mark.parametrize(
    "change",
    [
        "amount_minor = amount_minor + 1",
        "fee_minor = 0, net_minor = amount_minor",
        "currency = 'USD'",
        "tax_rates = '[1]'",
    ],
)
async def test_a_hold_keeps_what_it_was_funded_with(world: World, change: str) -> None:
    hold = await make_partly_released(world)
    await refuse(world, KEPT, f"UPDATE escrow_holds SET {change} WHERE id = $1", hold)
    await refuse(world, KEPT, "DELETE FROM escrow_holds WHERE id = $1", hold)


@pytest.mark.parametrize(
    "change",
    [
        "remaining_minor = remaining_minor - 1",
        "released_minor = released_minor + 1, remaining_minor = remaining_minor - 1",
        "released_minor = amount_minor, remaining_minor = 0, status = 'RELEASED'",
        "refunded_minor = remaining_minor, remaining_minor = 0, status = 'REFUNDED'",
        "remaining_minor = -1, released_minor = amount_minor + 1",
        "status = 'PENDING', funded_at = NULL",
        "frozen_at = now()",
        "awaits_approval = true",
    ],
)
async def test_a_hold_says_only_what_the_ledger_says(world: World, change: str) -> None:
    hold = await make_partly_released(world)
    await refuse(world, CHECKED, f"UPDATE escrow_holds SET {change} WHERE id = $1", hold)


async def test_movements_stay_and_no_source_moves_a_hold_twice(world: World) -> None:
    hold = await make_partly_released(world)
    await refuse(world, KEPT, "UPDATE hold_movements SET amount_minor = 1 WHERE hold_id = $1", hold)
    await refuse(world, KEPT, "DELETE FROM hold_movements WHERE hold_id = $1", hold)
    again = """INSERT INTO hold_movements SELECT gen_random_uuid(), hold_id, kind, cause, {source}, currency,
        amount_minor, fee_minor, agreed_minor, invoice_id, user_id, organization_id, moved_at
        FROM hold_movements WHERE hold_id = $1"""
    await refuse(world, UNIQUE, again.format(source="source_id"), hold)
    await refuse(world, CHECKED, again.format(source="gen_random_uuid()"), hold)


async def test_a_milestone_has_one_live_hold(world: World) -> None:
    hold = await make_partly_released(world)
    columns = "project_id, milestone_id, client_organization_id, freelancer_organization_id, currency, agreed_minor"
    second = f"""INSERT INTO escrow_holds (id, {columns}, amount_minor, tax_rates, fee_policy_id, fee_bps,
        fee_flat_minor, fee_minor, net_minor, released_minor, refunded_minor, remaining_minor, from_wallet,
        awaits_approval, awaits_clearance, status, version, created_at, updated_at)
        SELECT gen_random_uuid(), {columns}, amount_minor, tax_rates, fee_policy_id, fee_bps, fee_flat_minor, fee_minor,
        net_minor, 0, 0, amount_minor, from_wallet, false, false, 'PENDING', 1, created_at, updated_at
        FROM escrow_holds WHERE id = $1"""
    await refuse(world, UNIQUE, second, hold)


async def test_an_advance_counts_once_and_for_its_own_invoice(world: World) -> None:
    made, hold = await make_delivered_project(world)
    await release(made, hold, 30_000)
    await approve(made, made.task)
    again = """INSERT INTO advance_applications SELECT gen_random_uuid(), a.advance_id, {invoice}, a.currency, 1
        FROM advance_applications a JOIN hold_movements m ON m.invoice_id = a.advance_id WHERE m.hold_id = $1"""
    await refuse(world, UNIQUE, again.format(invoice="a.invoice_id"), hold)
    await refuse(world, CHECKED, again.format(invoice="a.advance_id"), hold)
    await refuse(world, KEPT, "UPDATE advance_applications SET amount_minor = 1 WHERE $1::uuid IS NOT NULL", hold)
