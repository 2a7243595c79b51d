"""Providers that misbehave: stand-ins for a company elsewhere, put behind the same port as the simulator."""

import asyncio
from collections.abc import Awaitable, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import ClassVar, TypeVar
from uuid import UUID

import pytest

from domain.money import Money
from domain.payment_methods import MethodDetails, Provider
from domain.payout_methods import PayeeDetails
from integrations import providers
from integrations.chargebacks import ChargebackAnswer, Heard, ReportedChargeback
from integrations.payments import (
    Answer,
    Charge,
    Charged,
    Finding,
    NoAnswer,
    PaidOut,
    PayingOut,
    PaymentProvider,
    PayoutFinding,
    Refunded,
    RefundFinding,
    Refunding,
)
from integrations.simulator import Simulator
from tests.world import World

T = TypeVar("T")
_SILENCE = NoAnswer(reason="timeout")


class Killed(BaseException):
    """The end of a process at this very point; nothing may catch it."""


@dataclass
class Stand:
    """A provider that does what the simulator does; the others differ from it in one thing."""

    real: PaymentProvider

    def details_of(self, token: str) -> MethodDetails | None:
        return self.real.details_of(token)

    async def charge(self, charge: Charge) -> Answer:
        return await self.real.charge(charge)

    async def find(self, key: UUID) -> Finding:
        return await self.real.find(key)

    def payee_of(self, token: str) -> PayeeDetails | None:
        return self.real.payee_of(token)

    async def pay_out(self, paying: PayingOut) -> PayoutFinding:
        return await self.real.pay_out(paying)

    async def find_payout(self, key: UUID, at: datetime) -> PayoutFinding:
        return await self.real.find_payout(key, at)

    async def paid_out_total(self, currency: str, at: datetime) -> int:
        return await self.real.paid_out_total(currency, at)

    async def charged_total(self, currency: str) -> int:
        return await self.real.charged_total(currency)

    async def refund(self, refunding: Refunding) -> RefundFinding:
        return await self.real.refund(refunding)

    async def find_refund(self, key: UUID, at: datetime) -> RefundFinding:
        return await self.real.find_refund(key, at)

    async def refunded_total(self, currency: str) -> int:
        return await self.real.refunded_total(currency)

    async def chargebacks(self, since: datetime, now: datetime) -> Sequence[ReportedChargeback] | NoAnswer:
        return await self.real.chargebacks(since, now)

    async def answer_chargeback(self, said: ChargebackAnswer) -> Heard | NoAnswer:
        return await self.real.answer_chargeback(said)

    async def charged_back_total(self, currency: str, at: datetime) -> int:
        return await self.real.charged_back_total(currency, at)


class DiesBeforeTheCall(Stand):
    """The process ends when it is about to call; the provider never hears of it."""

    async def charge(self, charge: Charge) -> Answer:
        raise Killed

    async def pay_out(self, paying: PayingOut) -> PayoutFinding:
        raise Killed

    async def refund(self, refunding: Refunding) -> RefundFinding:
        raise Killed


class DiesAfterTheCall(Stand):
    """The process ends with the answer in its hands."""

    async def charge(self, charge: Charge) -> Answer:
        await self.real.charge(charge)
        raise Killed

    async def pay_out(self, paying: PayingOut) -> PayoutFinding:
        await self.real.pay_out(paying)
        raise Killed

    async def refund(self, refunding: Refunding) -> RefundFinding:
        await self.real.refund(refunding)
        raise Killed


class Breaks(Stand):
    """The connection breaks when the money has been taken."""

    async def charge(self, charge: Charge) -> Answer:
        await self.real.charge(charge)
        raise ConnectionResetError

    async def pay_out(self, paying: PayingOut) -> PayoutFinding:
        await self.real.pay_out(paying)
        raise ConnectionResetError

    async def refund(self, refunding: Refunding) -> RefundFinding:
        await self.real.refund(refunding)
        raise ConnectionResetError


class TakesAnotherAmount(Stand):
    """Says that it has taken one unit less."""

    async def charge(self, charge: Charge) -> Answer:
        amount = Money(charge.amount.amount_minor - 1, charge.amount.currency)
        return Charged(provider_id=f"odd_{charge.key.hex}", amount=amount)

    async def pay_out(self, paying: PayingOut) -> PayoutFinding:
        amount = Money(paying.amount.amount_minor - 1, paying.amount.currency)
        return PaidOut(provider_id=f"odd_{paying.key.hex}", amount=amount)

    async def refund(self, refunding: Refunding) -> RefundFinding:
        amount = Money(refunding.amount.amount_minor - 1, refunding.amount.currency)
        return Refunded(provider_id=f"odd_{refunding.key.hex}", amount=amount)


@dataclass
class Moody(Stand):
    """Does what the simulator does while it is well; else it never answers, or does it and lets the answer get lost."""

    MOODS: ClassVar[tuple[str, ...]] = ("well", "silent", "well", "forgetful")
    mood: str = "well"

    async def charge(self, charge: Charge) -> Answer:
        return _SILENCE if self.mood == "silent" else await self._said(self.real.charge(charge))

    async def find(self, key: UUID) -> Finding:
        return _SILENCE if self.mood == "silent" else await self.real.find(key)

    async def pay_out(self, paying: PayingOut) -> PayoutFinding:
        return _SILENCE if self.mood == "silent" else await self._said(self.real.pay_out(paying))

    async def find_payout(self, key: UUID, at: datetime) -> PayoutFinding:
        return _SILENCE if self.mood == "silent" else await self.real.find_payout(key, at)

    async def refund(self, refunding: Refunding) -> RefundFinding:
        return _SILENCE if self.mood == "silent" else await self._said(self.real.refund(refunding))

    async def find_refund(self, key: UUID, at: datetime) -> RefundFinding:
        return _SILENCE if self.mood == "silent" else await self.real.find_refund(key, at)

    async def chargebacks(self, since: datetime, now: datetime) -> Sequence[ReportedChargeback] | NoAnswer:
        return _SILENCE if self.mood == "silent" else await self.real.chargebacks(since, now)

    async def answer_chargeback(self, said: ChargebackAnswer) -> Heard | NoAnswer:
        return _SILENCE if self.mood == "silent" else await self._said(self.real.answer_chargeback(said))

    async def _said(self, answer: Awaitable[T]) -> T:
        said = await answer
        if self.mood == "forgetful":
            raise ConnectionResetError
        return said


@dataclass
class HoldsTheCall(Stand):
    """The process stands still before the call until somebody lets go."""

    reached: asyncio.Event = field(default_factory=asyncio.Event)
    let_go: asyncio.Event = field(default_factory=asyncio.Event)

    async def charge(self, charge: Charge) -> Answer:
        self.reached.set()
        await self.let_go.wait()
        return await self.real.charge(charge)


def simulator(world: World) -> Simulator:
    return Simulator(world.database.url)


def put_in_place(monkeypatch: pytest.MonkeyPatch, stand: Stand) -> None:
    """From now on the simulator's methods are charged through this provider."""
    monkeypatch.setitem(providers.ADAPTERS, Provider.SIMULATOR, lambda url: stand)
