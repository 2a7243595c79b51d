"""Invoice reminders as issuers send them."""

from datetime import datetime
from typing import TYPE_CHECKING, Annotated

import strawberry

from domain import invoice_reminders as domain
from domain.invoice_reminders import ReminderChannel
from domain.permissions import Permission
from resolvers import invoice_reminders as resolve
from schema.connections import one
from schema.enums import describe
from schema.inputs import an_id
from schema.mutations import mutation
from schema.shapes import Node, plain, shows
from schema.users import User

if TYPE_CHECKING:
    from schema.invoices import Invoice

_Invoice = Annotated["Invoice", strawberry.lazy("schema.invoices")]

describe(ReminderChannel, "How a reminder travels.", EMAIL="By mail to the customer's address.")


@shows(domain.InvoiceReminder, "One reminder of an open invoice.")
class InvoiceReminder(Node):
    number: int = plain("Counts the reminders of the invoice, from 1.")
    channel: ReminderChannel = plain("How it travels.")
    sent_at: datetime = plain("When it was sent.")
    sent_by: User | None = one(resolve.SENT_BY, User, "Who sent it, for those who may know them.")


@strawberry.type
class InvoiceReminderMutations:
    send_invoice_reminder = mutation(
        resolve.send_invoice_reminder,
        "Reminds the customer of an open invoice of your organization by mail. RATE_LIMITED until 48 hours after the "
        "first and the second reminder, and 72 hours after each later one; INVALID when the customer has no address.",
        needs=Permission.INVOICES_WRITE,
        takes={"invoice_id": an_id("Invoice", "The invoice.")},
        gives={
            "invoice": (_Invoice, "The invoice as it is now."),
            "reminder": (InvoiceReminder, "The reminder; its mail follows in a moment."),
        },
    )
