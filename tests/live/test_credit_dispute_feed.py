"""The feed of a credit dispute: its organization hears of each step, a stranger of none."""

from tests.live.sockets import Socket
from tests.makers.credit_control import make_dispute
from tests.world import World

FEED = (
    "subscription($id: ID!) { creditDisputeUpdated(creditDisputeId: $id)"
    " { event { type data } dispute { id status resolvedQuantity } } }"
)


async def test_an_organization_hears_how_its_dispute_goes_on(world: World, live: str) -> None:
    owner, stranger, staff = await world.client_side(), await world.freelancer_side(), await world.staff()
    dispute = await make_dispute(owner, 30)
    await world.settle()
    async with Socket.opened(live, owner.token) as socket:
        await socket.subscribe(FEED, id=dispute)
        await staff.do("takeCreditDispute", "dispute { id }", disputeId=dispute)
        await world.settle()
        assert (await socket.next())["event"]["type"] == "credit_dispute.taken"
        said = {"outcome": "PARTIAL_REFUND", "quantity": 7, "notes": "A part of it.", "idempotencyKey": world.key()}
        await staff.do("resolveCreditDispute", "dispute { id }", disputeId=dispute, **said)
        await world.settle()
        assert await socket.next() == {
            "event": {"type": "credit_dispute.resolved", "data": {"outcome": "PARTIAL_REFUND", "quantity": 7}},
            "dispute": {"id": dispute, "status": "RESOLVED", "resolvedQuantity": "7"},
        }
    async with Socket.opened(live, stranger.token) as socket:
        await socket.subscribe(FEED, id=dispute)
        assert (await socket.error())["message"] == "There is no such creditDispute, or you may not see it."
