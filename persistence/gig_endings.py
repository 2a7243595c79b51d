"""What the end of a gig does to the proposals and invitations that still wait for it, and when its work ends it."""

from uuid import UUID

from sqlalchemy import select

from domain.actors import SYSTEM
from domain.gigs import Gig, GigStatus
from domain.projects import ProjectStatus
from persistence import gig_invitations, gigs, proposals
from persistence.tables.projects import projects
from persistence.unit import Unit

_LIVE_GIG = (GigStatus.OPEN, GigStatus.PAUSED, GigStatus.FILLED)
_ENDED_PROJECT = (ProjectStatus.COMPLETED, ProjectStatus.CANCELLED)


async def end_answers(db: Unit, gig: Gig) -> None:
    """Nobody waits for a gig that takes nobody any more; the caller holds its lock and has just ended or filled it."""
    reason, expired = f"GIG_{gig.status.name}", gig.status is GigStatus.EXPIRED
    for proposal in await proposals.for_gig_end(db, gig.id):
        proposal.end_with_gig(reason, expired=expired, at=db.at)
    for invitation in await gig_invitations.for_gig_end(db, gig.id):
        invitation.revoke(by=SYSTEM, at=db.at)


async def close_if_done(db: Unit, project_id: UUID) -> None:
    """Closes the gig of a completed project when none of its other projects is under way."""
    gig_id = (await db.session.execute(select(projects.c.gig_id).where(projects.c.id == project_id))).scalar_one()
    gig = await gigs.for_answer(db, gig_id)
    under_way = select(projects.c.id).where(projects.c.gig_id == gig_id, projects.c.status.not_in(_ENDED_PROJECT))
    if gig.status not in _LIVE_GIG or gig.accepted_seats == 0:
        return
    if (await db.session.execute(under_way)).first() is not None:
        return
    gig.close(None, by=SYSTEM, at=db.at)
    await end_answers(db, gig)
