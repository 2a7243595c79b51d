"""What the database itself refuses on invoices, whoever asks: plain SQL against opened ones."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from uuid import UUID

import asyncpg
import pytest

from tests.makers.invoices import line_input, make_customer, make_draft, make_tax_type, opened
from tests.world import World

TABLES = ("invoices", "invoice_lines")
KEPT, CHECKED = asyncpg.RestrictViolationError, asyncpg.CheckViolationError


@asynccontextmanager
async def plain_sql(world: World) -> AsyncIterator[asyncpg.Connection]:
    connection = await asyncpg.connect(world.database.url)
    try:
        yield connection
    finally:
        await connection.close()


async def refuse(world: World, error: type[Exception], statement: str, invoice: str) -> None:
    """Runs a statement about an invoice ($1), which must fail and leave invoice and lines as they were."""
    id_ = UUID(hex=invoice[4:])
    async with plain_sql(world) as sql:
        before = [await sql.fetch(f"SELECT * FROM {table} ORDER BY 1") for table in TABLES]
        with pytest.raises(error):
            await sql.execute(statement, id_)
        assert [await sql.fetch(f"SELECT * FROM {table} ORDER BY 1") for table in TABLES] == before


async def make_two(world: World) -> tuple[str, str]:
    """An open invoice and a draft, each with two taxed lines."""
    issuer = await world.freelancer_side()
    customer, vat = await make_customer(issuer), await make_tax_type(issuer)
    lines = [line_input(100, vat), line_input(200, vat)]
    invoice, draft = [await make_draft(issuer, customer, *lines) for _ in range(2)]
    await opened(world, issuer, invoice)
    return invoice, draft


@pytest.mark.parametrize(
    "change",
    [
        "number = 'INV-1'",
        "issue_on = issue_on - 1",
        "currency = 'USD'",
        "recipient_id = issuer_id",
        "net_total_minor = net_total_minor - 1, tax_total_minor = tax_total_minor + 1",
        "fee_minor = 1, net_minor = net_minor - 1",
        "note = 'Other words'",
    ],
)
async def test_an_opened_invoice_keeps_what_it_says(world: World, change: str) -> None:
    invoice, _ = await make_two(world)
    await refuse(world, KEPT, f"UPDATE invoices SET {change} WHERE id = $1", invoice)


async def test_an_opened_invoice_and_its_lines_are_not_removed(world: World) -> None:
    invoice, _ = await make_two(world)
    await refuse(world, KEPT, "DELETE FROM invoice_lines WHERE invoice_id = $1", invoice)
    await refuse(world, KEPT, "DELETE FROM invoices WHERE id = $1", invoice)
    await refuse(world, KEPT, "UPDATE invoice_lines SET description = 'Other' WHERE invoice_id = $1", invoice)


async def test_a_line_cannot_be_slipped_into_an_opened_invoice(world: World) -> None:
    invoice, _ = await make_two(world)
    another = (
        "INSERT INTO invoice_lines SELECT (jsonb_populate_record(l, jsonb_build_object("
        "'id', gen_random_uuid(), 'position', 3))).* FROM invoice_lines l WHERE invoice_id = $1 AND position = 1"
    )
    await refuse(world, CHECKED, another, invoice)


async def test_the_lines_of_a_draft_add_up_to_it_too(world: World) -> None:
    _, draft = await make_two(world)
    await refuse(world, CHECKED, "UPDATE invoice_lines SET net_minor = net_minor + 1 WHERE invoice_id = $1", draft)
    await refuse(world, CHECKED, "DELETE FROM invoice_lines WHERE invoice_id = $1", draft)


async def test_the_due_date_of_an_opened_invoice_may_move(world: World) -> None:
    invoice, _ = await make_two(world)
    async with plain_sql(world) as sql:
        await sql.execute("UPDATE invoices SET due_on = due_on + 1 WHERE id = $1", UUID(hex=invoice[4:]))
