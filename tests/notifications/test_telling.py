"""Who is told of what happens: once each, in the app in any case."""

from datetime import timedelta

from domain.permissions import Role
from jobs.notifications import notify
from persistence.tables.identity import memberships
from persistence.tables.notifications import notifications
from tests.makers.colleagues import colleague
from tests.makers.events import placed_events
from tests.makers.notifications import make_proposed, make_told, told
from tests.makers.projects import approve, make_submitted_project
from tests.makers.rows import count, write
from tests.world import World


async def test_the_other_side_is_told_with_what_it_is_about(world: World) -> None:
    client, freelancer = await world.client_side("Northwind"), await world.freelancer_side("Ada Lovelace")
    proposal = await make_proposed(world, client, freelancer)
    [one] = await told(client)
    assert one["id"].startswith("ntf_")
    assert {name: one[name] for name in ("type", "category", "title", "text", "subjectId", "readAt")} == {
        "type": "proposal.submitted",
        "category": "WORK",
        "title": "A proposal for A website",
        "text": "Ada Lovelace proposes to do A website for 1000.00 EUR.",
        "subjectId": proposal,
        "readAt": None,
    }
    assert one["params"] == {"amount": "1000.00 EUR", "freelancer": "Ada Lovelace", "gig": "A website"}
    assert one["organization"] == {"name": "Northwind"}
    assert await told(freelancer) == []


async def test_members_are_told_who_hold_the_permission_and_have_not_done_it_themselves(world: World) -> None:
    client, freelancer = await world.client_side(), await world.freelancer_side()
    member, viewer = await colleague(world, client, Role.MEMBER), await colleague(world, client, Role.VIEWER)
    gone = await colleague(world, client, Role.MEMBER)
    mine = memberships.c.id == gone.membership_id
    await write(world, memberships.update().where(mine).values(status="REMOVED"))
    await make_proposed(world, client, freelancer)
    assert [len(await told(one, "proposal.submitted")) for one in (client, member, viewer, gone)] == [1, 1, 0, 0]


async def test_what_somebody_has_done_is_told_to_their_colleagues_alone(world: World) -> None:
    owner = await world.client_side()
    admin = await colleague(world, owner, Role.ADMIN)
    await owner.do("inviteMember", "invitation { id }", email="bob@example.com", role="VIEWER")
    await world.settle()
    assert await told(owner, "member.invited") == []
    [one] = await told(admin, "member.invited")
    assert one["text"] == "bob@example.com is invited to join Northwind as VIEWER."


async def test_an_event_that_is_followed_twice_tells_nobody_twice(world: World) -> None:
    client = await make_told(world)
    [event] = [one for one in await placed_events(world) if one.type == "proposal.submitted"]
    await notify(world.database, event, world.clock.now())
    await world.settle()
    assert len(await told(client)) == 1
    assert await count(world, notifications) == 1


async def test_both_sides_follow_a_milestone_to_its_invoice(world: World) -> None:
    made = await make_submitted_project(world, "MILESTONE", (1,))
    await world.settle()
    assert [one["type"] for one in await told(made.client)] == ["milestone.submitted"]
    await approve(made, made.tasks[0][0])
    await world.settle()
    assert [one["type"] for one in await told(made.freelancer)].count("milestone.approved") == 1
    assert {one["type"] for one in await told(made.freelancer)} >= {"milestone.approved", "project.completed"}


async def test_notifications_are_forgotten_after_180_days(world: World) -> None:
    client = await make_told(world)
    world.clock.advance(timedelta(days=179))
    await world.settle()
    assert "proposal.submitted" in {one["type"] for one in await told(client)}
    world.clock.advance(timedelta(days=2))
    await world.settle()
    assert await told(client, "proposal.submitted") == []


async def test_nobody_reads_what_others_are_told(world: World) -> None:
    client = await make_told(world)
    [one] = await told(client)
    for other in (await colleague(world, client, Role.OWNER), await world.staff()):
        assert await other.ask("query($id: ID!) { node(id: $id) { id } }", id=one["id"]) == {"node": None}
        refusal = await other.refused("markNotificationsRead", ids=[one["id"]])
        assert (refusal["code"], refusal["path"]) == ("NOT_FOUND", ["ids", "0"])
