"""Refunds of captures."""

from collections.abc import Mapping
from typing import Any

from integrations.payments import Asked, Declined, NotFound, Refunded, RefundFinding, Refunding, UnderWay
from integrations.paypal_payments.amounts import money_of, value_of
from integrations.paypal_payments.connection import Connection, Lost, Unsent
from integrations.paypal_payments.refusals import UNREACHED, code_of, refused
from integrations.paypal_payments.search import with_key

_PAYMENTS = "/v2/payments"


async def refund(api: Connection, asked: Refunding) -> RefundFinding:
    """PayPal keeps our key for 45 days, and gives back once for it."""
    value = value_of(asked.amount)
    if isinstance(value, Declined):
        return value
    body = {"amount": {"currency_code": asked.amount.currency, "value": value}, "custom_id": str(asked.key)}
    try:
        reply = await api.post(f"{_PAYMENTS}/captures/{asked.charge_id}/refund", body, request_id=str(asked.key))
    except Unsent:
        return UNREACHED
    return _of_refund(reply.body) if reply.is_ok else refused(reply)


async def find(api: Connection, asked: Asked) -> RefundFinding:
    """By PayPal's id; without one by our key, first at the order that was refunded, then in PayPal's late search."""
    refund_id = asked.provider_id or asked.told_as or await _at_order(api, asked)
    if refund_id is None:
        found = await with_key(api, asked, "T11")
        if not found:
            return NotFound()
        refund_id = found[-1].id
    reply = await api.get(f"{_PAYMENTS}/refunds/{refund_id}")
    if not reply.is_ok:
        raise Lost(f"PayPal does not show the refund: {reply.status}")
    return _of_refund(reply.body)


async def _at_order(api: Connection, asked: Asked) -> str | None:
    """An order shows what was given back of it."""
    if asked.charge_id is None:
        return None
    capture = await api.get(f"{_PAYMENTS}/captures/{asked.charge_id}")
    order_id = capture.body.get("supplementary_data", {}).get("related_ids", {}).get("order_id")
    if order_id is None:
        return None
    order = await api.get(f"/v2/checkout/orders/{order_id}")
    units = order.body.get("purchase_units") or ()
    given = (one for unit in units for one in unit.get("payments", {}).get("refunds") or ())
    return next((str(one["id"]) for one in given if one.get("custom_id") == str(asked.key)), None)


def _of_refund(body: Mapping[str, Any]) -> RefundFinding:
    if body["status"] == "COMPLETED":
        return Refunded(provider_id=body["id"], amount=money_of(body["amount"]))
    if body["status"] == "PENDING":
        return UnderWay(provider_id=body["id"])
    reason = str(body.get("status_details", {}).get("reason", ""))
    return Declined(code=code_of(reason, "REFUND_NOT_ALLOWED"), provider_id=body["id"])
