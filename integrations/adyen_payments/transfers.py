"""Payouts as transfers at Adyen: made once per key, and looked up by it."""

from collections.abc import Mapping
from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import UUID

from integrations.adyen_payments import refusals
from integrations.adyen_payments.amounts import from_adyen, to_adyen
from integrations.adyen_payments.services import Service, Services, Unsure, asking, moving
from integrations.decline_codes import DeclineCode
from integrations.payments import (
    Asked,
    CameBack,
    Declined,
    NoAnswer,
    NotFound,
    PaidOut,
    PayingOut,
    PayoutFinding,
    UnderWay,
)

_UNDER_WAY = ("received", "authorised", "pendingApproval", "requestReceived")
_NOT_MADE = ("refused", "failed", "canceled", "cancelled", "rejected", "error", "expired")


class Transfers:
    """From one balance account."""

    def __init__(self, services: Services, balance_account: str) -> None:
        self._services, self._balance_account = services, balance_account

    async def pay_out(self, paying: PayingOut) -> PayoutFinding:
        amount = to_adyen(paying.amount)
        if amount is None:
            return Declined(code=DeclineCode.AMOUNT_NOT_SUPPORTED.name)
        return await moving(self._pay_out(paying, amount))

    async def find(self, asked: Asked) -> PayoutFinding:
        return await asking(self._find(asked))

    async def _pay_out(self, paying: PayingOut, amount: Mapping[str, Any]) -> PayoutFinding:
        body = {
            "amount": amount,
            "balanceAccountId": self._balance_account,
            "category": "bank",
            "counterparty": {"transferInstrumentId": paying.method_token},
            "priority": "regular",
            "reference": str(paying.key),
            "description": "Milepost payout",
        }
        return _standing(await self._services.post(Service.TRANSFERS, "/transfers", body, key=str(paying.key)))

    async def _find(self, asked: Asked) -> PayoutFinding:
        if asked.provider_id is not None:
            return _standing(await self._services.get(Service.TRANSFERS, f"/transfers/{asked.provider_id}"))
        made_at = _made_at(asked.key)
        params = {
            "balanceAccountId": self._balance_account,
            "reference": str(asked.key),
            "category": "bank",
            "createdSince": (made_at - timedelta(days=1)).isoformat(timespec="seconds"),
            "createdUntil": (max(datetime.now(UTC), made_at) + timedelta(hours=1)).isoformat(timespec="seconds"),
        }
        found = (await self._services.get(Service.TRANSFERS, "/transfers", params)).get("data")
        if not isinstance(found, list):
            raise Unsure("Adyen's list of transfers has no data")
        if any(one.get("reference") != str(asked.key) for one in found) or len(found) > 1:
            raise Unsure("Adyen's list has other transfers than the one that was asked for")
        return _standing(found[0]) if found else NotFound()


def _standing(transfer: Mapping[str, Any]) -> PayoutFinding:
    transfer_id, status = transfer.get("id"), transfer.get("status")
    if not isinstance(transfer_id, str) or not transfer_id:
        raise Unsure("a transfer has no id")
    if status == "booked":
        amount = transfer["amount"]
        paid = from_adyen(int(amount["value"]), amount["currency"])
        return (
            NoAnswer(reason="an amount finer than ours")
            if paid is None
            else PaidOut(provider_id=transfer_id, amount=paid)
        )
    if status == "returned":
        return CameBack(code=refusals.of_transfer(transfer.get("reason")))
    if status in _NOT_MADE:
        return Declined(code=refusals.of_transfer(transfer.get("reason")), provider_id=transfer_id)
    if status in _UNDER_WAY:
        return UnderWay(provider_id=transfer_id)
    raise Unsure(f"a transfer is {status}, which is not known here")


def _made_at(key: UUID) -> datetime:
    """When a key was made: its first 48 bits are the milliseconds."""
    return datetime.fromtimestamp((key.int >> 80) / 1000, UTC)
