"""Organizations through the API: founding, changing, switching, and what others see of them."""

from typing import Any
from uuid import uuid4

import pytest
from sqlalchemy import update

from domain.organizations import OrganizationKind, OrganizationStatus
from domain.permissions import Role
from persistence.tables.identity import memberships, organizations
from persistence.tables.platform import outbox
from tests.client import Faulted
from tests.makers.invoices import make_open_invoice
from tests.makers.payment_methods import make_method
from tests.makers.rows import count, write
from tests.world import Caller, Person, World

FIELDS = "name kind legalName country timeZone billingEmail status version"


def _id(person: Person) -> str:
    return f"org_{person.organization_id.hex}"


async def _organization(who: Caller, id_: str, select: str = FIELDS) -> Any:
    return (await who.ask(f"query($id: ID!) {{ organization(id: $id) {{ {select} }} }}", id=id_))["organization"]


async def test_founding_another_organization_makes_its_owner_but_switches_nothing(world: World) -> None:
    who = await world.client_side()
    founded = await who.do(
        "createOrganization",
        f"organization {{ id {FIELDS} }} membership {{ role status user {{ email }} organization {{ name }} }}",
        kind="FREELANCER",
        name="  Ada alone ",
        timeZone="Europe/London",
        country="GB",
    )
    assert founded["membership"] == {
        "role": "OWNER",
        "status": "ACTIVE",
        "user": {"email": who.email},
        "organization": {"name": "Ada alone"},
    }
    assert founded["organization"] | {"id": None} == {
        "id": None,
        "name": "Ada alone",
        "kind": "FREELANCER",
        "legalName": None,
        "country": "GB",
        "timeZone": "Europe/London",
        "billingEmail": None,
        "status": "ACTIVE",
        "version": 1,
    }
    viewer = (await who.ask("{ viewer { organization { name } memberships { organization { name } } } }"))["viewer"]
    assert viewer["organization"] == {"name": "Northwind"}
    assert [one["organization"]["name"] for one in viewer["memberships"]] == ["Northwind", "Ada alone"]
    assert await count(world, outbox, outbox.c.type == "organization.created") == 1


async def test_every_wrong_field_of_a_new_organization_is_named_at_once(world: World) -> None:
    who = await world.client_side()
    refusal = await who.refused("createOrganization", kind="PLATFORM", name="", timeZone="Nowhere", country="mk")
    assert refusal["code"] == "INVALID"
    assert [problem["path"] for problem in refusal["problems"]] == [["kind"], ["name"], ["timeZone"], ["country"]]
    assert await count(world, organizations) == 1
    with pytest.raises(Faulted, match="UNAUTHENTICATED"):
        await world.caller().refused("createOrganization", kind="CLIENT", name="Nobody's")


async def test_managers_change_their_organization(world: World) -> None:
    company = await world.organization(OrganizationKind.CLIENT, "Northwind")
    admin = await world.join(company, Role.ADMIN)
    changed = await admin.do(
        "updateOrganization",
        f"organization {{ {FIELDS} }}",
        organizationId=_id(admin),
        name="Southwind",
        legalName="Southwind Ltd",
        country=None,
        billingEmail="Books@Example.com",
        expectedVersion=1,
    )
    assert changed["organization"] == {
        "name": "Southwind",
        "kind": "CLIENT",
        "legalName": "Southwind Ltd",
        "country": None,
        "timeZone": "Europe/Skopje",
        "billingEmail": "books@example.com",
        "status": "ACTIVE",
        "version": 2,
    }
    same = await admin.do("updateOrganization", "organization { version }", organizationId=_id(admin), name="Southwind")
    assert same["organization"] == {"version": 2}
    assert await count(world, outbox, outbox.c.type == "organization.updated") == 1


async def test_a_refused_change_changes_nothing(world: World) -> None:
    company = await world.organization(OrganizationKind.CLIENT, "Northwind")
    owner, finance = await world.join(company, Role.OWNER), await world.join(company, Role.FINANCE)
    stranger = await world.client_side("Elsewhere")
    wrong = await owner.refused(
        "updateOrganization", organizationId=_id(owner), name=None, timeZone="Nowhere", billingEmail=None, country="XX"
    )
    assert [problem["path"][0] for problem in wrong["problems"]] == ["name", "timeZone", "country", "billingEmail"]
    low = await finance.refused("updateOrganization", organizationId=_id(owner), name="Mine")
    assert low["code"] == "FORBIDDEN"
    foreign = await stranger.refused("updateOrganization", organizationId=_id(owner), name="Mine")
    assert foreign == await stranger.refused("updateOrganization", organizationId=f"org_{uuid4().hex}", name="Mine")
    assert foreign["code"] == "NOT_FOUND"
    stale = await owner.refused("updateOrganization", organizationId=_id(owner), name="Mine", expectedVersion=7)
    assert (stale["code"], stale["currentVersion"]) == ("CONFLICT", 1)
    assert await _organization(owner, _id(owner), "name version") == {"name": "Northwind", "version": 1}
    assert await count(world, outbox) == 0


