"""Checkout: payments from saved cards and on pages; what becomes of each is told by webhook as well."""

from collections.abc import Mapping
from typing import Any

from standins.adyen import disputes
from standins.adyen.errors import AdyenError
from standins.adyen.world import Card, Link, Payment, Stage, Thing, World

_REFUSALS = {
    Card.REFUSED: ("2", "Refused"),
    Card.INSUFFICIENT: ("12", "Not enough balance"),
    Card.EXPIRED: ("6", "Expired Card"),
    Card.FRAUD: ("20", "FRAUD"),
}
_NOT_AUTHENTICATED, _NEEDS_AUTHENTICATION = ("11", "3D Not Authenticated"), ("38", "Authentication required")
_COST_SHARE = 100
"""Adyen keeps one part in so many of each payment."""


def pay(world: World, _: str, body: Thing) -> Thing:
    """POST /payments"""
    world.require_merchant(body["merchantAccount"])
    token = body["paymentMethod"]["storedPaymentMethodId"]
    if token not in {card.value for card in Card} or "shopperReference" not in body:
        raise AdyenError(422, "803", "PaymentDetail not found")
    payment = _begun(world, body, Card(token), is_manual=body.get("additionalData", {}).get("manualCapture") == "true")
    if payment.card is Card.ACTION:
        if body.get("shopperInteraction") != "Ecommerce":
            return _refused(world, payment, _NEEDS_AUTHENTICATION)
        action = {"type": "redirect", "method": "GET", "paymentMethodType": "scheme"}
        return {
            "resultCode": "RedirectShopper",
            "action": {**action, "url": f"{world.address}/pages/3ds/{payment.psp}"},
        }
    if payment.card is Card.PENDING:
        authorise(world, payment)
        return {"resultCode": "Pending", "pspReference": payment.psp, "merchantReference": payment.reference}
    return _decided(world, payment)


def details(world: World, _: str, body: Thing) -> Thing:
    """POST /payments/details"""
    result = body["details"]["redirectResult"]
    payment = next((one for one in world.payments.values() if one.result == result), None)
    if payment is None:
        raise AdyenError(422, "14_0419", "Invalid redirectResult provided")
    if payment.stage is not Stage.WAITING:
        return _authorised(payment)
    if payment.is_approved:
        return _decided(world, payment)
    return _refused(world, payment, _NOT_AUTHENTICATED)


def make_link(world: World, _: str, body: Thing) -> Thing:
    """POST /paymentLinks"""
    world.require_merchant(body["merchantAccount"])
    link = Link(id=world.next_id("PL"), request=body)
    world.links[link.id] = link
    return _shown(world, link)


def show_link(world: World, link_id: str, _: Thing) -> Thing:
    """GET /paymentLinks/{id}"""
    return _shown(world, world.link(link_id))


def expire_link(world: World, link_id: str, _: Thing) -> Thing:
    """PATCH /paymentLinks/{id}"""
    link = world.link(link_id)
    if link.status != "active":
        raise AdyenError(422, "14_0415", f"A payment link that is {link.status} cannot be expired")
    link.status = "expired"
    return _shown(world, link)


def pay_on_link(world: World, link: Link, card: Card) -> bool:
    """One try of a payer on the page; a page is paid on once."""
    if link.status != "active":
        return False
    payment = _begun(world, link.request, card, is_manual=link.request.get("manualCapture", False))
    _decided(world, payment)
    if payment.stage is not Stage.REFUSED:
        link.status = "completed"
    return payment.stage is not Stage.REFUSED


def stored_methods(world: World, _: str, query: Thing) -> Thing:
    """GET /storedPaymentMethods"""
    world.require_merchant(query["merchantAccount"])
    cards = [
        {
            "id": card.value,
            "type": "scheme",
            "brand": "visa",
            "name": "VISA",
            "lastFour": f"{number:04}",
            "expiryMonth": "03",
            "expiryYear": "2030",
            "supportedRecurringProcessingModels": ["CardOnFile", "UnscheduledCardOnFile"],
        }
        for number, card in enumerate(Card, 1)
    ]
    account = {"id": "adyen_account", "type": "sepadirectdebit", "name": "SEPA Direct Debit", "lastFour": "0099"}
    shopper = query["shopperReference"]
    return {"merchantAccount": world.merchant, "shopperReference": shopper, "storedPaymentMethods": [*cards, account]}


def authorise(world: World, payment: Payment) -> None:
    """The bank says yes; without manual capture the money is taken at once."""
    payment.stage = Stage.AUTHORISED
    world.record(payment, "Authorised")
    world.notices.tell("AUTHORISATION", psp=payment.psp, reference=payment.reference, amount=payment.amount)
    if not payment.is_manual:
        take(world, payment, payment.value)


def take(world: World, payment: Payment, value: int) -> None:
    payment.stage, payment.captured = Stage.CAPTURED, value
    world.record(payment, "SentForSettle")
    book(world, payment, "capture", value)
    if cost := value // _COST_SHARE:
        book(world, payment, "paymentCost", -cost)
    if payment.card is Card.CHARGEBACK:
        disputes.open_dispute(world, payment)


def _begun(world: World, body: Mapping[str, Any], card: Card, *, is_manual: bool) -> Payment:
    payment = Payment(
        psp=world.next_id(),
        reference=body["reference"],
        currency=body["amount"]["currency"],
        value=body["amount"]["value"],
        card=card,
        is_manual=is_manual,
        return_url=body.get("returnUrl", ""),
    )
    world.payments[payment.psp] = payment
    world.record(payment, "Received")
    return payment


def _decided(world: World, payment: Payment) -> Thing:
    if payment.card in _REFUSALS:
        return _refused(world, payment, _REFUSALS[payment.card])
    authorise(world, payment)
    return _authorised(payment)


def _authorised(payment: Payment) -> Thing:
    named = {"pspReference": payment.psp, "merchantReference": payment.reference}
    code = "Refused" if payment.stage is Stage.REFUSED else "Authorised"
    return {"resultCode": code, **named, "amount": payment.amount}


def _refused(world: World, payment: Payment, why: tuple[str, str]) -> Thing:
    payment.stage = Stage.REFUSED
    world.record(payment, "Refused")
    world.notices.tell(
        "AUTHORISATION",
        psp=payment.psp,
        reference=payment.reference,
        amount=payment.amount,
        is_success=False,
        reason=why[1],
    )
    return {**_authorised(payment), "refusalReasonCode": why[0], "refusalReason": why[1]}


def book(world: World, payment: Payment, type_: str, value: int, **names: str) -> None:
    named = {"payment": payment.psp, "payment_reference": payment.reference, **names}
    world.ledger.book(type_, "platformPayment", payment.currency, value, **named)


def _shown(world: World, link: Link) -> Thing:
    return {**link.request, "id": link.id, "status": link.status, "url": f"{world.address}/pages/links/{link.id}"}
