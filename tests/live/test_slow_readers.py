"""Readers that take messages more slowly than they come: they are cut off, and resume where they were."""

import asyncio

import pytest

from domain.actors import SYSTEM
from persistence.outbox import BATCH, Wanted
from persistence.wakeups import Wakeups
from resolvers.context import Context, Platform
from resolvers.live import Feed, TooSlow, follow
from tests.makers.events import make_placed_gig, toggle
from tests.world import World


async def test_a_reader_for_whom_too_much_waits_is_cut_off_and_resumes(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("resolvers.live.MOST_QUEUED", 3)
    gig = await make_placed_gig(world, await world.client_side())
    platform = Platform(world.database, world.clock.now, Wakeups(world.database))
    feed = Feed(needs=(), wanted=Wanted(topic=gig), object_of=lambda event: gig)
    await platform.wakeups.start()
    try:
        context = Context(platform, SYSTEM)
        reader = await follow(context, feed, None)
        coming = asyncio.ensure_future(anext(reader))
        await toggle(world.database, gig, world.clock.now())
        await asyncio.sleep(0.2)
        await world.settle()
        last = (await asyncio.wait_for(coming, 20)).position
        # It has caught up, and is slow from here on.
        for _ in range(BATCH + 5):
            await toggle(world.database, gig, world.clock.now())
        await world.settle()
        seen = list[int]()

        async def read() -> None:
            async for update in reader:
                seen.append(update.position)

        with pytest.raises(TooSlow) as cut_off:
            await read()
        assert seen == list(range(last + 1, last + 1 + BATCH))
        last = seen[-1]
        assert cut_off.value.extensions == {"code": "RATE_LIMITED"}

        resumed = await follow(Context(platform, SYSTEM), feed, context.last_event_id)
        missed = [(await asyncio.wait_for(anext(resumed), 20)).position for _ in range(3)]
        assert missed == [last + 1, last + 2, last + 3]
    finally:
        await platform.wakeups.stop()
