"""The built-in provider: it needs no account, does what the method's token says, and keeps books of its own."""

from collections.abc import AsyncIterator, Mapping, Sequence
from contextlib import asynccontextmanager
from datetime import date, datetime
from enum import Enum
from uuid import UUID

import asyncpg

from domain.money import Money
from domain.payment_methods import MethodDetails
from domain.payout_methods import PayeeDetails
from domain.provider_reports import DayReport
from integrations import simulator_chargebacks, simulator_payouts, simulator_refunds
from integrations.chargebacks import ChargebackAnswer, Heard, ReportedChargeback
from integrations.opened import Opened
from integrations.payments import (
    Adding,
    Answer,
    Asked,
    Capturing,
    Charge,
    Charged,
    Declined,
    Finding,
    NoAnswer,
    NotFound,
    Onboarded,
    Onboarding,
    PayingOut,
    PayoutFinding,
    RefundFinding,
    Refunding,
    Unusable,
    Voided,
    VoidFinding,
    Voiding,
)
from integrations.provider_events import NotGenuine, Told
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
    SimulatedToken.OK: ("is charged", "0001"),
    SimulatedToken.DECLINE: ("is declined", "0002"),
    SimulatedToken.TIMEOUT_CHARGED: ("is charged without an answer", "0003"),
    SimulatedToken.TIMEOUT_NOT_CHARGED: ("is not charged and gives no answer", "0004"),
}
_ODD_DETAILS = {
    SimulatedToken.LESS: ("is charged one unit less", "0005"),
    SimulatedToken.MORE: ("is charged one unit more", "0006"),
    SimulatedToken.DOLLARS: ("is charged in US dollars", "0007"),
}
_REFUND_DETAILS = {
    RefundToken.DECLINE: ("takes no refund", "0011"),
    RefundToken.TIMEOUT_DONE: ("is refunded without an answer", "0012"),
    RefundToken.TIMEOUT_NOT_DONE: ("is not refunded and gives no answer", "0013"),
    RefundToken.LATE: ("is refunded an hour later", "0014"),
}
_CHARGEBACK_DETAILS = {
    ChargebackToken.AT_ONCE: ("is charged back a day later", "0021"),
    ChargebackToken.WARNING: ("its bank asks before it charges back", "0022"),
}
_ALL_DETAILS = [*_DETAILS.items(), *_ODD_DETAILS.items(), *_REFUND_DETAILS.items(), *_CHARGEBACK_DETAILS.items()]
_BY_TOKEN = {
    token.value: MethodDetails(token=token.value, label=f"Simulated card: {label}", last4=last4)
    for token, (label, last4) in _ALL_DETAILS
}
_CARD_DECLINED = "CARD_DECLINED"
_TIMEOUT = NoAnswer(reason="timeout")
_UNKNOWN = Unusable(reason="The provider does not know this token.")

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

    def __init__(self, opened: Opened) -> None:
        self._url = opened.database_url

    async def method_details(self, adding: Adding) -> MethodDetails | Unusable:
        return _BY_TOKEN.get(adding.token) or _UNKNOWN

    async def payee_details(self, adding: Adding) -> PayeeDetails | Unusable:
        return simulator_payouts.payee_of(adding.token) or _UNKNOWN

    async def onboard(self, onboarding: Onboarding) -> Onboarded | Unusable:
        return Unusable(reason="The simulator pays out to its own tokens, without asking anybody who they are.")

    async def charge(self, charge: Charge) -> Answer:
        token = charge.method_token or SimulatedToken.OK.value
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

    async def find(self, asked: Asked) -> Finding:
        async with self._books() as books:
            return await _look_up(books, asked.key)

    async def capture(self, capturing: Capturing) -> Finding:
        """It takes at once whatever it takes."""
        return await self.find(Asked(key=capturing.key, provider_id=capturing.charge_id, at=capturing.at))

    async def void(self, voiding: Voiding) -> VoidFinding:
        async with self._books() as books:
            found = await _look_up(books, voiding.key)
        return found if isinstance(found, Charged) else Voided(provider_id=voiding.charge_id)

    async def refund(self, refunding: Refunding) -> RefundFinding:
        async with self._books() as books:
            return await simulator_refunds.refund(books, refunding)

    async def find_refund(self, asked: Asked) -> RefundFinding:
        async with self._books() as books:
            return await simulator_refunds.find(books, asked.key, asked.at)

    async def refunded_total(self, currency: str) -> int:
        async with self._books() as books:
            return await simulator_refunds.total(books, currency)

    async def pay_out(self, paying: PayingOut) -> PayoutFinding:
        async with self._books() as books:
            return await simulator_payouts.pay_out(books, paying)

    async def find_payout(self, asked: Asked) -> PayoutFinding:
        async with self._books() as books:
            return await simulator_payouts.find(books, asked.key, asked.at)

    async def paid_out_total(self, currency: str, at: datetime) -> int:
        async with self._books() as books:
            return await simulator_payouts.total(books, currency, at)

    async def chargebacks(self, since: datetime, now: datetime) -> Sequence[ReportedChargeback] | NoAnswer:
        async with self._books() as books:
            return await simulator_chargebacks.changed_since(books, since, now)

    async def find_chargeback(self, external_id: str, at: datetime) -> ReportedChargeback | NotFound | NoAnswer:
        async with self._books() as books:
            return await simulator_chargebacks.find(books, external_id, at)

    async def answer_chargeback(self, said: ChargebackAnswer) -> Heard | NoAnswer:
        async with self._books() as books:
            return await simulator_chargebacks.answer(books, said)

    async def report(self, day: date, now: datetime) -> DayReport | NoAnswer:
        return NoAnswer(reason="the simulator writes no reports")

    def told(self, headers: Mapping[str, str], body: bytes, real: datetime) -> Sequence[Told]:
        raise NotGenuine("The simulator sends no messages.")

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
