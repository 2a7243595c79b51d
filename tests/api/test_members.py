"""Members through the API: roles, removal, and the owner that always stays."""

import asyncio
from typing import Any
from uuid import uuid4

import pytest
from sqlalchemy import select

from domain.organizations import OrganizationKind
from domain.permissions import Role
from persistence.tables.identity import memberships
from persistence.tables.platform import outbox
from tests.client import Faulted
from tests.makers.rows import count, rows
from tests.world import Person, World

TEAM = tuple[Person, Person, Person]


def _member(person: Person) -> str:
    return f"mbr_{person.membership_id.hex}"


async def _team(world: World) -> TEAM:
    """An owner, an admin and a member of one company."""
    company = await world.organization(OrganizationKind.CLIENT, "Northwind")
    return (
        await world.join(company, Role.OWNER),
        await world.join(company, Role.ADMIN),
        await world.join(company, Role.MEMBER),
    )


async def _stored(world: World) -> list[tuple[Any, ...]]:
    """All memberships as they are, and how many events there are."""
    columns = (memberships.c.id, memberships.c.role, memberships.c.status, memberships.c.version)
    found = await rows(world, select(*columns).order_by(memberships.c.id))
    return [*found, (await count(world, outbox),)]


async def test_members_see_each_other_with_roles_and_what_can_be_done(world: World) -> None:
    owner, admin, member = await _team(world)
    await world.client_side("Elsewhere")
    query = "{ members { totalCount nodes { user { email } role availableActions { action allowed } } } }"
    seen = (await admin.ask(query))["members"]
    assert seen["totalCount"] == 3
    assert [(one["user"]["email"], one["role"]) for one in seen["nodes"]] == [
        (owner.email, "OWNER"),
        (admin.email, "ADMIN"),
        (member.email, "MEMBER"),
    ]
    allowed = [[one["action"] for one in node["availableActions"] if one["allowed"]] for node in seen["nodes"]]
    assert allowed == [[], ["changeRole", "removeMember"], ["changeRole", "removeMember", "setPermissionOverride"]]
    as_owner = (await owner.ask(query))["members"]["nodes"]
    allowed = [[one["action"] for one in node["availableActions"] if one["allowed"]] for node in as_owner]
    everything = ["changeRole", "removeMember", "setPermissionOverride", "transferOwnership"]
    assert allowed == [["changeRole", "removeMember"], everything, everything]
    filtered = (
        "{ members(filter: {role: [ADMIN, OWNER]}, orderBy: [{field: ROLE, direction: DESC}]) { nodes { role } } }"
    )
    assert [one["role"] for one in (await member.ask(filtered))["members"]["nodes"]] == ["OWNER", "ADMIN"]


async def test_a_new_role_holds_from_the_next_request_on(world: World) -> None:
    _, admin, member = await _team(world)
    changed = await admin.do(
        "changeRole", "membership { role version }", membershipId=_member(member), role="FINANCE", expectedVersion=1
    )
    assert changed["membership"] == {"role": "FINANCE", "version": 2}
    assert (await member.refused("createGig", title="A website", currency="EUR"))["code"] == "FORBIDDEN"
    await admin.do("changeRole", "membership { version }", membershipId=_member(member), role="FINANCE")
    ((data,),) = await rows(world, select(outbox.c.data).where(outbox.c.type == "member.role_changed"))
    assert data == {"from": "MEMBER", "to": "FINANCE"}


async def test_an_admin_neither_touches_nor_makes_an_owner(world: World) -> None:
    owner, admin, member = await _team(world)
    before = await _stored(world)
    for mutation, input_ in (
        ("changeRole", {"membershipId": _member(owner), "role": "MEMBER"}),
        ("changeRole", {"membershipId": _member(member), "role": "OWNER"}),
        ("changeRole", {"membershipId": _member(admin), "role": "OWNER"}),
        ("removeMember", {"membershipId": _member(owner)}),
        ("transferOwnership", {"membershipId": _member(member)}),
        ("inviteMember", {"email": "bob@example.com", "role": "OWNER"}),
    ):
        assert (await admin.refused(mutation, **input_))["code"] == "FORBIDDEN", mutation
    assert await _stored(world) == before


async def test_low_roles_change_no_members(world: World) -> None:
    owner, admin, member = await _team(world)
    before = await _stored(world)
    for mutation, input_ in (
        ("changeRole", {"membershipId": _member(admin), "role": "VIEWER"}),
        ("removeMember", {"membershipId": _member(owner)}),
        ("transferOwnership", {"membershipId": _member(admin)}),
        ("inviteMember", {"email": "bob@example.com", "role": "VIEWER"}),
    ):
        assert (await member.refused(mutation, **input_))["code"] == "FORBIDDEN", mutation
    assert await _stored(world) == before


