"""What PayPal says of captures and authorizations, in our words. A payment ends as one of these."""

from collections.abc import Mapping
from typing import Any

from domain.money import Money
from integrations.payments import Authorized, Charged, Declined, UnderWay, Voided
from integrations.paypal_payments.amounts import money_of
from integrations.paypal_payments.refusals import code_of

ORDER, AUTHORIZATION = "orders/", "authorizations/"
"""PayPal's ids do not tell what they name: all but those of captures stand here behind their collection."""

Taken = Charged | UnderWay | Declined
_TAKEN = frozenset({"COMPLETED", "PARTIALLY_REFUNDED", "REFUNDED"})


def of_capture(capture: Mapping[str, Any]) -> Taken:
    status, amount = capture["status"], money_of(capture["amount"])
    if status in _TAKEN:
        return Charged(provider_id=capture["id"], amount=amount, fee=_fee(capture, amount.currency))
    if status == "PENDING":
        return UnderWay(provider_id=capture["id"])
    return Declined(code=code_of(_reason(capture), "INSTRUMENT_DECLINED"), provider_id=capture["id"])


def of_authorization(authorization: Mapping[str, Any]) -> Authorized | UnderWay | Voided | Declined:
    """One that is not captured yet."""
    status, named = authorization["status"], AUTHORIZATION + authorization["id"]
    if status == "CREATED":
        return Authorized(provider_id=named, amount=money_of(authorization["amount"]))
    if status == "PENDING":
        return UnderWay(provider_id=named)
    if status in ("VOIDED", "EXPIRED"):
        return Voided(provider_id=named)
    return Declined(code=code_of(_reason(authorization), "INSTRUMENT_DECLINED"), provider_id=named)


def _fee(capture: Mapping[str, Any], currency: str) -> Money | None:
    """None where PayPal converts what it pays out to us: its report says what that cost."""
    kept = capture.get("seller_receivable_breakdown", {}).get("paypal_fee")
    fee = None if kept is None else money_of(kept)
    return fee if fee is not None and fee.currency == currency else None


def _reason(thing: Mapping[str, Any]) -> str:
    return str(thing.get("status_details", {}).get("reason", ""))
