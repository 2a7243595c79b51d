"""Payouts: the name before the @ of a receiver says what becomes of it."""

from decimal import Decimal

from standins.paypal.account import PAYOUT_FEE, WHOLE, Account, Thing, money
from standins.paypal.refusals import Refusal, missing

_PAYOUTS = "/v1/payments/payouts"
PAYOUT, RETURNED = "T0001", "T1114"
_BEHAVIOURS = {"unclaimed": "UNCLAIMED", "late": "PENDING", "blocked": "BLOCKED", "held": "ONHOLD", "closed": "FAILED"}
"""All others are paid."""
_WHY = {
    "UNCLAIMED": "RECEIVER_UNREGISTERED",
    "BLOCKED": "COMPLIANCE_VIOLATION",
    "FAILED": "RECEIVER_ACCOUNT_LOCKED",
    "RETURNED": "RECEIVER_UNREGISTERED",
}


def create(account: Account, body: Thing) -> Thing:
    """Refuses a sender's batch id that was used before, and names the first batch."""
    sender_batch_id = body["sender_batch_header"].get("sender_batch_id")
    for batch_id, batch in account.payouts.items():
        if sender_batch_id == batch["batch_header"]["sender_batch_header"].get("sender_batch_id"):
            link = f"{account.address}{_PAYOUTS}/{batch_id}"
            raise Refusal(400, "USER_BUSINESS_ERROR", "DUPLICATE_SENDER_BATCH_ID", link=link)
    batch_id = account.new_id("BT", 13)
    header = {
        "payout_batch_id": batch_id,
        "batch_status": "PENDING",
        "sender_batch_header": body["sender_batch_header"],
        "time_created": account.now(),
    }
    items = [_item(account, batch_id, sender_batch_id, item) for item in body["items"]]
    account.payouts[batch_id] = {"batch_header": header, "items": items}
    for item in items:
        _carry_out(account, item, _BEHAVIOURS.get(item["payout_item"]["receiver"].partition("@")[0], "SUCCESS"))
    return {"batch_header": dict(header), "links": [account.link(f"{_PAYOUTS}/{batch_id}")]}


def show(account: Account, batch_id: str) -> Thing:
    if batch_id not in account.payouts:
        raise missing()
    batch = account.payouts[batch_id]
    header = {**batch["batch_header"], "batch_status": "SUCCESS"}
    return {"batch_header": header, "items": batch["items"], "links": [account.link(f"{_PAYOUTS}/{batch_id}")]}


def move(account: Account, batch_id: str, status: str) -> None:
    """What PayPal, or the receiver, does with a payout later."""
    _carry_out(account, account.payouts[batch_id]["items"][0], status)


def _item(account: Account, batch_id: str, sender_batch_id: str | None, asked: Thing) -> Thing:
    item = {
        "payout_item_id": account.new_id("TM", 13),
        "payout_batch_id": batch_id,
        "transaction_status": "PENDING",
        "payout_item": asked,
    }
    return item if sender_batch_id is None else {**item, "sender_batch_id": sender_batch_id}


def _carry_out(account: Account, item: Thing, status: str) -> None:
    """Money leaves the account when a payout is sent, whether or not anybody claims it."""
    before, item["transaction_status"] = item["transaction_status"], status
    item["time_processed"] = account.now()
    item.pop("errors", None)
    if status in _WHY:
        item["errors"] = {"name": _WHY[status], "message": "The stand-in was told to."}
    asked = item["payout_item"]
    currency, amount = asked["amount"]["currency"], Decimal(asked["amount"]["value"])
    fee = PAYOUT_FEE.quantize(Decimal(1)) if currency in WHOLE else PAYOUT_FEE
    key = asked.get("sender_item_id")
    if status in ("SUCCESS", "UNCLAIMED") and "transaction_id" not in item:
        item["transaction_id"] = account.new_id("PY")
        item["payout_item_fee"] = {"currency": currency, "value": money(currency, fee)["value"]}
        account.enter(PAYOUT, item["transaction_id"], money(currency, -amount), key=key, fee=fee)
    elif status in ("RETURNED", "REFUNDED") and "transaction_id" in item:
        account.enter(RETURNED, account.new_id("RT"), money(currency, amount), key=key)
    name = {"SUCCESS": "SUCCEEDED", "ONHOLD": "HELD"}.get(status, status)
    if status != "PENDING" and status != before:
        account.tell(f"PAYMENT.PAYOUTS-ITEM.{name}", "payouts_item", item)
