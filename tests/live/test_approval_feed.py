"""The feed of approvals: whoever may decide hears of what is asked for, and both sides of how it ended."""

from domain.permissions import Role
from tests.live.sockets import Socket
from tests.makers.approvals import ask, make_wrong
from tests.makers.colleagues import colleague
from tests.world import World

FEED = (
    "subscription($id: ID!, $after: Cursor) { approvalRequested(organizationId: $id, after: $after)"
    " { cursor event { type subjectId data } approval { id status } } }"
)


async def test_the_second_person_hears_what_is_asked_for_and_the_requester_how_it_ended(
    world: World, live: str
) -> None:
    wrong = await make_wrong(world)
    platform = f"org_{wrong.asker.organization_id.hex}"
    async with Socket.opened(live, wrong.approver.token) as socket:
        await socket.subscribe(FEED, id=platform)
        approval = await ask(world, wrong)
        await world.settle()
        asked = await socket.next()
    assert asked["event"] == {
        "type": "approval.requested",
        "subjectId": approval["id"],
        "data": {"kind": "LEDGER_ADJUSTMENT"},
    }
    assert asked["approval"] == {"id": approval["id"], "status": "PENDING"}
    await wrong.approver.do("reject", "approval { id }", approvalId=approval["id"], reason="Not so.")
    await world.settle()
    async with Socket.opened(live, wrong.asker.token) as socket:
        await socket.subscribe(FEED, id=platform, after=asked["cursor"])
        ended = await socket.next()
    assert ended["event"]["type"] == "approval.decided"
    assert ended["event"]["data"] == {"kind": "LEDGER_ADJUSTMENT", "status": "REJECTED"}
    assert ended["approval"] == {"id": approval["id"], "status": "REJECTED"}


async def test_only_those_who_may_decide_follow_it_and_only_for_their_own_organization(world: World, live: str) -> None:
    owner, stranger = await world.client_side(), await world.freelancer_side()
    member = await colleague(world, owner, Role.MEMBER)
    own = f"org_{owner.organization_id.hex}"
    async with Socket.opened(live, member.token) as socket:
        await socket.subscribe(FEED, id=own)
        assert "money:approve" in (await socket.error())["message"]
    async with Socket.opened(live, stranger.token) as socket:
        await socket.subscribe(FEED, id=own)
        assert (await socket.error())["message"] == "There is no such organization, or you may not see it."
