"""Payments at Adyen: from a saved card or on Adyen's page, finished, captured or given up, and looked up."""

import hashlib
from collections.abc import Mapping, Sequence
from datetime import timedelta
from typing import Any

from integrations.adyen_payments import accounting, refusals
from integrations.adyen_payments.amounts import from_adyen, to_adyen
from integrations.adyen_payments.heard import Inbox
from integrations.adyen_payments.outcomes import is_overdue, standing, taken
from integrations.adyen_payments.references import Reference, is_link_id, of_waiting, reference_of, waiting_for_payer
from integrations.adyen_payments.services import Rejected, Service, Services, Unsure, asking, moving
from integrations.adyen_payments.webhooks import Notice
from integrations.decline_codes import DeclineCode
from integrations.payments import (
    ActionRequired,
    Answer,
    Asked,
    Capturing,
    Charge,
    Charged,
    Declined,
    Finding,
    NoAnswer,
    UnderWay,
    Voided,
    VoidFinding,
    Voiding,
)

_PAY_WITHIN = timedelta(hours=24)
_REFUSED, _UNFINISHED = ("Refused", "Error", "Cancelled"), ("Pending", "Received")
_NOT_TOLD = NoAnswer(reason="Adyen cannot be asked by our key and has not told of it yet")
_CANCELING = NoAnswer(reason="Adyen has been told to cancel and has not said yet what came of it")
REDIRECT_RESULT = "redirectResult"
"""What the payer's browser brings back from the bank's page; only with it does Adyen go on."""


class Charges:
    """Of one merchant account. Nothing is ever sent to Adyen again to find out what became of it."""

    def __init__(self, services: Services, inbox: Inbox, merchant: str) -> None:
        self._services, self._inbox, self._merchant = services, inbox, merchant

    async def charge(self, charge: Charge) -> Answer:
        amount = to_adyen(charge.amount)
        if amount is None:
            return Declined(code=DeclineCode.AMOUNT_NOT_SUPPORTED.name)
        reference = Reference(charge.key, is_link=charge.method_token is None, is_manual=charge.is_manual)
        common = {"merchantAccount": self._merchant, "reference": str(reference), "amount": amount}
        common |= {"returnUrl": charge.return_url}
        if shopper := charge.customer or charge.payer_id:
            common["shopperReference"] = str(shopper)
        return await moving((self._link if reference.is_link else self._pay)(charge, reference, common))

    async def find(self, asked: Asked) -> Finding:
        notices = await self._inbox.of_charge(asked.key)
        known = standing(notices)
        if known is not None:
            return known
        if of_waiting(asked.provider_id) and _was_canceled(notices):
            return Voided(provider_id=None)
        result = asked.returned.get(REDIRECT_RESULT)
        if result is not None:
            return await asking(self._finish(asked, result))
        found = await asking(self._look(asked))
        if asked.sent_at is None or not is_overdue(asked) or not isinstance(found, UnderWay | NoAnswer):
            return found
        return await asking(accounting.find(self._services, self._merchant, asked, asked.sent_at))

    async def capture(self, capturing: Capturing) -> Finding:
        notices = await self._inbox.of_charge(capturing.key)
        known = standing(notices)
        if isinstance(known, Charged | Voided | Declined):
            return known
        if any(one.event == "CAPTURE" and not one.is_success for one in notices):
            # It was refused for good. What is reserved lapses at the bank by itself.
            return Declined(code=DeclineCode.PROVIDER_REFUSED.name, provider_id=capturing.charge_id)
        amount = to_adyen(capturing.amount)
        if amount is None:
            return Declined(code=DeclineCode.AMOUNT_NOT_SUPPORTED.name)
        return await asking(self._capture(capturing, amount))

    async def void(self, voiding: Voiding) -> VoidFinding:
        notices = await self._inbox.of_charge(voiding.key)
        known = standing(notices)
        if isinstance(known, Charged | Voided):
            return known
        if isinstance(known, Declined):
            return Voided(provider_id=known.provider_id)
        if is_link_id(voiding.charge_id):
            return await asking(self._close_link(str(voiding.charge_id)))
        if of_waiting(voiding.charge_id) and _was_canceled(notices):
            return Voided(provider_id=None)
        return await asking(self._cancel(voiding))

    async def _look(self, asked: Asked) -> Finding:
        """What is known of a payment that Adyen has told nothing of, from what it answered when it was sent."""
        if asked.provider_id is None or of_waiting(asked.provider_id):
            return _NOT_TOLD
        if is_link_id(asked.provider_id):
            return await self._standing_of_link(asked.provider_id)
        return UnderWay(provider_id=asked.provider_id)

    async def _pay(self, charge: Charge, reference: Reference, common: Mapping[str, Any]) -> Answer:
        body = {
            **common,
            "paymentMethod": {"type": "scheme", "storedPaymentMethodId": charge.method_token},
            "shopperInteraction": "ContAuth" if charge.is_off_session else "Ecommerce",
            "recurringProcessingModel": "UnscheduledCardOnFile" if charge.is_off_session else "CardOnFile",
        }
        body |= {"additionalData": {"manualCapture": "true"}} if charge.is_manual else {"captureDelayHours": 0}
        if not charge.is_off_session:
            body["channel"] = "Web"
        result = await self._services.post(Service.CHECKOUT, "/payments", body, key=str(charge.key))
        answer = _answer(result, reference)
        if isinstance(answer, ActionRequired) and charge.is_off_session:
            return Declined(code=DeclineCode.AUTHENTICATION_REQUIRED.name)
        return answer

    async def _link(self, charge: Charge, reference: Reference, common: Mapping[str, Any]) -> Answer:
        body = {
            **common,
            "description": charge.description,
            "expiresAt": (charge.at + _PAY_WITHIN).isoformat(timespec="seconds"),
            "manualCapture": charge.is_manual,
        }
        if "shopperReference" in common:
            body |= {"storePaymentMethodMode": "askForConsent", "recurringProcessingModel": "UnscheduledCardOnFile"}
        if not charge.is_manual:
            body["captureDelayHours"] = 0
        link = await self._services.post(Service.CHECKOUT, "/paymentLinks", body, key=str(charge.key))
        return ActionRequired(provider_id=_text(link, "id"), url=_text(link, "url"))

    async def _finish(self, asked: Asked, result: str) -> Finding:
        """Hands Adyen what the payer's browser has brought back. The same result counts once."""
        once = hashlib.sha256(result.encode()).hexdigest()[:40]
        body = {"details": {REDIRECT_RESULT: result}}
        content = await self._services.post(Service.CHECKOUT, "/payments/details", body, key=f"details-{once}")
        reference = reference_of(str(content.get("merchantReference", "")))
        if reference is None or reference.key != asked.key:
            raise Unsure("the result that came back is that of another payment")
        return _answer(content, reference)

    async def _capture(self, capturing: Capturing, amount: Mapping[str, Any]) -> Finding:
        """Only a request that Adyen finds wrong ends it: one that did not get through is made again."""
        body = {"merchantAccount": self._merchant, "reference": str(capturing.key), "amount": amount}
        path = f"/payments/{capturing.charge_id}/captures"
        try:
            await self._services.post(Service.CHECKOUT, path, body, key=f"capture-{capturing.key}")
        except Rejected as refusal:
            if refusal.status not in (404, 422):
                raise
            return Declined(code=refusal.code, provider_id=capturing.charge_id)
        return UnderWay(provider_id=capturing.charge_id)

    async def _standing_of_link(self, link_id: str) -> Finding:
        """Of a page that was paid on, the payment's own id comes with Adyen's webhook."""
        link = await self._services.get(Service.CHECKOUT, f"/paymentLinks/{link_id}")
        status = _text(link, "status")
        if status == "active":
            return ActionRequired(provider_id=link_id, url=_text(link, "url"))
        return Voided(provider_id=link_id) if status == "expired" else UnderWay(provider_id=link_id)

    async def _close_link(self, link_id: str) -> VoidFinding:
        path = f"/paymentLinks/{link_id}"
        try:
            link = await self._services.patch(Service.CHECKOUT, path, {"status": "expired"})
        except Rejected:
            # It has ended already, one way or the other.
            link = await self._services.get(Service.CHECKOUT, path)
        return Voided(provider_id=link_id) if _text(link, "status") == "expired" else _CANCELING

    async def _cancel(self, voiding: Voiding) -> VoidFinding:
        """By Adyen's id or, where we were never told it, by the references that it can have."""
        waiting = of_waiting(voiding.charge_id)
        body = {"merchantAccount": self._merchant, "reference": str(voiding.key)}
        if voiding.charge_id is not None and waiting is None:
            path = f"/payments/{voiding.charge_id}/cancels"
            await self._services.post(Service.CHECKOUT, path, body, key=f"cancel-{voiding.key}")
            return _CANCELING
        either = (Reference(voiding.key), Reference(voiding.key, is_manual=True))
        for reference in either if waiting is None else (waiting,):
            which = {**body, "paymentReference": str(reference)}
            await self._services.post(Service.CHECKOUT, "/cancels", which, key=f"cancel-{reference}")
        return _CANCELING


