"""The bus between machines, over a real broker that dies and comes back, with what it knew or without."""

import asyncio
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from pathlib import Path
from uuid import UUID, uuid4

import pytest
from nats.errors import Error as NatsError

from domain.bus import Placed
from integrations.nats_bus import NatsBus
from tests.makers.broker import Broker
from tests.makers.outages import answering

PATIENCE_SECONDS = 20


@dataclass(slots=True)
class Listener:
    """What one process hears."""

    positions: list[int] = field(default_factory=list)
    topics: list[frozenset[UUID]] = field(default_factory=list)
    missed: int = 0

    @classmethod
    @asynccontextmanager
    async def following(cls, bus: NatsBus) -> AsyncIterator["Listener"]:
        """Once it has a place in the stream."""
        one = cls()
        task = asyncio.create_task(bus.follow(one.hear, one.miss))
        try:
            await one.until_missed(1)
            yield one
        finally:
            task.cancel()
            await asyncio.gather(task, return_exceptions=True)

    def hear(self, placed: Placed) -> None:
        self.positions.append(placed.last)
        self.topics.append(placed.topics)

    def miss(self) -> None:
        self.missed += 1

    async def until_heard(self, position: int) -> None:
        async with asyncio.timeout(PATIENCE_SECONDS):
            while position not in self.positions:
                await asyncio.sleep(0.01)

    async def until_missed(self, times: int) -> None:
        async with asyncio.timeout(PATIENCE_SECONDS):
            while self.missed < times:
                await asyncio.sleep(0.01)


@pytest.fixture
def broker(tmp_path: Path) -> Iterator[Broker]:
    with Broker.running(tmp_path / "broker") as one:
        yield one


@asynccontextmanager
async def bus_at(broker: Broker) -> AsyncIterator[NatsBus]:
    bus = NatsBus(broker.url)
    try:
        yield bus
    finally:
        await bus.close()


def batch(position: int, *topics: UUID) -> Placed:
    return Placed(first=position, last=position, last_id=uuid4(), topics=frozenset(topics))


async def published(bus: NatsBus, *batches: Placed) -> None:
    """As the relay does, once the broker is there again."""
    async with asyncio.timeout(PATIENCE_SECONDS):
        while True:
            try:
                await bus.probe()
                break
            except (NatsError, OSError):
                await asyncio.sleep(0.05)
    bus._not_before = 0.0
    for one in batches:
        await bus.publish(one)


async def test_every_process_hears_every_batch_once_and_in_order(broker: Broker) -> None:
    topic = uuid4()
    async with (
        bus_at(broker) as relay,
        bus_at(broker) as here,
        bus_at(broker) as there,
        Listener.following(here) as one,
        Listener.following(there) as other,
    ):
        batches = [batch(position, topic) for position in range(1, 51)]
        for each in batches:
            await relay.publish(each)
        # As when a broker's answer was lost.
        await relay.publish(batches[-1])
        await relay.publish(batch(51))
        await one.until_heard(51)
        await other.until_heard(51)
    assert one.positions == other.positions == list(range(1, 52))
    assert one.topics == [frozenset([topic])] * 50 + [frozenset()]


async def test_whoever_was_away_with_the_broker_goes_on_behind_what_they_heard_last(broker: Broker) -> None:
    async with bus_at(broker) as relay, bus_at(broker) as here, Listener.following(here) as one:
        await relay.publish(batch(1))
        await one.until_heard(1)
        broker.kill()
        await relay.publish(batch(2))
        broker.start()
        await published(relay, batch(3), batch(4))
        await one.until_heard(4)
    assert (one.positions, one.missed) == ([1, 3, 4], 1)


async def test_a_broker_that_has_lost_everything_makes_its_listeners_look_for_themselves(broker: Broker) -> None:
    async with bus_at(broker) as relay, bus_at(broker) as here, Listener.following(here) as one:
        for position in (1, 2, 3):
            await relay.publish(batch(position))
        await one.until_heard(3)
        broker.kill()
        broker.lose_everything()
        broker.start()
        await one.until_missed(2)
        await published(relay, batch(4))
        await one.until_heard(4)
    assert (one.positions, one.missed) == ([1, 2, 3, 4], 2)


async def test_a_message_that_is_none_of_ours_makes_listeners_look_and_ends_nothing(broker: Broker) -> None:
    async with bus_at(broker) as relay, bus_at(broker) as here, Listener.following(here) as one:
        await relay.publish(batch(1))
        stranger = await relay._connect()
        await stranger.jetstream().publish("milepost.placed", b"{}")
        await stranger.close()
        await relay.publish(batch(2))
        await one.until_heard(2)
    assert (one.positions, one.missed) == ([1, 2], 2)


async def test_a_bus_that_is_away_is_told_nothing_and_says_so_when_asked(broker: Broker) -> None:
    async with bus_at(broker) as relay:
        await relay.probe()
        broker.kill()
        await relay.publish(batch(1))
        with pytest.raises((NatsError, OSError)):
            await relay.probe()


async def test_whoever_follows_goes_on_whatever_is_said_to_them() -> None:
    async with answering(b"INFO {}\r\n", speaks_first=True) as other:
        bus = NatsBus(f"nats://127.0.0.1:{other.port}")
        await bus.publish(batch(1))
        following = asyncio.create_task(bus.follow(lambda placed: None, lambda: None))
        try:
            await other.until_came(3)
            assert not following.done()
        finally:
            following.cancel()
            await asyncio.gather(following, return_exceptions=True)
