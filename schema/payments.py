"""Payments as clients see and start them."""

from datetime import datetime
from typing import TYPE_CHECKING, Annotated, Any

import strawberry

from domain import payments as domain
from domain import receipts as domain_receipts
from domain.payment_attempts import CaptureMode
from domain.payment_methods import Provider
from domain.payment_texts import standing
from domain.payments import PaymentSource, PaymentState, PaymentTrigger
from domain.permissions import Permission
from resolvers import payments as resolve
from resolvers.context import Context
from schema.connections import connection, one, order_input
from schema.enums import describe
from schema.inputs import an_id, optional, optional_id
from schema.invoices import Invoice
from schema.money import Money, MoneyInput
from schema.mutations import mutation
from schema.organizations import Organization
from schema.payment_methods import PaymentMethod
from schema.refunds import Refund
from schema.shapes import plain, shows
from schema.stateful import Stateful

describe(
    PaymentState,
    "The life of a payment.",
    CREATED="Stored; it is sent in a moment.",
    REQUIRES_ACTION="The payer has to do something at the provider first: nextActionUrl leads there.",
    PROCESSING="Sent to the provider, which is working on it.",
    AUTHORIZED="The money is reserved; the issuer takes it with capturePayment.",
    UNKNOWN="The provider's answer is missing; it is being asked, and nothing else is charged meanwhile.",
    SUCCEEDED="The money was taken.",
    FAILED="The money was not taken; a late proof of the opposite still counts.",
    CANCELED="Taken back: nothing was taken. A late proof of the opposite still counts.",
)
describe(
    CaptureMode,
    "When the money of a payment is taken.",
    AUTOMATIC="At once.",
    MANUAL="It is reserved first; the issuer takes all or a part of it with capturePayment.",
)
describe(
    PaymentSource,
    "Where a payment takes its money from.",
    METHOD="A payment method, which its provider charges.",
    WALLET="The payer's wallet at Milepost, at once and without a provider.",
)
describe(
    PaymentTrigger,
    "Who started a payment.",
    PAYER="A person of the paying organization.",
    COLLECTION="Milepost, by the invoice's collection.",
)


if TYPE_CHECKING:
    from schema.escrow import EscrowHold

_Hold: Any = Annotated["EscrowHold", strawberry.lazy("schema.escrow")]


@shows(domain_receipts.Receipt, "What to show for a payment; it was also mailed to the payer's billing address.")
class Receipt:
    number: str = plain("Its number.")
    paid_at: datetime = plain("When the payment was known to have succeeded.")
    amount: Money = plain("What was paid.")


@shows(domain.Payment, "Collecting money for an invoice or a hold. Payer and issuer see it, with money:read.")
class Payment(Stateful):
    status: PaymentState = plain("Where it stands.")
    invoice: Invoice | None = one(resolve.INVOICE, Invoice, "The invoice that it pays; null for a hold.")
    hold = one(resolve.HOLD, _Hold, "The hold that it funds; null for an invoice.")
    payer: Organization = one(resolve.PAYER, Organization, "Who pays.", required=True)
    issuer: Organization = one(resolve.ISSUER, Organization, "Who is paid.", required=True)
    amount: Money = plain("What is to be taken.")
    captured_amount: Money = plain("What was taken.")
    capture_mode: CaptureMode = plain("Whether it is taken at once.")
    refunded_amount: Money = plain("What of that is given back or on its way back.")
    refunds = connection(resolve.REFUNDS, Refund, "What was given back of it, newest first.")
    method: PaymentMethod | None = one(
        resolve.METHOD, PaymentMethod, "METHOD: what it is taken from; the payer alone sees it."
    )
    source: PaymentSource = plain("Where its money comes from.")
    provider: Provider | None = plain("METHOD: who takes it.")
    trigger: PaymentTrigger = plain("Who started it.")
    failure_code: str | None = plain(
        "FAILED: why. A code of the provider such as CARD_DECLINED, or NEVER_ARRIVED when it never heard of the charge."
    )

    @strawberry.field(graphql_type=Receipt | None, description="SUCCEEDED: what to show for it.")
    def receipt(self: domain.Payment) -> domain_receipts.Receipt | None:
        return domain_receipts.receipt_of(self)

    @strawberry.field(description="How it stands, in a sentence for people.")
    def status_text(self: domain.Payment) -> str:
        return standing(self)

    @strawberry.field(
        description="REQUIRES_ACTION: where the payer goes on, at the provider. Null for everybody but the payer."
    )
    def next_action_url(self: domain.Payment, info: strawberry.Info[Context, None]) -> str | None:
        return self.next_action_url if info.context.viewer.acts_for(self.payer_id) else None

    act_by: datetime | None = plain(
        "Until when the payer may do what the provider asks of them.", name="actionExpiresAt"
    )
    cancel_asked_at: datetime | None = plain("When its cancellation was asked for; it ends once the provider agrees.")
    paid_at: datetime | None = plain("SUCCEEDED: when that was known.")
    unknown_since: datetime | None = plain("UNKNOWN: since when the answer is missing.", name="becameUnknownAt")
    next_ask_at: datetime | None = plain("When the provider is asked next, while the outcome is open.")


