"""Bells of subscribers: rung for what the bus tells, and without it for what stands in the outbox."""

import asyncio
from collections.abc import AsyncIterator, Callable, Iterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from pathlib import Path
from uuid import UUID, uuid4

import pytest

from domain.bus import Placed
from integrations.nats_bus import NatsBus
from jobs import relay, worker
from persistence.database import Database
from persistence.wakeups import POLL_SECONDS, Wakeups
from tests.makers.broker import Broker
from tests.makers.events import make_placed_gig, toggle
from tests.makers.outages import answering
from tests.world import World

PATIENCE_SECONDS = 20


@dataclass(slots=True)
class Told:
    """A bus on which only this test tells."""

    heard: Callable[[Placed], None] | None = None

    async def publish(self, placed: Placed) -> None:
        assert self.heard is not None
        self.heard(placed)

    async def follow(self, heard: Callable[[Placed], None], missed: Callable[[], None]) -> None:
        self.heard = heard
        await asyncio.Event().wait()

    async def probe(self) -> None: ...

    async def close(self) -> None: ...


def batch(first: int, last: int, *topics: UUID) -> Placed:
    return Placed(first, last, uuid4(), frozenset(topics))


@asynccontextmanager
async def awake(world: World, bus: Told | NatsBus) -> AsyncIterator[Wakeups]:
    """Once it knows where the outbox ends."""
    wakeups = Wakeups(world.database, bus)
    await wakeups.start()
    try:
        async with asyncio.timeout(PATIENCE_SECONDS):
            while wakeups._seen is None:
                await asyncio.sleep(0.01)
        yield wakeups
    finally:
        await wakeups.stop()


@pytest.fixture
def broker(tmp_path: Path) -> Iterator[Broker]:
    with Broker.running(tmp_path / "broker") as one:
        yield one


async def rung(bell: asyncio.Event) -> None:
    async with asyncio.timeout(PATIENCE_SECONDS):
        await bell.wait()
    bell.clear()


async def test_what_the_bus_tells_rings_at_once_for_its_topics_and_once(world: World) -> None:
    gig = await make_placed_gig(world, await world.client_side())
    async with awake(world, bus := Told()) as wakeups:
        last = wakeups._seen
        assert last is not None
        with wakeups.bell(gig) as bell, wakeups.bell(uuid4()) as other:
            await bus.publish(batch(last + 1, last + 2, gig))
            assert (bell.is_set(), other.is_set()) == (True, False)
            bell.clear()
            await bus.publish(batch(last + 1, last + 2, gig))
            assert not bell.is_set()


async def test_what_the_bus_has_lost_is_found_in_the_outbox_with_the_next_that_it_tells(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("persistence.wakeups.POLL_SECONDS", 3600)
    gig = await make_placed_gig(world, await world.client_side())
    async with awake(world, bus := Told()) as wakeups:
        with wakeups.bell(gig) as bell:
            last = wakeups._seen
            assert last is not None
            await toggle(world.database, gig, world.clock.now())
            # The relay dies between its commit and its telling.
            await relayed_silently(world)
            await bus.publish(batch(last + 2, last + 2, uuid4()))
            await rung(bell)
            assert wakeups._seen == last + 1


async def test_subscribers_are_woken_by_the_broker_and_without_it_look_for_themselves(
    world: World, broker: Broker, monkeypatch: pytest.MonkeyPatch
) -> None:
    gig = await make_placed_gig(world, await world.client_side())
    relays, follows = NatsBus(broker.url), NatsBus(broker.url)
    stop = asyncio.Event()
    working = asyncio.create_task(worker.run(world.database, world.clock.now, stop, timers=(), bus=relays))
    async with awake(world, follows) as wakeups:
        with wakeups.bell(gig) as bell:
            await toggle(world.database, gig, world.clock.now())
            await rung(bell)
            broker.kill()
            await toggle(world.database, gig, world.clock.now())
            await rung(bell)
            broker.start()
            # From here on nobody looks by themselves, but for once more.
            monkeypatch.setattr("persistence.wakeups.POLL_SECONDS", 3600)
            await asyncio.sleep(2 * POLL_SECONDS)
            bell.clear()
            await toggle(world.database, gig, world.clock.now())
            await rung(bell)
    stop.set()
    await working
    await relays.close()
    await follows.close()


async def relayed_silently(world: World) -> None:
    """With a bus that takes nothing."""

    class Deaf(Told):
        async def publish(self, placed: Placed) -> None:
            return

    assert await relay.place(world.database, world.clock.now(), bus=Deaf()) == 1


async def test_whoever_listens_goes_on_whatever_is_said_to_them(world: World) -> None:
    async with answering(b"HTTP/1.1 400 Bad Request\r\n\r\n" * 10) as other:
        wakeups = Wakeups(Database(world.database.url, direct_url=other.database_url, pool_size=1))
        await wakeups.start()
        try:
            await other.until_came(2)
        finally:
            await wakeups.stop()
