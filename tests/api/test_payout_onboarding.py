"""Payees who tell a provider who they are: where they go, what the provider calls them, and when they are verified."""

from dataclasses import dataclass, field, replace

import pytest

from domain.payout_methods import PayeeDetails
from integrations.payments import Adding, NoAnswer, Onboarded, Onboarding, Unusable
from tests.makers.payouts import make_payout_method
from tests.makers.providers import Stand, put_in_place, simulator
from tests.world import World

BEGIN = {"provider": "SIMULATOR", "returnUrl": "http://localhost:3000/back"}


@dataclass
class Onboards(Stand):
    """Wants to know its payees, and has verified none of them yet."""

    begun: list[Onboarding] = field(default_factory=list)
    is_verified: bool = False

    async def onboard(self, onboarding: Onboarding) -> Onboarded | Unusable | NoAnswer:
        self.begun.append(onboarding)
        account = onboarding.account or f"sim_bank_ok_{onboarding.organization_id.hex[-6:]}"
        return Onboarded(account=account, url="https://company.example/onboarding")

    async def payee_details(self, adding: Adding) -> PayeeDetails | Unusable | NoAnswer:
        known = await self.real.payee_details(replace(adding, token="sim_bank_ok"))
        assert isinstance(known, PayeeDetails)
        return replace(known, token=adding.token, is_verified=self.is_verified)


@pytest.fixture
def company(world: World, monkeypatch: pytest.MonkeyPatch) -> Onboards:
    stand = Onboards(simulator(world))
    put_in_place(monkeypatch, stand)
    return stand


async def test_a_payee_is_sent_to_the_provider_under_one_name_for_ever(world: World, company: Onboards) -> None:
    freelancer = await world.freelancer_side()
    begun = [await freelancer.do("startPayoutOnboarding", "url account", **BEGIN) for _ in range(2)]
    assert begun[0] == begun[1]
    assert begun[0]["url"] == "https://company.example/onboarding"
    first, second = company.begun
    assert (first.name, first.country, first.account) == ("Ada Lovelace", "MK", None)
    assert second.account == begun[0]["account"]


async def test_nobody_is_paid_out_to_as_somebody_else(world: World, company: Onboards) -> None:
    ada, grace = await world.freelancer_side(), await world.freelancer_side("Grace Hopper")
    account = (await ada.do("startPayoutOnboarding", "account", **BEGIN))["account"]
    method = {"provider": "SIMULATOR", "token": account, "currency": "EUR"}
    refusal = await grace.refused("addPayoutMethod", **method)
    assert (refusal["code"], refusal["path"]) == ("INVALID", ["token"])
    await ada.do("addPayoutMethod", "method { id }", **method)


async def test_a_method_is_verified_once_the_provider_says_so(world: World, company: Onboards) -> None:
    freelancer = await world.freelancer_side()
    method = await make_payout_method(freelancer)
    shown = [await freelancer.do("refreshPayoutMethod", "method { verifiedAt }", methodId=method)]
    company.is_verified = True
    shown.append(await freelancer.do("refreshPayoutMethod", "method { verifiedAt }", methodId=method))
    assert [one["method"]["verifiedAt"] is not None for one in shown] == [False, True]
    other = await world.freelancer_side("Grace Hopper")
    assert (await other.refused("refreshPayoutMethod", methodId=method))["code"] == "NOT_FOUND"


async def test_payees_come_back_only_to_pages_that_are_known(world: World, company: Onboards) -> None:
    freelancer = await world.freelancer_side()
    refusal = await freelancer.refused("startPayoutOnboarding", **BEGIN | {"returnUrl": "https://evil.example/"})
    assert (refusal["code"], refusal["path"], company.begun) == ("INVALID", ["returnUrl"], [])


async def test_a_provider_that_needs_no_onboarding_says_so(world: World) -> None:
    refusal = await (await world.freelancer_side()).refused("startPayoutOnboarding", **BEGIN)
    assert refusal["code"] == "INVALID"
