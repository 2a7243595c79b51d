"""Makers of customers, tax types and invoices, all through the API."""

from typing import Any
from uuid import UUID

from sqlalchemy import func, select

from persistence.tables.invoicing import invoices
from persistence.tables.money import ledger_transfers
from persistence.tables.platform import outbox
from tests.world import Person, World


def money(amount_minor: int, currency: str = "EUR") -> dict[str, str]:
    """An amount as an input, and as `money { amountMinor currency }` selects it."""
    return {"amountMinor": str(amount_minor), "currency": currency}


def line_input(unit_price: int = 10_000, *tax_types: str, currency: str = "EUR", **changes: Any) -> dict[str, Any]:
    """One position of 100.00 without a discount."""
    line = {"description": "Design", "unitPrice": money(unit_price, currency), "taxTypeIds": list(tax_types)}
    return line | changes


def invoice_input(customer: str, *lines: dict[str, Any], **changes: Any) -> dict[str, Any]:
    """What createInvoice and previewInvoice take."""
    return {"customerId": customer, "currency": "EUR", "lines": list(lines) or [line_input()]} | changes


async def make_customer(issuer: Person, recipient: Person | None = None, **changes: Any) -> str:
    """The id of a customer; with a recipient it stands for that person's organization."""
    link = {} if recipient is None else {"organizationId": f"org_{recipient.organization_id.hex}"}
    made = await issuer.do("upsertCustomer", "customer { id }", **({"name": "Bakery"} | link | changes))
    return str(made["customer"]["id"])


async def make_tax_type(issuer: Person, rate_bps: int = 1800, **changes: Any) -> str:
    """The id of a rate of category S."""
    made = await issuer.do("createTaxType", "taxType { id }", **({"name": "VAT", "rateBps": rate_bps} | changes))
    return str(made["taxType"]["id"])


async def make_draft(issuer: Person, customer: str, *lines: dict[str, Any], **changes: Any) -> str:
    """The id of a draft over 100.00 EUR without tax."""
    made = await issuer.do("createInvoice", "invoice { id }", **invoice_input(customer, *lines, **changes))
    return str(made["invoice"]["id"])


async def opened(world: World, issuer: Person, invoice: str, select: str = "number") -> dict[str, Any]:
    """The invoice after it was opened."""
    answer = await issuer.do("openInvoice", f"invoice {{ {select} }}", invoiceId=invoice, idempotencyKey=world.key())
    shown: dict[str, Any] = answer["invoice"]
    return shown


async def make_open_invoice(world: World, issuer: Person, recipient: Person, *lines: dict[str, Any]) -> str:
    """The id of an open invoice over 100.00 EUR, for a customer of its own."""
    invoice = await make_draft(issuer, await make_customer(issuer, recipient), *lines)
    await opened(world, issuer, invoice)
    return invoice


async def numbers(world: World, issuer: Person) -> list[int]:
    """The sequences that the issuer's invoices have, in order."""
    mine = select(invoices.c.sequence).where(
        invoices.c.issuer_id == issuer.organization_id, invoices.c.sequence.is_not(None)
    )
    async with world.database.reader() as session:
        return list(await session.scalars(mine.order_by(invoices.c.sequence)))


async def transfers_of(world: World, invoice: str) -> list[str]:
    """The kinds of the postings for an invoice, in order."""
    of_invoice = select(ledger_transfers.c.kind).where(ledger_transfers.c.source_id == UUID(hex=invoice[4:]))
    async with world.database.reader() as session:
        return [kind.value for kind in await session.scalars(of_invoice.order_by(ledger_transfers.c.id))]


async def events_of(world: World, invoice: str) -> list[str]:
    """The types of the events of an invoice, in the order in which they were written."""
    of_invoice = select(outbox.c.type).where(outbox.c.subject_id == UUID(hex=invoice[4:]))
    async with world.database.reader() as session:
        return list(await session.scalars(of_invoice.order_by(outbox.c.written)))


async def count_of_invoices(world: World) -> int:
    """How many invoices there are, of everybody and in whatever state."""
    async with world.database.reader() as session:
        return int(await session.scalar(select(func.count()).select_from(invoices)) or 0)
