"""The feed of an organization's wallets."""

from tests.live.sockets import Socket
from tests.makers.payouts import earner, request_payout
from tests.world import World

WALLET = (
    "subscription($id: ID!, $after: Cursor) { walletChanged(organizationId: $id, after: $after)"
    " { cursor event { type } wallet { currency available { amountMinor } } } }"
)


FIGURES = WALLET.replace("currency available { amountMinor }", "held { amountMinor } paidOut { amountMinor }")


async def test_every_movement_shows_the_wallet_as_it_is_then(world: World, live: str) -> None:
    freelancer = await earner(world, 50_000, token="sim_bank_decline")
    await world.settle()
    cursor = (await freelancer.ask("{ liveCursor }"))["liveCursor"]
    async with Socket.opened(live, freelancer.token) as socket:
        await socket.subscribe(WALLET, id=f"org_{freelancer.organization_id.hex}", after=cursor)
        await request_payout(freelancer, 20_000)
        heard = [await socket.next() for _ in range(3)]
    types = ["wallet.debited", "wallet.payout_sent", "wallet.credited"]
    assert [update["event"]["type"] for update in heard] == types
    assert heard[-1]["wallet"] == {"currency": "EUR", "available": {"amountMinor": "50000"}}


async def test_a_payout_shows_in_the_wallet_when_it_is_sent_and_when_it_is_paid(world: World, live: str) -> None:
    freelancer = await earner(world, 50_000)
    await world.settle()
    cursor = (await freelancer.ask("{ liveCursor }"))["liveCursor"]
    async with Socket.opened(live, freelancer.token) as socket:
        await socket.subscribe(FIGURES, id=f"org_{freelancer.organization_id.hex}", after=cursor)
        await request_payout(freelancer, 20_000)
        heard = [await socket.next() for _ in range(3)]
    types = ["wallet.debited", "wallet.payout_sent", "wallet.payout_paid"]
    assert [update["event"]["type"] for update in heard] == types
    assert heard[-1]["wallet"] == {"held": {"amountMinor": "0"}, "paidOut": {"amountMinor": "20000"}}


async def test_nobody_follows_the_wallets_of_others(world: World, live: str) -> None:
    freelancer, other = await earner(world), await world.client_side()
    async with Socket.opened(live, other.token) as socket:
        await socket.subscribe(WALLET, id=f"org_{freelancer.organization_id.hex}")
        assert (await socket.error())["message"] == "There is no such organization, or you may not see it."
