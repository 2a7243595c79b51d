"""What /metrics says of sockets and event streams, and of the operations that run over them."""

import httpx2

from tests.live.conftest import METRICS_TOKEN
from tests.live.sockets import Socket
from tests.live.streams import Stream
from tests.world import World


async def scrape(live: str) -> list[str]:
    url = live.replace("ws://", "http://").replace("/graphql", "/metrics")
    async with httpx2.AsyncClient() as http:
        return (await http.get(url, headers={"authorization": f"Bearer {METRICS_TOKEN}"})).text.splitlines()


async def test_what_is_open_is_shown_and_its_operations_are_counted(world: World, live: str) -> None:
    client = await world.client_side()
    async with (
        Socket.opened(live, client.token) as socket,
        Stream.opened(live, client.token, "subscription Held { events { cursor } }") as held,
    ):
        assert await anext(held.lines) == ":"
        await socket.subscribe("query OverSocket { gigs { totalCount } }")
        assert await socket.next() == {"totalCount": 0}
        assert (await socket.receive())["type"] == "complete"
        during = await scrape(live)
    assert {"milepost_sockets 1.0", "milepost_streams 1.0"} <= set(during)
    assert 'milepost_operation_streamed_total{operation="OverSocket"} 1.0' in during
    assert 'milepost_operation_cost_total{operation="OverSocket"} 25.0' in during
    assert 'milepost_operation_seconds_count{operation="OverSocket"} 0.0' in during