def _was_canceled(notices: Sequence[Notice]) -> bool:
    """Whether Adyen has answered that there is nothing to cancel of a payment that waits for its payer.

    There never will be: only with the payer's result would Adyen go on, and from now on it is kept back.
    """
    return any(one.event == "TECHNICAL_CANCEL" for one in notices)


def _answer(result: Mapping[str, Any], reference: Reference) -> Answer:
    """What the result of a payment means. Steps that only an app of the payer's own could take are none of ours."""
    code, psp = _text(result, "resultCode"), str(result.get("pspReference") or "")
    if code == "Authorised" and psp:
        amount = result.get("amount") or {}
        return taken(psp, from_adyen(int(amount["value"]), amount["currency"]), is_manual=reference.is_manual)
    if code in _REFUSED:
        declined = refusals.of_payment(str(result.get("refusalReasonCode")), result.get("refusalReason"))
        return Declined(code=declined, provider_id=psp or None)
    if code in _UNFINISHED and psp:
        return UnderWay(provider_id=psp)
    action = result.get("action") or {}
    if code == "RedirectShopper" and action.get("method", "GET") == "GET":
        return ActionRequired(provider_id=waiting_for_payer(reference), url=_text(action, "url"))
    if code in ("ChallengeShopper", "IdentifyShopper", "PresentToShopper", "RedirectShopper"):
        return Declined(code=DeclineCode.AUTHENTICATION_FAILED.name, provider_id=psp or None)
    raise Unsure(f"a payment cannot be {code}")


def _text(content: Mapping[str, Any], name: str) -> str:
    text = content.get(name)
    if not isinstance(text, str) or not text:
        raise Unsure(f"Adyen's answer has no {name}")
    return text
