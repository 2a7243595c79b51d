"""Checkouts as buyers begin and see them."""

from datetime import datetime
from typing import TYPE_CHECKING, Annotated

import strawberry

from domain import checkout_sessions as domain
from domain.checkout_sessions import CheckoutMode, CheckoutStatus
from domain.payment_methods import Provider
from domain.permissions import Permission
from resolvers import checkout_sessions as resolve
from schema.connections import one
from schema.enums import describe
from schema.inputs import an_id, optional, optional_id, value
from schema.mutations import mutation
from schema.organizations import Organization
from schema.payments import Payment
from schema.prices import Price
from schema.purchases import Purchase
from schema.shapes import plain, shows
from schema.stateful import Stateful

if TYPE_CHECKING:
    from schema.subscriptions import BillingSubscription

_Subscription = Annotated["BillingSubscription", strawberry.lazy("schema.subscriptions")]

describe(
    CheckoutMode,
    "What comes of a checkout.",
    SUBSCRIPTION="A subscription.",
    PAYMENT="A purchase that is paid once.",
)
describe(
    CheckoutStatus,
    "The life of a checkout.",
    OPEN="Waits for its payment, for an hour at most.",
    COMPLETE="Paid, or nothing was to be paid: what was bought is yours.",
    EXPIRED="Nobody has paid in time. Begin another one.",
)


@shows(domain.CheckoutSession, "An organization is about to buy something. Its billing readers see it, and staff.")
class CheckoutSession(Stateful):
    status: CheckoutStatus = plain("Where it stands. That a browser comes back to successUrl proves nothing.")
    organization: Organization = one(resolve.ORGANIZATION, Organization, "Who buys.", required=True)
    mode: CheckoutMode = plain("What comes of it.")
    price: Price | None = one(resolve.PRICE, Price, "What it is bought at.")
    quantity: int = plain("How many.")
    url: str = plain(
        "Where the buyer's browser goes now: a page that leads to the provider's, and then to successUrl or cancelUrl. "
        "successUrl itself where nothing is to be paid. Whoever has it can pay."
    )
    success_url: str = plain("Where the browser goes once it is paid.")
    cancel_url: str = plain("Where the browser goes when it has ended unpaid.")
    expires_at: datetime = plain("Until when it may be paid.")
    purchase: Purchase | None = one(resolve.PURCHASE, Purchase, "PAYMENT: what is bought.")
    subscription = one(resolve.SUBSCRIPTION, _Subscription, "SUBSCRIPTION: what has begun with it.")


@strawberry.type
class CheckoutSessionMutations:
    create_checkout_session = mutation(
        resolve.create_checkout_session,
        "Begins to buy something at a price: open `url` for the buyer, or watch the payment where a saved method is "
        "named. Only a verified payment completes it. A trial, and what is free, is complete at once. NOT_FOUND for an "
        "unknown price; WRONG_STATE for an archived one; FORBIDDEN for an app that is not ACTIVE; INVALID for a mode "
        "that is not the price's, a quantity that is not sold, another currency than you are billed in (at currency) "
        "and a page of somebody else's; CONFLICT for a second live subscription; PROVIDER_UNAVAILABLE while nobody "
        "can be paid through, or the taxes are not known. RATE_LIMITED like payInvoice.",
        needs=Permission.BILLING_MANAGE,
        takes={
            "price_id": an_id("Price", "What to buy, at which price."),
            "quantity": optional(int, "How many; 1 unless said.", 1),
            "mode": value(CheckoutMode, "PAYMENT for a price that is charged once, SUBSCRIPTION for all others."),
            "success_url": value(
                str, "Where the buyer's browser goes once it is paid: an origin of this platform's or of the app's."
            ),
            "cancel_url": value(str, "Where it goes when nothing was paid; the same origins."),
            "method_id": optional_id("PaymentMethod", "A saved method to pay with, in place of a provider's page."),
            "provider": optional(Provider, "On whose page the buyer chooses; the first that is set up unless said."),
        },
        gives={
            "session": (CheckoutSession, "The checkout."),
            "payment": (Payment | None, "What pays it; null where nothing is to be paid."),
        },
        keyed=True,
        starts_payment=True,
        prepare=resolve.check_return,
    )
