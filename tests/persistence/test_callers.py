"""Remembering who calls: as long as nothing is told and nothing ends, and never past that."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import UTC, datetime, timedelta

import pytest
from sqlalchemy import update

from domain.permissions import Permission, Role
from persistence import callers
from persistence.callers import Callers
from persistence.tables.identity import sessions
from persistence.tables.rights import permission_overrides
from persistence.wakeups import Wakeups
from resolvers.context import Platform
from tests.makers.colleagues import colleague
from tests.makers.rows import write
from tests.world import World

IP = "10.0.0.1"


@asynccontextmanager
async def _remembering(world: World, *, listens: bool = True) -> AsyncIterator[Callers]:
    wakeups = Wakeups(world.database)
    platform = Platform(database=world.database, now=world.clock.now, wakeups=wakeups)
    if listens:
        await wakeups.start()
        async with asyncio.timeout(10):
            while wakeups.heard_until == float("-inf"):
                await asyncio.sleep(0.01)
    try:
        yield platform.callers
    finally:
        await wakeups.stop()


async def test_a_caller_is_remembered_while_the_connection_that_would_tell_is_heard(world: World) -> None:
    person = await world.client_side()
    async with _remembering(world) as remembering:
        asked = await remembering.of(person.token, IP)
        await asyncio.sleep(callers.UNHEARD_SECONDS + 0.2)
        assert remembering.known(person.token, IP) == asked


async def test_without_hearing_nobody_is_remembered_longer_than_a_second(world: World) -> None:
    person = await world.client_side()
    async with _remembering(world, listens=False) as remembering:
        asked = await remembering.of(person.token, IP)
        assert remembering.known(person.token, IP) == asked
        await asyncio.sleep(callers.UNHEARD_SECONDS)
        assert remembering.known(person.token, IP) is None


async def test_whoever_is_told_of_is_looked_up_again(world: World) -> None:
    person = await world.client_side()
    async with _remembering(world) as remembering:
        await remembering.of(person.token, IP)
        await write(world, update(sessions).values(revoked_at=datetime.now(UTC)))
        async with asyncio.timeout(5):
            while remembering.known(person.token, IP) is not None:
                await asyncio.sleep(0.005)


@pytest.mark.parametrize("what", ["session", "override"])
async def test_nobody_is_remembered_past_the_end_of(world: World, what: str) -> None:
    owner = await world.client_side()
    member = await colleague(world, owner, Role.VIEWER)
    whose = {"membershipId": f"mbr_{member.membership_id.hex}", "permission": "work:write"}
    await owner.do("setPermissionOverride", "override { effect }", **whose, effect="ALLOW", reason="Helps out")
    soon = datetime.now(UTC) + timedelta(seconds=0.7)
    ends = update(sessions if what == "session" else permission_overrides).values(expires_at=soon)
    await write(world, ends)
    async with _remembering(world) as remembering:
        asked = await remembering.of(member.token, IP)
        assert Permission.WORK_WRITE in asked.permissions
        await asyncio.sleep((soon - datetime.now(UTC)).total_seconds())
        assert remembering.known(member.token, IP) is None
        asked = await remembering.of(member.token, IP)
        assert Permission.WORK_WRITE not in asked.permissions
