"""The door to the companies that move money: which adapter serves a provider, and the care that every call needs."""

import asyncio
import logging
from collections.abc import Awaitable, Callable, Sequence
from datetime import datetime
from typing import TypeVar
from uuid import UUID

from domain.outside import require_no_open_unit
from domain.payment_methods import MethodDetails, Provider
from domain.payout_methods import PayeeDetails
from integrations.chargebacks import ChargebackAnswer, Heard, ReportedChargeback
from integrations.payments import (
    Answer,
    Charge,
    Finding,
    NoAnswer,
    PayingOut,
    PaymentProvider,
    PayoutFinding,
    RefundFinding,
    Refunding,
)
from integrations.simulator import Simulator

T = TypeVar("T")

ANSWER_WITHIN_SECONDS = 30
"""How long a provider may take. Shorter than the time after which a payment without an answer is asked about."""

ADAPTERS: dict[Provider, Callable[[str], PaymentProvider]] = {Provider.SIMULATOR: Simulator}
"""How to make each provider's adapter, given the URL of the database."""

log = logging.getLogger(__name__)


class Careful:
    """Around every adapter: never inside a unit of work, never for ever, and whatever breaks is no answer."""

    def __init__(self, adapter: PaymentProvider) -> None:
        self._adapter = adapter

    def details_of(self, token: str) -> MethodDetails | None:
        return self._adapter.details_of(token)

    async def charge(self, charge: Charge) -> Answer:
        return await _answered(lambda: self._adapter.charge(charge))

    async def find(self, key: UUID) -> Finding:
        return await _answered(lambda: self._adapter.find(key))

    async def refund(self, refunding: Refunding) -> RefundFinding:
        return await _answered(lambda: self._adapter.refund(refunding))

    async def find_refund(self, key: UUID, at: datetime) -> RefundFinding:
        return await _answered(lambda: self._adapter.find_refund(key, at))

    def payee_of(self, token: str) -> PayeeDetails | None:
        return self._adapter.payee_of(token)

    async def pay_out(self, paying: PayingOut) -> PayoutFinding:
        return await _answered(lambda: self._adapter.pay_out(paying))

    async def find_payout(self, key: UUID, at: datetime) -> PayoutFinding:
        return await _answered(lambda: self._adapter.find_payout(key, at))

    async def paid_out_total(self, currency: str, at: datetime) -> int:
        require_no_open_unit()
        async with asyncio.timeout(ANSWER_WITHIN_SECONDS):
            return await self._adapter.paid_out_total(currency, at)

    async def refunded_total(self, currency: str) -> int:
        require_no_open_unit()
        async with asyncio.timeout(ANSWER_WITHIN_SECONDS):
            return await self._adapter.refunded_total(currency)

    async def chargebacks(self, since: datetime, now: datetime) -> Sequence[ReportedChargeback] | NoAnswer:
        return await _answered(lambda: self._adapter.chargebacks(since, now))

    async def answer_chargeback(self, said: ChargebackAnswer) -> Heard | NoAnswer:
        return await _answered(lambda: self._adapter.answer_chargeback(said))

    async def charged_back_total(self, currency: str, at: datetime) -> int:
        require_no_open_unit()
        async with asyncio.timeout(ANSWER_WITHIN_SECONDS):
            return await self._adapter.charged_back_total(currency, at)

    async def charged_total(self, currency: str) -> int:
        require_no_open_unit()
        async with asyncio.timeout(ANSWER_WITHIN_SECONDS):
            return await self._adapter.charged_total(currency)


def provider_of(provider: Provider, database_url: str) -> PaymentProvider:
    """The adapter of a provider."""
    return Careful(ADAPTERS[provider](database_url))


async def _answered(call: Callable[[], Awaitable[T]]) -> T | NoAnswer:
    """The call's answer. A failure proves nothing about the money, whatever kind of failure it is."""
    require_no_open_unit()
    try:
        async with asyncio.timeout(ANSWER_WITHIN_SECONDS):
            return await call()
    except Exception as error:
        log.warning("a provider gave no answer", exc_info=error)
        return NoAnswer(reason=type(error).__name__)
