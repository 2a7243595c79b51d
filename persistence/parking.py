"""Parked organizations in the database: the one question that keeps their money where it is."""

from collections.abc import Sequence
from uuid import UUID

from sqlalchemy import ColumnElement, exists, select

from domain.organizations import PARKED, Organization, OrganizationKind
from domain.refusals import Refused, wrong_state
from persistence.tables.identity import organizations
from persistence.unit import Unit


def is_parked(organization_id: ColumnElement[UUID]) -> ColumnElement[bool]:
    """For lists of what is due: whether the row's organization is parked."""
    other = organizations.alias()
    return exists().where(other.c.id == organization_id, other.c.parked_at.is_not(None))


async def are_parked(db: Unit, *organization_ids: UUID) -> bool:
    """Whether one of them is."""
    return await _parked(db, organization_ids) is not None


async def require_none_parked(db: Unit, *organization_ids: UUID) -> None:
    """Refuses WRONG_STATE while staff look into the books of one of them."""
    found = await _parked(db, organization_ids)
    if found is not None:
        raise _refusal(is_own=db.by.acts_for(found))


async def _parked(db: Unit, organization_ids: Sequence[UUID]) -> UUID | None:
    named = (organizations.c.id.in_(organization_ids), organizations.c.parked_at.is_not(None))
    return await db.session.scalar(select(organizations.c.id).where(*named).limit(1))


def _refusal(*, is_own: bool) -> Refused:
    """Of other organizations nobody learns more than that they cannot move money now."""
    whose = "Your organization" if is_own else "The other side"
    message = f"{whose} is parked while its books are looked into: money does not move, but for paying what is owed."
    return wrong_state(message, from_state=PARKED, allowed=["ACTIVE"])


async def for_parking(db: Unit, organization_id: UUID) -> Organization:
    """An organization, locked for parking or unparking; the platform itself is neither."""
    statement = select(Organization).where(
        organizations.c.id == organization_id, organizations.c.kind != OrganizationKind.PLATFORM
    )
    return await db.require(statement.with_for_update(), "organization", "organizationId")
