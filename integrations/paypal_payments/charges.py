"""Charges: an order each, under our key, which PayPal takes at once or after its payer has approved it."""

from collections.abc import Mapping
from typing import Any
from uuid import UUID

from integrations.decline_codes import DeclineCode
from integrations.payments import (
    ActionRequired,
    Answer,
    Asked,
    Authorized,
    Capturing,
    Charge,
    Charged,
    Declined,
    Finding,
    NotFound,
    UnderWay,
    Voided,
    VoidFinding,
    Voiding,
)
from integrations.paypal_payments.amounts import value_of
from integrations.paypal_payments.captures import AUTHORIZATION, ORDER, of_authorization, of_capture
from integrations.paypal_payments.connection import Connection, Lost, Reply, Unsent
from integrations.paypal_payments.methods import source_of
from integrations.paypal_payments.refusals import UNREACHED, refused
from integrations.paypal_payments.search import with_key

_ORDERS, _PAYMENTS = "/v2/checkout/orders", "/v2/payments"
_CLOSED = "closed "
"""What stands before our key in an order that shall take nothing any more: PayPal cannot cancel orders."""
_DONE_ALREADY = {"ORDER_ALREADY_CAPTURED", "ORDER_ALREADY_AUTHORIZED", "ORDER_ALREADY_COMPLETED", "ORDER_COMPLETED"}
_LOOKED_AT = (400, 404, 422)
"""A request that PayPal has looked at and found wrong; any other refusal leaves what is reserved as it is."""
_CAPTURED_ALREADY = {"AUTHORIZATION_ALREADY_CAPTURED", "PREVIOUSLY_CAPTURED"}
_VOIDED_ALREADY = {"AUTHORIZATION_VOIDED", "PREVIOUSLY_VOIDED", "AUTHORIZATION_EXPIRED"}

Standing = Charged | Authorized | ActionRequired | UnderWay | Voided | Declined


async def charge(api: Connection, asked: Charge) -> Answer:
    """With a saved method PayPal takes the money as it makes the order; without one it waits for the payer."""
    value = value_of(asked.amount)
    if isinstance(value, Declined):
        return value
    try:
        reply = await api.post(_ORDERS, _order(asked, value), request_id=str(asked.key))
    except Unsent:
        return UNREACHED
    if "DUPLICATE_INVOICE_ID" in reply.issues:
        raise Lost("PayPal has taken an order with this key before")
    if not reply.is_ok:
        return refused(reply)
    found = await _advance(api, reply.body, asked.key)
    if isinstance(found, ActionRequired) and asked.is_off_session:
        found = await _give_up(api, reply.body, asked.key, DeclineCode.AUTHENTICATION_REQUIRED.name)
    return Declined(code=DeclineCode.CANCELED.name) if isinstance(found, Voided) else found


async def find(api: Connection, asked: Asked) -> Finding:
    """What has become of it. An order that its payer has approved is taken now, once, whoever finds it."""
    known = asked.provider_id or asked.told_as or ""
    if known.startswith(ORDER):
        reply = await api.get(f"{_ORDERS}/{known.removeprefix(ORDER)}")
        if reply.is_ok:
            return await _advance(api, reply.body, asked.key)
    elif known.startswith(AUTHORIZATION):
        reply = await api.get(f"{_PAYMENTS}/{known}")
        if reply.is_ok:
            return await _authorization(api, reply.body)
    elif known:
        reply = await api.get(f"{_PAYMENTS}/captures/{known}")
        if reply.is_ok:
            return of_capture(reply.body)
    return await _search(api, asked)


async def capture(api: Connection, asked: Capturing) -> Finding:
    """Takes a reservation; with our key as its own, so that PayPal does it once."""
    value = value_of(asked.amount)
    if isinstance(value, Declined):
        return value
    body = {"amount": {"currency_code": asked.amount.currency, "value": value}, "final_capture": True}
    path = f"{_PAYMENTS}/{asked.charge_id}/capture"
    reply = await api.post(path, body, request_id=f"{asked.key}-capture")
    if reply.is_ok:
        return of_capture(reply.body)
    if {*reply.issues} & (_CAPTURED_ALREADY | _VOIDED_ALREADY):
        return await find(api, Asked(key=asked.key, provider_id=asked.charge_id, at=asked.at))
    if reply.status not in _LOOKED_AT:
        raise Lost(f"PayPal did not let the capture through: {reply.status}")
    return refused(reply)


async def void(api: Connection, asked: Voiding) -> VoidFinding:
    """Lets a reservation go, or closes an order. What was taken already is told as such."""
    known = asked.charge_id or ""
    if known.startswith(AUTHORIZATION):
        reply = await api.post(f"{_PAYMENTS}/{known}/void", {}, request_id=f"{asked.key}-void")
        if reply.is_ok or {*reply.issues} & _VOIDED_ALREADY:
            return Voided(provider_id=known)
        if not {*reply.issues} & _CAPTURED_ALREADY:
            raise Lost(f"PayPal has not voided it: {' '.join(reply.issues)}")
    elif known.startswith(ORDER) and await _close(api, known.removeprefix(ORDER), asked.key):
        return Voided(provider_id=known)
    found = await find(api, Asked(key=asked.key, provider_id=asked.charge_id, at=asked.at))
    if isinstance(found, (Voided, Charged)):
        return found
    if isinstance(found, Declined):
        return Voided(provider_id=asked.charge_id)
    raise Lost(f"it cannot be voided as it stands: {type(found).__name__}")


