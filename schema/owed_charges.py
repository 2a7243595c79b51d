"""What organizations owe apart from any period of a subscription, as they see and pay it."""

from datetime import datetime
from typing import TYPE_CHECKING, Annotated, Any

import strawberry
from strawberry.scalars import ID

from domain import sales as domain
from domain.permissions import Permission
from domain.sales import SaleStatus
from resolvers import owed_charges as resolve
from schema.connections import computed, connection, one, order_input
from schema.enums import describe
from schema.inputs import an_id, optional, optional_id
from schema.invoices import Invoice
from schema.money import Money
from schema.mutations import mutation
from schema.nodes import by_id
from schema.payments import Payment
from schema.shapes import plain, shows
from schema.stateful import Stateful

if TYPE_CHECKING:
    from schema.subscriptions import BillingSubscription

_SUBSCRIPTION: Any = Annotated["BillingSubscription", strawberry.lazy("schema.subscriptions")]

describe(
    SaleStatus,
    "The life of what Milepost itself sells.",
    PENDING="It waits for its money.",
    PAID="Paid.",
    FAILED="Its money did not come, and nobody is asked for it any more.",
    CANCELED="It was taken back before it was paid.",
    PARTIALLY_REFUNDED="Paid, and a part was given back.",
    REFUNDED="Given back in full.",
    CHARGED_BACK="The payer's bank has taken the money back.",
)


@shows(
    domain.Sale,
    "What is owed apart from any period of a subscription, like the fee for the early end of a contract. It is charged "
    "at once, and 2, 7, 14 and 21 days later while it is not paid.",
)
class OwedCharge(Stateful):
    status: SaleStatus = plain("Whether it is paid.")
    title: str = plain("What it is for.")
    total: Money = plain("What is to be paid, taxes included.")
    subscription = one(resolve.SUBSCRIPTION, _SUBSCRIPTION, "The subscription that it comes from.")
    next_try_at: datetime | None = plain("When it is charged next by itself.", name="nextAttemptAt")
    failure_code: str | None = plain("Why it could not be charged last, as in the payment.")
    invoice: Invoice | None = one(resolve.INVOICE, Invoice, "The invoice, once it is paid.")
    url = computed(
        resolve.PAGES,
        str | None,
        "The page to pay it on, for those who may; null when there is nothing to pay. Whoever has it can pay.",
    )


@strawberry.input(description="Conditions on what is owed; all given ones must hold.")
class OwedChargeFilter:
    status: list[SaleStatus] | None = optional(list[SaleStatus], "In one of these states.")
    organization_id: ID | None = optional_id("Organization", "By this organization.")
    subscription_id: ID | None = optional_id("BillingSubscription", "For this subscription.")


OwedChargeOrder = order_input(resolve.LIST, "OwedChargeOrder")


@strawberry.type
class OwedChargeQueries:
    owed_charges = connection(
        resolve.LIST,
        OwedCharge,
        "What your organization owes, or owed, apart from periods of subscriptions, newest first; staff see all.",
        filter=OwedChargeFilter,
        order=OwedChargeOrder,
        needs=(Permission.BILLING_READ, Permission.STAFF_READ, Permission.STAFF_MONEY),
    )
    owed_charge: OwedCharge | None = by_id("OwedCharge", OwedCharge, "Something that is owed, by its id.")


@strawberry.type
class OwedChargeMutations:
    pay_owed_charge = mutation(
        resolve.pay_owed_charge,
        "Charges the default payment method for what is owed; it uses up none of the tries that are planned. INVALID "
        "without such a method; CONFLICT while a payment is under way.",
        needs=(Permission.BILLING_MANAGE, Permission.STAFF_MONEY),
        takes={"owed_charge_id": an_id("OwedCharge", "What to pay.")},
        gives={
            "owed_charge": (OwedCharge, "It as it is now: paid once the payment has succeeded."),
            "payment": (Payment, "What pays it."),
        },
        keyed=True,
    )
