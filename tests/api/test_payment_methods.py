"""Payment methods through the API."""

import asyncio
from typing import Any

import pytest
from sqlalchemy import func, select

from domain.ids import new_id
from domain.organizations import OrganizationKind
from domain.permissions import Role
from persistence.tables.money import payment_methods
from persistence.tables.platform import outbox
from tests.client import Faulted
from tests.makers.payment_methods import make_method
from tests.world import Person, World

METHODS = "{ paymentMethods { totalCount nodes { id isDefault status currency } } }"


async def defaults_of(person: Person) -> dict[str, str]:
    """The default of each currency."""
    methods = (await person.ask(METHODS))["paymentMethods"]["nodes"]
    return {one["currency"]: one["id"] for one in methods if one["isDefault"]}


async def stored(world: World) -> tuple[int, list[str]]:
    """How many methods there are, and the names of their events in order."""
    async with world.database.reader() as session:
        count = await session.scalar(select(func.count()).select_from(payment_methods))
        events = await session.scalars(
            select(outbox.c.type).where(outbox.c.subject_type == "payment_method").order_by(outbox.c.written)
        )
        return count or 0, list(events)


async def test_the_first_method_of_a_currency_becomes_its_default(world: World) -> None:
    client = await world.client_side()
    added = await client.do(
        "addPaymentMethod",
        "method { provider label last4 currency isDefault status organization { name } version"
        " history { nodes { action from to } } availableActions { action allowed } }",
        provider="SIMULATOR",
        token="sim_ok",
        currency="EUR",
    )
    assert added["method"] == {
        "provider": "SIMULATOR",
        "label": "Simulated card: is charged",
        "last4": "0001",
        "currency": "EUR",
        "isDefault": True,
        "status": "ACTIVE",
        "organization": {"name": "Northwind"},
        "version": 1,
        "history": {"nodes": [{"action": "addPaymentMethod", "from": None, "to": "ACTIVE"}]},
        "availableActions": [
            {"action": "setDefaultMethod", "allowed": True},
            {"action": "detachMethod", "allowed": True},
        ],
    }
    second = await make_method(client, make_default=False)
    dollars = await make_method(client, currency="USD", make_default=False)
    defaults = await defaults_of(client)
    assert defaults["USD"] == dollars
    assert defaults["EUR"] != second
    assert await stored(world) == (3, ["payment_method.added"] * 3)


async def test_a_new_method_takes_over_the_default_when_asked_to(world: World) -> None:
    client = await world.client_side()
    first = await make_method(client)
    assert await defaults_of(client) == {"EUR": first}
    second = await make_method(client)
    assert await defaults_of(client) == {"EUR": second}
    chosen = await client.do("setDefaultMethod", "method { isDefault version }", methodId=first)
    assert chosen["method"] == {"isDefault": True, "version": 3}
    assert await defaults_of(client) == {"EUR": first}


async def test_choosing_the_default_again_changes_nothing(world: World) -> None:
    client = await world.client_side()
    method = await make_method(client)
    again = await client.do("setDefaultMethod", "method { isDefault version }", methodId=method)
    assert again["method"] == {"isDefault": True, "version": 1}


@pytest.mark.parametrize("token", ["tok_visa", "", "SIM_OK", "4111111111111111"])
async def test_a_token_the_provider_does_not_know_is_refused(world: World, token: str) -> None:
    client = await world.client_side()
    refusal = await client.refused("addPaymentMethod", provider="SIMULATOR", token=token, currency="EUR")
    assert (refusal["code"], refusal["path"]) == ("INVALID", ["token"])
    assert token not in refusal["message"] or token == ""
    assert await stored(world) == (0, [])


async def test_no_provider_is_asked_about_a_method_in_what_is_no_currency(world: World) -> None:
    client = await world.client_side()
    refusal = await client.refused("addPaymentMethod", provider="STRIPE", token="card", currency="XXX")
    assert [problem["path"] for problem in refusal["problems"]] == [["currency"]]


@pytest.mark.parametrize("mutation", ["addPaymentMethod", "addPayoutMethod"])
async def test_a_method_of_a_provider_that_is_not_set_up_is_refused(world: World, mutation: str) -> None:
    client = await world.client_side()
    refusal = await client.refused(mutation, provider="STRIPE", token="pm_1", currency="EUR")
    assert (refusal["code"], refusal["message"]) == ("WRONG_STATE", "Stripe is not set up in this sandbox.")


