"""Disputes: banks take charged money back, evidence is weighed, and the money may return."""

from functools import partial

from standins.stripe import description, money
from standins.stripe.cards import Card
from standins.stripe.errors import invalid
from standins.stripe.lists import as_list
from standins.stripe.world import Call, Thing, World

DAYS_TO_ANSWER = 9
WINNING, LOSING = "winning_evidence", "losing_evidence"
"""The texts with which Stripe's test mode decides at once; any other is decided as lost, later."""

_OPEN = {"needs_response": "under_review", "warning_needs_response": "warning_under_review"}


def open_for(world: World, charge: Thing, card: Card) -> None:
    """Some test cards are disputed as soon as they were charged."""
    if card.dispute is None:
        return
    dispute = world.add(
        "dispute",
        "dp",
        amount=charge["amount"],
        balance_transactions=[],
        charge=charge["id"],
        currency=charge["currency"],
        enhanced_eligibility_types=[],
        evidence=description.filled("dispute_evidence", enhanced_evidence={}),
        evidence_details={
            "due_by": world.now + DAYS_TO_ANSWER * 86400,
            "enhanced_eligibility": {},
            "has_evidence": False,
            "past_due": False,
            "submission_count": 0,
        },
        is_charge_refundable=card.is_inquiry,
        metadata={},
        payment_intent=charge["payment_intent"],
        reason=card.dispute,
        status="warning_needs_response" if card.is_inquiry else "needs_response",
    )
    charge["disputed"] = True
    if not card.is_inquiry:
        _book(world, dispute, -dispute["amount"], money.DISPUTE_FEE)
    world.tell("charge.dispute.created", dispute)
    if not card.is_inquiry:
        world.tell("charge.dispute.funds_withdrawn", dispute)


def dispute(world: World, call: Call) -> Thing:
    return world.get("dispute", call.fields["dispute"])


def disputes(world: World, call: Call) -> Thing:
    return as_list(world.all("dispute"), call, "charge", "payment_intent")


def update(world: World, call: Call) -> Thing:
    """Takes evidence and, with `submit`, has the bank weigh it."""
    dispute = world.get("dispute", call.fields["dispute"])
    _require_open(dispute)
    dispute["evidence"] |= call.fields.get("evidence", {})
    dispute["evidence_details"]["has_evidence"] = True
    if call.fields.get("submit"):
        dispute["evidence_details"]["submission_count"] += 1
        dispute["status"] = _OPEN[dispute["status"]]
        text = dispute["evidence"]["uncategorized_text"]
        if text in (WINNING, LOSING):
            decide(world, dispute, is_won=text == WINNING)
        else:
            world.later(partial(decide, world, dispute, is_won=False))
    world.tell("charge.dispute.updated", dispute)
    return dispute


def close(world: World, call: Call) -> Thing:
    """Accepts that the money is gone."""
    dispute = world.get("dispute", call.fields["dispute"])
    _require_open(dispute)
    decide(world, dispute, is_won=False)
    return dispute


def decide(world: World, dispute: Thing, *, is_won: bool) -> None:
    """The bank's word, which is the last; also for tests that cannot wait for it."""
    if dispute["status"] in ("won", "lost", "warning_closed"):
        return
    if dispute["status"].startswith("warning_"):
        dispute["status"] = "warning_closed"
    else:
        dispute["status"] = "won" if is_won else "lost"
    if dispute["status"] == "won":
        _book(world, dispute, dispute["amount"], -money.DISPUTE_FEE)
        world.tell("charge.dispute.funds_reinstated", dispute)
    world.tell("charge.dispute.closed", dispute)


def escalate(world: World, dispute: Thing) -> None:
    """An inquiry that becomes a dispute: now the money is taken."""
    dispute.update(status="needs_response", is_charge_refundable=False)
    _book(world, dispute, -dispute["amount"], money.DISPUTE_FEE)
    world.tell("charge.dispute.updated", dispute)
    world.tell("charge.dispute.funds_withdrawn", dispute)


def _book(world: World, dispute: Thing, amount: int, fee: int) -> None:
    line = money.move(world, "adjustment", amount, dispute["currency"], dispute["id"], fee=fee)
    if amount > 0:
        line["reporting_category"] = "dispute_reversal"
    dispute["balance_transactions"].append(line)


def _require_open(dispute: Thing) -> None:
    if dispute["status"] not in _OPEN:
        raise invalid(f"This dispute is {dispute['status']}: nothing can be said about it any more.")


OPERATIONS = {
    "GET /v1/disputes": disputes,
    "GET /v1/disputes/{dispute}": dispute,
    "POST /v1/disputes/{dispute}": update,
    "POST /v1/disputes/{dispute}/close": close,
}
