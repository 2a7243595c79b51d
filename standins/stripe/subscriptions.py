"""Subscriptions: begun on a page, paid by invoices, changed and ended through the API."""

from calendar import monthrange
from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Any

from standins.stripe import invoice_lines, invoices
from standins.stripe.errors import StripeError, invalid
from standins.stripe.lists import as_list
from standins.stripe.prices import months_of
from standins.stripe.world import Call, Thing, World

DAY = 86400
RETRIES = (2 * DAY, 5 * DAY, 7 * DAY, 7 * DAY)
"""The waits between the attempts to collect one invoice, as an account may have them set."""
_ENDED = ("canceled", "incomplete_expired")


def begin(world: World, customer: str, price: Thing, quantity: int, *, trial_days: int, metadata: Thing) -> Thing:
    """On trial at once, or incomplete until its first invoice is paid."""
    trial_end = world.now + trial_days * DAY if trial_days else None
    anchor = trial_end or world.now
    subscription = world.add(
        "subscription",
        "sub",
        automatic_tax={"disabled_reason": None, "enabled": False, "liability": None},
        billing_cycle_anchor=anchor,
        billing_mode={"flexible": None, "type": "flexible"},
        billing_schedules=[],
        cancel_at_period_end=False,
        collection_method="charge_automatically",
        currency=price["currency"],
        customer=customer,
        discounts=[],
        invoice_settings={"account_tax_ids": None, "issuer": {"type": "self"}},
        metadata=dict(metadata),
        start_date=world.now,
        status="trialing" if trial_days else "incomplete",
        trial_end=trial_end,
        trial_start=world.now if trial_days else None,
    )
    item = world.add(
        "subscription_item",
        "si",
        current_period_start=world.now,
        current_period_end=trial_end or starts_after(anchor, months_of(price), world.now),
        discounts=[],
        metadata={},
        price=price,
        quantity=quantity,
        subscription=subscription["id"],
    )
    url = f"/v1/subscription_items?subscription={subscription['id']}"
    subscription["items"] = {"object": "list", "data": [item], "has_more": False, "url": url}
    world.tell("customer.subscription.created", subscription)
    amount = 0 if trial_days else _whole(item)
    start, end = item["current_period_start"], item["current_period_end"]
    invoice_lines.add(world, subscription, item, amount=amount, start=start, end=end)
    invoices.finalized(world, subscription, "subscription_create", (world.now, world.now))
    return subscription


def item_of(subscription: Thing) -> Thing:
    """What is subscribed to: the stand-in's subscriptions have one item."""
    item: Thing = subscription["items"]["data"][0]
    return item


def starts_after(anchor: int, months: int, moment: int) -> int:
    """The first start of a period after a moment, counted from the anchor: a short month shortens only itself."""
    first, k = datetime.fromtimestamp(anchor, UTC), 0
    while True:
        years, month = divmod(first.month - 1 + k * months, 12)
        year, month = first.year + years, month + 1
        start = first.replace(year=year, month=month, day=min(first.day, monthrange(year, month)[1]))
        if start.timestamp() > moment:
            return int(start.timestamp())
        k += 1


def follow_payment(world: World, invoice: Thing) -> None:
    """What a paid invoice does to its subscription."""
    subscription = world.get("subscription", invoices.subscription_of(invoice))
    if subscription["status"] in ("incomplete", "past_due", "unpaid"):
        subscription["status"] = "active"
        world.tell("customer.subscription.updated", subscription)


def paid_if_succeeded(world: World, intent: Thing) -> bool:
    """Marks the invoice of an intent that has succeeded as paid, and has its subscription follow."""
    invoice = invoices.of_intent(world, intent)
    if intent["status"] != "succeeded" or invoice is None or invoice["status"] != "open":
        return False
    invoices.mark_paid(world, invoice)
    follow_payment(world, invoice)
    return True


def pay_with(world: World, subscription: Thing, method: str) -> None:
    """The customer has another card from now on, which pays what is open, too."""
    subscription["default_payment_method"] = method
    world.tell("customer.subscription.updated", subscription)
    for invoice in world.all("invoice"):
        if invoices.subscription_of(invoice) == subscription["id"] and invoice["status"] == "open":
            paid_if_succeeded(world, invoices.collect(world, invoice, method, is_off_session=False))


def end(world: World, subscription: Thing, reason: str, status: str = "canceled") -> None:
    """Over, for good. What is open then is not collected any more."""
    subscription.update(status=status, ended_at=world.now, canceled_at=subscription["canceled_at"] or world.now)
    subscription["cancellation_details"] = {"comment": None, "feedback": None, "reason": reason}
    for invoice in world.all("invoice"):
        if invoices.subscription_of(invoice) == subscription["id"] and invoice["status"] == "open":
            invoice.update(auto_advance=False, next_payment_attempt=None)
    told = "deleted" if status == "canceled" else "updated"
    world.tell(f"customer.subscription.{told}", subscription)


