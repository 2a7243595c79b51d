"""Customers through the API."""

import asyncio
from typing import Any

from sqlalchemy import func, select

from domain.ids import new_id
from domain.organizations import OrganizationKind
from domain.permissions import Role
from persistence.tables.invoicing import customers
from tests.makers.invoices import make_customer, make_draft, make_open_invoice, opened
from tests.world import World

LIST = "query($text: String) { customers(filter: { text: $text }) { totalCount nodes { name } } }"


async def count(world: World) -> int:
    async with world.database.reader() as session:
        return int(await session.scalar(select(func.count()).select_from(customers)) or 0)


async def test_an_issuer_adds_and_changes_a_customer(world: World) -> None:
    issuer, client = await world.freelancer_side(), await world.client_side()
    made = await issuer.do(
        "upsertCustomer",
        "customer { id name legalName email address country currency paymentTermsDays organization { name } version }",
        name="Bakery",
        email="orders@bakery.example.com",
        country="MK",
        currency="MKD",
        organizationId=f"org_{client.organization_id.hex}",
    )
    id_ = made["customer"].pop("id")
    assert made["customer"] == {
        "name": "Bakery",
        "legalName": None,
        "email": "orders@bakery.example.com",
        "address": None,
        "country": "MK",
        "currency": "MKD",
        "paymentTermsDays": 14,
        "organization": {"name": "Northwind"},
        "version": 1,
    }
    changed = await issuer.do(
        "upsertCustomer",
        "customer { name email paymentTermsDays country version }",
        customerId=id_,
        expectedVersion=1,
        email=None,
        paymentTermsDays=30,
    )
    assert changed["customer"] == {
        "name": "Bakery",
        "email": None,
        "paymentTermsDays": 30,
        "country": "MK",
        "version": 2,
    }
    stale = await issuer.refused("upsertCustomer", customerId=id_, expectedVersion=1, name="Other")
    assert (stale["code"], stale["currentVersion"]) == ("CONFLICT", 2)
    assert (await issuer.ask(LIST))["customers"]["nodes"] == [{"name": "Bakery"}]


async def test_every_wrong_field_of_a_customer_is_named_at_once(world: World) -> None:
    issuer = await world.freelancer_side()
    wrong: dict[str, Any] = {
        "email": "nobody",
        "country": "XX",
        "currency": "EURO",
        "paymentTermsDays": 400,
        "organizationId": f"org_{issuer.organization_id.hex}",
    }
    refusal = await issuer.refused("upsertCustomer", **wrong)
    assert [problem["path"] for problem in refusal["problems"]] == [
        ["name"],
        ["email"],
        ["country"],
        ["currency"],
        ["paymentTermsDays"],
        ["organizationId"],
    ]
    unknown = await issuer.refused("upsertCustomer", name="Nobody", organizationId=f"org_{new_id().hex}")
    assert (unknown["code"], unknown["path"]) == ("NOT_FOUND", ["organizationId"])
    assert await count(world) == 0


async def test_an_organization_is_one_customer_however_many_ask_at_once(world: World) -> None:
    issuer, client = await world.freelancer_side(), await world.client_side()
    link = {"name": "Bakery", "organizationId": f"org_{client.organization_id.hex}"}
    answers = await asyncio.gather(*(issuer.attempt("upsertCustomer", "customer { id }", **link) for _ in range(8)))
    assert sorted(answer.get("code", "made") for answer in answers) == ["CONFLICT"] * 7 + ["made"]
    assert await count(world) == 1


async def test_what_opened_documents_rely_on_stays(world: World) -> None:
    issuer, client = await world.freelancer_side(), await world.client_side()
    customer = await make_customer(issuer, client, currency="EUR")
    draft = await make_draft(issuer, customer)
    await issuer.do("upsertCustomer", "customer { id }", customerId=customer, currency="USD")
    await opened(world, issuer, draft)
    refusal = await issuer.refused("upsertCustomer", customerId=customer, currency="EUR", organizationId=None)
    assert [problem["path"] for problem in refusal["problems"]] == [["currency"], ["organizationId"]]
    same = await issuer.do(
        "upsertCustomer", "customer { name currency }", customerId=customer, currency="USD", name="B"
    )
    assert same["customer"] == {"name": "B", "currency": "USD"}


async def test_customers_are_found_by_text_and_paged_by_name(world: World) -> None:
    issuer = await world.freelancer_side()
    for name, legal in (("Zoo", None), ("100% Tea", None), ("Bakery", "Zoological Bread Ltd")):
        await make_customer(issuer, name=name, legalName=legal)
    found = (await issuer.ask(LIST, text="zoo"))["customers"]
    assert found == {"totalCount": 2, "nodes": [{"name": "Bakery"}, {"name": "Zoo"}]}
    assert (await issuer.ask(LIST, text="0%"))["customers"]["nodes"] == [{"name": "100% Tea"}]


async def test_low_roles_read_customers_but_do_not_change_them(world: World) -> None:
    agency = await world.organization(OrganizationKind.AGENCY, "Studio")
    owner, viewer = await world.join(agency, Role.OWNER), await world.join(agency, Role.VIEWER)
    customer = await make_customer(owner)
    assert (await viewer.ask(LIST))["customers"]["nodes"] == [{"name": "Bakery"}]
    for fields in ({"name": "New"}, {"customerId": customer, "name": "Other"}):
        assert (await viewer.refused("upsertCustomer", **fields))["code"] == "FORBIDDEN"
    assert (await owner.ask(LIST))["customers"] == {"totalCount": 1, "nodes": [{"name": "Bakery"}]}


async def test_a_customer_is_its_issuers_own_record(world: World) -> None:
    issuer, recipient, stranger = (
        await world.freelancer_side(),
        await world.client_side(),
        await world.client_side("Somebody else"),
    )
    invoice = await make_open_invoice(world, issuer, recipient)
    shown = (await issuer.ask("query($id: ID!) { invoice(id: $id) { customer { id name } } }", id=invoice))["invoice"]
    customer, unknown = shown["customer"]["id"], f"cus_{new_id().hex}"
    for person in (recipient, stranger):
        assert (await person.ask(LIST))["customers"]["totalCount"] == 0
        for id_ in (customer, unknown):
            assert (await person.ask("query($id: ID!) { customer(id: $id) { name } }", id=id_))["customer"] is None
        foreign = await person.refused("upsertCustomer", customerId=customer, name="Mine")
        assert foreign["code"] == "NOT_FOUND"
        assert foreign == await person.refused("upsertCustomer", customerId=unknown, name="Mine")
    assert (await issuer.ask(LIST))["customers"]["nodes"] == [{"name": "Bakery"}]
