"""The feed of an organization's members."""

from typing import Any

from domain.permissions import Role
from tests.live.sockets import Socket
from tests.makers.colleagues import colleague
from tests.world import World

FEED = (
    "subscription($id: ID!, $after: Cursor) { membershipChanged(organizationId: $id, after: $after)"
    " { cursor event { type } membership { role status user { email } } } }"
)


async def test_members_follow_who_becomes_what_and_who_leaves(world: World, live: str) -> None:
    owner = await world.client_side()
    member, watcher = await colleague(world, owner, Role.MEMBER), await colleague(world, owner, Role.VIEWER)
    organization, membership = f"org_{owner.organization_id.hex}", f"mbr_{member.membership_id.hex}"
    cursor = (await watcher.ask("{ liveCursor }"))["liveCursor"]
    await owner.do("changeRole", "membership { id }", membershipId=membership, role="FINANCE")
    await owner.do("removeMember", "membership { id }", membershipId=membership)
    await world.settle()
    async with Socket.opened(live, watcher.token) as socket:
        await socket.subscribe(FEED, id=organization, after=cursor)
        heard: list[dict[str, Any]] = [await socket.next(), await socket.next()]
    assert [one["event"]["type"] for one in heard] == ["member.role_changed", "member.removed"]
    expected = {"role": "FINANCE", "status": "REMOVED", "user": {"email": member.email}}
    assert heard[1]["membership"] == expected


async def test_members_of_others_are_nobodys_feed(world: World, live: str) -> None:
    owner, stranger = await world.client_side(), await world.client_side("Elsewhere")
    async with Socket.opened(live, stranger.token) as socket:
        await socket.subscribe(FEED, id=f"org_{owner.organization_id.hex}")
        assert (await socket.error())["message"] == "There is no such organization, or you may not see it."
