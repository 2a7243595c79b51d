"""Makers for tests of the simulator: somebody who asks it for things and hears what it tells."""

from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import UUID

from domain.money import Money
from domain.simulator_settings import SimulatorSettings
from integrations.payments import (
    Answer,
    Asked,
    Capturing,
    Charge,
    Finding,
    PayingOut,
    PayoutFinding,
    RefundFinding,
    Refunding,
    VoidFinding,
    Voiding,
)
from integrations.simulator import Simulator, books
from integrations.simulator.books import connected
from integrations.simulator.deliveries import Webhook, received, take_due
from tests.makers.providers import simulator
from tests.world import World

NOON = datetime(2026, 3, 1, 12, tzinfo=UTC)


@dataclass(slots=True)
class Desk:
    """Numbers stand for keys; all amounts are euros; `at` is the clock."""

    world: World
    simulator: Simulator
    at: datetime = NOON

    def wait(self, **span: float) -> None:
        self.at += timedelta(**span)

    async def charge(
        self,
        number: int,
        token: str | None = "sim_ok",
        *,
        amount_minor: int = 10_000,
        is_manual: bool = False,
        is_off_session: bool = False,
    ) -> Answer:
        charge = Charge(
            key=key(number),
            amount=eur(amount_minor),
            method_token=token,
            is_manual=is_manual,
            return_url="https://shop.example/done",
            description="Invoice 7",
            is_off_session=is_off_session,
            at=self.at,
        )
        return await self.simulator.charge(charge)

    async def find(self, number: int) -> Finding:
        return await self.simulator.find(Asked(key=key(number), provider_id=None, at=self.at))

    async def capture(self, number: int, amount_minor: int = 10_000) -> Finding:
        asked = Capturing(key=key(number), charge_id=name(number), amount=eur(amount_minor), at=self.at)
        return await self.simulator.capture(asked)

    async def void(self, number: int) -> VoidFinding:
        return await self.simulator.void(Voiding(key=key(number), charge_id=name(number), at=self.at))

    async def refund(self, number: int, *, of: int, amount_minor: int = 10_000) -> RefundFinding:
        asked = Refunding(key=key(number), charge_id=name(of), amount=eur(amount_minor), at=self.at)
        return await self.simulator.refund(asked)

    async def find_refund(self, number: int) -> RefundFinding:
        return await self.simulator.find_refund(Asked(key=key(number), provider_id=None, at=self.at))

    async def pay_out(self, number: int, token: str = "sim_bank_ok", amount_minor: int = 5_000) -> PayoutFinding:
        asked = PayingOut(key=key(number), amount=eur(amount_minor), method_token=token, at=self.at)
        return await self.simulator.pay_out(asked)

    async def find_payout(self, number: int) -> PayoutFinding:
        return await self.simulator.find_payout(Asked(key=key(number), provider_id=None, at=self.at))

    async def configure(self, **settings: Any) -> None:
        async with connected(self.world.database.url) as db:
            await books.configure(db, SimulatorSettings(**settings))

    async def kept(self) -> int:
        """What the simulator keeps for Milepost, net of its fees."""
        return (await self.simulator.report(self.at.date(), self.at)).balances.get("EUR", 0)

    async def webhooks(self, status: int = 202) -> list[Webhook]:
        """Those that are due now; each is answered with that status."""
        await self.find(0)
        async with connected(self.world.database.url) as db:
            taken = await take_due(db, self.at)
            for webhook in taken:
                await received(db, webhook, status, self.at)
        return taken

    async def told(self) -> list[str]:
        """What the genuine ones among the webhooks that are due now say."""
        return [one.body.decode().split('"')[7] for one in await self.webhooks() if not one.is_forged]


def desk(world: World) -> Desk:
    return Desk(world, simulator(world))


def key(number: int) -> UUID:
    return UUID(int=number)


def name(number: int) -> str:
    """What the simulator calls the charge."""
    return f"sim_{key(number).hex}"


def eur(amount_minor: int) -> Money:
    return Money(amount_minor, "EUR")
