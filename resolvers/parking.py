"""Parking and unparking organizations by staff."""

from uuid import UUID

from persistence import parking
from persistence.neutrality import require_neutral
from persistence.unit import Unit
from resolvers.mutations import Changed


async def park_organization(db: Unit, *, organization_id: UUID, reason: str) -> Changed:
    organization = await parking.for_parking(db, organization_id)
    organization.park(reason, by=db.by, at=db.at)
    return Changed(organization=organization)


async def unpark_organization(db: Unit, *, organization_id: UUID, reason: str) -> Changed:
    organization = await parking.for_parking(db, organization_id)
    await require_neutral(db, [organization.id])
    organization.unpark(reason, by=db.by, at=db.at)
    return Changed(organization=organization)
