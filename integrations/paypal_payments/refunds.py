"""Refunds of captures."""

from collections.abc import Mapping
from typing import Any

from integrations.payments import Asked, Declined, NotFound, Refunded, RefundFinding, Refunding, UnderWay
from integrations.paypal_payments.amounts import money_of, value_of
from integrations.paypal_payments.connection import Connection, Lost, Unsent
from integrations.paypal_payments.refusals import UNREACHED, code_of, refused
from integrations.paypal_payments.search import with_key

_REFUNDS = "/v2/payments/refunds"


async def refund(api: Connection, asked: Refunding) -> RefundFinding:
    """PayPal keeps our key for 45 days, and gives back once for it."""
    value = value_of(asked.amount)
    if isinstance(value, Declined):
        return value
    body = {"amount": {"currency_code": asked.amount.currency, "value": value}, "custom_id": str(asked.key)}
    try:
        reply = await api.post(f"/v2/payments/captures/{asked.charge_id}/refund", body, request_id=str(asked.key))
    except Unsent:
        return UNREACHED
    return _of_refund(reply.body) if reply.is_ok else refused(reply)


async def find(api: Connection, asked: Asked) -> RefundFinding:
    """By PayPal's id or, without one, by our key."""
    refund_id = asked.provider_id
    if refund_id is None:
        found = await with_key(api, asked, "T11")
        if not found:
            return NotFound()
        refund_id = found[-1].id
    reply = await api.get(f"{_REFUNDS}/{refund_id}")
    if not reply.is_ok:
        raise Lost(f"PayPal does not show the refund: {reply.status}")
    return _of_refund(reply.body)


def _of_refund(body: Mapping[str, Any]) -> RefundFinding:
    if body["status"] == "COMPLETED":
        return Refunded(provider_id=body["id"], amount=money_of(body["amount"]))
    if body["status"] == "PENDING":
        return UnderWay(provider_id=body["id"])
    reason = str(body.get("status_details", {}).get("reason", ""))
    return Declined(code=code_of(reason, "REFUND_NOT_ALLOWED"), provider_id=body["id"])
