"""The relay: one gap-free order of all events, and every reaction done at least once."""

import asyncio
import random
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from datetime import datetime, timedelta
from itertools import pairwise
from uuid import UUID

import asyncpg
import pytest
from sqlalchemy import text

from domain.actors import SYSTEM
from domain.events import OutboxEvent
from domain.jobs import MAX_ATTEMPTS
from jobs import relay, worker
from jobs.reactions import Reactions
from persistence import positions
from persistence.database import Database
from persistence.gigs import for_change
from persistence.outbox import Batch, Wanted, after
from persistence.reactions import failing
from persistence.unit import Unit, transact, unit_of_work
from tests.makers.events import make_gig, placed_events, toggle
from tests.world import World


async def test_events_of_concurrent_writers_get_every_position_once_and_keep_each_objects_order(world: World) -> None:
    client = await world.client_side()
    gigs = [await make_gig(world, client) for _ in range(8)]
    at = world.clock.now()

    async def write(times: int) -> None:
        for _ in range(times):
            await toggle(world.database, random.choice(gigs), at)

    stop, seen = asyncio.Event(), list[int]()
    workers = [asyncio.create_task(worker.run(world.database, world.clock.now, stop, timers=())) for _ in range(2)]
    reader = asyncio.create_task(_read_until(world.database, client.organization_id, 8 + 1000, seen))
    await asyncio.gather(*(write(100) for _ in range(10)))
    await asyncio.wait_for(reader, 20)
    stop.set()
    await asyncio.gather(*workers)

    events = await placed_events(world)
    assert [event.position for event in events] == list(range(1, len(events) + 1))
    for gig in gigs:
        versions = [event.subject_version for event in events if event.subject_id == gig]
        assert versions == list(range(2, len(versions) + 2))
    assert seen == [event.position for event in events if client.organization_id in event.organization_ids]


async def test_an_event_that_commits_late_comes_behind_what_was_placed_before_it(world: World) -> None:
    client = await world.client_side()
    slow, quick = await make_gig(world, client), await make_gig(world, client)
    await world.settle()
    async with unit_of_work(world.database, by=SYSTEM, at=world.clock.now()) as db:
        gig = await for_change(db, slow)
        gig.pause(by=SYSTEM, at=db.at)
        await db.flush()
        await toggle(world.database, quick, world.clock.now())
        await world.settle()
        assert [event.subject_id for event in (await placed_events(world))[-1:]] == [quick]
    await world.settle()
    last_two = (await placed_events(world))[-2:]
    assert [event.subject_id for event in last_two] == [quick, slow]
    assert last_two[1].position == last_two[0].position + 1


async def test_one_relay_is_active_and_another_takes_over_when_it_ends(world: World) -> None:
    gig = await make_gig(world, await world.client_side())
    async with positions.leadership(world.database) as first:
        assert first is not None
        async with positions.leadership(world.database) as second:
            assert second is None
    stops = [asyncio.Event(), asyncio.Event()]
    workers = [asyncio.create_task(worker.run(world.database, world.clock.now, stop, timers=())) for stop in stops]
    await _until_placed(world, 1)
    for stop, one in zip(stops, workers, strict=True):
        before = len(await placed_events(world))
        await toggle(world.database, gig, world.clock.now())
        await _until_placed(world, before + 1)
        stop.set()
        await one
    await toggle(world.database, gig, world.clock.now())
    assert len(await placed_events(world)) == 3


