"""The feed of an organization's credits."""

from tests.live.sockets import Socket
from tests.makers.credit_holders import holder
from tests.world import World

BALANCE = (
    "subscription($id: ID!, $after: Cursor) { creditBalanceChanged(organizationId: $id, after: $after)"
    " { cursor event { type data } account { available held } } }"
)


async def test_every_movement_and_freeze_shows_the_account_as_it_is_then(world: World, live: str) -> None:
    found = await holder(world)
    owner = found.owner
    cursor = (await owner.ask("{ liveCursor }"))["liveCursor"]
    async with Socket.opened(live, owner.token) as socket:
        await socket.subscribe(BALANCE, id=f"org_{owner.organization_id.hex}", after=cursor)
        await found.given(30)
        given = await socket.next()
        await found.do("spendCredits", quantity=12)
        heard = [await socket.next() for _ in range(2)]
        await found.staff.do("freezeCreditAccount", "account { id }", accountId=found.account_id, reason="Looked into")
        frozen = await socket.next()
    assert (given["event"]["type"], given["account"]) == ("credits.granted", {"available": "30", "held": "0"})
    assert {one["event"]["type"] for one in heard} == {"credits.spent", "credits.balance_low"}
    assert heard[-1]["account"] == {"available": "18", "held": "0"}
    assert frozen["event"]["type"] == "credit_account.frozen"


async def test_nobody_follows_the_credits_of_others(world: World, live: str) -> None:
    found, other = await holder(world), await world.freelancer_side()
    async with Socket.opened(live, other.token) as socket:
        await socket.subscribe(BALANCE, id=f"org_{found.owner.organization_id.hex}")
        assert (await socket.error())["message"] == "There is no such organization, or you may not see it."
