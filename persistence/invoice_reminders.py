"""Queries of invoice reminders. They are reached through their invoice, whose visibility is theirs."""

from collections.abc import Sequence
from uuid import UUID

from sqlalchemy import select

from domain.customers import Customer
from domain.invoice_reminders import InvoiceReminder
from domain.invoices import Invoice
from domain.organizations import Organization
from persistence import invoices
from persistence.tables.invoicing import invoice_reminders
from persistence.unit import Unit
from persistence.users import USERS
from planner.edges import Many, One, Source, Within

REMINDERS = Source(InvoiceReminder, invoice_reminders, Within(invoices.INVOICES, invoice_reminders, "invoice_id"))

OF_INVOICE = Many(REMINDERS, "invoice_id", "number")
SENT_BY = One(USERS, "sent_by")


async def earlier(db: Unit, invoice_id: UUID) -> Sequence[InvoiceReminder]:
    """The reminders of a locked invoice, oldest first."""
    of_invoice = select(InvoiceReminder).where(invoice_reminders.c.invoice_id == invoice_id)
    return (await db.session.scalars(of_invoice.order_by(invoice_reminders.c.number))).all()


async def address_of(db: Unit, invoice: Invoice) -> str | None:
    """Where reminders go: to the customer's address, or else to that of the organization it stands for."""
    customer = await db.session.get_one(Customer, invoice.customer_id)
    if customer.email is not None or invoice.recipient_id is None:
        return customer.email
    return (await db.session.get_one(Organization, invoice.recipient_id)).billing_email
