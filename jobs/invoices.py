"""Letters that follow from invoices."""

from datetime import datetime

from domain.actors import SYSTEM
from domain.events import OutboxEvent
from domain.invoices import Invoice, InvoiceStatus
from domain.organizations import Organization
from integrations.mail import Letter, send
from persistence import invoice_reminders
from persistence.database import Database
from persistence.unit import Unit, transact


async def mail_invoice_reminder(database: Database, event: OutboxEvent, now: datetime) -> None:
    """To invoice.reminded, unless the invoice was paid or voided in the meantime."""

    async def work(db: Unit) -> Letter | None:
        invoice = await db.session.get_one(Invoice, event.subject_id)
        address = await invoice_reminders.address_of(db, invoice)
        if address is None or invoice.status is not InvoiceStatus.OPEN:
            return None
        return _reminder(invoice, await db.session.get_one(Organization, invoice.issuer_id), address)

    letter = await transact(database, work, by=SYSTEM, at=now)
    if letter is not None:
        await send(letter)


def _reminder(invoice: Invoice, issuer: Organization, address: str) -> Letter:
    text = (
        f"{issuer.name} reminds you of invoice {invoice.number} of {invoice.issue_on}.\n\n"
        f"Of {invoice.total} there are {invoice.amount_due} left to pay, due on {invoice.due_on}.\n"
    )
    return Letter(address, f"Reminder: invoice {invoice.number} of {issuer.name}", text)
