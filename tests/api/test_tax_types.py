"""Tax types through the API."""

from typing import Any

import pytest
from sqlalchemy import func, select

from domain.ids import new_id
from domain.organizations import OrganizationKind
from domain.permissions import Role
from persistence.tables.invoicing import tax_types
from tests.client import Faulted
from tests.makers.invoices import make_tax_type
from tests.world import World

LIST = "query($active: Boolean) { taxTypes(filter: { isActive: $active }) { nodes { id name } } }"


async def count(world: World) -> int:
    async with world.database.reader() as session:
        return int(await session.scalar(select(func.count()).select_from(tax_types)) or 0)


async def test_an_issuer_adds_and_retires_a_rate(world: World) -> None:
    issuer = await world.freelancer_side()
    made = await issuer.do(
        "createTaxType",
        "taxType { id name rateBps category exemptionReason isDefault isActive version }",
        name="VAT",
        rateBps=1800,
        isDefault=True,
    )
    id_ = made["taxType"].pop("id")
    assert made["taxType"] == {
        "name": "VAT",
        "rateBps": 1800,
        "category": "S",
        "exemptionReason": None,
        "isDefault": True,
        "isActive": True,
        "version": 1,
    }
    retired = await issuer.do("retireTaxType", "taxType { isDefault isActive version }", taxTypeId=id_)
    assert retired["taxType"] == {"isDefault": False, "isActive": False, "version": 2}
    assert (await issuer.ask(LIST, active=True))["taxTypes"]["nodes"] == []
    assert (await issuer.ask(LIST, active=False))["taxTypes"]["nodes"] == [{"id": id_, "name": "VAT"}]
    again = await issuer.refused("retireTaxType", taxTypeId=id_)
    assert (again["code"], again["from"], again["allowed"]) == ("WRONG_STATE", "RETIRED", ["ACTIVE"])


@pytest.mark.parametrize("category", ["E", "AE", "K", "G", "O"])
async def test_a_category_without_tax_needs_a_reason_and_has_no_rate(world: World, category: str) -> None:
    issuer = await world.freelancer_side()
    refusal = await issuer.refused("createTaxType", name="None", rateBps=1, category=category)
    assert refusal["code"] == "INVALID"
    assert [problem["path"] for problem in refusal["problems"]] == [["rateBps"], ["exemptionReason"]]
    made = await issuer.do(
        "createTaxType", "taxType { category }", name="None", rateBps=0, category=category, exemptionReason="Article 44"
    )
    assert made["taxType"] == {"category": category}
    assert await count(world) == 1


async def test_every_wrong_field_of_a_rate_is_named_at_once(world: World) -> None:
    issuer = await world.freelancer_side()
    wrong: dict[str, Any] = {"name": " ", "rateBps": 10_001, "exemptionReason": "Because"}
    refusal = await issuer.refused("createTaxType", **wrong)
    assert [problem["path"] for problem in refusal["problems"]] == [["name"], ["rateBps"], ["exemptionReason"]]
    zero = await issuer.refused("createTaxType", name="Zero", rateBps=500, category="Z")
    assert zero["path"] == ["rateBps"]
    assert await count(world) == 0


async def test_low_roles_read_rates_but_do_not_change_them(world: World) -> None:
    agency = await world.organization(OrganizationKind.AGENCY, "Studio")
    owner, member = await world.join(agency, Role.OWNER), await world.join(agency, Role.MEMBER)
    rate = await make_tax_type(owner)
    assert (await member.ask(LIST))["taxTypes"]["nodes"] == [{"id": rate, "name": "VAT"}]
    for mutation, fields in (
        ("createTaxType", {"name": "VAT", "rateBps": 500}),
        ("retireTaxType", {"taxTypeId": rate}),
    ):
        assert (await member.refused(mutation, **fields))["code"] == "FORBIDDEN"
    assert (await owner.ask(LIST, active=True))["taxTypes"]["nodes"] == [{"id": rate, "name": "VAT"}]


async def test_strangers_cannot_tell_a_rate_from_nothing(world: World) -> None:
    owner, stranger = await world.freelancer_side(), await world.client_side()
    rate, unknown = await make_tax_type(owner), f"tax_{new_id().hex}"
    assert (await stranger.ask(LIST))["taxTypes"]["nodes"] == []
    foreign = await stranger.refused("retireTaxType", taxTypeId=rate)
    assert foreign["code"] == "NOT_FOUND"
    assert foreign == await stranger.refused("retireTaxType", taxTypeId=unknown)
    for id_ in (rate, unknown):
        assert (await stranger.ask("query($id: ID!) { node(id: $id) { id } }", id=id_))["node"] is None
    assert (await owner.ask(LIST, active=True))["taxTypes"]["nodes"] == [{"id": rate, "name": "VAT"}]


async def test_nobody_reads_rates_without_signing_in(world: World) -> None:
    with pytest.raises(Faulted):
        await world.client.ask("{ taxTypes { nodes { id } } }")
