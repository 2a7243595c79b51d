"""The feed of what an organization uses."""

from domain.permissions import StaffRole
from tests.billing.test_usage import event, record
from tests.live.sockets import Socket
from tests.makers.catalogue import make_meter
from tests.world import World

USAGE = (
    "subscription($id: ID!, $code: String, $after: Cursor) { usageUpdated(organizationId: $id, meterCode: $code,"
    " after: $after) { event { type data } meter { code } } }"
)


async def test_a_report_shows_once_for_each_meter_and_only_to_whom_it_concerns(world: World, live: str) -> None:
    staff, client, other = (
        await world.staff(StaffRole.FINANCE),
        await world.client_side(),
        await world.freelancer_side(),
    )
    await make_meter(staff, "calls")
    await make_meter(staff, "minutes")
    cursor = (await client.ask("{ liveCursor }"))["liveCursor"]
    await record(other, event(world, "theirs"))
    await record(client, event(world, "a", "minutes"), event(world, "b"), event(world, "c"))
    await record(client, event(world, "d"))
    async with Socket.opened(live, client.token) as socket:
        await socket.subscribe(USAGE, id=f"org_{client.organization_id.hex}", code="calls", after=cursor)
        first, second = [await socket.next() for _ in range(2)]
    recorded = {"event": {"type": "usage.recorded", "data": {"meterCode": "calls"}}, "meter": {"code": "calls"}}
    assert first == second == recorded


async def test_nobody_follows_the_usage_of_others(world: World, live: str) -> None:
    client, other = await world.client_side(), await world.freelancer_side()
    async with Socket.opened(live, other.token) as socket:
        await socket.subscribe(USAGE, id=f"org_{client.organization_id.hex}")
        assert (await socket.error())["message"] == "There is no such organization, or you may not see it."