def subscription(world: World, call: Call) -> Thing:
    return world.get("subscription", call.fields["subscription_exposed_id"])


def subscriptions(world: World, call: Call) -> Thing:
    """Those that have ended are listed only for who asks for them."""
    wanted = call.fields.get("status")
    found = world.all("subscription")
    if wanted is None:
        found = [one for one in found if one["status"] != "canceled"]
    elif wanted != "all":
        found = [one for one in found if one["status"] == wanted]
    return as_list(found, call, "customer")


def cancel(world: World, call: Call) -> Thing:
    found = _living(world, call)
    end(world, found, "cancellation_requested")
    return found


def update(world: World, call: Call) -> Thing:
    found, fields = _living(world, call), call.fields
    if "items" in fields:
        _change(world, found, fields)
    if "cancel_at_period_end" in fields:
        is_flagged = bool(fields["cancel_at_period_end"])
        found["cancel_at_period_end"] = is_flagged
        found["cancel_at"] = item_of(found)["current_period_end"] if is_flagged else None
        found["canceled_at"] = world.now if is_flagged else None
    world.tell("customer.subscription.updated", found)
    return found


def _change(world: World, subscription: Thing, fields: Mapping[str, Any]) -> None:
    """Another price or quantity. One that is to be paid at once, and is not, changes nothing."""
    item, asked = item_of(subscription), fields["items"][0]
    if len(fields["items"]) != 1 or asked.get("id") != item["id"]:
        raise invalid("The stand-in changes the one item that a subscription has, by its id.", param="items")
    price = world.get("price", asked["price"]) if "price" in asked else item["price"]
    if price["currency"] != subscription["currency"]:
        raise invalid("The price specified only supports another currency.", param="items[0][price]")
    old, anchor = {**item}, subscription["billing_cycle_anchor"]
    item.update(price=price, quantity=asked.get("quantity", item["quantity"]))
    is_new_cycle = months_of(price) != months_of(old["price"])
    if is_new_cycle:
        subscription["billing_cycle_anchor"] = world.now
        until = starts_after(world.now, months_of(price), world.now)
        item.update(current_period_start=world.now, current_period_end=until)
    behavior = fields.get("proration_behavior", "create_prorations")
    if behavior != "none":
        _prorate(world, subscription, old, item)
    if behavior == "always_invoice" or is_new_cycle:
        if fields.get("payment_behavior") != "error_if_incomplete":
            raise invalid("The stand-in knows one payment_behavior: error_if_incomplete.", param="payment_behavior")
        try:
            _invoice_change(world, subscription)
        except StripeError:
            item.update(old)
            subscription["billing_cycle_anchor"] = anchor
            raise


def _prorate(world: World, subscription: Thing, old: Thing, new: Thing) -> None:
    """What of the old is given back and of the new is charged, for the rest of the period, by the second."""
    start, end_at = old["current_period_start"], old["current_period_end"]

    def add(item: Thing, amount: int, until: int) -> None:
        invoice_lines.add(world, subscription, item, amount=amount, start=world.now, end=until, is_proration=True)

    def share(item: Thing) -> int:
        part: float = _whole(item) * (end_at - world.now) / (end_at - start)
        return round(part)

    add(old, -share(old), end_at)
    until = new["current_period_end"]
    add(new, share(new) if until == end_at else _whole(new), until)


def _whole(item: Thing) -> int:
    """What an item costs for a whole period."""
    amount: int = item["price"]["unit_amount"] * item["quantity"]
    return amount


def _invoice_change(world: World, subscription: Thing) -> None:
    invoice = invoices.finalized(world, subscription, "subscription_update", (world.now, world.now))
    if invoice["status"] == "paid":
        return
    try:
        method = subscription["default_payment_method"]
        paid_if_succeeded(world, invoices.collect(world, invoice, method, is_off_session=True))
    except StripeError:
        invoices.void(world, invoice)
        raise


def _living(world: World, call: Call) -> Thing:
    found = subscription(world, call)
    if found["status"] in _ENDED:
        raise StripeError(
            404,
            "invalid_request_error",
            f"No such subscription: '{found['id']}'",
            code="resource_missing",
            param="id",
        )
    return found


OPERATIONS = {
    "GET /v1/subscriptions": subscriptions,
    "GET /v1/subscriptions/{subscription_exposed_id}": subscription,
    "POST /v1/subscriptions/{subscription_exposed_id}": update,
    "DELETE /v1/subscriptions/{subscription_exposed_id}": cancel,
}
