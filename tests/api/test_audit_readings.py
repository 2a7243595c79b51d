"""What the audit log is told of reading: all that staff read, and what somebody may not."""

from typing import Any

from domain.permissions import Role, StaffRole
from tests.makers.audit import written
from tests.makers.colleagues import colleague
from tests.makers.gigs import make_open_gig
from tests.makers.staff import impersonate
from tests.world import World

GIG = "query($id: ID!) { alias: gig(id: $id) { title } ...Rest } fragment Rest on Query { viewer { user { id } } }"


async def readings(world: World) -> list[tuple[Any, ...]]:
    """Who has read what, in the order of writing."""
    entries = [one for one in await written(world) if one.action == "read"]
    found = sorted(entries, key=lambda one: one.at)
    return [(one.actor_kind.name, one.refusal and one.refusal.name, one.subject_id, one.change) for one in found]


async def test_whatever_staff_read_is_written_down_before_they_see_it(world: World) -> None:
    client, staff = await world.client_side(), await world.staff(StaffRole.SUPPORT)
    gig = await make_open_gig(world, client)
    # From the second time on a plan answers.
    for _ in range(3):
        await staff.ask(GIG, id=gig)
    [first, *others] = await readings(world)
    assert (first[0], first[1], first[2].hex) == ("STAFF", None, gig.removeprefix("gig_"))
    assert first[3] == {"fields": ["gig", "viewer"]}
    assert others == [first, first]


async def test_what_members_read_of_their_own_is_not(world: World) -> None:
    client = await world.client_side()
    gig = await make_open_gig(world, client)
    for _ in range(2):
        await client.ask(GIG, id=gig)
    assert await readings(world) == []


async def test_a_mutation_of_staff_has_its_own_entry_and_no_other(world: World) -> None:
    staff = await world.staff(StaffRole.ADMIN)
    await staff.do("signOut", "session { id }")
    assert [one.action for one in await written(world) if one.actor_kind.name == "STAFF"] == ["signOut"]


async def test_a_field_that_somebody_may_not_read_is_written_down_as_a_refusal(world: World) -> None:
    owner = await world.client_side()
    member = await colleague(world, owner, Role.MEMBER)
    for _ in range(2):
        body = await world.client.post(
            "{ other: trialBalance { currency } viewer { user { id } } }", None, member.token
        )
        assert body["errors"][0]["extensions"]["code"] == "FORBIDDEN"
    change = {"fields": ["trialBalance", "viewer"], "needs": ["money:read", "staff:money"]}
    assert await readings(world) == [("USER", "FORBIDDEN", None, change)] * 2


async def test_what_staff_do_as_somebody_else_is_written_down_under_both_ids(world: World) -> None:
    owner, staff = await world.client_side(), await world.staff(StaffRole.ADMIN)
    _, acting = await impersonate(staff, owner, "READ_WRITE")
    await acting.ask("{ viewer { user { id } } }")
    await acting.do("createGig", "gig { id }", title="A website", currency="EUR")
    entries = await written(world, owner.organization_id)
    assert [one.action for one in entries] == ["read", "createGig"]
    assert {(one.actor_user_id, one.impersonator_id) for one in entries} == {(owner.user_id, staff.user_id)}
