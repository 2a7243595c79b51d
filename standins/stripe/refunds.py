"""Refunds: money goes back to the card; some test cards let it take its time, or fail in the end."""

from functools import partial

from standins.stripe import money
from standins.stripe.errors import invalid
from standins.stripe.lists import as_list
from standins.stripe.payers import card_of
from standins.stripe.world import Call, Thing, World


def create(world: World, call: Call) -> Thing:
    charge = _charge(world, call)
    left = charge["amount_captured"] - _given_back(world, charge)
    amount = call.fields.get("amount", left)
    if charge["disputed"] and not _is_only_asked_about(world, charge):
        raise invalid("This charge has been charged back.", code="charge_disputed")
    if left == 0:
        raise invalid("This charge has already been refunded.", code="charge_already_refunded")
    if not 1 <= amount <= left:
        raise invalid("Refund amount is greater than unrefunded amount on charge.", param="amount")
    card = card_of(world.get("payment_method", charge["payment_method"]))
    refund = world.add(
        "refund",
        "re",
        amount=amount,
        charge=charge["id"],
        currency=charge["currency"],
        metadata=dict(call.fields.get("metadata", {})),
        payment_intent=charge["payment_intent"],
        status="pending" if card.refund == "pending" else "succeeded",
    )
    refund["balance_transaction"] = money.move(world, "refund", -amount, charge["currency"], refund["id"])["id"]
    _count(world, charge)
    world.tell("refund.created", refund)
    world.tell("charge.refunded", charge)
    if card.refund == "pending":
        world.later(partial(_succeed, world, refund))
    elif card.refund == "fails":
        world.later(partial(fail, world, refund))
    return refund


def refund(world: World, call: Call) -> Thing:
    return world.get("refund", call.fields["refund"])


def refunds(world: World, call: Call) -> Thing:
    return as_list(world.all("refund"), call, "charge", "payment_intent")


def fail(world: World, refund: Thing) -> None:
    """The money has come back to the balance."""
    line = money.move(world, "refund_failure", refund["amount"], refund["currency"], refund["id"])
    refund.update(status="failed", failure_reason="expired_or_canceled_card", failure_balance_transaction=line["id"])
    _count(world, world.get("charge", refund["charge"]))
    world.tell("refund.failed", refund)


def _succeed(world: World, refund: Thing) -> None:
    refund["status"] = "succeeded"
    world.tell("refund.updated", refund)


def _charge(world: World, call: Call) -> Thing:
    if "charge" in call.fields:
        return world.get("charge", call.fields["charge"])
    if "payment_intent" not in call.fields:
        raise invalid("One of the following params should be provided for this request: payment_intent or charge.")
    intent = world.get("payment_intent", call.fields["payment_intent"])
    if intent["status"] != "succeeded":
        raise invalid("This PaymentIntent does not have a successful charge to refund.")
    return world.get("charge", intent["latest_charge"])


def _given_back(world: World, charge: Thing) -> int:
    of_charge = [one for one in world.all("refund") if one["charge"] == charge["id"] and one["status"] != "failed"]
    return sum(one["amount"] for one in of_charge)


def _count(world: World, charge: Thing) -> None:
    released = charge["amount"] - charge["amount_captured"]
    charge["amount_refunded"] = released + _given_back(world, charge)
    charge["refunded"] = charge["amount_refunded"] == charge["amount"]


def _is_only_asked_about(world: World, charge: Thing) -> bool:
    return all(one["is_charge_refundable"] for one in world.all("dispute") if one["charge"] == charge["id"])


OPERATIONS = {"POST /v1/refunds": create, "GET /v1/refunds": refunds, "GET /v1/refunds/{refund}": refund}
