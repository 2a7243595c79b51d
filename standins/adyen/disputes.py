"""Disputes: opened by the payer's bank, told of by webhooks, defended with documents or accepted."""

import base64
from datetime import timedelta

from standins.adyen.errors import AdyenError
from standins.adyen.world import Dispute, Payment, Thing, World

UNCONVINCING = b"unconvincing"
"""Evidence with this word in it loses; any other wins."""
_DEFEND_WITHIN = timedelta(days=14)
_REASON = "SupplyDefenseMaterial"
_DONE = {"disputeServiceResult": {"success": True}}


def open_dispute(world: World, payment: Payment) -> Dispute:
    """The bank announces that it takes the money back, and does."""
    dispute = Dispute(psp=world.next_id(), payment=payment)
    world.disputes[dispute.psp] = dispute
    ends = (world.clock() + _DEFEND_WITHIN).isoformat(timespec="seconds")
    details = {"defensePeriodEndsAt": ends, "disputeStatus": "Undefended", "chargebackReasonCode": "10.4"}
    _tell(world, "NOTIFICATION_OF_CHARGEBACK", dispute, **details)
    _book(world, dispute, "chargeback", -payment.captured)
    _tell(world, "CHARGEBACK", dispute, **details)
    return dispute


def lapse(world: World, psp: str) -> None:
    """Nobody has defended in time."""
    dispute = world.dispute(psp)
    dispute.outcome = "Expired"
    _tell(world, "DISPUTE_DEFENSE_PERIOD_ENDED", dispute, disputeStatus="Expired")


def accept(world: World, _: str, body: Thing) -> Thing:
    """POST /acceptDispute"""
    return _ended(world, body, "Accepted")


def reasons(world: World, _: str, body: Thing) -> Thing:
    """POST /retrieveApplicableDefenseReasons"""
    _open(world, body)
    document = {"available": False, "defenseDocumentTypeCode": "DefenseMaterial", "requirementLevel": "Required"}
    reason = {"defenseReasonCode": _REASON, "satisfied": False, "defenseDocumentTypes": [document]}
    return {**_DONE, "defenseReasons": [reason]}


def supply(world: World, _: str, body: Thing) -> Thing:
    """POST /supplyDefenseDocument"""
    dispute = _open(world, body)
    if not all(base64.b64decode(one["content"]).startswith(b"%PDF-") for one in body["defenseDocuments"]):
        return _no("The content is not of its type")
    dispute.documents.extend(body["defenseDocuments"])
    return _DONE


def defend(world: World, _: str, body: Thing) -> Thing:
    """POST /defendDispute"""
    dispute = _open(world, body)
    if body["defenseReasonCode"] != _REASON or not dispute.documents:
        return _no("Required documents are missing")
    _tell(world, "INFORMATION_SUPPLIED", dispute, disputeStatus="Pending")
    if any(UNCONVINCING in base64.b64decode(one["content"]) for one in dispute.documents):
        _tell(world, "SECOND_CHARGEBACK", dispute, disputeStatus="Lost")
        return _ended(world, body, "Lost")
    _book(world, dispute, "chargebackReversal", dispute.payment.captured)
    _tell(world, "CHARGEBACK_REVERSED", dispute, disputeStatus="Pending")
    return _ended(world, body, "Won")


def _ended(world: World, body: Thing, outcome: str) -> Thing:
    _open(world, body).outcome = outcome
    return _DONE


def _open(world: World, body: Thing) -> Dispute:
    if body["merchantAccountCode"] != world.merchant:
        raise AdyenError(403, "901", "Invalid Merchant Account")
    dispute = world.dispute(body["disputePspReference"])
    if dispute.outcome is not None:
        raise AdyenError(422, "D_001", f"The dispute is {dispute.outcome}")
    return dispute


def _no(message: str) -> Thing:
    return {"disputeServiceResult": {"success": False, "errorMessage": message}}


def _tell(world: World, event: str, dispute: Dispute, **details: str) -> None:
    payment = dispute.payment
    amount = {"currency": payment.currency, "value": payment.captured}
    world.notices.tell(
        event,
        psp=dispute.psp,
        original=payment.psp,
        reference=payment.reference,
        amount=amount,
        reason="Fraud",
        details=details,
    )


def _book(world: World, dispute: Dispute, type_: str, value: int) -> None:
    payment = dispute.payment
    named = {"payment": payment.psp, "payment_reference": payment.reference, "change": dispute.psp}
    world.ledger.book(type_, "platformPayment", payment.currency, value, **named)
