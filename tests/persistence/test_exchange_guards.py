"""What PostgreSQL itself refuses about exchange rates and what they were used for, whoever writes."""

import pytest
from sqlalchemy import text
from sqlalchemy.exc import IntegrityError

from domain.actors import SYSTEM
from domain.ids import new_id
from persistence.unit import unit_of_work
from tests.makers.ledger import make_trade, open_invoice
from tests.world import World

RATE = (
    "INSERT INTO exchange_rates (id, from_currency, to_currency, rate, source, as_of)"
    " VALUES (:id, :source, 'EUR', :rate, 'ECB', '2026-03-01')"
)
CONVERSION = (
    "INSERT INTO invoice_conversions (id, currency, exchange_rate, minor_rate, total_minor, rate_source, rate_at)"
    " SELECT id, 'USD', 2, 2, total_minor * 2, 'ECB', now() FROM invoices"
)


async def write(world: World, statement: str, **values: object) -> None:
    async with world.database.connection() as connection:
        await connection.execute(text(statement), values)


async def test_a_rate_is_positive_between_two_currencies_and_there_is_one_at_an_instant(world: World) -> None:
    await write(world, RATE, id=new_id(), source="USD", rate=1)
    for source, rate, refused in (
        ("GBP", 0, "ck_exchange_rates_rate"),
        ("EUR", 1, "ck_exchange_rates_rate"),
        ("USD", 2, "uq_exchange_rates"),
    ):
        with pytest.raises(IntegrityError, match=refused):
            await write(world, RATE, id=new_id(), source=source, rate=rate)


async def test_rates_and_conversions_are_never_rewritten_nor_removed(world: World) -> None:
    trade = await make_trade(world)
    async with unit_of_work(world.database, by=SYSTEM, at=world.clock.now()) as db:
        await open_invoice(db, trade, 10_000)
    await write(world, RATE, id=new_id(), source="USD", rate=1)
    await write(world, CONVERSION)
    for table, change in (("exchange_rates", "rate = 2"), ("invoice_conversions", "total_minor = 1")):
        for statement in (f"UPDATE {table} SET {change}", f"DELETE FROM {table}"):
            with pytest.raises(IntegrityError, match=f"{table} keeps what was written"):
                await write(world, statement)
