"""The adapter for Stripe and a stand-in on a real socket, with what tests ask and say most."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import UUID, uuid4

import httpx2

from domain.money import Money
from domain.payment_methods import MethodDetails, Provider
from integrations.opened import Opened
from integrations.payments import Adding, Asked, Charge, Charged, Onboarded, Onboarding
from integrations.stripe_payments import Stripe
from standins.faults import Faults, Faulty
from standins.serving import serving
from standins.stripe.app import app, contract
from standins.stripe.world import World

NOON = datetime(2026, 3, 1, 12, tzinfo=UTC)
SECRET = "whsec_of_the_tests"
RETURN_URL = "https://milepost.example/back"
GOOD_BANK, CLOSED_BANK = "000123456789", "000111111113"


@dataclass(slots=True)
class Setup:
    """One adapter against one stand-in, whose clock stands still until it is moved."""

    world: World
    faults: Faults
    stripe: Stripe
    now: list[datetime]

    @property
    def at(self) -> datetime:
        return self.now[-1]

    def pass_time(self, **delta: float) -> None:
        self.now.append(self.at + timedelta(**delta))

    def charge(self, method: str | None = "pm_card_visa", *, amount: Money | None = None, **changes: Any) -> Charge:
        """An ordinary charge of 120.00 EUR, with these changes."""
        ordinary = Charge(
            key=uuid4(),
            amount=amount or Money(12000, "EUR"),
            method_token=method,
            return_url=RETURN_URL,
            description="Invoice ACME-2026-0007",
            is_off_session=False,
            at=self.at,
        )
        return replace(ordinary, **changes)

    async def charged(self, method: str = "pm_card_visa", *, amount: Money | None = None) -> tuple[UUID, str]:
        """The key and Stripe's id of a charge that went well."""
        charge = self.charge(method, amount=amount)
        answer = await self.stripe.charge(charge)
        assert isinstance(answer, Charged)
        return charge.key, answer.provider_id

    def asked(self, key: UUID, provider_id: str | None = None, *, charge_id: str | None = None) -> Asked:
        return Asked(key=key, provider_id=provider_id, charge_id=charge_id, sent_at=self.at, at=self.at)

    def adding(self, token: str, organization_id: UUID | None = None, customer: str | None = None) -> Adding:
        return Adding(
            organization_id=organization_id or uuid4(), token=token, customer=customer, currency="EUR", at=self.at
        )

    async def kept(self, token: str) -> MethodDetails:
        """A method on file of some organization."""
        details = await self.stripe.method_details(self.adding(token))
        assert isinstance(details, MethodDetails)
        return details

    async def payee(self, bank: str = GOOD_BANK, organization_id: UUID | None = None) -> str:
        """A connected account whose owner has answered all questions."""
        onboarding = Onboarding(
            organization_id=organization_id or uuid4(),
            name="Ada Works",
            account=None,
            country="DE",
            return_url=RETURN_URL,
            at=self.at,
        )
        onboarded = await self.stripe.onboard(onboarding)
        assert isinstance(onboarded, Onboarded)
        await post(onboarded.url, bank=bank)
        return onboarded.account


async def post(url: str, **form: str) -> str:
    """What a person does on a page of Stripe's; where the browser is sent then."""
    async with httpx2.AsyncClient() as browser:
        answer = await browser.post(url, data=form)
    return answer.headers.get("location", "")


@asynccontextmanager
async def standing_in(*, webhook: str | None = None) -> AsyncIterator[Setup]:
    """A stand-in with nothing in it, and an adapter that knows it by its address alone."""
    now = [NOON]
    world = World(contract(), webhook=webhook, secret=SECRET, clock=lambda: now[-1])
    faults = Faults()
    async with serving(Faulty(app(world), faults)) as url:
        world.address = url
        stripe = Stripe(opened(address=url))
        yield Setup(world, faults, stripe, now)
        await stripe.close()


def opened(
    *, address: str = "http://127.0.0.1:1", secrets: tuple[str, ...] = (SECRET,), is_live: bool = False, key: str = ""
) -> Opened:
    """An account as it is opened for the adapter."""
    return Opened(
        provider=Provider.STRIPE,
        is_live=is_live,
        credentials={"secretKey": key or "sk_test_of_the_stand_in", "address": address},
        webhook_secrets=secrets,
        database_url="",
    )
