"""Makers of further members of somebody's organization."""

from uuid import UUID

from sqlalchemy import text

from domain.actors import SYSTEM
from domain.ids import new_id
from domain.organizations import Organization
from domain.permissions import Role
from persistence.unit import unit_of_work
from tests.world import Person, World


async def colleague(world: World, person: Person, role: Role) -> Person:
    """Somebody new in that person's organization."""
    async with world.database.reader() as session:
        organization = await session.get_one(Organization, person.organization_id)
    return await world.join(organization, role)


async def also_joins(world: World, person: Person, organization_id: UUID, role: Role = Role.OWNER) -> None:
    """The person becomes a member of that organization too."""
    row = (
        "INSERT INTO memberships SELECT (jsonb_populate_record(m, jsonb_build_object('id', CAST(:id AS uuid),"
        " 'organization_id', CAST(:organization AS uuid), 'role', CAST(:role AS text), 'staff_role', NULL))).*"
        " FROM memberships m WHERE m.id = CAST(:membership AS uuid)"
    )
    values = {"id": new_id(), "organization": organization_id, "role": role.name, "membership": person.membership_id}
    async with unit_of_work(world.database, by=SYSTEM, at=world.clock.now()) as db:
        await db.session.execute(text(row), {name: str(value) for name, value in values.items()})
