"""Chargebacks as issuers see and answer them."""

from datetime import datetime

import strawberry

from domain import chargebacks as domain
from domain.chargebacks import ChargebackStatus
from domain.payment_methods import Provider
from domain.permissions import Permission
from resolvers import chargebacks as resolve
from schema.connections import connection, one, order_input
from schema.enums import describe
from schema.inputs import an_id, optional, optional_id, value
from schema.invoices import Invoice
from schema.money import Money
from schema.mutations import mutation
from schema.organizations import Organization
from schema.payments import Payment
from schema.shapes import plain, shows
from schema.stateful import Stateful
from schema.users import User

describe(
    ChargebackStatus,
    "The life of a chargeback.",
    WARNING="The payer's bank only asks; a refund in time prevents that it takes the money.",
    NEEDS_RESPONSE="The bank has taken the money. What your wallet had of it is held, and evidence is due.",
    UNDER_REVIEW="Evidence was sent; the bank decides.",
    WON="The money came back.",
    LOST="The money is gone, and the invoice is due again.",
    ACCEPTED="You have let the money go; the same as lost.",
    PREVENTED="The payment was refunded before the bank took anything.",
)


@shows(domain.Chargeback, "A payer's bank takes a payment back. The issuer sees it, with money:read, and so do staff.")
class Chargeback(Stateful):
    status: ChargebackStatus = plain("Where it stands.")
    payment: Payment = one(resolve.PAYMENT, Payment, "What was paid and is taken back.", required=True)
    invoice: Invoice | None = one(resolve.INVOICE, Invoice, "The invoice it had paid.")
    issuer: Organization = one(resolve.ISSUER, Organization, "Who was paid.", required=True)
    provider: Provider = plain("Who tells of it.")
    external_id: str = plain("The provider's name for it.")
    amount: Money = plain("What the bank takes back.")
    reason: str = plain("Why, in the provider's words, for example FRAUDULENT.")
    evidence_due_at: datetime = plain("Until when it may be answered; without an answer it is lost.")
    evidence: str | None = plain("What was said to keep the money.")
    answered_by: User | None = one(resolve.ANSWERED_BY, User, "Who has answered, for those who may know them.")
    decided_at: datetime | None = plain("When it ended.")


@strawberry.input(description="Conditions on chargebacks; all given ones must hold.")
class ChargebackFilter:
    status: list[ChargebackStatus] | None = optional(list[ChargebackStatus], "In one of these states.")
    payment_id: strawberry.ID | None = optional_id("Payment", "Of this payment.")
    invoice_id: strawberry.ID | None = optional_id("Invoice", "Of a payment of this invoice.")
    created_from: datetime | None = optional(datetime, "Opened at this instant or later.")
    created_before: datetime | None = optional(datetime, "Opened before this instant.")


ChargebackOrder = order_input(resolve.LIST, "ChargebackOrder")

_CHARGEBACK = {"chargeback": (Chargeback, "The chargeback as it is now.")}
_NEEDS = (Permission.INVOICES_WRITE, Permission.STAFF_MONEY)
_WHO = "Needs invoices:write of the issuer, or staff:money."


@strawberry.type
class ChargebackQueries:
    chargebacks = connection(
        resolve.LIST,
        Chargeback,
        "Chargebacks of payments that your organization received, newest first.",
        filter=ChargebackFilter,
        order=ChargebackOrder,
        needs=(Permission.MONEY_READ, Permission.STAFF_MONEY),
    )


@strawberry.type
class ChargebackMutations:
    submit_chargeback_evidence = mutation(
        resolve.submit_chargeback_evidence,
        f"Says why the money should stay. It is sent in a moment and counts once: nothing can be added. {_WHO} "
        "WRONG_STATE unless it NEEDS_RESPONSE, and from evidenceDueAt on.",
        needs=_NEEDS,
        takes={
            "chargeback_id": an_id("Chargeback", "The chargeback."),
            "evidence": value(str, "What happened and how that can be seen, 1 to 20000 characters; the bank reads it."),
        },
        gives=_CHARGEBACK,
        keyed=True,
    )
    accept_chargeback = mutation(
        resolve.accept_chargeback,
        "Lets the money go, as if the bank had decided so: what your wallet holds of it goes, the rest becomes debt, "
        f"the fee is given back, the invoice is due again. {_WHO} WRONG_STATE unless it NEEDS_RESPONSE, and from "
        "evidenceDueAt on.",
        needs=_NEEDS,
        takes={"chargeback_id": an_id("Chargeback", "The chargeback.")},
        gives=_CHARGEBACK,
        keyed=True,
    )
