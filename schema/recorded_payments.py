"""Recorded payments as issuers enter and see them."""

from datetime import date, datetime
from typing import TYPE_CHECKING, Annotated

import strawberry

from domain import recorded_payments as domain
from domain.permissions import Permission
from domain.recorded_payments import RecordedPaymentMethod, RecordedPaymentStatus
from resolvers import recorded_payments as resolve
from schema.connections import one
from schema.enums import describe
from schema.inputs import an_id, optional, value
from schema.money import Money, MoneyInput
from schema.mutations import mutation
from schema.shapes import plain, shows
from schema.stateful import Stateful
from schema.users import User

if TYPE_CHECKING:
    from schema.invoices import Invoice

_Invoice = Annotated["Invoice", strawberry.lazy("schema.invoices")]

describe(
    RecordedPaymentMethod,
    "How money came to an issuer outside Milepost.",
    BANK_TRANSFER="By bank transfer.",
    CARD="By a card that the issuer took itself.",
    CASH="In cash.",
    CHECK="By check.",
    OTHER="In another way; the reference says how.",
)
describe(
    RecordedPaymentStatus,
    "The life of a recorded payment.",
    RECORDED="It counts as paid.",
    REMOVED="It was recorded by mistake and counts no more.",
)


@shows(domain.RecordedPayment, "Money that an issuer received outside Milepost. Both sides of the invoice see it.")
class RecordedPayment(Stateful):
    status: RecordedPaymentStatus = plain("Where it stands.")
    invoice = one(resolve.INVOICE, _Invoice, "What it pays.", required=True)
    amount: Money = plain("What came.")
    allocated: Money = plain("What of it paid the invoice; the rest is noted for the customer.")
    received_on: date = plain("When it came, in the issuer's zone.")
    method: RecordedPaymentMethod = plain("How it came.")
    reference: str = plain("What identifies it, for example the text of the transfer; may be empty.")
    recorded_by: User | None = one(resolve.RECORDED_BY, User, "Who recorded it, for those who may know them.")
    removed_at: datetime | None = plain("When it was removed.")
    remove_reason: str | None = plain("Why it was removed.")


_GIVES = {
    "invoice": (_Invoice, "The invoice as it is now."),
    "recorded_payment": (RecordedPayment, "The recorded payment as it is now."),
}


@strawberry.type
class RecordedPaymentMutations:
    record_payment = mutation(
        resolve.record_payment,
        "Records money that your organization received outside Milepost for an open invoice of its own. More than is "
        "due is noted for the customer. The platform's fee of it becomes your organization's debt. An invoice of a "
        "project only while it is ON_HOLD (else WRONG_STATE); DISPUTED while frozen.",
        needs=Permission.INVOICES_WRITE,
        takes={
            "invoice_id": an_id("Invoice", "The invoice."),
            "amount": value(MoneyInput, "What came, at least 1 in the invoice's currency."),
            "received_on": value(date, "When it came; not after today in your zone."),
            "method": value(RecordedPaymentMethod, "How it came."),
            "reference": optional(str, "What identifies it, one line of at most 200 characters.", ""),
        },
        gives=_GIVES,
        keyed=True,
    )
    remove_recorded_payment = mutation(
        resolve.remove_recorded_payment,
        "Takes back a payment that was recorded by mistake: it is due again, a paid invoice opens again, and nothing "
        "is charged by itself. WRONG_STATE when what was too much of it has been used since, or a credit note has "
        "returned some of it; DISPUTED while frozen.",
        needs=Permission.INVOICES_WRITE,
        takes={
            "recorded_payment_id": an_id("RecordedPayment", "The recorded payment."),
            "reason": value(str, "Why, 1 to 1000 characters; the recipient reads it."),
        },
        gives=_GIVES,
        keyed=True,
    )
