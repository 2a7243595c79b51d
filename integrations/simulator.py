"""The built-in provider: it needs no account, does what the method's token says, and keeps books of its own."""

from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from datetime import datetime
from enum import Enum
from uuid import UUID

import asyncpg

from domain.money import Money
from domain.payment_methods import MethodDetails
from domain.payout_methods import PayeeDetails
from integrations import simulator_chargebacks, simulator_payouts, simulator_refunds
from integrations.chargebacks import ChargebackAnswer, Heard, ReportedChargeback
from integrations.payments import (
    Answer,
    Charge,
    Charged,
    Declined,
    Finding,
    NoAnswer,
    NotFound,
    PayingOut,
    PayoutFinding,
    RefundFinding,
    Refunding,
)
from integrations.simulator_chargebacks import ChargebackToken
from integrations.simulator_refunds import RefundToken


class SimulatedToken(Enum):
    """The tokens it takes; each forces one case."""

    OK = "sim_ok"
    DECLINE = "sim_decline"
    TIMEOUT_CHARGED = "sim_timeout_charged"
    TIMEOUT_NOT_CHARGED = "sim_timeout_not_charged"
    LESS = "sim_charge_less"
    MORE = "sim_charge_more"
    DOLLARS = "sim_charge_dollars"


_DETAILS = {
    SimulatedToken.OK: MethodDetails(label="Simulated card: is charged", last4="0001"),
    SimulatedToken.DECLINE: MethodDetails(label="Simulated card: is declined", last4="0002"),
    SimulatedToken.TIMEOUT_CHARGED: MethodDetails(label="Simulated card: is charged without an answer", last4="0003"),
    SimulatedToken.TIMEOUT_NOT_CHARGED: MethodDetails(
        label="Simulated card: is not charged and gives no answer", last4="0004"
    ),
}
_ODD_DETAILS = {
    SimulatedToken.LESS: MethodDetails(label="Simulated card: is charged one unit less", last4="0005"),
    SimulatedToken.MORE: MethodDetails(label="Simulated card: is charged one unit more", last4="0006"),
    SimulatedToken.DOLLARS: MethodDetails(label="Simulated card: is charged in US dollars", last4="0007"),
}
_REFUND_DETAILS = {
    RefundToken.DECLINE: MethodDetails(label="Simulated card: takes no refund", last4="0011"),
    RefundToken.TIMEOUT_DONE: MethodDetails(label="Simulated card: is refunded without an answer", last4="0012"),
    RefundToken.TIMEOUT_NOT_DONE: MethodDetails(
        label="Simulated card: is not refunded and gives no answer", last4="0013"
    ),
    RefundToken.LATE: MethodDetails(label="Simulated card: is refunded an hour later", last4="0014"),
}
_CHARGEBACK_DETAILS = {
    ChargebackToken.AT_ONCE: MethodDetails(label="Simulated card: is charged back a day later", last4="0021"),
    ChargebackToken.WARNING: MethodDetails(label="Simulated card: its bank asks before it charges back", last4="0022"),
}
_ALL_DETAILS = [*_DETAILS.items(), *_ODD_DETAILS.items(), *_REFUND_DETAILS.items(), *_CHARGEBACK_DETAILS.items()]
_BY_TOKEN = {token.value: details for token, details in _ALL_DETAILS}
_CARD_DECLINED = "CARD_DECLINED"
_TIMEOUT = NoAnswer(reason="timeout")

_ENTER = """
INSERT INTO simulator_charges (key, provider_id, token, amount_minor, currency, decline_code, at)
VALUES ($1, $2, $3, $4, $5, $6, $7) ON CONFLICT DO NOTHING
"""
_LOOK_UP = "SELECT provider_id, amount_minor, currency, decline_code FROM simulator_charges WHERE key = $1"
_TOTAL = """
SELECT coalesce(sum(amount_minor), 0)::bigint FROM simulator_charges WHERE currency = $1 AND decline_code IS NULL
"""


