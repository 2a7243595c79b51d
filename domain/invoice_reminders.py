"""Invoice reminders: asking for money again, never too soon after the last time."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import Enum
from uuid import UUID

from domain.actors import Actor
from domain.ids import new_id
from domain.invoices import Invoice
from domain.refusals import rate_limited


class ReminderChannel(Enum):
    """How a reminder travels."""

    EMAIL = "EMAIL"


@dataclass(eq=False, kw_only=True)
class InvoiceReminder:
    """One reminder of an invoice; `number` counts them from 1."""

    id: UUID
    invoice_id: UUID
    number: int
    channel: ReminderChannel
    sent_at: datetime
    sent_by: UUID | None


def wait_after(number: int) -> timedelta:
    """How long after reminder `number` the next may follow: 48 hours twice, then 72 each time."""
    return timedelta(hours=48 if number <= 2 else 72)


def remind(invoice: Invoice, earlier: Sequence[InvoiceReminder], *, by: Actor, at: datetime) -> InvoiceReminder:
    """The next reminder of an open invoice; `earlier` are its reminders so far, oldest first."""
    invoice.check("sendInvoiceReminder", by=by)
    if earlier:
        last = earlier[-1]
        allowed_at = last.sent_at + wait_after(last.number)
        if at < allowed_at:
            raise rate_limited("The next reminder can be sent", allowed_at - at)
    number = len(earlier) + 1
    invoice.record("reminded", by=by, at=at, data={"number": number})
    return InvoiceReminder(
        id=new_id(),
        invoice_id=invoice.id,
        number=number,
        channel=ReminderChannel.EMAIL,
        sent_at=at,
        sent_by=by.user_id,
    )
