"""Customers and the methods they keep."""

from typing import Any

from standins.stripe.cards import CARDS, Card
from standins.stripe.errors import declined, invalid, missing
from standins.stripe.lists import as_list
from standins.stripe.world import Call, Thing, World

BILLING_DETAILS = {"address": None, "email": None, "name": None, "phone": None, "tax_id": None}


def create_customer(world: World, call: Call) -> Thing:
    kept = {name: call.fields[name] for name in ("email", "name", "description") if name in call.fields}
    customer = world.add("customer", "cus", balance=0, metadata=dict(call.fields.get("metadata", {})), **kept)
    world.tell("customer.created", customer)
    return customer


def customer(world: World, call: Call) -> Thing:
    return world.get("customer", call.fields["customer"])


def methods_of_customer(world: World, call: Call) -> Thing:
    world.get("customer", call.fields["customer"])
    return as_list(world.all("payment_method"), call, "customer", "type")


def method(world: World, call: Call) -> Thing:
    return world.get("payment_method", call.fields["payment_method"])


def attach(world: World, call: Call) -> Thing:
    """Keeps a method for a customer. A test token becomes a method of its own, with a new id."""
    world.get("customer", call.fields["customer"])
    method = method_of(world, call.fields["payment_method"])
    card = card_of(method)
    if card.code is not None and not card.can_be_kept:
        raise declined(card.code, card.decline_code, "Your card was declined.")
    if method["customer"] not in (None, call.fields["customer"]):
        raise invalid(
            "The payment method you provided has already been attached to a customer.",
            code="payment_method_unexpected_state",
        )
    method["customer"] = call.fields["customer"]
    world.tell("payment_method.attached", method)
    return method


def detach(world: World, call: Call) -> Thing:
    method = world.get("payment_method", call.fields["payment_method"])
    if method["customer"] is None:
        raise invalid("The payment method you provided is not attached to a customer.")
    method["customer"] = None
    world.tell("payment_method.detached", method)
    return method


def method_of(world: World, token: str) -> Thing:
    """The method with this id, or a new one for a test token."""
    if token not in CARDS:
        return world.get("payment_method", token)
    card = CARDS[token]
    return world.add(
        "payment_method",
        "pm",
        billing_details=BILLING_DETAILS,
        metadata={"test_token": token},
        type="card",
        card=card_details(card),
    )


def card_of(method: Thing) -> Card:
    """How a method behaves."""
    try:
        return CARDS[method["metadata"]["test_token"]]
    except KeyError:
        raise missing("payment_method", method["id"]) from None


def card_details(card: Card) -> dict[str, Any]:
    return {
        "brand": card.brand,
        "checks": None,
        "country": "US",
        "exp_month": 8,
        "exp_year": 2034,
        "fingerprint": f"fingerprint{card.last4}",
        "funding": "credit",
        "generated_from": None,
        "last4": card.last4,
        "networks": None,
        "three_d_secure_usage": None,
        "wallet": None,
    }


OPERATIONS = {
    "POST /v1/customers": create_customer,
    "GET /v1/customers/{customer}": customer,
    "GET /v1/customers/{customer}/payment_methods": methods_of_customer,
    "GET /v1/payment_methods/{payment_method}": method,
    "POST /v1/payment_methods/{payment_method}/attach": attach,
    "POST /v1/payment_methods/{payment_method}/detach": detach,
}
