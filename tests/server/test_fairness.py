"""Fairness: whatever one caller asks at once, the others' turns come, because connections are shared out by caller."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from functools import partial
from typing import Any

import pytest
from sqlalchemy import text

from domain.actors import ANONYMOUS, Actor
from persistence.unit import Unit
from persistence.wakeups import Wakeups
from persistence.work import CURRENT, Share, Turns, Work
from resolvers.context import RECOMPUTING_AT_ONCE, WRITING_AT_ONCE, Context, Platform
from resolvers.guards import Needs
from resolvers.mutations import Call, Changed, Verb, run
from server.auth import caller_anew
from tests.client import Client
from tests.makers.gigs import make_open_gig
from tests.world import Person, World

GIGS = "{ gigs { nodes { title } } }"
MANY = " ".join(f"a{number}: gigs {{ nodes {{ title }} }}" for number in range(40))
OWN = "{ viewer { user { email } } }"
FLOOD, FEW = 60, 3
"""More than there are connections, and those that the test and the process itself may be using."""


@asynccontextmanager
async def _locked(world: World, table: str) -> AsyncIterator[None]:
    """Whoever reads the table waits, with a connection, for as long as the block runs."""
    async with world.database.engine.connect() as connection:
        await connection.execute(text(f"LOCK TABLE {table} IN ACCESS EXCLUSIVE MODE"))
        yield


async def _flooding(world: World, person: Person, document: str) -> "list[asyncio.Task[dict[str, Any]]]":
    """Many questions at once that wait for the table; returns when they hold all connections that they may have."""
    flood = [asyncio.create_task(world.client.post(document, token=person.token)) for _ in range(FLOOD)]
    while world.database.connections()[0] < world.database.fair_share:
        await asyncio.sleep(0.01)
    for _ in range(20):
        await asyncio.sleep(0.01)
    return flood


@pytest.mark.parametrize("is_planned", [True, False])
@pytest.mark.parametrize("document", [GIGS, f"{{ {MANY} }}"], ids=["many operations", "one with many lists"])
async def test_a_flood_of_one_caller_leaves_connections_to_the_others(
    world: World, is_planned: bool, document: str
) -> None:
    flooding, other = await world.client_side(), await world.freelancer_side()
    await make_open_gig(world, flooding, title="A shop")
    async with Client.serving(world.database, world.clock, is_planned=is_planned) as client:
        world.client = client
        for person in (flooding, other):
            for asked in (document, OWN):
                assert "errors" not in await client.post(asked, token=person.token)
        async with _locked(world, "gigs"):
            flood = await _flooding(world, flooding, document)
            busy, _ = world.database.connections()
            assert busy <= world.database.fair_share + FEW
            assert not any(one.done() for one in flood)
            answer = await client.post(OWN, token=other.token)
            assert answer["data"]["viewer"]["user"]["email"] == other.email
        answers = await asyncio.gather(*flood)
    assert all("errors" not in one for one in answers)


async def test_recomputing_whole_chains_takes_few_connections_however_often_it_is_asked_for(world: World) -> None:
    asking, other = await world.client_side(), await world.freelancer_side()
    await make_open_gig(world, asking, title="A shop")
    many = " ".join(f"a{number}: verifyAuditChain {{ isIntact }}" for number in range(40))
    async with _locked(world, "audit_chains"):
        flood = asyncio.create_task(asking.ask(f"{{ {many} }}"))
        while world.database.connections()[0] <= RECOMPUTING_AT_ONCE and not flood.done():
            await asyncio.sleep(0.01)
        for _ in range(20):
            await asyncio.sleep(0.01)
        busy, _ = world.database.connections()
        assert busy <= RECOMPUTING_AT_ONCE + FEW
        assert (await other.ask(OWN))["viewer"]["user"]["email"] == other.email
    assert len(await flood) == 40


@pytest.mark.parametrize("is_remembered", [True, False])
async def test_looking_up_who_asks_takes_no_more_than_the_share_of_an_address(
    world: World, is_remembered: bool
) -> None:
    platform = Platform(database=world.database, now=world.clock.now, wakeups=Wakeups(world.database))

    async def look_up(number: int) -> Actor:
        token = f"unknown-{number}"
        return await (platform.callers.of if is_remembered else partial(caller_anew, platform))(token, "10.0.0.1")

    async with _locked(world, "sessions"):
        flood = [asyncio.create_task(look_up(number)) for number in range(FLOOD)]
        while world.database.connections()[0] < world.database.fair_share:
            await asyncio.sleep(0.01)
        for _ in range(20):
            await asyncio.sleep(0.01)
        assert world.database.connections()[0] <= world.database.fair_share + FEW
    assert await asyncio.gather(*flood) == [ANONYMOUS] * FLOOD


async def test_mutations_of_one_caller_leave_turns_to_the_others(world: World) -> None:
    platform = Platform(database=world.database, now=world.clock.now, wakeups=Wakeups(world.database))
    limits, running, may_end = platform.rate_limits, 0, asyncio.Event()

    async def long(db: Unit) -> Changed:
        nonlocal running
        running += 1
        await may_end.wait()
        return Changed(done=True)

    async def short(db: Unit) -> Changed:
        return Changed(done=True)

    async def call(ip: str, verb: Verb) -> Changed:
        context = Context(platform=platform)
        context.work.share = limits.caller_of(ANONYMOUS, ip).share
        return await run(context, Call("beBusy", verb, Needs.ANYONE, {}))

    flood = [asyncio.create_task(call("10.0.0.1", long)) for _ in range(3 * WRITING_AT_ONCE)]
    while running < limits.writes_at_once:
        await asyncio.sleep(0.01)
    assert (await call("10.0.0.2", short)).done
    assert running == limits.writes_at_once < WRITING_AT_ONCE
    may_end.set()
    assert all(one.done for one in await asyncio.gather(*flood))


async def test_turns_are_given_in_the_order_in_which_they_were_asked_for(world: World) -> None:
    share = Share(Turns(1), Turns(1))
    order: list[int] = []

    async def ask(number: int) -> None:
        CURRENT.set(Work(share=share))
        async with world.database.reader() as session:
            order.append(number)
            await session.scalar(text("SELECT 1"))

    await asyncio.gather(*(ask(number) for number in range(10)))
    assert order == list(range(10))