def _order(asked: Charge, value: str) -> dict[str, object]:
    key = str(asked.key)
    experience = {
        "return_url": asked.return_url,
        "cancel_url": asked.return_url,
        "user_action": "PAY_NOW",
        "shipping_preference": "NO_SHIPPING",
    }
    unit = {
        "custom_id": key,
        "invoice_id": key,
        "description": asked.description[:127],
        "amount": {"currency_code": asked.amount.currency, "value": value},
    }
    intent = "AUTHORIZE" if asked.is_manual else "CAPTURE"
    return {"intent": intent, "purchase_units": [unit], "payment_source": source_of(asked.method_token, experience)}


async def _advance(api: Connection, order: Mapping[str, Any], key: UUID) -> Standing:
    """Where an order stands; one that its payer has approved is taken first."""
    named, status = ORDER + order["id"], order["status"]
    if status == "COMPLETED":
        return await _completed(api, order)
    if status == "VOIDED" or order["purchase_units"][0].get("custom_id") != str(key):
        return Voided(provider_id=named)
    if status == "APPROVED":
        return await _take(api, order, key)
    url = Reply(200, order).link("payer-action", "approve")
    if url is None:
        raise Lost(f"PayPal's order is {status} and names no page for its payer")
    return ActionRequired(provider_id=named, url=url)


async def _take(api: Connection, order: Mapping[str, Any], key: UUID) -> Standing:
    verb = "authorize" if order["intent"] == "AUTHORIZE" else "capture"
    try:
        reply = await api.post(f"{_ORDERS}/{order['id']}/{verb}", {}, request_id=f"{key}-{verb}")
    except Unsent as error:
        raise Lost(str(error)) from error
    if reply.is_ok:
        return await _completed(api, reply.body)
    if {*reply.issues} & _DONE_ALREADY:
        return await _completed(api, await _fresh(api, order["id"]))
    return await _give_up(api, order, key, refused(reply).code)


async def _give_up(api: Connection, order: Mapping[str, Any], key: UUID, code: str) -> Standing:
    """Nobody shall approve later what we tell to have failed."""
    if await _close(api, order["id"], key):
        return Declined(code=code, provider_id=ORDER + order["id"])
    return await _completed(api, await _fresh(api, order["id"]))


async def _close(api: Connection, order_id: str, key: UUID) -> bool:
    """Marks an order, so that it is never taken; False where it is too late for that."""
    path = "/purchase_units/@reference_id=='default'/custom_id"
    reply = await api.patch(f"{_ORDERS}/{order_id}", [{"op": "replace", "path": path, "value": f"{_CLOSED}{key}"}])
    if reply.is_ok:
        return True
    if {*reply.issues} & _DONE_ALREADY:
        return False
    # PayPal forgets orders that were not approved in time.
    if reply.status == 404:
        return True
    raise Lost(f"PayPal has not closed the order: {' '.join(reply.issues)}")


async def _fresh(api: Connection, order_id: str) -> Mapping[str, Any]:
    reply = await api.get(f"{_ORDERS}/{order_id}")
    if not reply.is_ok:
        raise Lost(f"PayPal does not show the order: {reply.status}")
    return reply.body


async def _completed(api: Connection, order: Mapping[str, Any]) -> Standing:
    """What an order ended as: the last of its captures or, before there is one, its authorization."""
    payments = order["purchase_units"][0]["payments"]
    if payments.get("captures"):
        return of_capture(payments["captures"][-1])
    return of_authorization(payments["authorizations"][-1])


async def _authorization(api: Connection, authorization: Mapping[str, Any]) -> Standing:
    if authorization["status"] not in ("CAPTURED", "PARTIALLY_CAPTURED"):
        return of_authorization(authorization)
    order_id = authorization["supplementary_data"]["related_ids"]["order_id"]
    return await _completed(api, await _fresh(api, order_id))


async def _search(api: Connection, asked: Asked) -> Standing | NotFound:
    """By our key alone: a reservation, unless it was taken, or what was taken."""
    found = await with_key(api, asked, "T00", "T13")
    taken = [one.id for one in found if one.code.startswith("T00")]
    reserved = [one.id for one in found if one.code == "T1300"]
    if taken:
        reply = await api.get(f"{_PAYMENTS}/captures/{taken[-1]}")
        if reply.is_ok:
            return of_capture(reply.body)
    elif reserved:
        reply = await api.get(f"{_PAYMENTS}/authorizations/{reserved[-1]}")
        if reply.is_ok:
            return await _authorization(api, reply.body)
    else:
        return NotFound()
    raise Lost(f"PayPal does not show what its search found: {reply.status}")