async def test_a_detached_default_leaves_no_default_behind(world: World) -> None:
    client = await world.client_side()
    first = await make_method(client)
    second = await make_method(client, make_default=False)
    detached = await client.do("detachMethod", "method { id status isDefault }", methodId=first)
    assert detached["method"] == {"id": first, "status": "DETACHED", "isDefault": False}
    assert await defaults_of(client) == {}
    active = await client.ask("{ paymentMethods(filter: {status: [ACTIVE]}) { nodes { id } } }")
    assert active["paymentMethods"]["nodes"] == [{"id": second}]
    for mutation in ("detachMethod", "setDefaultMethod"):
        refusal = await client.refused(mutation, methodId=first)
        allowed = ["ACTIVE"] if mutation == "setDefaultMethod" else ["ACTIVE", "EXPIRED"]
        assert (refusal["code"], refusal["from"], refusal["allowed"]) == ("WRONG_STATE", "DETACHED", allowed)
    third = await make_method(client, make_default=False)
    assert await defaults_of(client) == {"EUR": third}
    assert (await stored(world))[1] == [
        "payment_method.added",
        "payment_method.added",
        "payment_method.detached",
        "payment_method.added",
    ]


async def test_strangers_cannot_tell_a_method_from_nothing(world: World) -> None:
    client, stranger = await world.client_side(), await world.client_side("Southwind")
    method = await make_method(client)
    unknown = f"pmt_{new_id().hex}"
    for mutation in ("setDefaultMethod", "detachMethod"):
        foreign = await stranger.refused(mutation, methodId=method)
        assert foreign["code"] == "NOT_FOUND"
        assert foreign == await stranger.refused(mutation, methodId=unknown)
    assert (await stranger.ask(METHODS))["paymentMethods"]["totalCount"] == 0
    for id_ in (method, unknown):
        assert (await stranger.ask("query($id: ID!) { node(id: $id) { id } }", id=id_))["node"] is None
    assert (await client.ask("query($id: ID!) { node(id: $id) { id } }", id=method))["node"] == {"id": method}
    assert await defaults_of(client) == {"EUR": method}


async def test_roles_without_money_neither_see_nor_change_methods(world: World) -> None:
    organization = await world.organization(OrganizationKind.CLIENT, "Northwind")
    owner, member = await world.join(organization, Role.OWNER), await world.join(organization, Role.MEMBER)
    finance = await world.join(organization, Role.FINANCE)
    method = await make_method(owner)
    inputs: dict[str, dict[str, Any]] = {
        "addPaymentMethod": {"provider": "SIMULATOR", "token": "sim_ok", "currency": "USD"},
        "setDefaultMethod": {"methodId": method},
        "detachMethod": {"methodId": method},
    }
    for mutation, fields in inputs.items():
        assert (await member.refused(mutation, **fields))["code"] == "FORBIDDEN"
    with pytest.raises(Faulted, match="FORBIDDEN"):
        await member.ask(METHODS)
    assert (await member.ask("query($id: ID!) { node(id: $id) { id } }", id=method))["node"] is None
    assert await stored(world) == (1, ["payment_method.added"])
    assert await defaults_of(finance) == {"EUR": method}


async def test_no_field_of_the_api_returns_a_token(world: World) -> None:
    client = await world.client_side()
    fields = (await client.ask('{ __type(name: "PaymentMethod") { fields { name } } }'))["__type"]["fields"]
    assert "token" not in {field["name"] for field in fields}


async def test_of_many_first_methods_at_once_exactly_one_is_the_default(world: World) -> None:
    client = await world.client_side()
    await asyncio.gather(*(make_method(client, make_default=False) for _ in range(10)))
    methods = (await client.ask(METHODS))["paymentMethods"]
    assert methods["totalCount"] == 10
    assert sum(one["isDefault"] for one in methods["nodes"]) == 1


async def test_many_choices_of_the_default_at_once_leave_exactly_one(world: World) -> None:
    client = await world.client_side()
    methods = [await make_method(client, make_default=False) for _ in range(5)]
    await asyncio.gather(*(client.do("setDefaultMethod", "method { id }", methodId=one) for one in methods * 2))
    listed = (await client.ask(METHODS))["paymentMethods"]["nodes"]
    assert sum(one["isDefault"] for one in listed) == 1
