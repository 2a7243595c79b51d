"""Payment methods over time: cards expire on the day after their last one, and are renewed under the same token."""

from dataclasses import dataclass, replace
from datetime import date, timedelta

import pytest

from domain.payment_methods import MethodDetails, Provider
from integrations.payments import Adding, NoAnswer, Unusable
from jobs.payment_methods import expire_methods, look
from tests.makers.payment_methods import make_method
from tests.makers.payments import make_claim
from tests.makers.providers import Stand, put_in_place, simulator
from tests.world import Person, World


@dataclass
class Expires(Stand):
    """Its cards have a last day."""

    last_day: date

    async def method_details(self, adding: Adding) -> MethodDetails | Unusable | NoAnswer:
        details = await self.real.method_details(adding)
        assert isinstance(details, MethodDetails)
        return replace(details, expires_on=self.last_day)


@pytest.fixture
def company(world: World, monkeypatch: pytest.MonkeyPatch) -> Expires:
    stand = Expires(simulator(world), last_day=world.clock.now().date() + timedelta(days=1))
    put_in_place(monkeypatch, stand)
    return stand


async def standing(payer: Person) -> list[tuple[str, bool]]:
    found = await payer.ask("{ paymentMethods { nodes { status isDefault } } }")
    return [(one["status"], one["isDefault"]) for one in found["paymentMethods"]["nodes"]]


async def test_a_card_is_charged_until_its_last_day_is_over(world: World, company: Expires) -> None:
    claim = await make_claim(world)
    method = await make_method(claim.payer)
    world.clock.advance(timedelta(days=1))
    assert await expire_methods(world.database, world.clock.now()) == 0
    world.clock.advance(timedelta(days=1))
    assert await expire_methods(world.database, world.clock.now()) == 1
    assert ("EXPIRED", False) in await standing(claim.payer)
    refusal = await claim.payer.refused("payInvoice", invoiceId=claim.id, methodId=method, idempotencyKey=world.key())
    assert (refusal["code"], refusal["from"]) == ("WRONG_STATE", "EXPIRED")
    await claim.payer.do("detachMethod", "method { id }", methodId=method)


async def test_a_card_that_its_bank_has_renewed_can_be_charged_again(world: World, company: Expires) -> None:
    payer = await world.client_side()
    await make_method(payer)
    world.clock.advance(timedelta(days=2))
    await expire_methods(world.database, world.clock.now())
    company.last_day += timedelta(days=365)
    assert await look(world.database, Provider.SIMULATOR, None, "sim_ok", world.clock.now()) is True
    assert await standing(payer) == [("ACTIVE", False)]
    assert await look(world.database, Provider.SIMULATOR, None, "sim_none", world.clock.now()) is False
