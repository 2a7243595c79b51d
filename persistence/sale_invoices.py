"""Invoices that ask for the money of a sale: their lock, which comes after that of the sale, and taking them back."""

from sqlalchemy import select

from domain.actors import SYSTEM
from domain.invoices import Invoice
from domain.postings.invoices import invoice_voided
from domain.sales import Sale
from persistence import ledger
from persistence.tables.invoicing import invoices
from persistence.unit import Unit

NOT_ASKED = "Nobody is asked for this any more."


async def asking_for(db: Unit, sale: Sale) -> Invoice | None:
    """The open invoice of a locked sale that is not paid, locked; None where it asks for nothing."""
    if not sale.is_billed:
        return None
    statement = select(Invoice).where(invoices.c.id == sale.invoice_id).with_for_update()
    return (await db.session.scalars(statement.execution_options(populate_existing=True))).one()


async def withdraw(db: Unit, invoice: Invoice) -> None:
    """Nothing of it is paid: its number stays used, and nothing is due on it (P2)."""
    invoice.withdraw(NOT_ASKED, by=SYSTEM, at=db.at)
    await ledger.post(db, invoice_voided(invoice, by=SYSTEM, at=db.at))