async def test_a_relay_that_hangs_loses_the_lead_to_the_next(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(positions._LEADERS_SESSION, "idle_session_timeout", "300ms")
    async with positions.leadership(world.database) as hanging:
        assert hanging is not None
        async with positions.leadership(world.database) as next_one:
            assert next_one is not None
            assert await positions.is_waiting(next_one) is False
        with pytest.raises((asyncpg.PostgresConnectionError, asyncpg.InterfaceError)):
            await positions.is_waiting(hanging)


async def test_a_relay_that_dies_before_its_commit_leaves_no_gap(world: World) -> None:
    await make_gig(world, await world.client_side())

    async def die(db: Unit) -> None:
        assert len(await positions.place(db, lambda event_type: ["tell"])) == 1
        raise ConnectionError

    with pytest.raises(ConnectionError):
        await transact(world.database, die, by=SYSTEM, at=world.clock.now())
    assert await placed_events(world) == []
    assert await relay.place(world.database, world.clock.now()) == 1
    assert [event.position for event in await placed_events(world)] == [1]


async def test_a_reaction_that_was_done_but_not_noted_before_the_crash_is_done_again(world: World) -> None:
    done, crashing = list[tuple[str, int]](), asyncio.Event()

    async def tell(database: Database, event: OutboxEvent, now: datetime) -> None:
        done.append((event.type, event.position))
        if not crashing.is_set():
            crashing.set()
            await asyncio.Event().wait()

    reactions: Reactions = {"gig.published": (tell,)}
    await make_gig(world, await world.client_side())
    await relay.place(world.database, world.clock.now(), reactions)
    process = asyncio.create_task(relay.react(world.database, world.clock.now(), reactions))
    await crashing.wait()
    process.cancel()
    await asyncio.gather(process, return_exceptions=True)

    assert await relay.react(world.database, world.clock.now(), reactions) == 0
    world.clock.advance(timedelta(seconds=12))
    assert await relay.react(world.database, world.clock.now(), reactions) == 1
    assert done == [("gig.published", 1), ("gig.published", 1)]
    world.clock.advance(timedelta(hours=2))
    assert await relay.react(world.database, world.clock.now(), reactions) == 0


async def test_what_a_relay_has_begun_it_ends_although_all_its_connections_are_cut(world: World) -> None:
    begun, released, ended = asyncio.Event(), asyncio.Event(), list[int]()

    async def tell(database: Database, event: OutboxEvent, now: datetime) -> None:
        begun.set()
        await released.wait()
        ended.append(event.position)

    await make_gig(world, await world.client_side())
    reactions: Reactions = {"gig.published": (tell,)}
    async with _only_its_connections_cut(world, reactions) as cut:
        await begun.wait()
        await cut()
        # The lead is taken again meanwhile, and positions are given.
        await make_gig(world, await world.client_side("Elsewhere"))
        await _until_placed(world, 2)
        released.set()
        while len(ended) < 2:
            await asyncio.sleep(0.01)
    async with world.database.connection() as connection:
        rows = (await connection.execute(text("SELECT status, attempts FROM outbox_reactions"))).all()
    assert ([tuple(row) for row in rows], ended) == ([("SUCCEEDED", 1)] * 2, [1, 2])


@asynccontextmanager
async def _only_its_connections_cut(
    world: World, reactions: Reactions
) -> AsyncIterator[Callable[[], Awaitable[object]]]:
    """Runs a worker with connections of its own, and gives what ends them all."""
    watcher, stop, its_own = await asyncpg.connect(world.database.url), asyncio.Event(), Database(world.database.url)
    there = "FROM pg_stat_activity WHERE datname = current_database()"
    others = await watcher.fetchval(f"SELECT array_agg(pid) {there}")

    def cut() -> Awaitable[object]:
        return watcher.execute(f"SELECT pg_terminate_backend(pid) {there} AND pid <> ALL($1)", others)

    working = asyncio.create_task(worker.run(its_own, world.clock.now, stop, reactions=reactions, timers=()))
    try:
        yield cut
    finally:
        stop.set()
        await working
        await its_own.close()
        await watcher.close()


async def test_a_failing_reaction_holds_nothing_up_and_is_tried_until_it_succeeds(world: World) -> None:
    attempts, told = list[datetime](), list[int]()

    async def stumble(database: Database, event: OutboxEvent, now: datetime) -> None:
        attempts.append(now)
        if len(attempts) < 3:
            raise ConnectionError("nobody there")

    async def tell(database: Database, event: OutboxEvent, now: datetime) -> None:
        told.append(event.position)

    reactions: Reactions = {"gig.published": (stumble, tell), "gig.paused": (tell,)}
    gig = await make_gig(world, await world.client_side())
    await toggle(world.database, gig, world.clock.now())
    await worker.settle(world.database, world.clock.now, reactions=reactions, timers=())
    assert (len(attempts), sorted(told)) == (1, [1, 2])
    [open_one] = await failing(world.database)
    assert (open_one.position, open_one.reaction, open_one.attempts) == (1, "stumble", 1)
    assert (open_one.error, open_one.is_dead) == ("ConnectionError: nobody there", False)
    assert timedelta(seconds=8) <= open_one.next_at - attempts[0] <= timedelta(seconds=12)

    for seconds in (12, 24):
        world.clock.advance(timedelta(seconds=seconds))
        await worker.settle(world.database, world.clock.now, reactions=reactions, timers=())
    assert (len(attempts), sorted(told)) == (3, [1, 2])
    assert await failing(world.database) == []


async def test_a_reaction_that_never_succeeds_is_dead_after_ten_attempts_and_stays_visible(world: World) -> None:
    attempts = list[datetime]()

    async def fail(database: Database, event: OutboxEvent, now: datetime) -> None:
        attempts.append(now)
        raise ValueError("no")

    reactions: Reactions = {"gig.published": (fail,)}
    await make_gig(world, await world.client_side())
    for _ in range(MAX_ATTEMPTS + 3):
        await worker.settle(world.database, world.clock.now, reactions=reactions, timers=())
        world.clock.advance(timedelta(hours=1, minutes=12))
    assert len(attempts) == MAX_ATTEMPTS
    [dead] = await failing(world.database)
    assert (dead.reaction, dead.attempts, dead.is_dead, dead.error) == ("fail", MAX_ATTEMPTS, True, "ValueError: no")


async def test_a_reaction_that_was_removed_while_open_is_dead_and_says_so(world: World) -> None:
    async def leave(database: Database, event: OutboxEvent, now: datetime) -> None:
        raise AssertionError("never called")

    await make_gig(world, await world.client_side())
    await relay.place(world.database, world.clock.now(), {"gig.published": (leave,)})
    await relay.react(world.database, world.clock.now(), {})
    [dead] = await failing(world.database)
    assert (dead.is_dead, dead.error) == (True, "there is no such reaction any more")


async def _read_until(database: Database, organization_id: UUID, count: int, seen: list[int]) -> None:
    """Follows one organization's events as a subscriber does, noting every position it meets."""
    position = 0
    while len(seen) < count:
        async with database.reader() as session:
            batch: Batch = await after(session, position, SYSTEM, Wanted(topic=organization_id))
        seen += [event.position for event in batch.events]
        position = batch.position
        await asyncio.sleep(0.005)
    assert all(a < b for a, b in pairwise(seen))


async def _until_placed(world: World, count: int) -> None:
    async with asyncio.timeout(10):
        while len(await placed_events(world)) < count:
            await asyncio.sleep(0.02)