async def test_strangers_see_the_public_face_only(world: World) -> None:
    owner, stranger = await world.client_side(), await world.freelancer_side()
    await owner.do("updateOrganization", "organization { id }", organizationId=_id(owner), legalName="Northwind Ltd")
    private = "legalName billingEmail availableActions { action allowed reason }"
    mine, theirs = await _organization(owner, _id(owner), private), await _organization(stranger, _id(owner), private)
    assert mine["legalName"] == "Northwind Ltd"
    assert mine["billingEmail"].startswith("billing-")
    assert (theirs["legalName"], theirs["billingEmail"]) == (None, None)
    assert mine["availableActions"] == [
        {"action": "updateOrganization", "allowed": True, "reason": None},
        {"action": "convertToAgency", "allowed": False, "reason": "WRONG_STATE"},
        {"action": "inviteMember", "allowed": True, "reason": None},
        {"action": "closeOrganization", "allowed": True, "reason": None},
        {"action": "suspendOrganization", "allowed": False, "reason": "FORBIDDEN"},
        {"action": "reactivateOrganization", "allowed": False, "reason": "FORBIDDEN"},
        {"action": "parkOrganization", "allowed": False, "reason": "FORBIDDEN"},
        {"action": "unparkOrganization", "allowed": False, "reason": "FORBIDDEN"},
    ]
    assert {one["reason"] for one in theirs["availableActions"]} == {"FORBIDDEN"}
    assert (await _organization((await world.staff()), _id(owner), "legalName"))["legalName"] == "Northwind Ltd"
    assert await _organization(stranger, f"org_{uuid4().hex}", "name") is None


async def test_switching_changes_for_whom_one_acts_and_with_which_rights(world: World) -> None:
    company = await world.organization(OrganizationKind.CLIENT, "Northwind")
    owner, person = await world.join(company, Role.OWNER), await world.freelancer_side("Ada")
    await owner.do("inviteMember", "invitation { id }", email=person.email, role="VIEWER")
    invited = (await person.ask("{ viewer { invitations { id } } }"))["viewer"]["invitations"]
    await person.do("acceptInvitation", "membership { id }", invitationId=invited[0]["id"])
    switched = await person.do(
        "switchOrganization",
        "session { isCurrent organization { name } }"
        " viewer { organization { name billingEmail } membership { role } permissions }",
        organizationId=_id(owner),
    )
    assert switched["session"] == {"isCurrent": True, "organization": {"name": "Northwind"}}
    assert switched["viewer"]["organization"]["billingEmail"].startswith("billing-")
    assert switched["viewer"]["membership"] == {"role": "VIEWER"}
    assert switched["viewer"]["permissions"] == [
        *("billing:read", "credits:read", "entitlements:read"),
        *("invoices:read", "members:read", "org:read", "work:read"),
    ]
    assert (await person.ask("{ viewer { organization { name } } }"))["viewer"]["organization"] == {"name": "Northwind"}
    assert (await person.refused("createGig", title="A website", currency="EUR"))["code"] == "FORBIDDEN"


async def test_one_switches_to_organizations_one_belongs_to_only(world: World) -> None:
    person, stranger = await world.freelancer_side(), await world.client_side()
    foreign = await person.refused("switchOrganization", organizationId=_id(stranger))
    assert foreign == await person.refused("switchOrganization", organizationId=f"org_{uuid4().hex}")
    assert (foreign["code"], foreign["path"]) == ("NOT_FOUND", ["organizationId"])
    assert (await person.ask("{ viewer { organization { id } } }"))["viewer"]["organization"] == {"id": _id(person)}


