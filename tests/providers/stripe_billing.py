"""Subscriptions at the stand-in for Stripe: prices there, pages that people pay on, and periods that pass."""

from dataclasses import replace
from typing import Any
from uuid import UUID, uuid4

from domain.billed_subscriptions import BilledInvoice, BilledSubscription
from integrations.provider_billing import (
    BilledCheckout,
    ChangingBilled,
    CheckoutOpened,
    Ending,
    EndingBilled,
    OpeningCheckout,
    OpeningPortal,
    PortalOpened,
    Prorating,
)
from standins.stripe import billing_clock, prices
from standins.stripe.world import Call
from tests.providers.stripe_setup import RETURN_URL, Setup, post

ORGANIZATION = UUID(int=7)


def price(stripe: Setup, amount: int = 4900, *, interval: str = "month", currency: str = "eur") -> str:
    """The id of a new price of a new product."""
    product = prices.create_product(stripe.world, Call(account="", fields={"name": "Standard"}))
    fields = {"unit_amount": amount, "currency": currency, "product": product["id"]}
    made = prices.create(stripe.world, Call(account="", fields={**fields, "recurring": {"interval": interval}}))
    return str(made["id"])


def opening(stripe: Setup, price_id: str, **changes: Any) -> OpeningCheckout:
    ordinary = OpeningCheckout(
        key=uuid4(),
        organization_id=ORGANIZATION,
        customer=None,
        price=price_id,
        quantity=1,
        trial_days=0,
        success_url=RETURN_URL,
        cancel_url=RETURN_URL,
        at=stripe.at,
    )
    return replace(ordinary, **changes)


async def begun(stripe: Setup, card: str = "pm_card_visa", **changes: Any) -> BilledSubscription:
    """A subscription to a new price of 49.00 EUR a month, paid on Stripe's page."""
    asked = opening(stripe, changes.pop("price", None) or price(stripe), **changes)
    page = await stripe.stripe.open_checkout(asked)
    assert isinstance(page, CheckoutOpened)
    await post(page.url, card=card)
    checkout = await stripe.stripe.find_checkout(page.session_id)
    assert isinstance(checkout, BilledCheckout)
    return await standing(stripe, checkout.subscription or "")


async def standing(stripe: Setup, subscription_id: str) -> BilledSubscription:
    found = await stripe.stripe.find_subscription(subscription_id, stripe.at)
    assert isinstance(found, BilledSubscription)
    return found


async def latest_invoice(stripe: Setup, subscription: BilledSubscription) -> BilledInvoice:
    found = await stripe.stripe.find_billed_invoice(subscription.latest_invoice or "", stripe.at)
    assert isinstance(found, BilledInvoice)
    return found


async def after(stripe: Setup, subscription: BilledSubscription, **time: float) -> BilledSubscription:
    """How it stands once this time has passed."""
    stripe.pass_time(**time)
    billing_clock.move_on(stripe.world)
    return await standing(stripe, subscription.subscription_id)


async def in_portal(stripe: Setup, subscription: BilledSubscription, **form: str) -> BilledSubscription:
    """How it stands once its customer has done this on the portal."""
    page = await stripe.stripe.open_portal(
        OpeningPortal(customer=subscription.customer, return_url=RETURN_URL, at=stripe.at)
    )
    assert isinstance(page, PortalOpened)
    await post(page.url, **form)
    return await standing(stripe, subscription.subscription_id)


def changing(stripe: Setup, subscription: BilledSubscription, **changes: Any) -> ChangingBilled:
    asked = ChangingBilled(
        key=uuid4(), subscription_id=subscription.subscription_id, quantity=1, prorating=Prorating.NOW, at=stripe.at
    )
    return replace(asked, **changes)


def ending(stripe: Setup, subscription: BilledSubscription, when: Ending) -> EndingBilled:
    return EndingBilled(key=uuid4(), subscription_id=subscription.subscription_id, when=when, at=stripe.at)
