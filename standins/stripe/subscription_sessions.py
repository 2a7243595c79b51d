"""Checkout Sessions in the mode subscription: the payer's card begins a subscription and pays its first invoice."""

from standins.stripe import invoices, payers, subscriptions
from standins.stripe.errors import declined, invalid
from standins.stripe.world import Call, Thing, World


def lines_of(world: World, call: Call) -> tuple[Thing, int]:
    """The price and the quantity that a session is opened for."""
    lines = call.fields["line_items"]
    if len(lines) != 1 or "price" not in lines[0]:
        raise invalid("The stand-in opens subscriptions to one price, named by its id.", param="line_items")
    price = world.get("price", lines[0]["price"])
    if price["recurring"] is None or not price["active"]:
        raise invalid("In subscription mode, a price has to be active and recurring.", param="line_items")
    return price, lines[0].get("quantity", 1)


def begin(world: World, session: Thing, token: str) -> Thing | None:
    """The payer presses the button: the intent of the first invoice, where there is something to pay."""
    method = payers.method_of(world, token)
    if _is_trial(world, session):
        _require_keepable(method)
        subscription = _subscription(world, session)
        _keep(subscription, method)
        _complete(world, session, "no_payment_required")
        return None
    _subscription(world, session)
    invoice = world.get("invoice", session["invoice"])
    intent = invoices.collect(world, invoice, method["id"], is_off_session=False, return_url=session["success_url"])
    complete(world, intent)
    return intent


def complete(world: World, intent: Thing) -> None:
    """A session is done once the intent of its invoice has succeeded: its card pays the next ones, too."""
    if not subscriptions.paid_if_succeeded(world, intent):
        return
    invoice = invoices.of_intent(world, intent)
    for session in world.all("checkout.session"):
        if invoice is not None and session["invoice"] == invoice["id"] and session["status"] == "open":
            subscription = world.get("subscription", session["subscription"])
            _keep(subscription, world.get("payment_method", intent["payment_method"]))
            _complete(world, session, "paid")


def keep(world: World, subscription: Thing, token: str) -> str:
    """The id of a card that is charged for a subscription from now on."""
    method = payers.method_of(world, token)
    _require_keepable(method)
    _keep(subscription, method)
    return str(method["id"])


def expire(world: World, session: Thing) -> None:
    """What was begun on a page that is closed does not go on."""
    if session["subscription"] is not None:
        subscriptions.end(
            world, world.get("subscription", session["subscription"]), "payment_failed", "incomplete_expired"
        )


def _subscription(world: World, session: Thing) -> Thing:
    """Begun with the first press of the button; another card tries to pay the same first invoice."""
    if session["subscription"] is not None:
        return world.get("subscription", session["subscription"])
    asked = world.pages[session["id"]]
    if session["customer"] is None:
        session["customer"] = payers.create_customer(world, Call(account="", fields={}))["id"]
    subscription = subscriptions.begin(
        world,
        session["customer"],
        world.get("price", asked["price"]),
        asked["quantity"],
        trial_days=asked.get("trial_period_days", 0),
        metadata=asked.get("metadata", {}),
    )
    session.update(subscription=subscription["id"], invoice=subscription["latest_invoice"])
    return subscription


def _is_trial(world: World, session: Thing) -> bool:
    return "trial_period_days" in world.pages[session["id"]]


def _require_keepable(method: Thing) -> None:
    card = payers.card_of(method)
    if card.code is not None and not card.can_be_kept:
        raise declined(card.code, card.decline_code, "Your card was declined.")


def _keep(subscription: Thing, method: Thing) -> None:
    method["customer"] = subscription["customer"]
    subscription["default_payment_method"] = method["id"]


def _complete(world: World, session: Thing, payment_status: str) -> None:
    session.update(status="complete", payment_status=payment_status, url=None)
    world.tell("checkout.session.completed", session)
