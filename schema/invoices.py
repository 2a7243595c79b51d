"""Invoices as clients see, open and void them."""

from datetime import date, datetime
from typing import TYPE_CHECKING, Annotated

import strawberry

from domain import invoices as domain
from domain.invoices import CollectionMode, InvoiceKind, InvoiceRole, InvoiceStatus, PaymentStatus
from domain.money import Money as DomainMoney
from domain.permissions import Permission
from resolvers import exchange_rates as rates
from resolvers import invoices as resolve
from resolvers.context import Context
from schema.connections import computed, connection, many, one, order_input
from schema.customers import Customer
from schema.enums import describe
from schema.exchange_rates import InvoiceConversion
from schema.inputs import an_id, optional, optional_id, value
from schema.invoice_lines import InvoiceLine, TaxTotal
from schema.invoice_reminders import InvoiceReminder
from schema.money import Money
from schema.mutations import mutation
from schema.organizations import Organization
from schema.recorded_payments import RecordedPayment
from schema.scalars import Currency, TimeZone
from schema.shapes import plain, shows
from schema.stateful import Stateful
from schema.taxes import TaxLevel, TaxMode

if TYPE_CHECKING:
    from schema.credit_notes import CreditNote
    from schema.milestones import Milestone
    from schema.payments import Payment
    from schema.projects import Project

_Project = Annotated["Project", strawberry.lazy("schema.projects")]
_Milestone = Annotated["Milestone", strawberry.lazy("schema.milestones")]
_CreditNote = Annotated["CreditNote", strawberry.lazy("schema.credit_notes")]
_Payment = Annotated["Payment", strawberry.lazy("schema.payments")]

describe(
    InvoiceKind,
    "What an invoice bills.",
    UPFRONT="The share of a project that is due before work begins.",
    MILESTONE="An approved milestone.",
    INTERIM="A milestone that is billed before the project ends.",
    FINAL="What is left of a project when it is completed.",
    ADVANCE="Held money that was released before its milestone was approved.",
    STANDARD="Whatever a person wrote on it.",
    PLATFORM="What Milepost sold: opened and paid with the payment.",
)
describe(
    InvoiceStatus,
    "The life of an invoice.",
    DRAFT="Being written; the issuer alone sees it.",
    OPEN="Numbered and claimed.",
    PAID="Nothing is due any more.",
    VOID="Taken back before anything was paid; the number stays used.",
    UNCOLLECTIBLE="Given up by the issuer; money that comes all the same is taken.",
)
describe(
    PaymentStatus,
    "How far an opened invoice is paid.",
    UNPAID="Nothing is paid.",
    PARTIALLY_PAID="Something is paid.",
    PAID="All is paid.",
    ON_HOLD="Three automatic charges failed; the payer has to act.",
)
describe(
    InvoiceRole, "A side of an invoice.", ISSUER="Your organization has issued it.", RECIPIENT="It has received it."
)
describe(
    CollectionMode,
    "Whether Milepost charges an invoice by itself.",
    AUTO="It does: at once, and up to two more times, 48 hours apart.",
    MANUAL="It does not.",
    STOPPED="It gave up after three failures.",
)


@shows(domain.Collection, "How far automatic charging of an invoice has come.")
class Collection:
    mode: CollectionMode = plain("Whether Milepost charges it by itself.")
    attempts: int = plain("How many automatic charges of this round have failed.")
    next_at: datetime | None = plain("When the next automatic charge is made.")
    last_failure: str | None = plain("Why the last one failed, for example NO_PAYMENT_METHOD.")