class Simulator:
    """Its books lie in tables of their own, written through its own connection: like those of a company elsewhere,
    they take no part in Milepost's transactions, and a crash between a charge and its record leaves the charge.
    """

    def __init__(self, database_url: str) -> None:
        self._url = database_url

    def details_of(self, token: str) -> MethodDetails | None:
        return _BY_TOKEN.get(token)

    def payee_of(self, token: str) -> PayeeDetails | None:
        return simulator_payouts.payee_of(token)

    async def charge(self, charge: Charge) -> Answer:
        token = charge.method_token
        if token == SimulatedToken.TIMEOUT_NOT_CHARGED.value:
            return _TIMEOUT
        async with self._books() as books:
            declined = _CARD_DECLINED if token == SimulatedToken.DECLINE.value else None
            amount = _taken(token, charge.amount)
            provider_id = f"sim_{charge.key.hex}"
            await books.execute(
                _ENTER, charge.key, provider_id, token, amount.amount_minor, amount.currency, declined, charge.at
            )
            await simulator_chargebacks.enter(books, token, provider_id, charge.at)
            answer = await _look_up(books, charge.key)
        if token == SimulatedToken.TIMEOUT_CHARGED.value or isinstance(answer, NotFound):
            return _TIMEOUT
        return answer

    async def find(self, key: UUID) -> Finding:
        async with self._books() as books:
            return await _look_up(books, key)

    async def refund(self, refunding: Refunding) -> RefundFinding:
        async with self._books() as books:
            return await simulator_refunds.refund(books, refunding)

    async def find_refund(self, key: UUID, at: datetime) -> RefundFinding:
        async with self._books() as books:
            return await simulator_refunds.find(books, key, at)

    async def refunded_total(self, currency: str) -> int:
        async with self._books() as books:
            return await simulator_refunds.total(books, currency)

    async def pay_out(self, paying: PayingOut) -> PayoutFinding:
        async with self._books() as books:
            return await simulator_payouts.pay_out(books, paying)

    async def find_payout(self, key: UUID, at: datetime) -> PayoutFinding:
        async with self._books() as books:
            return await simulator_payouts.find(books, key, at)

    async def paid_out_total(self, currency: str, at: datetime) -> int:
        async with self._books() as books:
            return await simulator_payouts.total(books, currency, at)

    async def chargebacks(self, since: datetime, now: datetime) -> Sequence[ReportedChargeback] | NoAnswer:
        async with self._books() as books:
            return await simulator_chargebacks.changed_since(books, since, now)

    async def answer_chargeback(self, said: ChargebackAnswer) -> Heard | NoAnswer:
        async with self._books() as books:
            return await simulator_chargebacks.answer(books, said)

    async def charged_back_total(self, currency: str, at: datetime) -> int:
        async with self._books() as books:
            return await simulator_chargebacks.total(books, currency, at)

    async def charged_total(self, currency: str) -> int:
        async with self._books() as books:
            return int(await books.fetchval(_TOTAL, currency))

    @asynccontextmanager
    async def _books(self) -> AsyncIterator[asyncpg.Connection]:
        connection = await asyncpg.connect(self._url, server_settings={"application_name": "milepost simulator"})
        try:
            yield connection
        finally:
            await connection.close(timeout=1)


def _taken(token: str, amount: Money) -> Money:
    """What is taken of a charge: some cards differ from what was asked for."""
    if token == SimulatedToken.DOLLARS.value:
        return Money(amount.amount_minor, "USD")
    difference = {SimulatedToken.LESS.value: -1, SimulatedToken.MORE.value: 1}.get(token, 0)
    return Money(amount.amount_minor + difference, amount.currency)


async def _look_up(books: asyncpg.Connection, key: UUID) -> Charged | Declined | NotFound:
    row = await books.fetchrow(_LOOK_UP, key)
    if row is None:
        return NotFound()
    if row["decline_code"] is not None:
        return Declined(code=row["decline_code"])
    return Charged(provider_id=row["provider_id"], amount=Money(row["amount_minor"], row["currency"]))
