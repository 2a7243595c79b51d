"""The socket itself: signing in, the protocol's rules, faults without traces, an end that leaves nothing behind."""

import asyncio
import gc
from typing import Any

import asyncpg
import pytest
from aiodataloader import DataLoader
from websockets.exceptions import ConnectionClosed

from domain.organizations import OrganizationKind
from domain.permissions import Role
from server.sockets import SocketHandler
from tests.live.sockets import GIG_ACTIVITY, Socket
from tests.makers.events import make_placed_gig, toggle
from tests.world import World

VIEWER = "{ gigs { totalCount } }"


@pytest.mark.parametrize(
    ("headers", "payload"),
    [
        ({}, {"token": "TOKEN"}),
        ({}, {"authorization": "Bearer TOKEN"}),
        ({"authorization": "Bearer TOKEN"}, None),
        ({"authorization": "Bearer unknown"}, {"token": "TOKEN"}),
    ],
)
async def test_a_token_is_taken_from_the_first_message_or_from_the_header(
    world: World, live: str, headers: dict[str, str], payload: dict[str, str] | None
) -> None:
    client = await world.client_side()

    def filled(values: dict[str, str]) -> dict[str, str]:
        return {name: value.replace("TOKEN", client.token) for name, value in values.items()}

    async with Socket.raw(live, **filled(headers)) as socket:
        await socket.send({"type": "connection_init", "payload": None if payload is None else filled(payload)})
        assert await socket.receive() == {"type": "connection_ack"}
        await socket.subscribe(VIEWER)
        assert await socket.next() == {"totalCount": 0}
        assert await socket.receive() == {"type": "complete", "id": "1"}


@pytest.mark.parametrize("token", [None, "unknown"])
async def test_whoever_is_not_signed_in_gets_no_feed_and_keeps_the_socket(
    world: World, live: str, token: str | None
) -> None:
    gig = await make_placed_gig(world, await world.client_side())
    async with Socket.opened(live, token) as socket:
        await socket.subscribe(GIG_ACTIVITY, id=f"gig_{gig.hex}")
        assert (await socket.error())["extensions"]["code"] == "UNAUTHENTICATED"
        await socket.subscribe("subscription { events { cursor } }", "2")
        assert (await socket.error("2"))["extensions"]["code"] == "UNAUTHENTICATED"
        await socket.silence(0)


async def test_a_revoked_session_closes_its_sockets_within_seconds(world: World, live: str) -> None:
    client = await world.client_side()
    gig = await make_placed_gig(world, client)
    async with Socket.opened(live, client.token) as idle, Socket.opened(live, client.token) as silent:
        await silent.subscribe(GIG_ACTIVITY, id=f"gig_{gig.hex}")
        await silent.silence()
        await revoke(world, client.token)
        assert [await idle.closed(), await silent.closed()] == [4403, 4403]


async def test_a_revoked_session_gets_no_event_that_happens_after(world: World, live: str) -> None:
    client = await world.client_side()
    gig = await make_placed_gig(world, client)
    async with Socket.opened(live, client.token) as socket:
        await socket.subscribe(GIG_ACTIVITY, id=f"gig_{gig.hex}")
        await socket.silence()
        await revoke(world, client.token)
        await toggle(world.database, gig, world.clock.now())
        with pytest.raises(ConnectionClosed):
            await socket.receive()
        assert await socket.closed() == 4403


async def test_a_lost_membership_ends_the_feed_and_then_the_socket(world: World, live: str) -> None:
    organization = await world.organization(OrganizationKind.CLIENT, "Contoso")
    owner, member = await world.join(organization, Role.OWNER), await world.join(organization, Role.MEMBER)
    gig = await make_placed_gig(world, owner)
    async with Socket.opened(live, member.token) as socket, Socket.opened(live, member.token) as silent:
        await socket.subscribe(GIG_ACTIVITY, id=f"gig_{gig.hex}")
        await socket.silence()
        await silent.subscribe('subscription { events(types: ["none"]) { cursor } }')
        await run(world, "UPDATE memberships SET status = 'REMOVED' WHERE id = $1", member.membership_id)
        await toggle(world.database, gig, world.clock.now())
        for one in (socket, silent):
            assert (await one.error())["extensions"]["code"] == "FORBIDDEN"
            assert await one.closed() == 4403


async def test_pings_are_answered_with_their_payload(world: World, live: str) -> None:
    async with Socket.opened(live, None) as socket:
        await socket.send({"type": "ping", "payload": {"at": 1}})
        assert await socket.receive() == {"type": "pong", "payload": {"at": 1}}
        await socket.send({"type": "ping"})
        assert await socket.receive() == {"type": "pong"}


