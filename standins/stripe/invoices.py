"""Invoices of subscriptions, and the payment that each is to be paid by."""

from standins.stripe import intents, invoice_lines
from standins.stripe.errors import StripeError
from standins.stripe.lists import as_list
from standins.stripe.world import Call, Thing, World

_LINES_SHOWN = 10
_NO_TAX = {"disabled_reason": None, "enabled": False, "liability": None, "provider": None, "status": None}
_NOTHING = (
    "amount_overpaid",
    "amount_paid",
    "amount_paid_off_stripe",
    "amount_shipping",
    "attempt_count",
    "post_payment_credit_notes_amount",
    "pre_payment_credit_notes_amount",
)
_TIMES = ("finalized_at", "marked_uncollectible_at", "paid_at", "voided_at")


def finalized(world: World, subscription: Thing, reason: str, period: tuple[int, int]) -> Thing:
    """An invoice of all lines that wait for it. `period` is the one that ended, as Stripe has it."""
    lines = invoice_lines.waiting(world, subscription)
    customer = world.get("customer", subscription["customer"])
    total, before = sum(one["amount"] for one in lines), customer["balance"]
    customer["balance"] = min(0, total + before)
    invoice = _opened(world, subscription, reason, total, before)
    invoice.update(period_start=period[0], period_end=period[1])
    for one in lines:
        one["invoice"] = invoice["id"]
    url = f"/v1/invoices/{invoice['id']}/lines"
    invoice["lines"] = {**_listed(lines[:_LINES_SHOWN], url), "has_more": len(lines) > _LINES_SHOWN}
    subscription["latest_invoice"] = invoice["id"]
    for change in ("created", "finalized"):
        world.tell(f"invoice.{change}", invoice)
    if invoice["amount_due"] == 0:
        _be_paid(world, invoice)
    else:
        _expect_payment(world, invoice)
    return invoice


def _opened(world: World, subscription: Thing, reason: str, total: int, before: int) -> Thing:
    """Of the total, what a credit of the customer's does not cover is due."""
    due = max(0, total + before)
    details = {"metadata": dict(subscription["metadata"]), "subscription": subscription["id"]}
    return world.add(
        "invoice",
        "in",
        **dict.fromkeys(_NOTHING, 0),
        amount_due=due,
        amount_remaining=due,
        attempted=False,
        auto_advance=True,
        automatic_tax=_NO_TAX,
        billing_reason=reason,
        collection_method="charge_automatically",
        currency=subscription["currency"],
        customer=subscription["customer"],
        default_tax_rates=[],
        discounts=[],
        ending_balance=min(0, total + before),
        issuer={"type": "self"},
        metadata={},
        parent={"quote_details": None, "subscription_details": details, "type": "subscription_details"},
        payment_settings=dict.fromkeys(("default_mandate", "payment_method_options", "payment_method_types")),
        starting_balance=before,
        status="open",
        status_transitions={**dict.fromkeys(_TIMES), "finalized_at": world.now},
        subtotal=total,
        total=total,
    )


def collect(world: World, invoice: Thing, method: str, *, is_off_session: bool, return_url: str | None = None) -> Thing:
    """Tries to take what is due; its PaymentIntent. A decline is told and raised."""
    intent = world.get("payment_intent", payment_of(world, invoice)["payment"]["payment_intent"])
    invoice.update(attempted=True, attempt_count=invoice["attempt_count"] + 1)
    try:
        intents.confirm_with(world, intent, method, is_off_session=is_off_session, return_url=return_url)
    except StripeError:
        world.tell("invoice.payment_failed", invoice)
        raise
    return intent


def of_intent(world: World, intent: Thing) -> Thing | None:
    """The invoice that an intent is to pay."""
    for payment in world.all("invoice_payment"):
        if payment["payment"]["payment_intent"] == intent["id"]:
            return world.get("invoice", payment["invoice"])
    return None


def mark_paid(world: World, invoice: Thing) -> None:
    """Its intent has succeeded."""
    payment = payment_of(world, invoice)
    payment.update(amount_paid=invoice["amount_due"], status="paid")
    payment["status_transitions"]["paid_at"] = world.now
    invoice.update(amount_paid=invoice["amount_due"], amount_remaining=0)
    _be_paid(world, invoice)


def void(world: World, invoice: Thing) -> None:
    """Nobody has to pay it any more."""
    payment = payment_of(world, invoice)
    payment["status"] = "canceled"
    invoice.update(status="void", next_payment_attempt=None, auto_advance=False)
    invoice["status_transitions"]["voided_at"] = world.now
    world.tell("invoice.voided", invoice)


def payment_of(world: World, invoice: Thing) -> Thing:
    return next(one for one in world.all("invoice_payment") if one["invoice"] == invoice["id"])


def _be_paid(world: World, invoice: Thing) -> None:
    invoice.update(status="paid", next_payment_attempt=None, auto_advance=False)
    invoice["status_transitions"]["paid_at"] = world.now
    for change in ("paid", "payment_succeeded"):
        world.tell(f"invoice.{change}", invoice)


def _expect_payment(world: World, invoice: Thing) -> None:
    """The intent of a subscription's invoice carries nothing of what its maker wrote on the subscription."""
    intent = intents.opened(
        world,
        amount=invoice["amount_due"],
        currency=invoice["currency"],
        customer=invoice["customer"],
        description="Subscription creation" if invoice["billing_reason"] == "subscription_create" else None,
        metadata={},
        capture_method="automatic",
    )
    world.add(
        "invoice_payment",
        "inpay",
        amount_requested=invoice["amount_due"],
        currency=invoice["currency"],
        invoice=invoice["id"],
        is_default=True,
        payment={"type": "payment_intent", "payment_intent": intent["id"]},
        status="open",
        status_transitions={"canceled_at": None, "paid_at": None},
    )


def _listed(things: list[Thing], url: str) -> Thing:
    return {"object": "list", "data": things, "has_more": False, "url": url}


def invoice(world: World, call: Call) -> Thing:
    """Its payments are told only to those who ask for them."""
    found = world.get("invoice", call.fields["invoice"])
    if not any(path.split(".")[0] == "payments" for path in call.fields.get("expand", [])):
        return found
    paid_by = [one for one in world.all("invoice_payment") if one["invoice"] == found["id"]]
    return {**found, "payments": _listed(paid_by, "/v1/invoice_payments")}


def invoices(world: World, call: Call) -> Thing:
    wanted = call.fields.get("subscription")
    found = [one for one in world.all("invoice") if wanted in (None, subscription_of(one))]
    return as_list(found, call, "customer", "status")


def lines(world: World, call: Call) -> Thing:
    return as_list(invoice_lines.of_invoice(world, world.get("invoice", call.fields["invoice"])), call)


def payments(world: World, call: Call) -> Thing:
    wanted = call.fields.get("payment", {}).get("payment_intent")
    found = [one for one in world.all("invoice_payment") if wanted in (None, one["payment"]["payment_intent"])]
    return as_list(found, call, "invoice", "status")


def subscription_of(invoice: Thing) -> str:
    return str(invoice["parent"]["subscription_details"]["subscription"])


OPERATIONS = {
    "GET /v1/invoices": invoices,
    "GET /v1/invoices/{invoice}": invoice,
    "GET /v1/invoices/{invoice}/lines": lines,
    "GET /v1/invoice_payments": payments,
}
