"""Refunds as clients ask for and see them."""

from datetime import datetime
from typing import TYPE_CHECKING, Annotated

import strawberry

from domain import refunds as domain
from domain.payment_methods import Provider
from domain.permissions import Permission
from domain.provider_calls import CallState
from domain.refunds import RefundCause
from resolvers import refunds as resolve
from schema.connections import connection, one, order_input
from schema.enums import describe
from schema.inputs import an_id, optional, optional_id, value
from schema.invoices import Invoice
from schema.money import Money, MoneyInput
from schema.mutations import mutation
from schema.shapes import plain, shows
from schema.stateful import Stateful

if TYPE_CHECKING:
    from schema.approval_requests import ApprovalRequest
    from schema.credit_notes import CreditNote
    from schema.escrow import EscrowHold
    from schema.payments import Payment

_Approval = Annotated["ApprovalRequest", strawberry.lazy("schema.approval_requests")]
_Payment = Annotated["Payment", strawberry.lazy("schema.payments")]
_CreditNote = Annotated["CreditNote", strawberry.lazy("schema.credit_notes")]
_Hold = Annotated["EscrowHold", strawberry.lazy("schema.escrow")]

describe(
    CallState,
    "The life of a refund.",
    PENDING="Set aside; it is sent in a moment, or as soon as a second person agrees.",
    PROCESSING="Sent to the provider.",
    UNKNOWN="The provider's answer is missing; it is being asked, and nothing is sent again meanwhile.",
    SUCCEEDED="The money went back.",
    FAILED="It did not; it is the customer's credit again, that of a hold lies in the client's wallet.",
    CANCELED="Taken back before it was sent, or not agreed to; the money is the customer's credit again.",
)
describe(
    RefundCause,
    "What a refund follows from.",
    REQUEST="Somebody asked for it.",
    CREDIT_NOTE="A credit note was issued that way.",
    CANCELLATION="A project was cancelled.",
    HOLD="Held money was given back.",
    SALE="What was bought from Milepost was refunded.",
)


@shows(domain.Refund, "Money on its way back to the method it came from. Payer and issuer see it, with money:read.")
class Refund(Stateful):
    status: CallState = plain("Where it stands.")
    payment = one(resolve.PAYMENT, _Payment, "The payment it gives back.", required=True)
    invoice: Invoice | None = one(resolve.INVOICE, Invoice, "The invoice that was paid; null for a hold.")
    credit_note = one(resolve.CREDIT_NOTE, _CreditNote, "The credit note it follows from.")
    hold = one(resolve.HOLD, _Hold, "The hold it was taken from.")
    amount: Money = plain("What goes back.")
    cause: RefundCause = plain("What it follows from.")
    reason: str = plain("Why; the payer reads it.")
    provider: Provider = plain("Who gives it back.")
    awaits_approval: bool = plain("PENDING: whether a second person has to agree first.")
    approval = one(resolve.APPROVAL, _Approval, "What asked a second person, from the REFUND threshold on.")
    failure_code: str | None = plain(
        "FAILED: why. A code of the provider, or NEVER_ARRIVED when it never heard of the refund."
    )
    unknown_since: datetime | None = plain("UNKNOWN: since when the answer is missing.", name="becameUnknownAt")
    next_ask_at: datetime | None = plain("PROCESSING and UNKNOWN: when the provider is asked next.")


@strawberry.input(description="Conditions on refunds; all given ones must hold.")
class RefundFilter:
    status: list[CallState] | None = optional(list[CallState], "In one of these states.")
    cause: list[RefundCause] | None = optional(list[RefundCause], "Following from one of these.")
    payment_id: strawberry.ID | None = optional_id("Payment", "Of this payment.")
    invoice_id: strawberry.ID | None = optional_id("Invoice", "Of payments of this invoice.")
    created_from: datetime | None = optional(datetime, "Asked for at this instant or later.")
    created_before: datetime | None = optional(datetime, "Asked for before this instant.")


RefundOrder = order_input(resolve.LIST, "RefundOrder")

_GIVES = {
    "refund": (Refund, "The refund as it is now."),
    "payment": (_Payment, "The payment as it is now."),
}


@strawberry.type
class RefundQueries:
    refunds = connection(
        resolve.LIST,
        Refund,
        "Refunds that your organization gives or gets, newest first.",
        filter=RefundFilter,
        order=RefundOrder,
        needs=resolve.READERS,
    )


@strawberry.type
class RefundMutations:
    refund_payment = mutation(
        resolve.refund_payment,
        "Sends a part of a payment back to the method it came from, out of the customer's credit. The issuer's side "
        "with invoices:write may, and staff:money. From the REFUND threshold on it waits for a second person. INVALID "
        "for more than is left of the payment; INSUFFICIENT_FUNDS, with required and available, unless the customer "
        "has as much credit: issue a credit note first; WRONG_STATE for a payment that did not succeed, was charged "
        "back, came from a wallet or funded a hold.",
        needs=(Permission.INVOICES_WRITE, Permission.STAFF_MONEY),
        takes={
            "payment_id": an_id("Payment", "The payment."),
            "amount": optional(MoneyInput, "How much, in its currency; all that is left of it unless said."),
            "reason": value(str, "Why, 1 to 1000 characters; the payer reads it."),
        },
        gives=_GIVES,
        keyed=True,
    )
    cancel_refund = mutation(
        resolve.cancel_refund,
        "Takes a refund back that was not sent yet: the money is the customer's credit again. The issuer's side with "
        "invoices:write may, and staff:money. WRONG_STATE once it is under way; FORBIDDEN where it follows from a "
        "cancellation or a hold.",
        needs=(Permission.INVOICES_WRITE, Permission.STAFF_MONEY),
        takes={"refund_id": an_id("Refund", "The refund.")},
        gives=_GIVES,
        keyed=True,
    )
