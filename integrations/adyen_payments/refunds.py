"""Refunds at Adyen: taken on at once, and told of by webhook when they are done or have failed."""

from collections.abc import Sequence

from integrations.adyen_payments.amounts import to_adyen
from integrations.adyen_payments.heard import Inbox
from integrations.adyen_payments.outcomes import amount_of, is_overdue
from integrations.adyen_payments.services import Service, Services, moving
from integrations.adyen_payments.webhooks import Notice
from integrations.decline_codes import DeclineCode
from integrations.payments import Asked, Declined, NoAnswer, Refunded, RefundFinding, Refunding, UnderWay

_FAILED = ("REFUND_FAILED", "REFUNDED_REVERSED")


class Refunds:
    """Of one merchant account."""

    def __init__(self, services: Services, inbox: Inbox, merchant: str) -> None:
        self._services, self._inbox, self._merchant = services, inbox, merchant

    async def refund(self, refunding: Refunding) -> RefundFinding:
        amount = to_adyen(refunding.amount)
        if amount is None:
            return Declined(code=DeclineCode.AMOUNT_NOT_SUPPORTED.name)
        body = {"merchantAccount": self._merchant, "reference": str(refunding.key), "amount": amount}
        path = f"/payments/{refunding.charge_id}/refunds"
        taken_on = await moving(self._services.post(Service.CHECKOUT, path, body, key=str(refunding.key)))
        if isinstance(taken_on, Declined | NoAnswer):
            return taken_on
        psp = taken_on.get("pspReference")
        return UnderWay(provider_id=psp) if isinstance(psp, str) else NoAnswer(reason="the refund has no id")

    async def find(self, asked: Asked) -> RefundFinding:
        known = _standing(await self._inbox.of_refund(asked.key, asked.provider_id))
        if known is not None:
            return known
        if asked.provider_id is not None and not is_overdue(asked):
            return UnderWay(provider_id=asked.provider_id)
        return NoAnswer(reason="Adyen cannot be asked for refunds and has not told of it yet")


def _standing(notices: Sequence[Notice]) -> RefundFinding | None:
    """What notices say together: that a refund has failed is told after it was said to be done."""
    for notice in notices:
        if notice.event in _FAILED or (notice.event == "REFUND" and not notice.is_success):
            return Declined(code=DeclineCode.NOT_REFUNDABLE.name, provider_id=notice.psp)
    for notice in notices:
        amount = amount_of(notice)
        if notice.event == "REFUND" and amount is not None:
            return Refunded(provider_id=notice.psp, amount=amount)
    return None
