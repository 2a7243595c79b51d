"""The feed of an organization's held money."""

from tests.live.sockets import Socket
from tests.makers.escrow import fund, make_escrow_project, release
from tests.world import World

ESCROW = (
    "subscription($id: ID!, $after: Cursor) { escrowChanged(organizationId: $id, after: $after)"
    " { cursor event { type data } hold { status remaining { decimal } } } }"
)


async def test_both_sides_follow_the_money_from_funding_to_release(world: World, live: str) -> None:
    made = await make_escrow_project(world)
    cursor = (await made.freelancer.ask("{ liveCursor }"))["liveCursor"]
    async with Socket.opened(live, made.freelancer.token) as socket:
        id_ = f"org_{made.freelancer.organization_id.hex}"
        await socket.subscribe(ESCROW, id=id_, after=cursor)
        hold = (await fund(made))["hold"]["id"]
        heard = [await socket.next() for _ in range(2)]
        await world.settle()
        await release(made, hold, 40_000)
        heard.append(await socket.next())
    assert [update["event"]["type"] for update in heard] == ["escrow.created", "escrow.funded", "escrow.released"]
    assert heard[-1]["event"]["data"] == {"amountMinor": 40_000, "currency": "EUR", "cause": "CLIENT"}
    assert heard[-1]["hold"] == {"status": "PARTIALLY_RELEASED", "remaining": {"decimal": "600.00"}}


async def test_nobody_follows_the_holds_of_others(world: World, live: str) -> None:
    made, other = await make_escrow_project(world), await world.client_side()
    async with Socket.opened(live, other.token) as socket:
        await socket.subscribe(ESCROW, id=f"org_{made.client.organization_id.hex}")
        assert (await socket.error())["message"] == "There is no such organization, or you may not see it."
