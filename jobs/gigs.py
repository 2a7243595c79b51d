"""Gigs in time: gigs, offers and invitations whose last day or hour has passed, and gigs whose work is all done."""

from collections.abc import Awaitable, Callable
from datetime import datetime

from domain.actors import SYSTEM
from domain.events import OutboxEvent
from persistence import gig_invitations, gigs, proposals
from persistence.database import Database
from persistence.gig_endings import close_if_done, end_answers
from persistence.unit import Unit, transact

BATCH = 50
"""How many one transaction ends: few enough to keep nobody waiting for its locks."""


async def expire_gigs(database: Database, now: datetime) -> int:
    """One gig a transaction, because each may take many proposals with it."""

    async def work(db: Unit) -> int:
        due = await gigs.due_for_expiry(db, 1)
        for gig in due:
            gig.expire(at=db.at)
            await end_answers(db, gig)
        return len(due)

    return await _all(database, now, work)


async def expire_offers(database: Database, now: datetime) -> int:
    async def work(db: Unit) -> int:
        due = await proposals.due_for_offer_expiry(db, BATCH)
        for proposal in due:
            proposal.expire_offer(at=db.at)
        return len(due)

    return await _all(database, now, work)


async def expire_invitations(database: Database, now: datetime) -> int:
    async def work(db: Unit) -> int:
        due = await gig_invitations.due_for_expiry(db, BATCH)
        for invitation in due:
            invitation.expire(at=db.at)
        return len(due)

    return await _all(database, now, work)


async def close_done_gig(database: Database, event: OutboxEvent, now: datetime) -> None:
    """A project ended: its gig ends with it if no other project of the gig is under way."""

    async def work(db: Unit) -> None:
        await close_if_done(db, event.subject_id)

    await transact(database, work, by=SYSTEM, at=now)


async def _all(database: Database, now: datetime, work: Callable[[Unit], Awaitable[int]]) -> int:
    """Repeats a batch, each in a transaction of its own, while it finds something."""
    handled = 0
    while found := await transact(database, work, by=SYSTEM, at=now):
        handled += found
    return handled
