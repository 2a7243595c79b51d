"""The feed of an organization's entitlements."""

import pytest

from tests.live.sockets import Socket
from tests.makers.entitlements import give, promote, subscribe
from tests.world import World

CHANGED = (
    "subscription($id: ID!, $after: Cursor) { entitlementsChanged(organizationId: $id, after: $after)"
    " { cursor event { type data } entitlements { featureCode isActive } } }"
)


SWITCHES = {"einvoice", "import", "webhooks"}
"""What the free plan has nothing of."""


@pytest.fixture
def has_limits() -> bool:
    return True


def active(update: dict[str, object]) -> list[str]:
    found = update["entitlements"]
    assert isinstance(found, list)
    return [one["featureCode"] for one in found if one["isActive"] and one["featureCode"] in SWITCHES]


async def test_every_change_of_ones_own_and_of_the_catalogue_shows_what_may_be_used_then(
    world: World, live: str
) -> None:
    client, other = await world.client_side(), await world.client_side()
    async with Socket.opened(live, client.token) as socket:
        await socket.subscribe(CHANGED, id=f"org_{client.organization_id.hex}")
        await give(world, other.organization_id, "import")
        await give(world, client.organization_id, "einvoice")
        granted = await socket.next()
        await promote(world, "webhooks", kinds=["CLIENT"])
        promoted = await socket.next()
    assert [one["event"]["type"] for one in (granted, promoted)] == ["entitlements.changed"] * 2
    assert (active(granted), active(promoted)) == (["einvoice"], ["einvoice", "webhooks"])


async def test_who_was_away_hears_what_they_missed(world: World, live: str) -> None:
    client = await world.client_side()
    await give(world, client.organization_id, "import")
    await world.settle()
    cursor = (await client.ask("{ liveCursor }"))["liveCursor"]
    await subscribe(world, client.organization_id)
    await world.settle()
    async with Socket.opened(live, client.token) as socket:
        await socket.subscribe(CHANGED, id=f"org_{client.organization_id.hex}", after=cursor)
        missed = await socket.next()
    assert active(missed) == ["einvoice", "import"]


async def test_nobody_follows_the_entitlements_of_others(world: World, live: str) -> None:
    client, other = await world.client_side(), await world.client_side()
    async with Socket.opened(live, other.token) as socket:
        await socket.subscribe(CHANGED, id=f"org_{client.organization_id.hex}")
        assert (await socket.error())["message"] == "There is no such organization, or you may not see it."