@pytest.mark.parametrize(
    ("query", "code"),
    [
        ("subscription {", "GRAPHQL_VALIDATION_FAILED"),
        ("{ nothing }", "GRAPHQL_VALIDATION_FAILED"),
        ("fragment A on Query { __typename }", "BAD_USER_INPUT"),
    ],
)
async def test_a_wrong_document_is_an_error_of_its_operation_and_keeps_the_socket(
    world: World, live: str, query: str, code: str
) -> None:
    client = await world.client_side()
    async with Socket.opened(live, client.token) as socket:
        await socket.subscribe(query)
        assert (await socket.error())["extensions"]["code"] == code
        await socket.subscribe(VIEWER)
        assert await socket.next() == {"totalCount": 0}


async def test_what_goes_wrong_inside_is_masked_and_named_by_its_request(world: World, live: str) -> None:
    client = await world.client_side()
    gig = await make_placed_gig(world, client)
    async with Socket.opened(live, client.token) as socket:
        await run(world, "ALTER TABLE gigs RENAME TO gigs_elsewhere")
        try:
            await socket.subscribe(GIG_ACTIVITY, id=f"gig_{gig.hex}")
            fault = await socket.error()
            await socket.subscribe("subscription { events { cursor } }", "2")
            await socket.silence(0)
        finally:
            await run(world, "ALTER TABLE gigs_elsewhere RENAME TO gigs")
    assert fault["message"] == "Something went wrong on our side; it has been logged."
    assert fault["extensions"]["code"] == "INTERNAL"
    assert len(fault["extensions"]["requestId"]) == 24
    assert set(fault) <= {"message", "extensions", "locations", "path"}


async def test_a_socket_runs_at_most_fifty_operations_at_once(world: World, live: str) -> None:
    client = await world.client_side()
    async with Socket.opened(live, client.token) as socket:
        for number in range(50):
            await socket.subscribe("subscription { events { cursor } }", str(number))
        await socket.subscribe("subscription { events { cursor } }", "one too many")
        assert (await socket.error("one too many"))["extensions"]["code"] == "RATE_LIMITED"
        await socket.send({"type": "complete", "id": "7"})
        await socket.subscribe("subscription { events { cursor } }", "another")
        await socket.silence(0.2)


@pytest.mark.parametrize(
    ("message", "code"),
    [
        ("no json", 4400),
        ([1], 4400),
        ({"type": "unknown"}, 4400),
        ({"id": 1, "type": "subscribe", "payload": {"query": VIEWER}}, 4400),
        ({"id": "1", "type": "subscribe", "payload": {"query": 5}}, 4400),
        ({"id": "1", "type": "subscribe", "payload": {"query": VIEWER, "variables": []}}, 4400),
        ({"type": "connection_init"}, 4429),
    ],
)
async def test_what_is_no_message_of_the_protocol_closes_the_socket(
    world: World, live: str, message: Any, code: int
) -> None:
    async with Socket.opened(live, None) as socket:
        await socket.send(message)
        assert await socket.closed() == code


async def test_nothing_is_asked_before_the_first_message_and_only_this_protocol_is_spoken(
    world: World, live: str
) -> None:
    async with Socket.raw(live) as early, Socket.raw(live, "graphql-ws") as legacy:
        await early.subscribe(VIEWER)
        assert await early.closed() == 4401
        assert await legacy.closed() == 4406


async def test_a_socket_that_dies_in_the_middle_leaves_nothing_behind(world: World, live: str) -> None:
    client = await world.client_side()
    gig = await make_placed_gig(world, client)
    async with Socket.opened(live, client.token) as first:
        await first.subscribe(GIG_ACTIVITY, id=f"gig_{gig.hex}")
        await first.silence(0.2)
    await asyncio.sleep(0.2)
    # What looks up who callers are is the process's, whoever was the first to need it.
    before, of_the_process = names_of_tasks(), handlers_and_loaders()
    for _ in range(5):
        async with Socket.opened(live, client.token) as socket:
            for number in range(3):
                await socket.subscribe(GIG_ACTIVITY, str(number), id=f"gig_{gig.hex}")
            await socket.silence(0.2)
            await toggle(world.database, gig, world.clock.now())
            assert (await socket.receive())["type"] == "next"
            socket.connection.transport.abort()
    async with asyncio.timeout(8):
        while names_of_tasks() != before:
            await asyncio.sleep(0.05)
    # The schema's extensions remember the operation they saw last: let that be another one.
    await client.ask("{ __typename }")
    assert [one for one in handlers_and_loaders() if one not in of_the_process] == []


def handlers_and_loaders() -> list[object]:
    """All that are still referred to."""
    gc.collect()
    return [one for one in gc.get_objects() if isinstance(one, (SocketHandler, DataLoader))]


def names_of_tasks() -> list[str]:
    """What runs, by the name of its coroutine: the server's own tasks come and go under the same names."""
    return sorted(getattr(task.get_coro(), "__qualname__", "") for task in asyncio.all_tasks())


async def revoke(world: World, token: str) -> None:
    await run(world, "UPDATE sessions SET revoked_at = now() WHERE token_hash = sha256($1::bytea)", token.encode())


async def run(world: World, sql: str, *values: Any) -> None:
    connection = await asyncpg.connect(world.database.url)
    try:
        await connection.execute(sql, *values)
    finally:
        await connection.close()
