"""The feed of a payment and of its refunds."""

from tests.live.sockets import Socket
from tests.makers.credits import credit, refund
from tests.makers.payments import make_claim
from tests.world import World

PAYMENT = (
    "subscription($id: ID!, $after: Cursor) { paymentUpdated(paymentId: $id, after: $after)"
    " { cursor event { type } payment { status refundedAmount { amountMinor } } } }"
)


async def test_the_payer_follows_a_payment_from_its_start_to_its_refund(world: World, live: str) -> None:
    claim = await make_claim(world, token="sim_ok")
    cursor = (await claim.payer.ask("{ liveCursor }"))["liveCursor"]
    payment = await claim.pay()
    async with Socket.opened(live, claim.payer.token) as socket:
        await socket.subscribe(PAYMENT, id=payment, after=cursor)
        heard = [await socket.next() for _ in range(2)]
        await credit(claim, 40_000)
        await refund(claim, payment, 40_000)
        heard += [await socket.next() for _ in range(2)]
    types = ["payment.created", "payment.succeeded", "refund.requested", "refund.succeeded"]
    assert [update["event"]["type"] for update in heard] == types
    assert heard[-1]["payment"] == {"status": "SUCCEEDED", "refundedAmount": {"amountMinor": "40000"}}


async def test_nobody_follows_the_payments_of_others(world: World, live: str) -> None:
    claim, other = await make_claim(world, token="sim_ok"), await world.client_side("Acme")
    async with Socket.opened(live, other.token) as socket:
        await socket.subscribe(PAYMENT, id=await claim.pay())
        assert (await socket.error())["message"] == "There is no such payment, or you may not see it."
