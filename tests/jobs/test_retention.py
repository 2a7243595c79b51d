"""Events are kept for ninety days, and longer while something is left to do about them."""

from datetime import datetime, timedelta

from domain.events import OutboxEvent
from jobs import relay
from jobs.reactions import Reactions
from jobs.retention import forget_old_events
from persistence.database import Database
from persistence.outbox import last_position, reaches_back_to
from tests.makers.events import make_gig, placed_events, toggle
from tests.world import World


async def test_events_older_than_ninety_days_go_and_their_positions_are_not_given_again(world: World) -> None:
    gig = await make_gig(world, await world.client_side())
    await toggle(world.database, gig, world.clock.now())
    await relay.place(world.database, world.clock.now())
    world.clock.advance(timedelta(days=89))
    await toggle(world.database, gig, world.clock.now())
    await relay.place(world.database, world.clock.now())
    assert await forget_old_events(world.database, world.clock.now()) == 0
    world.clock.advance(timedelta(days=2))
    assert await forget_old_events(world.database, world.clock.now()) == 2
    assert [event.position for event in await placed_events(world)] == [3]
    world.clock.advance(timedelta(days=90))
    assert await forget_old_events(world.database, world.clock.now()) == 1

    await toggle(world.database, gig, world.clock.now())
    await relay.place(world.database, world.clock.now())
    assert [event.position for event in await placed_events(world)] == [4]
    async with world.database.reader() as session:
        assert await last_position(session) == 4
        since = world.clock.now() - timedelta(days=7)
        assert [await reaches_back_to(session, position, since) for position in (0, 2, 3, 4)] == [
            False,
            False,
            True,
            True,
        ]


async def test_an_event_with_an_open_reaction_stays_and_with_it_what_follows(world: World) -> None:
    async def fail(database: Database, event: OutboxEvent, now: datetime) -> None:
        raise ConnectionError

    reactions: Reactions = {"gig.paused": (fail,)}
    gig = await make_gig(world, await world.client_side())
    for _ in range(2):
        await toggle(world.database, gig, world.clock.now())
    await relay.place(world.database, world.clock.now(), reactions)
    world.clock.advance(timedelta(days=91))
    assert await forget_old_events(world.database, world.clock.now()) == 1
    assert [event.type for event in await placed_events(world)] == ["gig.paused", "gig.resumed"]
    for _ in range(10):
        await relay.react(world.database, world.clock.now(), reactions)
        world.clock.advance(timedelta(hours=2))
    assert await forget_old_events(world.database, world.clock.now()) == 2