@shows(domain.Invoice, "A claim for money. Its issuer sees it from the draft on, its recipient once it is open.")
class Invoice(Stateful):
    status: InvoiceStatus = plain("Where it stands.")
    payment_status: PaymentStatus | None = plain("How far it is paid; null for a draft and a void one.")
    kind: InvoiceKind = plain("What it bills.")
    number: str | None = plain("Its number, for example INV-2026-0001; null for a draft. A series has no gaps.")
    issuer: Organization = one(resolve.ISSUER, Organization, "Who is to be paid.", required=True)
    recipient: Organization | None = one(
        resolve.RECIPIENT, Organization, "Who is to pay; null when the customer is not on Milepost."
    )
    customer: Customer | None = one(resolve.CUSTOMER, Customer, "The issuer's record of who pays; the issuer sees it.")
    project = one(resolve.PROJECT, _Project, "The project it bills.")
    milestone = one(resolve.MILESTONE, _Milestone, "The milestone it bills.")
    lines: list[InvoiceLine] = many(resolve.LINES, InvoiceLine, "Its positions, 1 to 500.")
    taxes: list[TaxTotal] = computed(resolve.TAXES, list[TaxTotal], "Its taxes, summed over the lines.")
    payments = connection(
        resolve.PAYMENTS,
        _Payment,
        "What was done to collect it, newest first; empty without money:read.",
    )
    recorded_payments = connection(
        resolve.RECORDED_PAYMENTS, RecordedPayment, "What its issuer received for it outside Milepost, newest first."
    )
    credit_notes = connection(
        resolve.CREDIT_NOTES, _CreditNote, "What takes something off it, newest first; the recipient sees issued ones."
    )
    reminders: list[InvoiceReminder] = many(resolve.REMINDERS, InvoiceReminder, "Its reminders, oldest first.")
    issue_on: date | None = plain("The date of issue in the issuer's zone; a draft without one gets the day it opens.")
    supply_on: date | None = plain("The tax point; the date of issue unless said.")
    due_on: date | None = plain("The last day to pay.")
    time_zone: TimeZone = plain("The issuer's zone, which its dates are in.")
    currency: Currency = plain("The currency of all its amounts.")
    tax_mode: TaxMode = plain("What its prices mean.")
    tax_level: TaxLevel = plain("Where its tax is rounded.")
    discount_bps: int | None = plain("The document's discount, where it was given in basis points.")
    subtotal: Money = plain("The lines after their own discounts.")
    discount_total: Money = plain("The document's discount.")
    net_total: Money = plain("Without tax.")
    tax_total: Money = plain("All taxes.")
    total: Money = plain("Net and taxes.")
    paid: Money = plain("What has been paid.")
    credited_due: Money = plain("What credit notes have taken off what was due.")
    written_off: Money = plain("What was given up of it so that nothing is left to pay.")
    amount_due: Money = plain("What is left to pay.")
    advances_applied: Money = plain("What was paid in advance and counts towards it.")
    awaits_release: bool = plain("Whether held money pays it once a release policy is fulfilled.")
    agreed_amount: Money | None = plain("The part of the project's budget that it bills.")
    note: str = plain("Words to the recipient.")
    collection: Collection = plain("How far automatic charging has come.")
    opened_at: datetime | None = plain("When it was opened.")
    paid_at: datetime | None = plain("When nothing was due any more.")
    voided_at: datetime | None = plain("When it was taken back.")
    void_reason: str | None = plain("Why it was taken back.")
    uncollectible_at: datetime | None = plain("When it was given up; null again once money has come.")
    uncollectible_reason: str | None = plain("Why it was given up.")

    conversion: InvoiceConversion | None = one(
        rates.OF_INVOICE,
        InvoiceConversion,
        "What it comes to in the issuer's own currency, fixed when it opens. The issuer alone sees it; null while it"
        " keeps its books in no currency of its own.",
    )

    @strawberry.field(description="Open, with something due, after its last day to pay in the issuer's zone.")
    def is_overdue(self: domain.Invoice, info: strawberry.Info[Context, None]) -> bool:
        return self.is_overdue_at(info.context.platform.now())

    @strawberry.field(
        graphql_type=Money | None,
        description="What Milepost keeps of it, fixed when it opens. The issuer alone sees it.",
    )
    def fee(self: domain.Invoice, info: strawberry.Info[Context, None]) -> DomainMoney | None:
        return self.fee if info.context.viewer.acts_for(self.issuer_id) else None

    @strawberry.field(
        graphql_type=Money | None,
        description="What the issuer gets: the total without the fee. The issuer alone sees it.",
    )
    def net(self: domain.Invoice, info: strawberry.Info[Context, None]) -> DomainMoney | None:
        return self.net if info.context.viewer.acts_for(self.issuer_id) else None


@strawberry.input(description="Conditions on invoices; all given ones must hold.")
class InvoiceFilter:
    role: InvoiceRole | None = optional(InvoiceRole, "Issued or received by your organization.")
    kind: list[InvoiceKind] | None = optional(list[InvoiceKind], "Of one of these kinds.")
    status: list[InvoiceStatus] | None = optional(list[InvoiceStatus], "In one of these states.")
    payment_status: list[PaymentStatus] | None = optional(list[PaymentStatus], "Paid this far.")
    overdue: bool | None = optional(bool, "Overdue now, or not.")
    customer_id: strawberry.ID | None = optional_id("Customer", "For this customer.")
    project_id: strawberry.ID | None = optional_id("Project", "For this project.")
    milestone_id: strawberry.ID | None = optional_id("Milestone", "For this milestone.")
    issued_from: date | None = optional(date, "Issued on this day or later.")
    issued_to: date | None = optional(date, "Issued on this day or earlier.")
    due_from: date | None = optional(date, "Due on this day or later.")
    due_to: date | None = optional(date, "Due on this day or earlier.")
    currency: Currency | None = optional(Currency, "In this currency.")
    text: str | None = optional(str, "Words in number or note, or in the customer's name of invoices you issue.")


InvoiceOrder = order_input(resolve.LIST, "InvoiceOrder")

INVOICE = {"invoice": (Invoice, "The invoice as it is now.")}


@strawberry.type
class InvoiceQueries:
    invoices = connection(
        resolve.LIST,
        Invoice,
        "Invoices your organization has issued or received, newest first.",
        filter=InvoiceFilter,
        order=InvoiceOrder,
        needs=Permission.INVOICES_READ,
    )


@strawberry.type
class InvoiceMutations:
    open_invoice = mutation(
        resolve.open_invoice,
        "Opens a draft of your organization: it gets its number, is posted, and its recipient sees it. INVALID for a "
        "date of issue after today or before that of the last invoice of the same year; WRONG_STATE unless it is a "
        "draft. Nothing on it changes any more.",
        needs=Permission.INVOICES_WRITE,
        takes={"invoice_id": an_id("Invoice", "The draft.")},
        gives=INVOICE,
        keyed=True,
    )
    void_invoice = mutation(
        resolve.void_invoice,
        "Takes back an open invoice of which nothing is paid; the number stays used. FORBIDDEN for invoices of "
        "projects, which the system alone voids; WRONG_STATE once part of it is paid; CONFLICT while a payment is "
        "under way; DISPUTED while it is frozen.",
        needs=Permission.INVOICES_WRITE,
        takes={
            "invoice_id": an_id("Invoice", "The invoice."),
            "reason": value(str, "Why, 1 to 1000 characters; the recipient reads it."),
        },
        gives=INVOICE,
        keyed=True,
    )
