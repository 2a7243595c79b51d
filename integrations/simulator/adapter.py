"""The simulator behind the port: each call opens its books anew and closes them, as if it were far away."""

from collections.abc import Mapping, Sequence
from contextlib import AbstractAsyncContextManager
from datetime import date, datetime

from domain.payment_methods import MethodDetails
from domain.payout_methods import PayeeDetails
from domain.provider_reports import DayReport
from integrations.chargebacks import ChargebackAnswer, Heard, ReportedChargeback
from integrations.opened import Opened
from integrations.payments import (
    Adding,
    Answer,
    Asked,
    Capturing,
    Charge,
    Finding,
    NoAnswer,
    NotFound,
    Onboarding,
    PayingOut,
    PayoutFinding,
    RefundFinding,
    Refunding,
    Unusable,
    VoidFinding,
    Voiding,
)
from integrations.provider_events import Told
from integrations.simulator import chargebacks, charging, payouts, refunds
from integrations.simulator.books import Books
from integrations.simulator.reports import report_of
from integrations.simulator.signatures import told
from integrations.simulator.tokens import card_of, is_like_a_card_number, payee_of
from integrations.simulator.turns import opened

_UNKNOWN = Unusable(reason="The provider does not know this token.")
_REAL = Unusable(
    reason="Never send the number of a real card here: the simulator takes its own tokens and published test numbers."
)
_NO_QUESTIONS = Unusable(reason="The simulator pays out to its own tokens, without asking anybody who they are.")


class Simulator:
    """Its books lie in tables of their own, written through its own connection: like those of a company elsewhere,
    they take no part in Milepost's transactions, and a crash between a charge and its record leaves the charge.
    """

    def __init__(self, opened: Opened) -> None:
        self._opened = opened

    async def method_details(self, adding: Adding) -> MethodDetails | Unusable:
        card = card_of(adding.token)
        if card is None:
            return _REAL if is_like_a_card_number(adding.token) else _UNKNOWN
        by_number = card.number is not None and card.token != adding.token
        last4 = card.number[-4:] if by_number and card.number else card.last4
        return MethodDetails(token=card.token, label=f"Simulated card: {card.label}", last4=last4)

    async def payee_details(self, adding: Adding) -> PayeeDetails | Unusable:
        return payee_of(adding.token) or _UNKNOWN

    async def onboard(self, onboarding: Onboarding) -> Unusable:
        return _NO_QUESTIONS

    async def charge(self, charge: Charge) -> Answer:
        async with self._books(charge.at) as books:
            return await charging.charge(books, charge)

    async def find(self, asked: Asked) -> Finding:
        async with self._books(asked.at) as books:
            return await charging.find(books, asked)

    async def capture(self, capturing: Capturing) -> Finding:
        async with self._books(capturing.at) as books:
            return await charging.capture(books, capturing)

    async def void(self, voiding: Voiding) -> VoidFinding:
        async with self._books(voiding.at) as books:
            return await charging.void(books, voiding)

    async def refund(self, refunding: Refunding) -> RefundFinding:
        async with self._books(refunding.at) as books:
            return await refunds.refund(books, refunding)

    async def find_refund(self, asked: Asked) -> RefundFinding:
        async with self._books(asked.at) as books:
            return await refunds.find(books, asked)

    async def pay_out(self, paying: PayingOut) -> PayoutFinding:
        async with self._books(paying.at) as books:
            return await payouts.pay_out(books, paying)

    async def find_payout(self, asked: Asked) -> PayoutFinding:
        async with self._books(asked.at) as books:
            return await payouts.find(books, asked)

    async def chargebacks(self, since: datetime, now: datetime) -> Sequence[ReportedChargeback]:
        async with self._books(now) as books:
            return await chargebacks.changed_since(books, since)

    async def find_chargeback(self, external_id: str, at: datetime) -> ReportedChargeback | NotFound:
        async with self._books(at) as books:
            return await chargebacks.find(books, external_id)

    async def answer_chargeback(self, said: ChargebackAnswer) -> Heard | NoAnswer:
        async with self._books(said.at) as books:
            return await chargebacks.answer(books, said)

    async def report(self, day: date, now: datetime) -> DayReport:
        async with self._books(now) as books:
            return await report_of(books, day)

    def told(self, headers: Mapping[str, str], body: bytes, real: datetime) -> Sequence[Told]:
        return [told(self._opened.webhook_secrets, headers, body, real)]

    def _books(self, at: datetime) -> AbstractAsyncContextManager[Books]:
        return opened(self._opened.database_url, at)
