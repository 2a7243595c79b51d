"""Purchases as buyers see them, and their refunds."""

from datetime import datetime

import strawberry

from domain import purchases as domain
from domain.permissions import Permission
from domain.purchases import PurchaseStatus
from resolvers import purchases as resolve
from schema.connections import connection, one, order_input
from schema.enums import describe
from schema.inputs import an_id, optional, optional_id, value
from schema.money import Money, MoneyInput
from schema.mutations import mutation
from schema.organizations import Organization
from schema.prices import Price
from schema.products import Product
from schema.refunds import Refund
from schema.shapes import plain, shows
from schema.stateful import Stateful

describe(
    PurchaseStatus,
    "The life of a purchase.",
    PENDING="Waits for its payment.",
    SUCCEEDED="Paid: you have it from startsAt to endsAt.",
    FAILED="Nobody has paid for it in time.",
    PARTIALLY_REFUNDED="A part of the money is given back; you keep it unless the product says otherwise.",
    REFUNDED="All of the money is given back; it gives nothing any more.",
    CHARGED_BACK="Your bank has taken the money back; it gives nothing any more.",
)


@shows(domain.Purchase, "Something that was bought once. The buyer's billing readers see it, and staff.")
class Purchase(Stateful):
    status: PurchaseStatus = plain("Where it stands.")
    organization: Organization = one(resolve.ORGANIZATION, Organization, "Who has bought it.", required=True)
    product: Product | None = one(resolve.PRODUCT, Product, "What was bought.")
    price: Price | None = one(resolve.PRICE, Price, "What it was bought at.")
    quantity: int = plain("How many.")
    amount: Money = plain("What it cost, tax included.")
    refunded: Money = plain("What of that was given back, or is on its way back.")
    starts_at: datetime | None = plain("Since when you have it; null until it is paid.")
    ends_at: datetime | None = plain("Until when; null for good.")
    revoked_at: datetime | None = plain("Since when it gives nothing, because its money went back.")
    is_disputed: bool = plain("Whether your bank disputes the payment: it gives nothing meanwhile.")


@strawberry.input(description="Conditions on purchases; all given ones must hold.")
class PurchaseFilter:
    status: list[PurchaseStatus] | None = optional(list[PurchaseStatus], "In one of these states.")
    organization_id: strawberry.ID | None = optional_id("Organization", "Of this organization.")
    product_id: strawberry.ID | None = optional_id("Product", "Of this product.")


PurchaseOrder = order_input(resolve.LIST, "PurchaseOrder")


@strawberry.type
class PurchaseQueries:
    purchases = connection(
        resolve.LIST,
        Purchase,
        "What your organization has bought once, newest first; staff see all.",
        filter=PurchaseFilter,
        order=PurchaseOrder,
        needs=resolve.READERS,
    )


@strawberry.type
class PurchaseMutations:
    refund_purchase = mutation(
        resolve.refund_purchase,
        "Gives a part of what was paid back to the method it came from, with a credit note. All of it ends the "
        "purchase at once; a part only where the product says so. From the REFUND threshold on the money waits for a "
        "second person. INVALID for more than is left; WRONG_STATE for what is not paid, was free, or is charged back.",
        needs=Permission.STAFF_MONEY,
        takes={
            "purchase_id": an_id("Purchase", "The purchase."),
            "amount": optional(MoneyInput, "How much, in its currency, tax included; all that is left unless said."),
            "reason": value(str, "Why, 1 to 1000 characters; the buyer reads it."),
        },
        gives={
            "purchase": (Purchase, "The purchase as it is now."),
            "refund": (Refund, "The money on its way back."),
        },
        keyed=True,
    )
