"""Makers of what operators look at: jobs that are dead, and runs that somebody asked for."""

from datetime import datetime, timedelta

from domain.actors import SYSTEM
from domain.events import OutboxEvent
from domain.jobs import MAX_ATTEMPTS
from domain.scheduled_runs import scheduled
from jobs import worker
from jobs.reactions import Reactions
from persistence.database import Database
from persistence.unit import unit_of_work
from tests.makers.events import make_gig
from tests.world import Person, World


async def make_dead_job(world: World, client: Person, text: str = "nobody there") -> None:
    """Of the kind close_done_gig, which the build knows, for a gig of the client's."""

    async def close_done_gig(database: Database, event: OutboxEvent, now: datetime) -> None:
        raise ConnectionError(text)

    reactions: Reactions = {"gig.published": (close_done_gig,)}
    await make_gig(world, client)
    for _ in range(MAX_ATTEMPTS):
        await worker.settle(world.database, world.clock.now, reactions=reactions, timers=())
        world.clock.advance(timedelta(hours=1, minutes=12))


async def make_run(world: World, name: str = "audit.anchor") -> None:
    """One that waits for a worker."""
    at = world.clock.now()
    async with unit_of_work(world.database, by=SYSTEM, at=at) as db:
        db.add(scheduled(name, at, due_at=at))
