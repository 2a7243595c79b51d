"""Staff: finding people and organizations, suspending them, letting them act again, and who belongs to the staff."""

import asyncio
from typing import Any

import pytest
from sqlalchemy import select

from domain.permissions import Role, StaffRole
from persistence.tables.identity import sessions
from persistence.tables.platform import outbox
from tests.client import Faulted
from tests.makers.colleagues import also_joins, colleague
from tests.makers.identity import PASSWORD, letters, make_account
from tests.makers.rows import count, rows
from tests.makers.staff import another_of_the_staff
from tests.makers.traces import nothing_changes
from tests.world import Person, World


def user(person: Person) -> str:
    return f"usr_{person.user_id.hex}"


def organization(person: Person) -> str:
    return f"org_{person.organization_id.hex}"


async def test_staff_find_people_and_organizations_and_nobody_else_does(world: World) -> None:
    staff, owner = await world.staff(StaffRole.SUPPORT), await world.client_side("Northwind Traders")
    await world.freelancer_side("Ada")
    people = "query($f: UserFilter) { users(filter: $f) { totalCount nodes { email status } } }"
    found = (await staff.ask(people, f={"search": owner.email.upper()}))["users"]
    assert (found["totalCount"], found["nodes"][0]["email"]) == (1, owner.email)
    assert (await staff.ask(people, f={"status": ["SUSPENDED"]}))["users"]["totalCount"] == 0
    assert (await staff.ask(people, f={"search": "100%"}))["users"]["totalCount"] == 0
    companies = "query($f: OrganizationFilter) { organizations(filter: $f) { nodes { name kind } } }"
    listed = (await staff.ask(companies, f={"search": "northwind", "kind": ["CLIENT"]}))["organizations"]
    assert listed["nodes"] == [{"name": "Northwind Traders", "kind": "CLIENT"}]
    for query in ("{ users { totalCount } }", "{ organizations { totalCount } }"):
        with pytest.raises(Faulted, match="staff:read"):
            await owner.ask(query)


async def test_a_suspended_person_is_out_at_once_until_they_are_let_in_again(world: World) -> None:
    ada = await make_account(world)
    staff = await world.staff(StaffRole.TRUST)
    id_ = (await ada.ask("{ viewer { user { id } } }"))["viewer"]["user"]["id"]
    suspended = await staff.do("suspendUser", "user { status version }", userId=id_, reason="Fake documents.")
    assert suspended["user"]["status"] == "SUSPENDED"
    with pytest.raises(Faulted, match="UNAUTHENTICATED"):
        await ada.ask("{ viewer { permissions } }")
    credentials = {"email": "ada@example.com", "password": PASSWORD}
    wrong = await world.caller().refused("signIn", **credentials | {"password": "not the right one"})
    assert await world.caller().refused("signIn", **credentials) == wrong
    reasons = {reason for (reason,) in await rows(world, select(sessions.c.revoke_reason))}
    assert "USER_SUSPENDED" in {getattr(one, "name", one) for one in reasons}
    again = await staff.refused("suspendUser", userId=id_, reason="Once more.")
    assert (again["code"], again["from"], again["allowed"]) == ("WRONG_STATE", "SUSPENDED", ["ACTIVE"])
    await staff.do("reactivateUser", "user { status }", userId=id_, reason="They are real.")
    await world.caller().do("signIn", "token", **credentials)
    ((data,),) = await rows(world, select(outbox.c.data).where(outbox.c.type == "user.suspended"))
    assert data == {"reason": "Fake documents."}


async def test_staff_suspend_neither_themselves_nor_without_staff_members_each_other(world: World) -> None:
    admin = await world.staff(StaffRole.ADMIN)
    trust = await another_of_the_staff(world, StaffRole.TRUST)
    support = await another_of_the_staff(world, StaffRole.SUPPORT)
    async with nothing_changes(world):
        for who, whom in ((admin, admin), (trust, trust), (trust, support), (trust, admin), (support, trust)):
            refusal = await who.refused("suspendUser", userId=user(whom), reason="Odd.")
            assert refusal["code"] == "FORBIDDEN", (who, whom)
    await admin.do("suspendUser", "user { id }", userId=user(support), reason="Left the keys.")
    async with nothing_changes(world):
        refusal = await trust.refused("reactivateUser", userId=user(support), reason="A friend.")
        assert (refusal["code"], refusal["path"]) == ("FORBIDDEN", ["userId"])
    await admin.do("reactivateUser", "user { status }", userId=user(support), reason="Found them.")


