"""What time does to subscriptions: trials end, periods follow each other, failed invoices are tried again."""

from standins.stripe import invoice_lines, invoices, subscriptions
from standins.stripe.errors import StripeError
from standins.stripe.prices import months_of
from standins.stripe.world import Thing, World

_FIRST_PAYMENT_WAIT = 23 * 3600
_RENEWED = ("trialing", "active", "past_due")


def move_on(world: World) -> None:
    """Does all that is due by the world's clock. Who slept for several periods sees them one after the other."""
    while any(_moved(world, subscription) for subscription in reversed(world.all("subscription"))):
        pass


def _moved(world: World, subscription: Thing) -> bool:
    """Whether something was due."""
    status, item = subscription["status"], subscriptions.item_of(subscription)
    if status == "incomplete" and subscription["created"] + _FIRST_PAYMENT_WAIT <= world.now:
        subscriptions.end(world, subscription, "payment_failed", "incomplete_expired")
        return True
    if status not in _RENEWED:
        return False
    failed = _failed_invoice(world, subscription)
    if failed is not None:
        _collect(world, subscription, failed)
        return True
    if item["current_period_end"] > world.now:
        return False
    if subscription["cancel_at_period_end"]:
        subscriptions.end(world, subscription, "cancellation_requested")
    else:
        _renew(world, subscription, item)
    return True


def _renew(world: World, subscription: Thing, item: Thing) -> None:
    """The next period begins, and its invoice is collected; the subscription goes on whether it is paid or not."""
    ended = (item["current_period_start"], item["current_period_end"])
    until = subscriptions.starts_after(subscription["billing_cycle_anchor"], months_of(item["price"]), ended[1])
    item.update(current_period_start=ended[1], current_period_end=until)
    if subscription["status"] == "trialing":
        subscription["status"] = "active"
    amount = item["price"]["unit_amount"] * item["quantity"]
    invoice_lines.add(world, subscription, item, amount=amount, start=ended[1], end=until)
    invoice = invoices.finalized(world, subscription, "subscription_cycle", ended)
    world.tell("customer.subscription.updated", subscription)
    if invoice["status"] == "open":
        _collect(world, subscription, invoice)


def _collect(world: World, subscription: Thing, invoice: Thing) -> None:
    try:
        method = subscription["default_payment_method"]
        subscriptions.paid_if_succeeded(world, invoices.collect(world, invoice, method, is_off_session=True))
    except StripeError:
        _plan_next(world, subscription, invoice)


def _plan_next(world: World, subscription: Thing, invoice: Thing) -> None:
    """Another attempt in some days; after the last, the subscription is unpaid."""
    waits, attempts = subscriptions.RETRIES, invoice["attempt_count"]
    invoice["next_payment_attempt"] = world.now + waits[attempts - 1] if attempts <= len(waits) else None
    subscription["status"] = "past_due" if invoice["next_payment_attempt"] else "unpaid"
    world.tell("customer.subscription.updated", subscription)


def _failed_invoice(world: World, subscription: Thing) -> Thing | None:
    for invoice in world.all("invoice"):
        due_at = invoice["next_payment_attempt"]
        is_of = invoices.subscription_of(invoice) == subscription["id"]
        if is_of and invoice["status"] == "open" and due_at is not None and due_at <= world.now:
            return invoice
    return None
