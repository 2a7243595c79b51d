"""Trusted documents over sockets and event streams; and how many sockets somebody may have."""

import asyncio
from contextlib import AsyncExitStack, suppress
from functools import partial

import httpx2
from websockets.exceptions import ConnectionClosed

from domain.actors import SYSTEM
from domain.trusted_documents import TrustedDocument, hash_of
from persistence.trusted_documents import trust
from persistence.unit import transact
from tests.live.sockets import Socket
from tests.live.streams import Stream
from tests.makers.events import make_placed_gig, toggle
from tests.world import World

KNOWN, WHO = "query Known{__typename}", "query Who{viewer{user{email}}}"
FEED = "subscription Feed{events{event{type}}}"
UNKNOWN = f"sha256:{hash_of('query Unknown{__typename}')}"


async def _trusted(world: World, live: str) -> None:
    """Returns when the server has heard of it."""
    documents = [TrustedDocument("Some", text) for text in (KNOWN, WHO, FEED)]
    adding = partial(trust, client="web", release="1.0", documents=documents)
    await transact(world.database, adding, by=SYSTEM, at=world.clock.now())
    async with httpx2.AsyncClient() as http:
        asked = {"documentId": f"sha256:{hash_of(KNOWN)}"}
        for _ in range(500):
            if "data" in (await http.post(live.replace("ws://", "http://"), json=asked)).json():
                return
            await asyncio.sleep(0.01)
    raise AssertionError("the server has not heard of the release")


def _persisted(text: str) -> dict[str, object]:
    return {"extensions": {"persistedQuery": {"version": 1, "sha256Hash": hash_of(text)}}}


async def test_a_socket_takes_documents_by_their_hash(world: World, live: str) -> None:
    client = await world.client_side()
    gig = await make_placed_gig(world, client)
    await _trusted(world, live)
    async with Socket.opened(live, client.token) as socket:
        for id_, payload in (("1", {"documentId": f"sha256:{hash_of(WHO)}"}), ("2", _persisted(WHO))):
            await socket.send({"type": "subscribe", "id": id_, "payload": payload})
            assert await socket.next(id_) == {"user": {"email": client.email}}
            assert await socket.receive() == {"id": id_, "type": "complete"}
        await socket.send({"type": "subscribe", "id": "3", "payload": {"documentId": f"sha256:{hash_of(FEED)}"}})
        await toggle(world.database, gig, world.clock.now())
        assert (await socket.next("3"))["event"]["type"]


async def test_what_a_socket_does_not_know_is_an_error_of_that_operation(world: World, live: str) -> None:
    async with Socket.opened(live, None) as socket:
        wanted = {
            "PERSISTED_QUERY_NOT_FOUND": {"documentId": UNKNOWN},
            "BAD_USER_INPUT": {"documentId": UNKNOWN, "query": KNOWN},
        }
        for code, payload in wanted.items():
            await socket.send({"type": "subscribe", "id": code, "payload": payload})
            assert (await socket.error(code))["extensions"]["code"] == code
        await socket.subscribe(KNOWN)
        assert await socket.next() == "Query"


async def test_a_subscription_without_a_document_closes_the_socket(world: World, live: str) -> None:
    async with Socket.opened(live, None) as socket:
        await socket.send({"type": "subscribe", "id": "1", "payload": {"extensions": {}}})
        assert await socket.closed() == 4400


async def test_an_event_stream_takes_documents_by_their_hash(world: World, live: str) -> None:
    client = await world.client_side()
    gig = await make_placed_gig(world, client)
    await _trusted(world, live)
    who = {"documentId": f"sha256:{hash_of(WHO)}"}
    async with Stream.asked(live, client.token, "POST", json=who) as stream:
        assert await stream.next() == {"user": {"email": client.email}}
        await stream.complete()
    async with Stream.asked(live, client.token, "GET", params=who) as stream:
        assert await stream.next() == {"user": {"email": client.email}}
    async with Stream.asked(live, client.token, "POST", json=_persisted(FEED)) as stream:
        await toggle(world.database, gig, world.clock.now())
        assert (await stream.next())["event"]["type"]


async def test_an_event_stream_for_an_unknown_hash_says_so_and_ends(world: World, live: str) -> None:
    async with Stream.asked(live, None, "POST", json={"documentId": UNKNOWN}) as stream:
        event = await stream.event()
        assert event.payload["errors"][0]["extensions"]["code"] == "PERSISTED_QUERY_NOT_FOUND"
        await stream.complete()


async def test_somebody_has_at_most_ten_sockets(world: World, live: str) -> None:
    client, other = await world.client_side(), await world.client_side()
    async with AsyncExitStack() as stack:
        sockets = [await stack.enter_async_context(Socket.opened(live, client.token)) for _ in range(10)]
        async with Socket.raw(live) as one_too_many:
            await one_too_many.send({"type": "connection_init", "payload": {"token": client.token}})
            assert await one_too_many.closed() == 4429
        async with Socket.opened(live, other.token):
            pass
        await sockets[0].connection.close()
        for _ in range(500):
            with suppress(ConnectionClosed):
                async with Socket.opened(live, client.token):
                    return
            await asyncio.sleep(0.01)
        raise AssertionError("no place was given back")
