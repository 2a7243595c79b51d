"""Queries of organizations."""

from collections.abc import Sequence
from uuid import UUID

from sqlalchemy import exists, select, true

from domain.actors import Actor
from domain.memberships import MembershipStatus
from domain.organizations import Organization, OrganizationKind, OrganizationStatus
from domain.permissions import Role
from domain.refusals import not_found
from domain.sides import TwoSided
from persistence.database import Database
from persistence.tables.identity import memberships, organizations
from persistence.texts import contains
from persistence.unit import Unit
from planner.edges import Condition, Connection, Source


def visible_to(viewer: Actor) -> Condition:
    """Names of organizations are public to whoever is signed in; what is private is guarded field by field."""
    return true()


ORGANIZATIONS = Source(Organization, organizations, visible_to)
LIST = Connection(
    ORGANIZATIONS,
    orders={"CREATED_AT": organizations.c.created_at, "NAME": organizations.c.name},
    default_order=(("CREATED_AT", True),),
    filters={
        "search": lambda text: contains(text, organizations.c.name, organizations.c.legal_name),
        "kind": lambda kinds: organizations.c.kind.in_(kinds),
        "status": lambda values: organizations.c.status.in_(values),
    },
)


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


async def of_viewer(database: Database, organization_id: UUID) -> Organization:
    """The organization that somebody acts for, outside of any transaction."""
    async with database.reader() as session:
        return await session.get_one(Organization, organization_id)


async def for_new_work(db: Unit, organization_id: UUID) -> Organization:
    """Known to exist, for reading; it is not closed before this transaction has ended."""
    statement = select(Organization).where(organizations.c.id == organization_id)
    return (await db.session.scalars(statement.with_for_update(read=True, key_share=True))).one()


async def for_moderation(db: Unit, organization_id: UUID) -> Organization:
    """Any organization, locked, for staff."""
    statement = select(Organization).where(organizations.c.id == organization_id)
    return await db.require(statement.with_for_update(key_share=True), "organization", "organizationId")


async def platform(db: Unit) -> Organization:
    """The one of the staff, locked."""
    statement = select(Organization).where(organizations.c.kind == OrganizationKind.PLATFORM)
    return (await db.session.scalars(statement.with_for_update(key_share=True))).one()


async def platform_id(db: Unit) -> UUID | None:
    """The one of the staff, for telling them something; None while there is no staff."""
    statement = select(organizations.c.id).where(organizations.c.kind == OrganizationKind.PLATFORM)
    return (await db.session.scalars(statement)).one_or_none()


async def owned_by(db: Unit, user_id: UUID) -> Sequence[Organization]:
    """Those that are not closed and that somebody owns, locked in one order."""
    owned = exists().where(
        memberships.c.organization_id == organizations.c.id,
        memberships.c.user_id == user_id,
        memberships.c.role == Role.OWNER,
        memberships.c.status == MembershipStatus.ACTIVE,
    )
    open_ = select(Organization).where(owned, organizations.c.status != OrganizationStatus.CLOSED)
    return (await db.session.scalars(open_.order_by(organizations.c.id).with_for_update(key_share=True))).all()


async def sides(db: Unit, of: TwoSided) -> tuple[Organization, Organization]:
    """Client and freelancer of agreed work."""
    return await get(db, of.client_organization_id), await get(db, of.freelancer_organization_id)


async def locked(db: Unit, organization_id: UUID) -> Organization:
    """Known to exist. The lock lets others go on referring to the organization: it only excludes changes."""
    statement = select(Organization).where(organizations.c.id == organization_id).with_for_update(key_share=True)
    return (await db.session.scalars(statement)).one()
