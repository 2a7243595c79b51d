"""Invoice reminders: sending one."""

from uuid import UUID

from domain.invoice_reminders import remind
from domain.refusals import invalid
from persistence import invoice_reminders, invoices
from persistence.unit import Unit
from resolvers.mutations import Changed

SENT_BY, OF_INVOICE = invoice_reminders.SENT_BY, invoice_reminders.OF_INVOICE


async def send_invoice_reminder(db: Unit, *, invoice_id: UUID) -> Changed:
    invoice = await invoices.for_change(db, invoice_id)
    reminder = remind(invoice, await invoice_reminders.earlier(db, invoice.id), by=db.by, at=db.at)
    if await invoice_reminders.address_of(db, invoice) is None:
        raise invalid("The customer has no e-mail address.", "invoiceId")
    invoices.touch(invoice)
    db.add(reminder)
    return Changed(invoice=invoice, reminder=reminder)
