"""Gigs: posting, editing, steering and ending them."""

from typing import Any
from uuid import UUID

from domain import gig_drafts
from domain.gigs import GigStatus
from persistence import gig_invitations, gigs, plan_limits, proposals
from persistence.gig_endings import end_answers
from persistence.unit import Unit
from resolvers.mutations import Changed

ORGANIZATION, CATEGORY = gigs.ORGANIZATION, gigs.CATEGORY
PROPOSALS, INVITATIONS = proposals.OF_GIG, gig_invitations.OF_GIG
LIST, CATEGORIES = gigs.LIST, gigs.CATEGORIES


async def create_gig(db: Unit, **fields: Any) -> Changed:
    gig = gig_drafts.draft(fields, by=db.by, at=db.at)
    await gigs.require_category(db, gig.category_id)
    db.add(gig)
    return Changed(gig=gig)


async def update_gig(db: Unit, *, gig_id: UUID, expected_version: int | None = None, **fields: Any) -> Changed:
    gig = await gigs.for_change(db, gig_id, expected_version)
    gig.check("updateGig", by=db.by)
    await gigs.require_category(db, fields.get("category_id"))
    gig_drafts.change(gig, fields, by=db.by, at=db.at)
    if gig.status is GigStatus.FILLED:
        await end_answers(db, gig)
    return Changed(gig=gig)


async def publish_gig(db: Unit, *, gig_id: UUID) -> Changed:
    gig = await gigs.for_change(db, gig_id)
    gig_drafts.publish(gig, by=db.by, at=db.at)
    await plan_limits.admit(db, "publishGig", gig.organization_id)
    return Changed(gig=gig)


async def pause_gig(db: Unit, *, gig_id: UUID) -> Changed:
    gig = await gigs.for_change(db, gig_id)
    gig.pause(by=db.by, at=db.at)
    return Changed(gig=gig)


async def resume_gig(db: Unit, *, gig_id: UUID) -> Changed:
    gig = await gigs.for_change(db, gig_id)
    gig.resume(by=db.by, at=db.at)
    await plan_limits.admit(db, "resumeGig", gig.organization_id)
    return Changed(gig=gig)


async def close_gig(db: Unit, *, gig_id: UUID, reason: str | None) -> Changed:
    gig = await gigs.for_change(db, gig_id)
    gig.close(reason, by=db.by, at=db.at)
    await end_answers(db, gig)
    return Changed(gig=gig)


async def cancel_gig(db: Unit, *, gig_id: UUID, reason: str | None) -> Changed:
    gig = await gigs.for_change(db, gig_id)
    gig.cancel(reason, by=db.by, at=db.at)
    await end_answers(db, gig)
    return Changed(gig=gig)


async def take_down_gig(db: Unit, *, gig_id: UUID, reason: str) -> Changed:
    gig = await gigs.for_change(db, gig_id)
    gig.take_down(reason, by=db.by, at=db.at)
    await end_answers(db, gig)
    return Changed(gig=gig)
