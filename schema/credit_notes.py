"""Credit notes as clients write and see them."""

from datetime import date, datetime
from uuid import UUID

import strawberry

from domain import credit_note_lines, credit_notes
from domain.credit_note_lines import Wanted
from domain.credit_notes import CreditNoteStatus
from domain.money import Money as DomainMoney
from domain.permissions import Permission
from resolvers import credit_notes as resolve
from resolvers.context import Context
from schema.connections import connection, many, one, order_input
from schema.customers import Customer
from schema.enums import describe
from schema.inputs import an_id, optional, optional_id, value
from schema.invoice_lines import InvoiceLine, LineTax
from schema.invoices import Invoice
from schema.money import Money, MoneyInput
from schema.mutations import mutation
from schema.organizations import Organization
from schema.refunds import Refund
from schema.scalars import Currency
from schema.shapes import Node, plain, shows
from schema.stateful import Stateful

describe(
    CreditNoteStatus,
    "The life of a credit note.",
    DRAFT="Being written; the issuer alone sees it.",
    ISSUED="Numbered and in effect.",
    VOID="Taken back before anything of it was used; the number stays used.",
)


@shows(credit_note_lines.CreditNoteLine, "A part of an invoice line that is credited.")
class CreditNoteLine(Node):
    invoice_line: InvoiceLine = one(resolve.INVOICE_LINE, InvoiceLine, "The line it takes a part off.", required=True)
    position: int = plain("The position of that line.")
    description: str = plain("What that line bills.")
    amount: Money = plain("What is credited, tax included.")
    net: Money = plain("Of that, what is no tax.")
    tax: Money = plain("Of that, tax. All credits of a line together carry exactly its tax.")
    line_taxes: list[LineTax] = plain("Its taxes.", name="taxes")


@shows(
    credit_notes.CreditNote,
    "What an invoice loses of its value. Its issuer sees it from the draft on, its recipient once it is issued.",
)
class CreditNote(Stateful):
    status: CreditNoteStatus = plain("Where it stands.")
    number: str | None = plain("Its number, for example CN-2026-0001; null for a draft. A series has no gaps.")
    invoice: Invoice = one(resolve.INVOICE, Invoice, "The invoice it takes something off.", required=True)
    issuer: Organization = one(resolve.ISSUER, Organization, "Who credits.", required=True)
    recipient: Organization | None = one(
        resolve.RECIPIENT, Organization, "Who is credited; null when the customer is not on Milepost."
    )
    customer: Customer | None = one(
        resolve.CUSTOMER, Customer, "The issuer's record of who is credited; the issuer sees it."
    )
    lines: list[CreditNoteLine] = many(resolve.LINES, CreditNoteLine, "The lines it takes something off.")
    issue_on: date | None = plain("The date of issue in the issuer's zone.")
    currency: Currency = plain("The currency of all its amounts.")
    reason: str = plain("Why; the recipient reads it.")
    net_total: Money = plain("Without tax.")
    tax_total: Money = plain("All taxes.")
    total: Money = plain("Net and taxes.")
    applied_to_due: Money = plain("What of it lowered what was due.")
    returned: Money = plain("What of it was paid already: it became the customer's credit.")
    refunds = connection(
        resolve.REFUNDS, Refund, "What was sent back of what it returned, newest first; with money:read."
    )
    issued_at: datetime | None = plain("When it was issued.")
    voided_at: datetime | None = plain("When it was taken back.")
    void_reason: str | None = plain("Why it was taken back.")

    @strawberry.field(
        graphql_type=Money | None,
        description="What Milepost gives back of its fee with what was returned. The issuer alone sees it.",
    )
    def fee(self: credit_notes.CreditNote, info: strawberry.Info[Context, None]) -> DomainMoney | None:
        return self.fee if info.context.viewer.acts_for(self.issuer_id) else None


