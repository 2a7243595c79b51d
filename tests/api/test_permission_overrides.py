"""Overrides: what one member may, or may not, besides their role."""

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from sqlalchemy import update

from domain.permission_overrides import OVERRIDABLE, OverrideEffect, decided
from domain.permissions import BY_ROLE, Permission, Role
from persistence.tables.identity import memberships
from persistence.tables.platform import outbox
from persistence.tables.rights import permission_overrides
from tests.makers.colleagues import colleague
from tests.makers.identity import letters
from tests.makers.keys import make_key
from tests.makers.rows import count, write
from tests.makers.traces import nothing_changes
from tests.world import Person, World

REASON = "Helps out while Bob is away."


async def override(by: Person, of: Person, permission: str, effect: str | None, **more: Any) -> dict[str, Any]:
    input = {"membershipId": f"mbr_{of.membership_id.hex}", "permission": permission, "effect": effect}
    return await by.do(
        "setPermissionOverride",
        "override { permission effect reason expiresAt version } membership { overrides { permission effect } }",
        **input | {"reason": REASON} | more,
    )


async def permissions_of(person: Person) -> set[str]:
    return set((await person.ask("{ viewer { permissions } }"))["viewer"]["permissions"])


def test_a_deny_counts_before_an_allow_and_that_before_the_role() -> None:
    held = BY_ROLE[Role.MEMBER]
    allow, deny = OverrideEffect.ALLOW, OverrideEffect.DENY
    assert decided(held, []) == held
    assert decided(held, [(allow, Permission.MONEY_READ)]) == held | {Permission.MONEY_READ}
    assert decided(held, [(deny, Permission.WORK_WRITE)]) == held - {Permission.WORK_WRITE}
    assert decided(held, [(allow, Permission.MONEY_READ), (deny, Permission.MONEY_READ)]) == held


async def test_a_member_may_write_invoices_until_the_override_lapses(world: World) -> None:
    owner = await world.client_side()
    member = await colleague(world, owner, Role.MEMBER)
    assert (await member.refused("upsertCustomer", name="Bakery"))["code"] == "FORBIDDEN"
    friday = datetime.now(UTC) + timedelta(days=3)
    made = await override(owner, member, "invoices:write", "ALLOW", expiresAt=friday.isoformat())
    assert (made["override"]["permission"], made["override"]["effect"]) == ("invoices:write", "ALLOW")
    assert made["membership"]["overrides"] == [{"permission": "invoices:write", "effect": "ALLOW"}]
    await member.do("upsertCustomer", "customer { id }", name="Bakery")
    over = datetime.now(UTC) - timedelta(seconds=1)
    await write(world, update(permission_overrides).values(expires_at=over))
    assert (await member.refused("upsertCustomer", name="Butcher"))["code"] == "FORBIDDEN"
    assert await permissions_of(member) == {one.value for one in BY_ROLE[Role.MEMBER]}


async def test_a_deny_beats_the_role_from_the_next_request_on_until_it_is_lifted(world: World) -> None:
    owner = await world.client_side()
    member = await colleague(world, owner, Role.MEMBER)
    assert "work:approve" in await permissions_of(member)
    await override(owner, member, "work:approve", "DENY")
    assert "work:approve" not in await permissions_of(member)
    again = await override(owner, member, "work:approve", "ALLOW")
    assert again["override"]["version"] == 2
    assert "work:approve" in await permissions_of(member)
    await override(owner, member, "work:approve", "DENY")
    lifted = await override(owner, member, "work:approve", None, reason=None)
    assert lifted == {"override": None, "membership": {"overrides": []}}
    assert await permissions_of(member) == {one.value for one in BY_ROLE[Role.MEMBER]}
    await world.settle()
    assert await count(world, outbox, outbox.c.type == "member.override_set") == 3
    told = [letter.get_content() for letter in letters(world, member.email)]
    assert len(told) == 4
    assert "no longer have the permission work:approve" in told[0]
    assert "your role alone decides" in told[3]


async def test_nobody_overrides_what_depends_on_the_role_alone_nor_their_own_rights(world: World) -> None:
    owner = await world.client_side()
    admin, member = await colleague(world, owner, Role.ADMIN), await colleague(world, owner, Role.MEMBER)
    mine, theirs = f"mbr_{owner.membership_id.hex}", f"mbr_{member.membership_id.hex}"
    tomorrow = (datetime.now(UTC) + timedelta(days=1)).isoformat()
    yesterday = (datetime.now(UTC) - timedelta(days=1)).isoformat()
    async with nothing_changes(world):
        for who, input, code, path in (
            (owner, {"membershipId": theirs, "permission": "org:close"}, "INVALID", ["permission"]),
            (owner, {"membershipId": theirs, "permission": "staff:read"}, "INVALID", ["permission"]),
            (owner, {"membershipId": theirs, "permission": "work:fly"}, "INVALID", ["permission"]),
            (owner, {"membershipId": theirs, "expiresAt": yesterday}, "INVALID", ["expiresAt"]),
            (owner, {"membershipId": theirs, "reason": " "}, "INVALID", ["reason"]),
            (owner, {"membershipId": theirs, "effect": None}, "NOT_FOUND", ["permission"]),
            (owner, {"membershipId": mine, "effect": "DENY"}, "FORBIDDEN", []),
            (admin, {"membershipId": mine, "effect": "DENY"}, "FORBIDDEN", []),
            (member, {"membershipId": theirs}, "FORBIDDEN", []),
        ):
            whole = {"permission": "work:write", "effect": "ALLOW", "reason": REASON, "expiresAt": tomorrow} | input
            refusal = await who.refused("setPermissionOverride", **whole)
            assert (refusal["code"], refusal["path"]) == (code, path), input


