"""Checkout Sessions: the payer chooses a card on a page of Stripe's."""

from standins.stripe import intents, subscription_sessions
from standins.stripe.errors import invalid
from standins.stripe.lists import as_list
from standins.stripe.world import Call, Thing, World

DAY = 86400


def create(world: World, call: Call) -> Thing:
    fields = call.fields
    match fields.get("mode"):
        case "payment":
            lines = [(line["price_data"], line.get("quantity", 1)) for line in fields["line_items"]]
            currency = lines[0][0]["currency"].lower()
            data = fields.get("payment_intent_data", {})
        case "subscription":
            price, quantity = subscription_sessions.lines_of(world, call)
            data = {**fields.get("subscription_data", {}), "price": price["id"], "quantity": quantity}
            lines, currency = [] if "trial_period_days" in data else [(price, quantity)], price["currency"]
        case _:
            raise invalid("The stand-in has Checkout Sessions of the modes payment and subscription.", param="mode")
    session = world.add(
        "checkout.session",
        "cs_test",
        amount_total=sum(price["unit_amount"] * quantity for price, quantity in lines),
        automatic_tax={"enabled": False, "liability": None, "provider": None, "status": None},
        cancel_url=fields.get("cancel_url"),
        client_reference_id=fields.get("client_reference_id"),
        currency=currency,
        custom_fields=[],
        custom_text=dict.fromkeys(("after_submit", "shipping_address", "submit", "terms_of_service_acceptance")),
        customer=fields.get("customer"),
        expires_at=fields.get("expires_at", world.now + DAY),
        metadata=dict(fields.get("metadata", {})),
        mode=fields["mode"],
        payment_method_types=["card"],
        payment_status="unpaid",
        shipping_options=[],
        status="open",
        success_url=fields.get("success_url"),
    )
    session["url"] = f"{world.address}/pages/checkout/{session['id']}"
    world.pages[session["id"]] = dict(data)
    return session


def pay(world: World, session: Thing, token: str) -> Thing | None:
    """The payer presses the button: the session has its intent from now on, which may fail and be tried again."""
    _require_open(session)
    if session["mode"] == "subscription":
        return subscription_sessions.begin(world, session, token)
    if session["payment_intent"] is None:
        data = world.pages[session["id"]]
        intent = intents.opened(
            world,
            amount=session["amount_total"],
            currency=session["currency"],
            customer=session["customer"],
            description=data.get("description"),
            metadata=dict(data.get("metadata", {})),
            capture_method=data.get("capture_method", "automatic_async"),
        )
        session["payment_intent"] = intent["id"]
    intent = world.get("payment_intent", session["payment_intent"])
    intents.confirm_with(world, intent, token, return_url=session["success_url"])
    complete(world, intent)
    return intent


def complete(world: World, intent: Thing) -> None:
    """A session is done as soon as its intent needs nothing more from the payer."""
    if intent["status"] not in ("succeeded", "requires_capture"):
        return
    for session in world.all("checkout.session"):
        if session["payment_intent"] == intent["id"] and session["status"] == "open":
            is_paid = intent["status"] == "succeeded"
            session.update(status="complete", payment_status="paid" if is_paid else "unpaid", url=None)
            world.tell("checkout.session.completed", session)


def expire(world: World, call: Call) -> Thing:
    session = world.get("checkout.session", call.fields["session"])
    _require_open(session)
    session.update(status="expired", url=None)
    world.tell("checkout.session.expired", session)
    subscription_sessions.expire(world, session)
    if session["payment_intent"] is not None:
        intents.cancel(world, Call(account=call.account, fields={"intent": session["payment_intent"]}))
    return session


def session(world: World, call: Call) -> Thing:
    return world.get("checkout.session", call.fields["session"])


def sessions(world: World, call: Call) -> Thing:
    return as_list(world.all("checkout.session"), call, "customer", "payment_intent", "status")


def _require_open(session: Thing) -> None:
    if session["status"] != "open":
        raise invalid(f"This Session is {session['status']}: only an open one can be paid or expired.")


OPERATIONS = {
    "POST /v1/checkout/sessions": create,
    "GET /v1/checkout/sessions": sessions,
    "GET /v1/checkout/sessions/{session}": session,
    "POST /v1/checkout/sessions/{session}/expire": expire,
}
