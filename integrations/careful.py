"""The care that every call of a provider needs: outside of units of work, not for ever, and broken is no answer."""

import asyncio
import logging
from collections.abc import Awaitable, Callable, Mapping, Sequence
from datetime import date, datetime
from typing import TypeVar

from domain.outside import require_no_open_unit
from domain.payment_methods import MethodDetails
from domain.payout_methods import PayeeDetails
from domain.provider_reports import DayReport
from domain.refusals import Refused
from integrations.chargebacks import ChargebackAnswer, Heard, ReportedChargeback
from integrations.payments import (
    Adding,
    Answer,
    Asked,
    Capturing,
    Charge,
    Declined,
    Finding,
    NoAnswer,
    NotFound,
    Onboarded,
    Onboarding,
    PayingOut,
    PaymentProvider,
    PayoutFinding,
    RefundFinding,
    Refunding,
    Unusable,
    VoidFinding,
    Voiding,
)
from integrations.provider_events import FetchesProof, Told

A = TypeVar("A")
T = TypeVar("T")

ANSWER_WITHIN_SECONDS = 30
"""How long a provider may take. Shorter than the time after which a payment without an answer is asked about."""

NOT_SET_UP = "PROVIDER_NOT_SET_UP"

log = logging.getLogger(__name__)


class Careful:
    """Around every adapter, which is opened with the first call: one that cannot be opened gives no answer."""

    def __init__(self, opened: Callable[[], PaymentProvider]) -> None:
        self._opened = opened

    async def method_details(self, adding: Adding) -> MethodDetails | Unusable | NoAnswer:
        return await self._answered(lambda adapter: adapter.method_details(adding))

    async def payee_details(self, adding: Adding) -> PayeeDetails | Unusable | NoAnswer:
        return await self._answered(lambda adapter: adapter.payee_details(adding))

    async def onboard(self, onboarding: Onboarding) -> Onboarded | Unusable | NoAnswer:
        return await self._answered(lambda adapter: adapter.onboard(onboarding))

    async def charge(self, charge: Charge) -> Answer:
        return await self._moved(lambda adapter: adapter.charge(charge))

    async def find(self, asked: Asked) -> Finding:
        return await self._answered(lambda adapter: adapter.find(asked))

    async def capture(self, capturing: Capturing) -> Finding:
        return await self._answered(lambda adapter: adapter.capture(capturing))

    async def void(self, voiding: Voiding) -> VoidFinding:
        return await self._answered(lambda adapter: adapter.void(voiding))

    async def refund(self, refunding: Refunding) -> RefundFinding:
        return await self._moved(lambda adapter: adapter.refund(refunding))

    async def find_refund(self, asked: Asked) -> RefundFinding:
        return await self._answered(lambda adapter: adapter.find_refund(asked))

    async def pay_out(self, paying: PayingOut) -> PayoutFinding:
        return await self._moved(lambda adapter: adapter.pay_out(paying))

    async def find_payout(self, asked: Asked) -> PayoutFinding:
        return await self._answered(lambda adapter: adapter.find_payout(asked))

    async def chargebacks(self, since: datetime, now: datetime) -> Sequence[ReportedChargeback] | NoAnswer:
        return await self._answered(lambda adapter: adapter.chargebacks(since, now))

    async def find_chargeback(self, external_id: str, at: datetime) -> ReportedChargeback | NotFound | NoAnswer:
        return await self._answered(lambda adapter: adapter.find_chargeback(external_id, at))

    async def answer_chargeback(self, said: ChargebackAnswer) -> Heard | NoAnswer:
        return await self._answered(lambda adapter: adapter.answer_chargeback(said))

    async def report(self, day: date, now: datetime) -> DayReport | NoAnswer:
        return await self._answered(lambda adapter: adapter.report(day, now))

    async def prepare_told(self, headers: Mapping[str, str]) -> None:
        """Lets an adapter fetch what it proves a message with, before `told`."""
        require_no_open_unit()
        adapter = self._opened()
        if isinstance(adapter, FetchesProof):
            await adapter.prepare_told(headers)

    def told(self, headers: Mapping[str, str], body: bytes, real: datetime) -> Sequence[Told]:
        return self._opened().told(headers, body, real)

    async def _moved(self, call: Callable[[PaymentProvider], Awaitable[T]]) -> T | Declined | NoAnswer:
        """The answer of a call that moves money: to a provider that is not set up it was never made."""
        try:
            self._opened()
        except Refused:
            return Declined(code=NOT_SET_UP)
        except Exception as error:
            return none(error)
        return await self._answered(call)

    async def _answered(self, call: Callable[[PaymentProvider], Awaitable[T]]) -> T | NoAnswer:
        return await answered(self._opened, call)


async def answered(opened: Callable[[], A], call: Callable[[A], Awaitable[T]]) -> T | NoAnswer:
    """The call's answer. A failure proves nothing about the money, whatever kind of failure it is."""
    require_no_open_unit()
    try:
        async with asyncio.timeout(ANSWER_WITHIN_SECONDS):
            return await call(opened())
    except Exception as error:
        return none(error)


def none(error: Exception) -> NoAnswer:
    log.warning("a provider gave no answer", exc_info=error)
    return NoAnswer(reason=type(error).__name__)
