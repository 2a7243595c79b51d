"""Checkout: what is done with a payment later. It is taken on at once, and what came of it is told by webhook."""

from standins.adyen.payments import book, take
from standins.adyen.world import Card, Payment, Stage, Thing, World


def capture(world: World, psp: str, body: Thing) -> Thing:
    """POST /payments/{psp}/captures"""
    payment, value = _changed(world, psp, body), body["amount"]["value"]
    is_possible = payment.stage is Stage.AUTHORISED and value <= payment.value
    is_possible = is_possible and body["amount"]["currency"] == payment.currency
    if is_possible:
        take(world, payment, value)
    change = world.next_id()
    _tell(world, "CAPTURE", payment, change, body, body["amount"], is_success=is_possible)
    if is_possible and payment.card is Card.CAPTURE_FAILS:
        _give_back(world, payment, change)
        _tell(world, "CAPTURE_FAILED", payment, change, body, body["amount"])
    return _received(world, change, body, paymentPspReference=psp)


def cancel(world: World, psp: str, body: Thing) -> Thing:
    """POST /payments/{psp}/cancels"""
    payment, change = _changed(world, psp, body), world.next_id()
    is_possible = _cancel(world, payment)
    _tell(world, "CANCELLATION", payment, change, body, payment.amount, is_success=is_possible)
    return _received(world, change, body, paymentPspReference=psp)


def cancel_by_reference(world: World, _: str, body: Thing) -> Thing:
    """POST /cancels"""
    world.require_merchant(body["merchantAccount"])
    named, change = body["paymentReference"], world.next_id()
    found = [one for one in world.payments.values() if one.reference == named]
    canceled = next((one for one in found if _cancel(world, one)), None)
    original = canceled or next(iter(found), None)
    world.notices.tell(
        "TECHNICAL_CANCEL",
        psp=change,
        original=original.psp if original else "",
        reference=body.get("reference", ""),
        amount=original.amount if original else {"currency": "EUR", "value": 0},
        is_success=canceled is not None,
    )
    return _received(world, change, body, paymentReference=named)


def refund(world: World, psp: str, body: Thing) -> Thing:
    """POST /payments/{psp}/refunds"""
    payment, amount = _changed(world, psp, body), body["amount"]
    change = world.next_id()
    is_possible = payment.captured - payment.refunded >= amount["value"] and amount["currency"] == payment.currency
    is_possible = is_possible and payment.card is not Card.REFUND_REFUSED
    names = {"change": change, "change_reference": body.get("reference", "")}
    if is_possible:
        payment.refunded += amount["value"]
        book(world, payment, "refund", -amount["value"], **names)
    _tell(world, "REFUND", payment, change, body, amount, is_success=is_possible)
    if is_possible and payment.card is Card.REFUND_FAILS_LATE:
        payment.refunded -= amount["value"]
        book(world, payment, "refundReversal", amount["value"], **names)
        _tell(world, "REFUND_FAILED", payment, change, body, amount)
    return _received(world, change, body, paymentPspReference=psp)


def _changed(world: World, psp: str, body: Thing) -> Payment:
    world.require_merchant(body["merchantAccount"])
    return world.payment(psp)


def _cancel(world: World, payment: Payment) -> bool:
    is_possible = payment.stage is Stage.AUTHORISED
    if is_possible:
        payment.stage = Stage.CANCELED
        world.record(payment, "Cancelled")
    return is_possible


def _give_back(world: World, payment: Payment, change: str) -> None:
    book(world, payment, "captureReversal", -payment.captured, change=change)
    payment.captured = 0


def _tell(
    world: World,
    event: str,
    payment: Payment,
    change: str,
    body: Thing,
    amount: Thing,
    *,
    is_success: bool = True,
) -> None:
    world.notices.tell(
        event,
        psp=change,
        original=payment.psp,
        reference=body.get("reference", payment.reference),
        amount=amount,
        is_success=is_success,
        reason="" if is_success else "Insufficient balance on payment",
    )


def _received(world: World, change: str, body: Thing, **names: str) -> Thing:
    given = {name: body[name] for name in ("reference", "amount") if name in body}
    return {"merchantAccount": world.merchant, "pspReference": change, "status": "received", **given, **names}
