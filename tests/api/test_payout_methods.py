"""Payout methods through the API."""

from typing import Any

import pytest

from domain.permissions import Role
from tests.client import Faulted
from tests.makers.colleagues import colleague
from tests.makers.payouts import make_payout_method
from tests.makers.traces import events
from tests.world import Person, World

METHOD = """method { provider kind label last4 currency isDefault status verifiedAt replacedAnotherAt
  organization { name } history { nodes { action from to } } availableActions { action allowed } }"""


async def defaults_of(person: Person) -> dict[str, str]:
    """The default of each currency."""
    methods = (await person.ask("{ payoutMethods { nodes { id isDefault currency } } }"))["payoutMethods"]["nodes"]
    return {one["currency"]: one["id"] for one in methods if one["isDefault"]}


async def added(person: Person, **input: Any) -> dict[str, Any]:
    given = {"provider": "SIMULATOR", "token": "sim_bank_ok", "currency": "EUR"} | input
    return dict((await person.do("addPayoutMethod", METHOD, **given))["method"])


async def test_the_first_method_is_the_default_and_replaces_nothing(world: World) -> None:
    freelancer = await world.freelancer_side()
    method = await added(freelancer)
    assert method.pop("verifiedAt") is not None
    assert method == {
        "provider": "SIMULATOR",
        "kind": "BANK_ACCOUNT",
        "label": "Simulated bank account: is paid",
        "last4": "0001",
        "currency": "EUR",
        "isDefault": True,
        "status": "ACTIVE",
        "replacedAnotherAt": None,
        "organization": {"name": "Ada Lovelace"},
        "history": {"nodes": [{"action": "addPayoutMethod", "from": None, "to": "ACTIVE"}]},
        "availableActions": [
            {"action": "setDefaultPayoutMethod", "allowed": True},
            {"action": "refreshPayoutMethod", "allowed": True},
            {"action": "detachPayoutMethod", "allowed": True},
        ],
    }
    assert await events(world, "payout_method.") == ["payout_method.added"]


async def test_a_method_that_comes_after_another_replaces_it_whatever_its_currency(world: World) -> None:
    freelancer = await world.freelancer_side()
    first = await make_payout_method(freelancer)
    in_dollars = await added(freelancer, currency="USD")
    assert (in_dollars["replacedAnotherAt"] is not None, in_dollars["isDefault"]) == (True, True)
    second = await added(freelancer)
    assert (second["replacedAnotherAt"] is not None, second["isDefault"]) == (True, False)
    await freelancer.do("detachPayoutMethod", "method { id }", methodId=first)
    assert (await added(freelancer))["replacedAnotherAt"] is not None


async def test_the_default_is_one_for_each_currency(world: World) -> None:
    freelancer = await world.freelancer_side()
    first, dollars = await make_payout_method(freelancer), await make_payout_method(freelancer, currency="USD")
    assert await defaults_of(freelancer) == {"EUR": first, "USD": dollars}
    second = await make_payout_method(freelancer, make_default=True)
    assert await defaults_of(freelancer) == {"EUR": second, "USD": dollars}
    chosen = await freelancer.do("setDefaultPayoutMethod", "method { isDefault }", methodId=first)
    assert chosen["method"] == {"isDefault": True}
    assert await defaults_of(freelancer) == {"EUR": first, "USD": dollars}


async def test_a_method_that_the_provider_has_not_verified_says_so(world: World) -> None:
    freelancer = await world.freelancer_side()
    assert (await added(freelancer, token="sim_bank_unverified"))["verifiedAt"] is None


@pytest.mark.parametrize("token", ["sim_ok", "", "DE89370400440532013000"])
async def test_a_token_the_provider_does_not_know_is_refused(world: World, token: str) -> None:
    freelancer = await world.freelancer_side()
    refusal = await freelancer.refused("addPayoutMethod", provider="SIMULATOR", token=token, currency="EUR")
    assert (refusal["code"], refusal["path"]) == ("INVALID", ["token"])
    assert await events(world, "payout_method.") == []


async def test_a_detached_method_is_the_default_no_more(world: World) -> None:
    freelancer = await world.freelancer_side()
    method = await make_payout_method(freelancer)
    await freelancer.do("detachPayoutMethod", "method { id }", methodId=method)
    assert await defaults_of(freelancer) == {}
    for mutation in ("detachPayoutMethod", "setDefaultPayoutMethod"):
        refusal = await freelancer.refused(mutation, methodId=method)
        assert (refusal["code"], refusal["from"], refusal["allowed"]) == ("WRONG_STATE", "DETACHED", ["ACTIVE"])


async def test_only_its_own_organization_manages_a_method(world: World) -> None:
    freelancer, other = await world.freelancer_side(), await world.freelancer_side("Somebody else")
    method = await make_payout_method(freelancer)
    finance = await world.staff()
    for stranger, code in ((other, "NOT_FOUND"), (finance, "FORBIDDEN")):
        for mutation in ("detachPayoutMethod", "setDefaultPayoutMethod"):
            assert (await stranger.refused(mutation, methodId=method))["code"] == code
    member = await colleague(world, freelancer, Role.MEMBER)
    with pytest.raises(Faulted):
        await member.ask("{ payoutMethods { nodes { id } } }")
    assert (await finance.ask("{ payoutMethods { totalCount } }"))["payoutMethods"]["totalCount"] == 1
