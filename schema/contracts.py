"""Contracts of subscriptions as staff keep them and customers see them."""

from datetime import datetime
from typing import TYPE_CHECKING, Annotated, Any

import strawberry

from domain import contracts as domain
from domain.contracts import NOTICE_DAYS, ContractStatus, ContractTerms
from domain.permissions import Permission
from resolvers import contracts as resolve
from schema.connections import connection, one, order_input
from schema.enums import describe
from schema.inputs import an_id, optional, optional_id, value
from schema.mutations import mutation
from schema.scalars import Int64
from schema.shapes import plain, shows
from schema.stateful import Stateful

if TYPE_CHECKING:
    from schema.subscriptions import BillingSubscription

# Subscriptions show their contract, so their module needs this one first.
_SUBSCRIPTION: Any = Annotated["BillingSubscription", strawberry.lazy("schema.subscriptions")]

describe(
    ContractStatus,
    "The life of a contract.",
    PENDING_SIGNATURE="It is drawn up and binds nobody yet.",
    ACTIVE="It binds the subscription.",
    RENEWED="Its term is over, and another contract continues it.",
    ENDED="Its term is over.",
    TERMINATED="Staff have ended it before its term was over.",
)


@shows(domain.Contract, "It binds a subscription for a term. At most one of a subscription is ACTIVE.")
class Contract(Stateful):
    status: ContractStatus = plain("Where it stands.")
    subscription = one(resolve.SUBSCRIPTION, _SUBSCRIPTION, "What it binds.", required=True)
    term_months: int = plain("How long a term is.")
    starts_at: datetime | None = plain("When the term has begun; null until it is signed.")
    ends_at: datetime | None = plain("When the term ends.")
    auto_renew: bool = plain("Whether another term follows, unless notice is given.")
    notice_days: int = plain("How many days before the end notice closes.")
    notice_closes_at: datetime | None = plain("Until when notice can be given.")
    notice_given_at: datetime | None = plain("When it was given: the subscription ends with the term.")
    uplift_bps: int = plain("By how many hundredths of a percent the price of the next term is raised.")
    termination_fee_bps: int = plain("The share of what is not billed yet that an early end costs, in 1/100 percent.")
    fee_minor: Int64 | None = plain("What its early end cost, in minor units without tax.", name="terminationFeeMinor")
    terminate_reason: str | None = plain("Why staff have ended it.")


@strawberry.input(description="What a contract says.")
class ContractTermsInput:
    term_months: int = value(int, "12, 24 or 36; a multiple of the months that the subscription is paid for.")
    auto_renew: bool | None = optional(bool, "Whether another term follows; true unless said.", True)
    notice_days: int | None = optional(int, "Until how many days before the end, 0 to 180.", NOTICE_DAYS)
    uplift_bps: int | None = optional(int, "How much dearer the next term is, 0 to 10000; 0 unless said.", 0)
    termination_fee_bps: int | None = optional(int, "The fee of an early end, 0 to 10000; 0 unless said.", 0)

    build = staticmethod(ContractTerms)


@strawberry.input(description="Conditions on contracts; all given ones must hold.")
class ContractFilter:
    status: list[ContractStatus] | None = optional(list[ContractStatus], "In one of these states.")
    organization_id: strawberry.ID | None = optional_id("Organization", "Of this customer.")
    subscription_id: strawberry.ID | None = optional_id("BillingSubscription", "Of this subscription.")


ContractOrder = order_input(resolve.LIST, "ContractOrder")

_TAKES = {"contract_id": an_id("Contract", "The contract.")}
_CONTRACT = {"contract": (Contract, "The contract as it is now.")}


@strawberry.type
class ContractQueries:
    contracts = connection(
        resolve.LIST,
        Contract,
        "Contracts of your organization's subscriptions, newest first; staff see all.",
        filter=ContractFilter,
        order=ContractOrder,
        needs=(Permission.BILLING_READ, Permission.STAFF_MONEY, Permission.STAFF_READ),
    )


@strawberry.type
class ContractMutations:
    create_contract = mutation(
        resolve.create_contract,
        "Draws a contract up for an ACTIVE subscription that Milepost bills itself.",
        needs=Permission.STAFF_MONEY,
        takes={
            "subscription_id": an_id("BillingSubscription", "The subscription."),
            "terms": value(ContractTermsInput, "What was agreed."),
        },
        gives=_CONTRACT,
        keyed=True,
    )
    activate_contract = mutation(
        resolve.activate_contract,
        "Both have signed: from now on the customer cannot cancel before the term ends. It counts from the start of "
        "the period that is open. CONFLICT where another contract binds the subscription.",
        needs=Permission.STAFF_MONEY,
        takes=_TAKES,
        gives=_CONTRACT,
        keyed=True,
    )
    terminate_contract = mutation(
        resolve.terminate_contract,
        "Ends a contract early. One that is ACTIVE charges its fee on all periods of the term that were not billed, "
        "rounded once, and the subscription ends with the period that is paid.",
        needs=Permission.STAFF_MONEY,
        takes={**_TAKES, "reason": value(str, "Why: 1 to 1000 characters.")},
        gives=_CONTRACT,
        keyed=True,
    )
    give_contract_notice = mutation(
        resolve.give_contract_notice,
        "The customer leaves when the term ends. WRONG_STATE once notice has closed.",
        needs=Permission.BILLING_MANAGE,
        takes=_TAKES,
        gives=_CONTRACT,
    )
    withdraw_contract_notice = mutation(
        resolve.withdraw_contract_notice,
        "Takes notice back, while it could still be given.",
        needs=Permission.BILLING_MANAGE,
        takes=_TAKES,
        gives=_CONTRACT,
    )