@strawberry.input(description="Conditions on payments; all given ones must hold.")
class PaymentFilter:
    status: list[PaymentState] | None = optional(list[PaymentState], "In one of these states.")
    invoice_id: strawberry.ID | None = optional_id("Invoice", "For this invoice.")
    hold_id: strawberry.ID | None = optional_id("EscrowHold", "For this hold.")
    created_from: datetime | None = optional(datetime, "Started at this instant or later.")
    created_before: datetime | None = optional(datetime, "Started before this instant.")


PaymentOrder = order_input(resolve.LIST, "PaymentOrder")

AUTOMATIC = CaptureMode.AUTOMATIC
_INVOICE = {"invoice": (Invoice, "The invoice as it is now.")}
_PAYMENT = {"payment": (Payment, "The payment as it is now.")}


@strawberry.type
class PaymentQueries:
    payments = connection(
        resolve.LIST,
        Payment,
        "Payments your organization makes or receives, newest first.",
        filter=PaymentFilter,
        order=PaymentOrder,
        needs=Permission.MONEY_READ,
    )


@strawberry.type
class PaymentMutations:
    pay_invoice = mutation(
        resolve.pay_invoice,
        "Starts a payment of an open invoice by its recipient. The charge follows in a moment: watch the payment, "
        "which may need you to go to nextActionUrl. A failed one is retried by paying again. "
        "INVALID unless 1 <= amount <= amountDue, or without a usable method. From your wallet it has succeeded at once"
        ", or is refused with INSUFFICIENT_FUNDS, required and available; CONFLICT while another payment is under "
        "way or being checked; DISPUTED while the invoice is frozen. It uses up no attempt of automatic collection. "
        "RATE_LIMITED above 10 payments a minute of one session, 60 of one key.",
        needs=Permission.MONEY_MOVE,
        takes={
            "invoice_id": an_id("Invoice", "The invoice."),
            "source": optional(PaymentSource, "Where the money comes from; METHOD unless said.", PaymentSource.METHOD),
            "method_id": optional_id("PaymentMethod", "METHOD: which one; your default of the currency unless said."),
            "provider": optional(
                Provider, "In place of a method: the payer chooses what to pay with on a page of this provider's."
            ),
            "return_url": optional(
                str, "Where the payer's browser comes back to; a page of Milepost's own unless said."
            ),
            "capture_mode": optional(CaptureMode, "When the money is taken; at once unless said.", AUTOMATIC),
            "amount": optional(MoneyInput, "How much, in the invoice's currency; all that is due unless said."),
        },
        gives={**_INVOICE, **_PAYMENT},
        keyed=True,
        starts_payment=True,
        prepare=resolve.check_return,
    )
    capture_payment = mutation(
        resolve.capture_payment,
        "Takes money that is reserved, or a part of it; the rest is released. The provider is asked in a moment: watch "
        "the payment. INVALID unless 1 <= amount <= what is reserved; WRONG_STATE unless AUTHORIZED.",
        needs=(Permission.INVOICES_WRITE, Permission.STAFF_MONEY),
        takes={
            "payment_id": an_id("Payment", "The payment."),
            "amount": optional(MoneyInput, "How much of it; all unless said."),
        },
        gives=_PAYMENT,
        keyed=True,
    )
    check_payment = mutation(
        resolve.check_payment,
        "Has the provider asked at once how a payment stands, at most every five seconds: for whoever has just come "
        "back from the provider. Watch the payment. WRONG_STATE once it has ended.",
        needs=Permission.MONEY_READ,
        takes={
            "payment_id": an_id("Payment", "The payment."),
            "returned": optional(
                str, "What the provider added to the address when it sent the browser back, as name=value&name=value."
            ),
        },
        gives=_PAYMENT,
    )
    cancel_payment = mutation(
        resolve.cancel_payment,
        "Takes a payment back; the payer's side alone may. One that was not sent is CANCELED at once. One that waits "
        "for the payer, or is reserved, is CANCELED once its provider agrees: if it has taken the money meanwhile, the "
        "payment has succeeded. WRONG_STATE for all others. A cancelled automatic charge counts as one that failed.",
        needs=Permission.MONEY_MOVE,
        takes={"payment_id": an_id("Payment", "The payment.")},
        gives={
            **_PAYMENT,
            "invoice": (Invoice | None, "The invoice that it was to pay, as it is now."),
            "hold": (_Hold | None, "The hold that it was to fund."),
        },
        keyed=True,
    )
    resume_collection = mutation(
        resolve.resume_collection,
        "Starts a new round of three automatic charges for an invoice that is ON_HOLD, the first at once; the "
        "recipient alone may. Without a default method the first has failed already and payment is null. WRONG_STATE "
        "while collection has not given up; CONFLICT while a payment is under way; DISPUTED while frozen.",
        needs=Permission.MONEY_MOVE,
        takes={"invoice_id": an_id("Invoice", "The invoice.")},
        gives={**_INVOICE, "payment": (Payment | None, "The first charge, to be sent in a moment.")},
        keyed=True,
        starts_payment=True,
    )
