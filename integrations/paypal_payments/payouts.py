"""Payouts: a batch with one item each, both under our key."""

from collections.abc import Mapping
from typing import Any

from integrations.payments import (
    Asked,
    CameBack,
    Declined,
    NotFound,
    PaidOut,
    PayingOut,
    PayoutFinding,
    UnderWay,
)
from integrations.paypal_payments.amounts import money_of, value_of
from integrations.paypal_payments.connection import Connection, Lost, Unsent
from integrations.paypal_payments.payees import receiver_of
from integrations.paypal_payments.refusals import UNREACHED, code_of, refused
from integrations.paypal_payments.search import Transaction, with_key

_PAYOUTS = "/v1/payments/payouts"
BATCH = "payouts/"
"""What stands before the ids of batches, which only tell how a payout is getting on; what is paid has its own id."""
_MASS_PAYMENT = "T0001"

_UNDER_WAY = frozenset({"PENDING", "NEW", "UNCLAIMED", "ONHOLD"})
_CAME_BACK = frozenset({"RETURNED", "REFUNDED", "REVERSED"})


async def pay_out(api: Connection, asked: PayingOut) -> PayoutFinding:
    """PayPal refuses a second batch with our key for 30 days, and names the first."""
    value = value_of(asked.amount)
    if isinstance(value, Declined):
        return value
    item = {
        **receiver_of(asked.method_token),
        "amount": {"currency": asked.amount.currency, "value": value},
        "sender_item_id": str(asked.key),
    }
    body = {"sender_batch_header": {"sender_batch_id": str(asked.key)}, "items": [item]}
    try:
        reply = await api.post(_PAYOUTS, body, request_id=str(asked.key))
    except Unsent:
        return UNREACHED
    if reply.is_ok:
        return UnderWay(provider_id=BATCH + reply.body["batch_header"]["payout_batch_id"])
    first = reply.link("self", "batch") or ""
    if f"{_PAYOUTS}/" in first:
        return await _of_batch(api, first.rpartition("/")[2].partition("?")[0])
    return refused(reply)


async def find(api: Connection, asked: Asked) -> PayoutFinding:
    """By the batch or, where its id is not known, by our key in PayPal's books."""
    for known in (asked.provider_id or "", asked.told_as or ""):
        if known.startswith(BATCH):
            return await _of_batch(api, known.removeprefix(BATCH))
    found = await with_key(api, asked, _MASS_PAYMENT, "T11")
    paid = [one for one in found if one.code == _MASS_PAYMENT]
    if not paid:
        return NotFound()
    return _of_transaction(paid[-1], came_back=any(one.code.startswith("T11") for one in found))


async def _of_batch(api: Connection, batch_id: str) -> PayoutFinding:
    reply = await api.get(f"{_PAYOUTS}/{batch_id}")
    if not reply.is_ok:
        raise Lost(f"PayPal does not show the payout: {reply.status}")
    header = reply.body["batch_header"]
    if header["batch_status"] in ("DENIED", "CANCELED"):
        return Declined(code=code_of(*_errors(header)), provider_id=BATCH + batch_id)
    items = reply.body.get("items") or ()
    return _of_item(items[0], BATCH + batch_id) if items else UnderWay(provider_id=BATCH + batch_id)


def _of_item(item: Mapping[str, Any], named: str) -> PayoutFinding:
    """An item that nobody has claimed is under way until PayPal returns it, 30 days later."""
    status = item["transaction_status"]
    if status == "SUCCESS":
        return PaidOut(provider_id=item["transaction_id"], amount=money_of(item["payout_item"]["amount"]))
    if status in _UNDER_WAY:
        return UnderWay(provider_id=named)
    code = code_of(*_errors(item))
    return CameBack(code=code) if status in _CAME_BACK else Declined(code=code, provider_id=named)


def _of_transaction(one: Transaction, *, came_back: bool) -> PayoutFinding:
    if came_back or one.status == "V":
        return CameBack(code=code_of())
    if one.status == "D":
        return Declined(code=code_of(), provider_id=one.id)
    if one.status == "S":
        return PaidOut(provider_id=one.id, amount=type(one.amount)(-one.amount.amount_minor, one.amount.currency))
    return UnderWay(provider_id=one.id)


def _errors(thing: Mapping[str, Any]) -> tuple[str, ...]:
    """Documented as an object, and sent as a list too."""
    errors = thing.get("errors") or ()
    listed = [errors] if isinstance(errors, Mapping) else errors
    return tuple(str(one.get("name", "")) for one in listed)
