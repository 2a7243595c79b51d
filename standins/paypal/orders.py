"""Orders: taken at once with a saved method, or once their payer has approved them."""

from standins.paypal import captures
from standins.paypal.account import WHOLE, Account, Thing
from standins.paypal.refusals import missing, unprocessable
from standins.paypal.vault import Behaviour, behaviour_of


def create(account: Account, body: Thing) -> Thing:
    """Refuses a second payment with the same invoice id, as PayPal does unless told otherwise."""
    unit = body["purchase_units"][0]
    _check_amount(unit["amount"])
    invoices = [one["purchase_units"][0].get("invoice_id") for one in account.orders.values() if _is_taken(one)]
    if unit.get("invoice_id") in invoices:
        raise unprocessable("DUPLICATE_INVOICE_ID")
    source = next(iter(body.get("payment_source", {"paypal": {}}).values()))
    behaviour = behaviour_of(source["vault_id"]) if "vault_id" in source else None
    if behaviour is Behaviour.DECLINED:
        raise unprocessable("INSTRUMENT_DECLINED")
    order = _made(account, body, unit, source)
    if behaviour in (Behaviour.TAKEN, Behaviour.PENDING):
        captures.take(account, order, is_pending=behaviour is Behaviour.PENDING)
    return order


def show(account: Account, order_id: str) -> Thing:
    if order_id not in account.orders:
        raise missing()
    return {name: value for name, value in account.orders[order_id].items() if not name.startswith("_")}


def update(account: Account, order_id: str, changes: list[Thing]) -> None:
    show(account, order_id)
    order = account.orders[order_id]
    if order["status"] == "COMPLETED":
        raise unprocessable("ORDER_ALREADY_COMPLETED")
    for change in changes:
        order["purchase_units"][0][change["path"].rpartition("/")[2]] = change["value"]


def finish(account: Account, order_id: str, intent: str) -> Thing:
    """Captures or authorizes what its payer has approved."""
    show(account, order_id)
    order = account.orders[order_id]
    if order["intent"] != intent:
        raise unprocessable("ACTION_DOES_NOT_MATCH_INTENT")
    if order["status"] == "COMPLETED":
        raise unprocessable("ORDER_ALREADY_CAPTURED" if intent == "CAPTURE" else "ORDER_ALREADY_AUTHORIZED")
    if order["status"] != "APPROVED":
        raise unprocessable("ORDER_NOT_APPROVED")
    if order.get("_declines"):
        raise unprocessable("INSTRUMENT_DECLINED")
    captures.take(account, order, is_pending=False)
    return show(account, order_id)


def approve(account: Account, order_id: str, *, declines: bool = False) -> str:
    """What a payer does on PayPal's page; where they are sent afterwards. `declines`: their bank will say no."""
    show(account, order_id)
    order = account.orders[order_id]
    if order["status"] == "PAYER_ACTION_REQUIRED":
        order["status"], order["_declines"] = "APPROVED", declines
        account.tell("CHECKOUT.ORDER.APPROVED", "checkout-order", show(account, order_id))
    return str(order["_pages"].get("return_url", account.address))


def left(account: Account, order_id: str) -> str:
    """Where a payer who does not pay is sent."""
    show(account, order_id)
    return str(account.orders[order_id]["_pages"].get("cancel_url", account.address))


def _made(account: Account, body: Thing, unit: Thing, source: Thing) -> Thing:
    order_id = account.new_id("RD")
    order = {
        "id": order_id,
        "intent": body["intent"],
        "status": "PAYER_ACTION_REQUIRED",
        "purchase_units": [{"reference_id": "default", **unit}],
        "create_time": account.now(),
        "links": [
            account.link(f"/v2/checkout/orders/{order_id}"),
            account.link(f"/checkoutnow?token={order_id}", "payer-action"),
        ],
        "_pages": source.get("experience_context", {}),
    }
    account.orders[order_id] = order
    return order


def _check_amount(amount: Thing) -> None:
    places = len(amount["value"].partition(".")[2])
    if places > (0 if amount["currency_code"] in WHOLE else 2):
        raise unprocessable("DECIMALS_NOT_SUPPORTED")


def _is_taken(order: Thing) -> bool:
    return bool(order["status"] == "COMPLETED")
