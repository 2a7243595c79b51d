"""Providers that misbehave: stand-ins for a company elsewhere, put behind the same port as the simulator."""

import asyncio
from collections.abc import Awaitable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime
from typing import ClassVar, TypeVar

import pytest

from domain.money import Money
from domain.payment_methods import MethodDetails, Provider
from domain.payout_methods import PayeeDetails
from domain.provider_accounts import Access, ProviderMode
from domain.provider_reports import DayReport
from integrations import providers
from integrations.chargebacks import ChargebackAnswer, Heard, ReportedChargeback
from integrations.opened import open_account
from integrations.payments import (
    Adding,
    Answer,
    Asked,
    Capturing,
    Charge,
    Charged,
    Finding,
    NoAnswer,
    NotFound,
    Onboarded,
    Onboarding,
    PaidOut,
    PayingOut,
    PaymentProvider,
    PayoutFinding,
    Refunded,
    RefundFinding,
    Refunding,
    Unusable,
    Voided,
    VoidFinding,
    Voiding,
)
from integrations.provider_events import Told
from integrations.providers import provider_of
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

    async def method_details(self, adding: Adding) -> MethodDetails | Unusable | NoAnswer:
        return await self.real.method_details(adding)

    async def payee_details(self, adding: Adding) -> PayeeDetails | Unusable | NoAnswer:
        return await self.real.payee_details(adding)

    async def onboard(self, onboarding: Onboarding) -> Onboarded | Unusable | NoAnswer:
        return await self.real.onboard(onboarding)

    async def charge(self, charge: Charge) -> Answer:
        return await self.real.charge(charge)

    async def find(self, asked: Asked) -> Finding:
        return await self.real.find(asked)

    async def capture(self, capturing: Capturing) -> Finding:
        return await self.real.capture(capturing)

    async def void(self, voiding: Voiding) -> VoidFinding:
        return await self.real.void(voiding)

    async def refund(self, refunding: Refunding) -> RefundFinding:
        return await self.real.refund(refunding)

    async def find_refund(self, asked: Asked) -> RefundFinding:
        return await self.real.find_refund(asked)

    async def pay_out(self, paying: PayingOut) -> PayoutFinding:
        return await self.real.pay_out(paying)

    async def find_payout(self, asked: Asked) -> PayoutFinding:
        return await self.real.find_payout(asked)

    async def chargebacks(self, since: datetime, now: datetime) -> Sequence[ReportedChargeback] | NoAnswer:
        return await self.real.chargebacks(since, now)

    async def find_chargeback(self, external_id: str, at: datetime) -> ReportedChargeback | NotFound | NoAnswer:
        return await self.real.find_chargeback(external_id, at)

    async def answer_chargeback(self, said: ChargebackAnswer) -> Heard | NoAnswer:
        return await self.real.answer_chargeback(said)

    async def report(self, day: date, now: datetime) -> DayReport | NoAnswer:
        return await self.real.report(day, now)

    def told(self, headers: Mapping[str, str], body: bytes, real: datetime) -> Sequence[Told]:
        return self.real.told(headers, body, real)


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

    async def find(self, asked: Asked) -> Finding:
        return _SILENCE if self.mood == "silent" else await self.real.find(asked)

    async def pay_out(self, paying: PayingOut) -> PayoutFinding:
        return _SILENCE if self.mood == "silent" else await self._said(self.real.pay_out(paying))

    async def find_payout(self, asked: Asked) -> PayoutFinding:
        return _SILENCE if self.mood == "silent" else await self.real.find_payout(asked)

    async def refund(self, refunding: Refunding) -> RefundFinding:
        return _SILENCE if self.mood == "silent" else await self._said(self.real.refund(refunding))

    async def find_refund(self, asked: Asked) -> RefundFinding:
        return _SILENCE if self.mood == "silent" else await self.real.find_refund(asked)

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
class Says(Stand):
    """Answers what a test tells it to, and remembers what it was asked."""

    finding: Finding = field(default_factory=NotFound)
    """To charges and to questions about them."""
    on_void: VoidFinding = field(default_factory=lambda: Voided(provider_id="said_1"))
    on_capture: Finding = field(default_factory=NotFound)
    asked: list[Charge | Asked | Capturing | Voiding] = field(default_factory=list)

    async def charge(self, charge: Charge) -> Answer:
        self.asked.append(charge)
        assert not isinstance(self.finding, (Voided, NotFound))
        return self.finding

    async def find(self, asked: Asked) -> Finding:
        self.asked.append(asked)
        return self.finding

    async def capture(self, capturing: Capturing) -> Finding:
        self.asked.append(capturing)
        return self.on_capture

    async def void(self, voiding: Voiding) -> VoidFinding:
        self.asked.append(voiding)
        return self.on_void


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
    """The simulator itself, with its own books."""
    access = Access(provider=Provider.SIMULATOR, mode=ProviderMode.SANDBOX)
    return Simulator(open_account(access, world.database.url))


def reach(world: World) -> PaymentProvider:
    """What is behind the port, with the care that every call needs."""
    return provider_of(Access(provider=Provider.SIMULATOR, mode=ProviderMode.SANDBOX), world.database.url)


def put_in_place(monkeypatch: pytest.MonkeyPatch, stand: Stand) -> None:
    """From now on the simulator's methods are charged through this provider."""
    monkeypatch.setitem(providers.ADAPTERS, Provider.SIMULATOR, lambda opened: stand)
