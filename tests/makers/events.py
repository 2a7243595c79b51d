"""Makers of events: gigs that are paused and resumed, each time with one event."""

from collections.abc import Sequence
from datetime import datetime
from uuid import UUID

from sqlalchemy import select

from domain.actors import SYSTEM
from domain.events import OutboxEvent
from domain.gigs import Gig, GigStatus
from persistence.database import Database
from persistence.gigs import for_change
from persistence.outbox import event_of
from persistence.tables.platform import outbox
from persistence.unit import Unit, transact
from tests.makers.gigs import make_open_gig
from tests.world import Person, World


async def make_gig(world: World, client: Person) -> UUID:
    """The UUID of an open gig."""
    return UUID(hex=(await make_open_gig(world, client)).removeprefix("gig_"))


async def make_placed_gig(world: World, client: Person) -> UUID:
    """The same, with all events so far in their places: whoever subscribes now hears only of what comes."""
    gig = await make_gig(world, client)
    await world.settle()
    return gig


async def toggle(database: Database, gig_id: UUID, at: datetime) -> None:
    """Pauses an open gig or resumes a paused one: one transaction, one event."""

    async def work(db: Unit) -> None:
        gig: Gig = await for_change(db, gig_id)
        (gig.pause if gig.status is GigStatus.OPEN else gig.resume)(by=SYSTEM, at=db.at)

    await transact(database, work, by=SYSTEM, at=at)


async def placed_events(world: World) -> Sequence[OutboxEvent]:
    """All events that have a position, in order."""
    async with world.database.connection() as connection:
        placed = select(outbox).where(outbox.c.position.is_not(None)).order_by(outbox.c.position)
        return [event_of(row) for row in await connection.execute(placed)]
