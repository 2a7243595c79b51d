"""Everything that ends a session closes its live connections within 5 seconds; a renewed token does not."""

import asyncio
from collections.abc import Awaitable, Callable
from datetime import UTC, datetime
from typing import Any

import pytest
from sqlalchemy import update

from persistence.tables.identity import sessions
from server.sockets import WATCH_SECONDS
from tests.live.sockets import Socket
from tests.live.streams import Stream
from tests.makers.identity import PASSWORD, SIGNED_IN, letters, make_account, token_in
from tests.makers.rows import write
from tests.world import World

ADA = {"email": "ada@example.com", "password": PASSWORD}
EVENTS = "subscription { events { cursor } }"
SECONDS = 5.0

Signed = dict[str, Any]
End = Callable[[World, Signed], Awaitable[object]]


async def _signed_in(world: World) -> Signed:
    await make_account(world)
    return await world.caller().do("signIn", SIGNED_IN, **ADA, kind="APP")


async def _revoke_from_elsewhere(world: World, signed_in: Signed) -> object:
    other = world.caller((await world.caller().do("signIn", "token", **ADA))["token"])
    return await other.do("revokeSession", "__typename", sessionId=signed_in["session"]["id"])


async def _reset_the_password(world: World, signed_in: Signed) -> object:
    await world.caller().do("requestPasswordReset", "accepted", email=ADA["email"])
    await world.settle()
    token = token_in(letters(world, ADA["email"])[-1])
    return await world.caller().do("resetPassword", "accepted", token=token, newPassword="an even longer sentence")


async def _use_a_refresh_token_twice(world: World, signed_in: Signed) -> object:
    token = {"refreshToken": signed_in["refreshToken"]}
    await world.caller().do("refreshSession", "token", **token)
    return await world.caller().refused("refreshSession", **token)


ENDS: list[End] = [_revoke_from_elsewhere, _reset_the_password, _use_a_refresh_token_twice]


@pytest.mark.parametrize("end", ENDS)
async def test_sockets_and_streams_end_within_five_seconds(world: World, live: str, end: End) -> None:
    signed_in = await _signed_in(world)
    token = signed_in["token"]
    async with Socket.opened(live, token) as socket, Stream.opened(live, token, EVENTS) as stream:
        await socket.subscribe(EVENTS)
        await socket.silence()
        await end(world, signed_in)
        async with asyncio.timeout(SECONDS):
            fault, code = await asyncio.gather(stream.fault(), socket.closed())
    assert (fault["extensions"]["code"], code) == ("UNAUTHENTICATED", 4403)


async def test_a_socket_outlives_the_token_that_opened_it(world: World, live: str) -> None:
    signed_in = await _signed_in(world)
    async with Socket.opened(live, signed_in["token"]) as socket:
        await socket.subscribe(EVENTS)
        await world.caller().do("refreshSession", "token", refreshToken=signed_in["refreshToken"])
        await write(world, update(sessions).values(token_expires_at=datetime.now(UTC)))
        await socket.silence(2 * WATCH_SECONDS)
