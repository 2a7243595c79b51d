"""Traces that work leaves in the database: to see that a refusal left none, and what was told to the outbox."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from uuid import UUID

from sqlalchemy import select, text

from persistence.tables.platform import outbox
from tests.world import World

_TABLES = (
    "gigs",
    "proposals",
    "projects",
    "milestones",
    "tasks",
    "task_submissions",
    "pause_requests",
    "invoices",
    "payments",
    "payment_methods",
    "refunds",
    "credit_notes",
    "escrow_holds",
    "hold_movements",
    "payouts",
    "wallet_conversions",
    "recorded_payments",
    "chargebacks",
    "money_exceptions",
    "inbound_webhooks",
    "ledger_transfers",
    "ledger_entries",
    "ledger_balances",
    "approval_requests",
    "money_thresholds",
    "customers",
    "tax_types",
    "apps",
    "app_installations",
    "cross_app_sessions",
    "organizations",
    "memberships",
    "invitations",
    "permission_overrides",
    "impersonations",
    "outbox",
    "status_changes",
)
_ROWS = " UNION ALL ".join(
    f"SELECT '{table}', md5(string_agg(row::text, '|' ORDER BY row::text)) FROM {table} row" for table in _TABLES
)


@asynccontextmanager
async def nothing_changes(world: World) -> AsyncIterator[None]:
    """Fails unless all rows of work, money and members, events and history included, are the same afterwards."""
    before = await fingerprints(world)
    yield
    after = await fingerprints(world)
    assert [table for table in before if before[table] != after[table]] == []


async def events(world: World, *prefixes: str) -> list[str]:
    """Types of the events so far that begin with one of the prefixes, in the order of writing."""
    async with world.database.connection() as connection:
        types = (await connection.scalars(outbox.select().with_only_columns(outbox.c.type).order_by("written"))).all()
    return [one for one in types if one.startswith(prefixes or ("",))]


async def actors_of(world: World, type_: str) -> list[UUID | None]:
    """Whom the events of a type name as their actor, in the order of writing."""
    statement = select(outbox.c.actor_user_id).where(outbox.c.type == type_).order_by(outbox.c.written)
    async with world.database.connection() as connection:
        return list((await connection.scalars(statement)).all())


async def fingerprints(world: World) -> dict[str, str | None]:
    """What the rows of each table come to; the same as long as nothing has changed."""
    async with world.database.connection() as connection:
        return {row[0]: row[1] for row in await connection.execute(text(_ROWS))}