async def test_one_allows_others_only_what_one_may_oneself(world: World) -> None:
    owner = await world.client_side()
    helper, member = await colleague(world, owner, Role.MEMBER), await colleague(world, owner, Role.VIEWER)
    await override(owner, helper, "members:manage", "ALLOW")
    theirs = f"mbr_{member.membership_id.hex}"
    refusal = await helper.refused(
        "setPermissionOverride", membershipId=theirs, permission="money:move", effect="ALLOW", reason=REASON
    )
    assert (refusal["code"], refusal["path"]) == ("FORBIDDEN", ["permission"])
    await override(helper, member, "work:write", "ALLOW")
    await override(helper, member, "money:move", "DENY")


async def test_one_gives_only_roles_of_which_one_may_do_all_oneself(world: World) -> None:
    owner = await world.client_side()
    helper, viewer = await colleague(world, owner, Role.MEMBER), await colleague(world, owner, Role.VIEWER)
    await override(owner, helper, "members:manage", "ALLOW")
    theirs, own = f"mbr_{viewer.membership_id.hex}", f"mbr_{helper.membership_id.hex}"
    async with nothing_changes(world):
        for mutation, input in (
            ("changeRole", {"membershipId": own, "role": "ADMIN"}),
            ("changeRole", {"membershipId": theirs, "role": "FINANCE"}),
            ("inviteMember", {"email": "bob@example.com", "role": "ADMIN"}),
        ):
            refusal = await helper.refused(mutation, **input)
            assert (refusal["code"], refusal["path"]) == ("FORBIDDEN", ["role"]), input
    await helper.do("changeRole", "membership { role }", membershipId=theirs, role="MEMBER")
    await helper.do("inviteMember", "invitation { id }", email="bob@example.com", role="VIEWER")


async def test_nobody_takes_back_by_a_key_what_was_decided_about_them(world: World) -> None:
    owner = await world.client_side()
    admin, finance = await colleague(world, owner, Role.ADMIN), await colleague(world, owner, Role.FINANCE)
    key = await make_key(admin, *(one.value for one in BY_ROLE[Role.ADMIN]))
    mine, theirs = f"mbr_{admin.membership_id.hex}", f"mbr_{finance.membership_id.hex}"
    await override(owner, admin, "money:move", "DENY")
    await owner.do("changeRole", "membership { role }", membershipId=mine, role="VIEWER")
    async with nothing_changes(world):
        lifting = {"permission": "money:move", "effect": None, "reason": None}
        for mutation, input in (("setPermissionOverride", lifting), ("changeRole", {"role": "FINANCE"})):
            refusal = await key.refused(mutation, membershipId=mine, **input)
            assert (refusal["code"], refusal["path"]) == ("FORBIDDEN", ["membershipId"]), mutation
    await key.do("changeRole", "membership { role }", membershipId=theirs, role="MEMBER")


async def test_overrides_are_seen_by_members_and_not_by_strangers(world: World) -> None:
    owner, stranger = await world.client_side(), await world.client_side("Elsewhere")
    member = await colleague(world, owner, Role.MEMBER)
    await override(owner, member, "money:read", "ALLOW")
    mine = (await member.ask("{ viewer { membership { overrides { id } } } }"))["viewer"]["membership"]
    id_ = mine["overrides"][0]["id"]
    query = "query($id: ID!) { node(id: $id) { ... on PermissionOverride { permission setBy { email } } } }"
    assert (await owner.ask(query, id=id_))["node"] == {"permission": "money:read", "setBy": {"email": owner.email}}
    assert (await stranger.ask(query, id=id_))["node"] is None


@pytest.mark.parametrize("status", ["SUSPENDED", "CLOSED"])
async def test_an_override_gives_no_more_than_the_organization_may(world: World, status: str) -> None:
    owner, staff = await world.client_side(), await world.staff()
    member = await colleague(world, owner, Role.VIEWER)
    await override(owner, member, "money:move", "ALLOW")
    await override(owner, member, "work:write", "ALLOW")
    organization = f"org_{owner.organization_id.hex}"
    if status == "SUSPENDED":
        await staff.do("suspendOrganization", "organization { id }", organizationId=organization, reason="Odd.")
    else:
        await owner.do("closeOrganization", "organization { id }", organizationId=organization)
    reads = {one.value for one in BY_ROLE[Role.VIEWER]}
    assert await permissions_of(member) == reads | ({"money:move"} if status == "SUSPENDED" else set())


async def test_a_removed_member_takes_no_override_along(world: World) -> None:
    owner = await world.client_side()
    member = await colleague(world, owner, Role.MEMBER)
    await override(owner, member, "money:read", "ALLOW")
    await owner.do("removeMember", "membership { status }", membershipId=f"mbr_{member.membership_id.hex}")
    assert await permissions_of(member) == set()
    assert await count(world, memberships, memberships.c.id == member.membership_id) == 1


def test_everything_but_closing_and_staffs_rights_can_be_overridden() -> None:
    staffs = {one for one in Permission if one.value.startswith("staff:")}
    assert set(Permission) - OVERRIDABLE == staffs | {Permission.ORG_CLOSE}
