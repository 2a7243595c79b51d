"""Gigs: posting, editing and steering them."""

from typing import Any
from uuid import UUID

from domain import gigs as rules
from persistence import gigs
from persistence.unit import Unit
from resolvers.mutations import Changed

ORGANIZATION, CATEGORY = gigs.ORGANIZATION, gigs.CATEGORY
LIST, CATEGORIES = gigs.LIST, gigs.CATEGORIES


async def create_gig(db: Unit, **fields: Any) -> Changed:
    gig = rules.draft(fields, by=db.by, at=db.at)
    await gigs.require_category(db, gig.category_id)
    db.add(gig)
    return Changed(gig=gig)


async def update_gig(db: Unit, gig_id: UUID, expected_version: int | None = None, **fields: Any) -> Changed:
    gig = await gigs.for_change(db, gig_id, expected_version)
    rules.change(gig, fields, by=db.by, at=db.at)
    await gigs.require_category(db, gig.category_id)
    return Changed(gig=gig)


async def publish_gig(db: Unit, gig_id: UUID) -> Changed:
    gig = await gigs.for_change(db, gig_id)
    gig.publish(by=db.by, at=db.at)
    return Changed(gig=gig)


async def pause_gig(db: Unit, gig_id: UUID) -> Changed:
    gig = await gigs.for_change(db, gig_id)
    gig.pause(by=db.by, at=db.at)
    return Changed(gig=gig)


async def resume_gig(db: Unit, gig_id: UUID) -> Changed:
    gig = await gigs.for_change(db, gig_id)
    gig.resume(by=db.by, at=db.at)
    return Changed(gig=gig)