@strawberry.input(description="How much of an invoice line to credit.")
class CreditNoteLineInput:
    line_id: strawberry.ID = an_id("InvoiceLine", "The line, once.")
    amount: MoneyInput | None = optional(MoneyInput, "How much, tax included; all that is left of it unless said.")

    @staticmethod
    def build(line_id: UUID, amount: DomainMoney | None) -> Wanted:
        return Wanted(line_id=line_id, amount=amount)


@strawberry.input(description="Conditions on credit notes; all given ones must hold.")
class CreditNoteFilter:
    status: list[CreditNoteStatus] | None = optional(list[CreditNoteStatus], "In one of these states.")
    invoice_id: strawberry.ID | None = optional_id("Invoice", "For this invoice.")
    customer_id: strawberry.ID | None = optional_id("Customer", "For this customer.")
    issued_from: date | None = optional(date, "Issued on this day or later.")
    issued_to: date | None = optional(date, "Issued on this day or earlier.")


CreditNoteOrder = order_input(resolve.LIST, "CreditNoteOrder")

_NOTE = {"credit_note": (CreditNote, "The credit note as it is now.")}
_INVOICE = {"invoice": (Invoice, "The invoice as it is now.")}


@strawberry.type
class CreditNoteQueries:
    credit_notes = connection(
        resolve.LIST,
        CreditNote,
        "Credit notes your organization has issued or received, newest first.",
        filter=CreditNoteFilter,
        order=CreditNoteOrder,
        needs=Permission.INVOICES_READ,
    )


@strawberry.type
class CreditNoteMutations:
    create_credit_note = mutation(
        resolve.create_credit_note,
        "Writes a credit note on an open or paid invoice of your organization, as a draft. INVALID for more than is "
        "left of a line or of the invoice; WRONG_STATE in any other state; DISPUTED while the invoice is frozen.",
        needs=Permission.INVOICES_WRITE,
        takes={
            "invoice_id": an_id("Invoice", "The invoice."),
            "lines": optional(
                list[CreditNoteLineInput], "What to credit; all that is left of the invoice unless said."
            ),
            "reason": value(str, "Why, 1 to 1000 characters; the recipient reads it."),
        },
        gives=_NOTE,
    )
    issue_credit_note = mutation(
        resolve.issue_credit_note,
        "Issues a draft: it gets its number, lowers what is due, and what was paid already becomes the customer's "
        "credit, out of your wallet and with its share of the fee. INSUFFICIENT_FUNDS, with required and available, "
        "when the wallet does not cover it; INVALID when less is left since the draft was written; DISPUTED while the "
        "invoice is frozen. Nothing on it changes any more.",
        needs=Permission.INVOICES_WRITE,
        takes={
            "credit_note_id": an_id("CreditNote", "The draft."),
            "refund": optional(
                bool,
                "Whether to send what it returns back at once, to the payments it came with. What no provider can take "
                "back stays the customer's credit.",
                False,
            ),
        },
        gives={**_NOTE, **_INVOICE, "refunds": (list[Refund], "The refunds that were started.")},
        keyed=True,
    )
    void_credit_note = mutation(
        resolve.void_credit_note,
        "Takes an issued credit note back; its number stays used. WRONG_STATE once something of it is spent, refunded "
        "or on its way; DISPUTED while the invoice is frozen.",
        needs=Permission.INVOICES_WRITE,
        takes={
            "credit_note_id": an_id("CreditNote", "The credit note."),
            "reason": value(str, "Why, 1 to 1000 characters; the recipient reads it."),
        },
        gives={**_NOTE, **_INVOICE},
        keyed=True,
    )
    apply_customer_credit = mutation(
        resolve.apply_customer_credit,
        "Pays an invoice with the credit that its issuer keeps for your organization; see customerCredits. INVALID "
        "unless 1 <= amount <= amountDue; INSUFFICIENT_FUNDS, with required and available, for more than there is; "
        "CONFLICT while a payment is under way; DISPUTED while the invoice is frozen.",
        needs=Permission.MONEY_MOVE,
        takes={
            "invoice_id": an_id("Invoice", "The invoice."),
            "amount": optional(MoneyInput, "How much; as much as is due and there is unless said."),
        },
        gives=_INVOICE,
        keyed=True,
    )
