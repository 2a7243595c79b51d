"""Parked and suspended organizations in the database: the questions that keep their money where it is."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from sqlalchemy import ColumnElement, exists, or_, select

from domain.organizations import PARKED, Organization, OrganizationKind, OrganizationStatus
from domain.refusals import Refused, forbidden, wrong_state
from persistence.tables.identity import organizations
from persistence.unit import Unit


@dataclass(frozen=True, slots=True)
class Standing:
    """What says whether an organization may move its money."""

    status: OrganizationStatus
    parked_at: datetime | None


def stands_still(organization_id: ColumnElement[UUID]) -> ColumnElement[bool]:
    """For lists of money on its way out: whether the row's organization is parked or suspended."""
    other = organizations.alias()
    held = or_(other.c.parked_at.is_not(None), other.c.status == OrganizationStatus.SUSPENDED)
    return exists().where(other.c.id == organization_id, held)


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


async def standing_of(db: Unit, organization_id: UUID) -> Standing:
    of_theirs = select(organizations.c.status, organizations.c.parked_at).where(organizations.c.id == organization_id)
    status, parked_at = (await db.session.execute(of_theirs)).one()
    return Standing(status, parked_at)


def require_moves_money(standing: Standing, *, pays_owed: bool) -> None:
    """Refuses FORBIDDEN to a suspended organization whatever does not pay what it owes, and WRONG_STATE to one whose
    books staff look into."""
    if standing.status is OrganizationStatus.SUSPENDED and not pays_owed:
        raise forbidden("Your organization is suspended: of its money it can only pay what it owes.")
    if standing.parked_at is not None:
        raise _refusal(is_own=True)


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
