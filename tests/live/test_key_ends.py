"""What ends a key, or takes rights from whoever follows a feed, ends their sockets and streams within 5 seconds."""

import asyncio
import time
from collections.abc import Awaitable, Callable
from datetime import UTC, datetime

import pytest
from sqlalchemy import update

from domain.organizations import OrganizationKind, OrganizationStatus
from domain.permissions import Role
from persistence.tables.identity import memberships, organizations
from persistence.tables.keys import api_keys
from tests.live.sockets import Socket
from tests.live.streams import Stream
from tests.makers.keys import Program, make_key
from tests.makers.rows import write
from tests.world import Person, World

EVENTS = 'subscription { events(types: ["none"]) { cursor } }'
SECONDS = 5.0

End = Callable[[Person, Program], Awaitable[object]]


async def _revoke(owner: Person, key: Program) -> object:
    return await owner.do("revokeApiKey", "key { status }", keyId=key.id)


async def _replace(owner: Person, key: Program) -> object:
    return await owner.do("rotateApiKey", "secret", keyId=key.id, overlapHours=0)


async def _let_it_expire(owner: Person, key: Program) -> object:
    return await write(owner.world, update(api_keys).values(expires_at=datetime.now(UTC)))


async def _close_the_organization(owner: Person, key: Program) -> object:
    which = organizations.c.id == owner.organization_id
    return await write(owner.world, update(organizations).where(which).values(status=OrganizationStatus.CLOSED))


@pytest.mark.parametrize("end", [_revoke, _replace, _let_it_expire, _close_the_organization])
async def test_sockets_and_streams_of_a_key_end_with_it(world: World, live: str, end: End) -> None:
    owner = await world.client_side()
    key = await make_key(owner, "org:read")
    async with Socket.opened(live, key.token) as socket, Stream.opened(live, key.token, EVENTS) as stream:
        await socket.subscribe(EVENTS)
        await socket.silence()
        await end(owner, key)
        ended = time.monotonic()
        async with asyncio.timeout(SECONDS):
            fault, code = await asyncio.gather(stream.fault(), socket.closed())
    print(f"{end.__name__}: closed after {time.monotonic() - ended:.1f} s")
    assert (fault["extensions"]["code"], code) == ("UNAUTHENTICATED", 4403)


async def test_a_removed_member_is_cut_off(world: World, live: str) -> None:
    organization = await world.organization(OrganizationKind.CLIENT, "Contoso")
    owner, member = await world.join(organization, Role.OWNER), await world.join(organization, Role.MEMBER)
    async with Socket.opened(live, member.token) as socket, Stream.opened(live, member.token, EVENTS) as stream:
        await socket.subscribe(EVENTS)
        await socket.silence()
        await owner.do("removeMember", "membership { id }", membershipId=f"mbr_{member.membership_id.hex}")
        removed = time.monotonic()
        async with asyncio.timeout(SECONDS):
            faults = await asyncio.gather(stream.fault(), socket.error())
            code = await socket.closed()
    print(f"a removed member: closed after {time.monotonic() - removed:.1f} s")
    assert ([fault["extensions"]["code"] for fault in faults], code) == (["FORBIDDEN", "FORBIDDEN"], 4403)


async def test_whoever_loses_rights_opens_anew_what_is_left(world: World, live: str) -> None:
    owner = await world.client_side()
    key = await make_key(owner, "org:read", "work:write")
    which = organizations.c.id == owner.organization_id
    async with Socket.opened(live, key.token) as socket, Stream.opened(live, key.token, EVENTS) as stream:
        await socket.subscribe(EVENTS)
        await socket.silence()
        await write(world, update(organizations).where(which).values(status=OrganizationStatus.SUSPENDED))
        async with asyncio.timeout(SECONDS):
            faults = await asyncio.gather(stream.fault(), socket.error())
        assert [fault["extensions"]["code"] for fault in faults] == ["FORBIDDEN", "FORBIDDEN"]
        await socket.subscribe(EVENTS, "2")
        await socket.silence()


async def test_whoever_gains_rights_goes_on(world: World, live: str) -> None:
    organization = await world.organization(OrganizationKind.CLIENT, "Contoso")
    member = await world.join(organization, Role.VIEWER)
    async with Socket.opened(live, member.token) as socket:
        await socket.subscribe(EVENTS)
        await write(world, update(memberships).values(role=Role.ADMIN))
        await socket.silence(3)


async def test_a_key_outside_its_networks_is_acknowledged_and_gets_nothing(world: World, live: str) -> None:
    key = await make_key(await world.client_side(), "org:read", allowedIps=["203.0.113.7"])
    async with Socket.opened(live, key.token) as socket:
        await socket.subscribe(EVENTS)
        assert (await socket.error())["extensions"]["code"] == "FORBIDDEN"
    async with Stream.opened(live, key.token, EVENTS) as stream:
        assert (await stream.fault())["extensions"]["code"] == "FORBIDDEN"