async def test_a_suspended_organization_is_told_why_and_let_act_again(world: World) -> None:
    owner, staff = await world.client_side(), await world.staff(StaffRole.TRUST)
    mine = {"organizationId": organization(owner)}
    await staff.do("suspendOrganization", "organization { status }", **mine, reason="Unpaid for months.")
    assert (await owner.refused("createGig", title="A website", currency="EUR"))["code"] == "FORBIDDEN"
    assert (await owner.refused("updateOrganization", **mine, name="Still here"))["code"] == "FORBIDDEN"
    back = await staff.do("reactivateOrganization", "organization { status }", **mine, reason="They have paid.")
    assert back["organization"]["status"] == "ACTIVE"
    await owner.do("updateOrganization", "organization { name }", **mine, name="Still here")
    refusal = await staff.refused("reactivateOrganization", **mine, reason="Again.")
    assert (refusal["code"], refusal["from"]) == ("WRONG_STATE", "ACTIVE")


async def test_staff_decide_about_no_organization_of_their_own_and_never_about_the_platform(world: World) -> None:
    owner, staff = await world.client_side(), await world.staff(StaffRole.ADMIN)
    await also_joins(world, staff, owner.organization_id)
    async with nothing_changes(world):
        own = await staff.refused("suspendOrganization", organizationId=organization(owner), reason="Odd.")
        platform = await staff.refused("suspendOrganization", organizationId=organization(staff), reason="Odd.")
        low = await owner.refused("suspendOrganization", organizationId=organization(owner), reason="Odd.")
    assert [one["code"] for one in (own, platform, low)] == ["FORBIDDEN", "FORBIDDEN", "FORBIDDEN"]


async def test_an_admin_takes_somebody_into_the_staff_and_sends_them_away_again(world: World) -> None:
    admin, person = await world.staff(StaffRole.ADMIN), await world.client_side()
    joined = await admin.do(
        "setStaffRole", "membership { staffRole role organization { kind } }", userId=user(person), staffRole="SUPPORT"
    )
    assert joined["membership"] == {"staffRole": "SUPPORT", "role": None, "organization": {"kind": "PLATFORM"}}
    await person.do("switchOrganization", "session { id }", organizationId=organization(admin))
    assert "staff:impersonate" in (await person.ask("{ viewer { permissions } }"))["viewer"]["permissions"]
    await admin.do("setStaffRole", "membership { staffRole }", userId=user(person), staffRole="FINANCE")
    held = (await person.ask("{ viewer { permissions } }"))["viewer"]["permissions"]
    assert ("staff:money" in held, "staff:impersonate" in held) == (True, False)
    await world.settle()
    assert "is FINANCE now" in letters(world, person.email)[-1].get_content()
    ended = await admin.do("setStaffRole", "membership { status }", userId=user(person), staffRole=None)
    assert ended["membership"]["status"] == "REMOVED"
    assert (await person.ask("{ viewer { permissions } }"))["viewer"]["permissions"] == []
    gone = await admin.refused("setStaffRole", userId=user(person), staffRole=None)
    assert (gone["code"], gone["path"]) == ("NOT_FOUND", ["userId"])


async def test_the_last_admin_of_the_staff_stays(world: World) -> None:
    admin = await world.staff(StaffRole.ADMIN)
    for role in ("SUPPORT", None):
        refusal = await admin.refused("setStaffRole", userId=user(admin), staffRole=role)
        assert (refusal["code"], refusal["from"]) == ("WRONG_STATE", "ADMIN")
    other = await another_of_the_staff(world, StaffRole.ADMIN)
    answers: list[dict[str, Any]] = await asyncio.gather(
        admin.attempt("setStaffRole", "membership { id }", userId=user(other), staffRole="SUPPORT"),
        other.attempt("setStaffRole", "membership { id }", userId=user(admin), staffRole="SUPPORT"),
    )
    assert sorted(answer.get("code", "done") for answer in answers) == ["WRONG_STATE", "done"]


async def test_no_organization_role_gives_a_staff_role(world: World) -> None:
    owner, finance = await world.client_side(), await world.staff(StaffRole.FINANCE)
    member = await colleague(world, owner, Role.MEMBER)
    before = await count(world, outbox)
    for who in (owner, finance):
        refusal = await who.refused("setStaffRole", userId=user(member), staffRole="ADMIN")
        assert refusal["code"] == "FORBIDDEN"
    assert await count(world, outbox) == before
