"""PaymentIntents: from what shall be paid to what was paid, with the payer's action where the bank asks for it."""

from typing import Any

from standins.stripe import charges
from standins.stripe.errors import invalid
from standins.stripe.lists import as_list, as_search_result
from standins.stripe.payers import card_of, method_of
from standins.stripe.world import Call, Thing, World

_MINIMUM = 50
_CANCELABLE = ("requires_payment_method", "requires_confirmation", "requires_action", "requires_capture", "processing")
_AUTHENTICATION_FAILED = {
    "code": "payment_intent_authentication_failure",
    "message": "The provided PaymentMethod has failed authentication.",
}


def create(world: World, call: Call) -> Thing:
    fields = call.fields
    if fields["amount"] < _MINIMUM:
        raise invalid("Amount must be at least 50 cents.", code="amount_too_small", param="amount")
    if fields.get("confirm") and "payment_method" not in fields:
        raise invalid("You cannot confirm this PaymentIntent because it's missing a payment method.")
    if fields.get("off_session") and not fields.get("confirm"):
        raise invalid("off_session is only for a PaymentIntent that is confirmed.", param="off_session")
    intent = opened(
        world,
        amount=fields["amount"],
        currency=fields["currency"].lower(),
        customer=fields.get("customer"),
        description=fields.get("description"),
        metadata=dict(fields.get("metadata", {})),
        capture_method=fields.get("capture_method", "automatic_async"),
    )
    if fields.get("confirm"):
        confirm_with(
            world,
            intent,
            fields["payment_method"],
            is_off_session=bool(fields.get("off_session")),
            return_url=fields.get("return_url"),
        )
    return intent


def opened(world: World, **fields: Any) -> Thing:
    """A new intent, without a method so far."""
    intent = world.add(
        "payment_intent",
        "pi",
        amount_capturable=0,
        amount_received=0,
        confirmation_method="automatic",
        payment_method_types=["card"],
        status="requires_payment_method",
        **fields,
    )
    world.tell("payment_intent.created", intent)
    return intent


def confirm_with(
    world: World, intent: Thing, token: str, *, is_off_session: bool = False, return_url: str | None = None
) -> None:
    """Tries the method: the money is taken or reserved, the payer has to act, or it fails."""
    method = method_of(world, token)
    if method["customer"] not in (None, intent["customer"]):
        raise invalid("The payment method belongs to another customer.", param="payment_method")
    card = card_of(method)
    intent["payment_method"] = method["id"]
    if not card.asks_always and not (card.asks_until_kept and method["customer"] is None):
        charges.attempt(world, intent, method)
    elif is_off_session:
        message = "Your card was declined. This transaction requires authentication."
        reason = {"code": "authentication_required", "decline_code": "authentication_required", "message": message}
        raise charges.fail(world, intent, reason)
    else:
        page = {"url": f"{world.address}/pages/authenticate/{intent['id']}", "return_url": return_url}
        intent.update(status="requires_action", next_action={"type": "redirect_to_url", "redirect_to_url": page})
        world.tell("payment_intent.requires_action", intent)


def authenticated(world: World, intent: Thing, *, has_agreed: bool) -> None:
    """What the payer did on the bank's page."""
    if intent["status"] != "requires_action":
        raise invalid(f"This PaymentIntent is {intent['status']}: there is nothing to authenticate.")
    if has_agreed:
        charges.attempt(world, intent, world.get("payment_method", intent["payment_method"]))
    else:
        raise charges.fail(world, intent, _AUTHENTICATION_FAILED)


def capture(world: World, call: Call) -> Thing:
    intent = world.get("payment_intent", call.fields["intent"])
    if intent["status"] != "requires_capture":
        raise _wrong_state(intent, "captured")
    amount = call.fields.get("amount_to_capture", intent["amount_capturable"])
    if not 1 <= amount <= intent["amount_capturable"]:
        raise invalid("The amount to capture is more than was reserved.", param="amount_to_capture")
    charge = world.get("charge", intent["latest_charge"])
    charge["amount_refunded"] = charge["amount"] - amount
    charges.take(world, intent, charge, amount)
    world.tell("charge.captured", charge)
    world.tell("payment_intent.succeeded", intent)
    return intent


def cancel(world: World, call: Call) -> Thing:
    intent = world.get("payment_intent", call.fields["intent"])
    if intent["status"] not in _CANCELABLE:
        raise _wrong_state(intent, "canceled")
    intent.update(status="canceled", canceled_at=world.now, amount_capturable=0, next_action=None)
    intent["cancellation_reason"] = call.fields.get("cancellation_reason")
    world.tell("payment_intent.canceled", intent)
    return intent


def intent(world: World, call: Call) -> Thing:
    return world.get("payment_intent", call.fields["intent"])


def intents(world: World, call: Call) -> Thing:
    return as_list(world.all("payment_intent"), call, "customer")


def search(world: World, call: Call) -> Thing:
    return as_search_result(world, world.all("payment_intent"), call)


def _wrong_state(intent: Thing, action: str) -> Exception:
    return invalid(
        f"This PaymentIntent could not be {action} because it has a status of {intent['status']}.",
        code="payment_intent_unexpected_state",
    )


OPERATIONS = {
    "POST /v1/payment_intents": create,
    "GET /v1/payment_intents": intents,
    "GET /v1/payment_intents/search": search,
    "GET /v1/payment_intents/{intent}": intent,
    "POST /v1/payment_intents/{intent}/capture": capture,
    "POST /v1/payment_intents/{intent}/cancel": cancel,
}