async def test_members_of_others_are_not_found_like_unknown_ones(world: World) -> None:
    owner, _, member = await _team(world)
    stranger = await world.client_side("Elsewhere")
    before = await _stored(world)
    for mutation, input_ in (("changeRole", {"role": "VIEWER"}), ("removeMember", {}), ("transferOwnership", {})):
        foreign = await stranger.refused(mutation, membershipId=_member(member), **input_)
        assert foreign == await stranger.refused(mutation, membershipId=f"mbr_{uuid4().hex}", **input_)
        assert foreign["code"] == "NOT_FOUND"
        with pytest.raises(Faulted, match="UNAUTHENTICATED"):
            await world.caller().refused(mutation, membershipId=_member(member), **input_)
    query = "query($id: ID!) { node(id: $id) { id } }"
    assert (await stranger.ask(query, id=_member(owner)))["node"] is None
    assert await _stored(world) == before


async def test_the_last_owner_stays(world: World) -> None:
    owner, admin, _ = await _team(world)
    before = await _stored(world)
    demoted = await owner.refused("changeRole", membershipId=_member(owner), role="ADMIN")
    removed = await owner.refused("removeMember", membershipId=_member(owner))
    assert [(one["code"], one["from"]) for one in (demoted, removed)] == [("WRONG_STATE", "OWNER")] * 2
    assert await _stored(world) == before
    await owner.do("changeRole", "membership { role }", membershipId=_member(admin), role="OWNER")
    await owner.do("removeMember", "membership { status }", membershipId=_member(owner))
    assert (await admin.refused("removeMember", membershipId=_member(admin)))["code"] == "WRONG_STATE"


async def test_two_owners_who_demote_each_other_at_once_leave_one(world: World) -> None:
    owner, admin, _ = await _team(world)
    await owner.do("changeRole", "membership { role }", membershipId=_member(admin), role="OWNER")
    answers = await asyncio.gather(
        owner.attempt("changeRole", "membership { role }", membershipId=_member(admin), role="MEMBER"),
        admin.attempt("changeRole", "membership { role }", membershipId=_member(owner), role="MEMBER"),
    )
    assert sorted(answer.get("code", "done") for answer in answers) == ["WRONG_STATE", "done"]
    assert await count(world, memberships, memberships.c.role == Role.OWNER) == 1


async def test_a_removed_member_acts_no_more_for_the_organization(world: World) -> None:
    owner, admin, member = await _team(world)
    removed = await admin.do(
        "removeMember", "membership { status history { nodes { action to } } }", membershipId=_member(member)
    )
    assert removed["membership"]["status"] == "REMOVED"
    assert removed["membership"]["history"]["nodes"][-1] == {"action": "removeMember", "to": "REMOVED"}
    assert (await member.ask("{ viewer { organization { name } memberships { id } } }"))["viewer"] == {
        "organization": None,
        "memberships": [],
    }
    with pytest.raises(Faulted, match="FORBIDDEN"):
        await member.ask("{ gigs { totalCount } }")
    assert (await admin.refused("removeMember", membershipId=_member(member)))["code"] == "WRONG_STATE"
    assert (await owner.refused("changeRole", membershipId=_member(member), role="ADMIN"))["code"] == "WRONG_STATE"
    assert await count(world, outbox, outbox.c.type == "member.removed") == 1


async def test_whom_a_removed_member_has_invited_is_invited_no_more(world: World) -> None:
    owner, admin, _ = await _team(world)
    for who, email in ((owner, "bob@example.com"), (admin, "eve@example.com")):
        await who.do("inviteMember", "invitation { id }", email=email, role="MEMBER")
    await owner.do("removeMember", "membership { status }", membershipId=_member(admin))
    listed = (await owner.ask("{ invitations { nodes { email status } } }"))["invitations"]["nodes"]
    found = {one["email"]: one["status"] for one in listed}
    assert found == {"bob@example.com": "PENDING", "eve@example.com": "REVOKED"}


async def test_an_owner_passes_the_ownership_on(world: World) -> None:
    owner, admin, member = await _team(world)
    passed = await owner.do(
        "transferOwnership", "membership { role } former { role user { email } }", membershipId=_member(member)
    )
    assert passed == {"membership": {"role": "OWNER"}, "former": {"role": "ADMIN", "user": {"email": owner.email}}}
    before = await _stored(world)
    assert (await owner.refused("transferOwnership", membershipId=_member(admin)))["code"] == "FORBIDDEN"
    again = await member.refused("transferOwnership", membershipId=_member(member))
    assert (again["code"], again["from"]) == ("WRONG_STATE", "OWNER")
    assert await _stored(world) == before


async def test_changes_meant_for_an_older_version_are_refused(world: World) -> None:
    owner, _, member = await _team(world)
    await owner.do("changeRole", "membership { id }", membershipId=_member(member), role="VIEWER")
    before = await _stored(world)
    stale = await owner.refused("changeRole", membershipId=_member(member), role="ADMIN", expectedVersion=1)
    assert (stale["code"], stale["currentVersion"]) == ("CONFLICT", 2)
    assert await _stored(world) == before
