"""Sockets and event streams of web pages: opened by a cookie, and only from pages that may call."""

import pytest
from websockets.exceptions import InvalidStatus

from tests.live.sockets import Socket
from tests.live.streams import Stream
from tests.world import World

ME = "{ viewer { user { email } } }"
EVENTS = "subscription { events { cursor } }"


def page_of(live: str) -> str:
    return live.replace("ws://", "http://").removesuffix("/graphql")


async def test_a_cookie_opens_a_socket_from_the_servers_own_page(world: World, live: str) -> None:
    client = await world.client_side()
    headers = {"origin": page_of(live), "cookie": f"theme=dark; mp_session={client.token}"}
    async with Socket.raw(live, **headers) as socket:
        await socket.send({"type": "connection_init"})
        assert await socket.receive() == {"type": "connection_ack"}
        await socket.subscribe(ME)
        assert await socket.next() == {"user": {"email": client.email}}


@pytest.mark.parametrize("origin", ["https://evil.example", "null", None])
async def test_a_cookie_opens_no_socket_from_anywhere_else(world: World, live: str, origin: str | None) -> None:
    client = await world.client_side()
    headers = {"cookie": f"mp_session={client.token}"} | ({"origin": origin} if origin else {})
    with pytest.raises(InvalidStatus) as refused:
        async with Socket.raw(live, **headers):
            pass
    assert refused.value.response.status_code == 403


async def test_a_foreign_page_opens_no_socket_with_a_token_either(world: World, live: str) -> None:
    with pytest.raises(InvalidStatus):
        async with Socket.raw(live, origin="https://evil.example"):
            pass


async def test_a_cookie_opens_an_event_stream(world: World, live: str) -> None:
    client = await world.client_side()
    cookie = {"cookie": f"mp_session={client.token}"}
    async with Stream.asked(live, None, "POST", json={"query": ME}, origin=page_of(live), **cookie) as stream:
        assert await stream.next() == {"user": {"email": client.email}}
    async with Stream.asked(live, None, "GET", params={"query": ME}, **cookie) as stream:
        assert await stream.next() == {"user": {"email": client.email}}


async def test_a_foreign_page_gets_no_event_stream_with_the_cookie(world: World, live: str) -> None:
    client = await world.client_side()
    headers = {"cookie": f"mp_session={client.token}", "origin": "https://evil.example"}
    for method, how in (("POST", {"json": {"query": EVENTS}}), ("GET", {"params": {"query": EVENTS}})):
        async with Stream.asked(live, None, method, **how, **headers) as stream:
            assert stream.answer.status_code == 403