async def test_repeating_a_switch_with_its_idempotency_key_shows_the_same(world: World) -> None:
    person = await world.freelancer_side()
    query = {
        "query": "mutation($input: SwitchOrganizationInput!) { switchOrganization(input: $input) {"
        " ... on SwitchOrganizationPayload { viewer { organization { name } } } } }",
        "variables": {"input": {"organizationId": _id(person)}},
    }
    headers = {"idempotency-key": world.key(), "authorization": f"Bearer {person.token}"}
    for _ in range(2):
        answer = (await world.client.http.post("/graphql", json=query, headers=headers)).json()
        assert answer["data"]["switchOrganization"] == {"viewer": {"organization": {"name": "Ada Lovelace"}}}


async def test_whoever_lost_the_active_organization_chooses_another(world: World) -> None:
    person = await world.freelancer_side()
    other = await person.do("createOrganization", "organization { id }", kind="CLIENT", name="Other")
    await write(world, update(memberships).where(memberships.c.id == person.membership_id).values(status="REMOVED"))
    viewer = (await person.ask("{ viewer { organization { id } membership { id } permissions } }"))["viewer"]
    assert viewer == {"organization": None, "membership": None, "permissions": []}
    with pytest.raises(Faulted, match="FORBIDDEN"):
        await person.ask("{ members { totalCount } }")
    assert (await person.refused("createGig", title="A website", currency="EUR"))["code"] == "FORBIDDEN"
    chosen = await person.do("switchOrganization", "viewer { permissions }", organizationId=other["organization"]["id"])
    assert "org:manage" in chosen["viewer"]["permissions"]


async def test_a_freelancer_becomes_an_agency_for_good(world: World) -> None:
    person, client = await world.freelancer_side(), await world.client_side()
    converted = await person.do(
        "convertToAgency",
        "organization { kind version availableActions { action allowed } }",
        organizationId=_id(person),
    )
    assert converted["organization"] == {
        "kind": "AGENCY",
        "version": 2,
        "availableActions": [
            {"action": "updateOrganization", "allowed": True},
            {"action": "convertToAgency", "allowed": False},
            {"action": "inviteMember", "allowed": True},
            {"action": "closeOrganization", "allowed": True},
            {"action": "suspendOrganization", "allowed": False},
            {"action": "reactivateOrganization", "allowed": False},
            {"action": "parkOrganization", "allowed": False},
            {"action": "unparkOrganization", "allowed": False},
        ],
    }
    for who, kind in ((person, "AGENCY"), (client, "CLIENT")):
        refusal = await who.refused("convertToAgency", organizationId=_id(who))
        assert (refusal["code"], refusal["from"], refusal["allowed"]) == ("WRONG_STATE", kind, ["FREELANCER"])
    assert await count(world, outbox, outbox.c.type == "organization.converted") == 1


async def test_only_managers_convert_their_own_organization(world: World) -> None:
    person, stranger = await world.freelancer_side(), await world.freelancer_side("Grace")
    assert (await stranger.refused("convertToAgency", organizationId=_id(person)))["code"] == "NOT_FOUND"
    await write(world, update(memberships).where(memberships.c.id == person.membership_id).values(role=Role.MEMBER))
    assert (await person.refused("convertToAgency", organizationId=_id(person)))["code"] == "FORBIDDEN"
    assert (await _organization(person, _id(person), "kind version")) == {"kind": "FREELANCER", "version": 1}


async def test_a_suspended_organization_reads_pays_what_it_owes_and_does_nothing_else(world: World) -> None:
    owner = await world.client_side()
    invoice = await make_open_invoice(world, await world.freelancer_side(), owner)
    await write(world, update(organizations).values(status=OrganizationStatus.SUSPENDED))
    before = await count(world, outbox)
    viewer = (await owner.ask("{ viewer { permissions } members { totalCount } }"))["viewer"]
    of_billing = ["billing:read", "credits:read", "entitlements:read"]
    reads = [*of_billing, "audit:read", "invoices:read", "members:read", "money:read", "org:read", "work:read"]
    assert viewer["permissions"] == sorted([*reads, "money:move"])
    for mutation, input_ in (
        ("updateOrganization", {"organizationId": _id(owner), "name": "Still here"}),
        ("inviteMember", {"email": "bob@example.com", "role": "MEMBER"}),
        ("createGig", {"title": "A website", "currency": "EUR"}),
    ):
        assert (await owner.refused(mutation, **input_))["code"] == "FORBIDDEN"
    assert await count(world, outbox) == before
    await make_method(owner)
    await owner.do("payInvoice", "payment { id }", invoiceId=invoice, idempotencyKey=world.key())
    await world.settle()
    paid = (await owner.ask("query($id: ID!) { invoice(id: $id) { status } }", id=invoice))["invoice"]
    assert paid == {"status": "PAID"}
