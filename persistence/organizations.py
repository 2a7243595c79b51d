"""Queries of organizations."""

from uuid import UUID

from sqlalchemy import select, true

from domain.actors import Actor
from domain.organizations import Organization
from domain.refusals import not_found
from domain.sides import TwoSided
from persistence.tables.identity import organizations
from persistence.unit import Unit
from planner.edges import Condition, Source


def visible_to(viewer: Actor) -> Condition:
    """Names of organizations are public to whoever is signed in; what is private is guarded field by field."""
    return true()


ORGANIZATIONS = Source(Organization, organizations, visible_to)


async def for_change(
    db: Unit, organization_id: UUID | None = None, expected_version: int | None = None
) -> Organization:
    """The caller's active organization, locked: its own fields and everything about its members change one by one.

    An id only says which one the caller means: any other than the active one is NOT_FOUND.
    """
    active_id = db.by.require_organization()
    if organization_id not in (None, active_id):
        raise not_found("organization", "organizationId")
    organization = await locked(db, active_id)
    organization.require_version(expected_version)
    return organization


async def named(db: Unit, organization_id: UUID) -> Organization:
    """Any organization by its id, for reading; NOT_FOUND where there is none."""
    return await db.require(
        select(Organization).where(organizations.c.id == organization_id), "organization", "organizationId"
    )


async def get(db: Unit, organization_id: UUID) -> Organization:
    """Known to exist, for reading."""
    return await db.session.get_one(Organization, organization_id)


async def sides(db: Unit, of: TwoSided) -> tuple[Organization, Organization]:
    """Client and freelancer of agreed work."""
    return await get(db, of.client_organization_id), await get(db, of.freelancer_organization_id)


async def locked(db: Unit, organization_id: UUID) -> Organization:
    """Known to exist. The lock lets others go on referring to the organization: it only excludes changes."""
    statement = select(Organization).where(organizations.c.id == organization_id).with_for_update(key_share=True)
    return (await db.session.scalars(statement)).one()
