"""Charges: the attempts of a PaymentIntent to take or reserve money from a card."""

from typing import Any

from standins.stripe import disputes, money
from standins.stripe.cards import Card
from standins.stripe.errors import StripeError, declined
from standins.stripe.lists import as_list
from standins.stripe.payers import BILLING_DETAILS, card_of
from standins.stripe.world import Call, Thing, World


def attempt(world: World, intent: Thing, method: Thing) -> None:
    """Takes or reserves the money. A decline is kept on the intent and raised."""
    card = card_of(method)
    if card.code is not None:
        charge = _charge(world, intent, method, status="failed", paid=False, captured=False, failure_code=card.code)
        world.tell("charge.failed", charge)
        raise fail(world, intent, _reason(card), charge=charge["id"])
    is_reserved = intent["capture_method"] == "manual"
    charge = _charge(world, intent, method, status="succeeded", paid=True, captured=not is_reserved)
    intent["latest_charge"], intent["next_action"], intent["last_payment_error"] = charge["id"], None, None
    if is_reserved:
        intent["status"], intent["amount_capturable"] = "requires_capture", intent["amount"]
        world.tell("charge.succeeded", charge)
        world.tell("payment_intent.amount_capturable_updated", intent)
    else:
        take(world, intent, charge, intent["amount"])
        world.tell("charge.succeeded", charge)
        world.tell("payment_intent.succeeded", intent)
        disputes.open_for(world, charge, card)


def take(world: World, intent: Thing, charge: Thing, amount: int) -> None:
    """The money comes in, less Stripe's fee."""
    line = money.move(world, "charge", amount, charge["currency"], charge["id"], fee=money.fee_of(amount))
    charge.update(captured=True, amount_captured=amount, balance_transaction=line["id"])
    intent.update(status="succeeded", amount_capturable=0, amount_received=amount)


def fail(world: World, intent: Thing, error: dict[str, Any], *, charge: str | None = None) -> StripeError:
    """What the caller is told, after the intent waits for another method."""
    if charge is not None:
        intent["latest_charge"] = charge
    intent.update(status="requires_payment_method", payment_method=None, next_action=None)
    intent["last_payment_error"] = {"type": "card_error", **error}
    world.tell("payment_intent.payment_failed", intent)
    more = {} if charge is None else {"charge": charge}
    return declined(error["code"], error.get("decline_code"), error["message"], payment_intent=dict(intent), **more)


def _reason(card: Card) -> dict[str, Any]:
    reason = {"code": card.code, "message": "Your card was declined."}
    return reason if card.decline_code is None else {**reason, "decline_code": card.decline_code}


def _charge(world: World, intent: Thing, method: Thing, **fields: Any) -> Thing:
    return world.add(
        "charge",
        "ch",
        amount=intent["amount"],
        amount_captured=0,
        amount_refunded=0,
        billing_details=BILLING_DETAILS,
        currency=intent["currency"],
        customer=intent["customer"],
        description=intent["description"],
        disputed=False,
        metadata=dict(intent["metadata"]),
        payment_intent=intent["id"],
        payment_method=method["id"],
        refunded=False,
        **fields,
    )


def charge(world: World, call: Call) -> Thing:
    return world.get("charge", call.fields["charge"])


def charges(world: World, call: Call) -> Thing:
    return as_list(world.all("charge"), call, "customer", "payment_intent")


OPERATIONS = {"GET /v1/charges": charges, "GET /v1/charges/{charge}": charge}
