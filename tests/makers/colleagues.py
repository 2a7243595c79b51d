"""Makers of further members of somebody's organization."""

from domain.organizations import Organization
from domain.permissions import Role
from tests.world import Person, World


async def colleague(world: World, person: Person, role: Role) -> Person:
    """Somebody new in that person's organization."""
    async with world.database.reader() as session:
        organization = await session.get_one(Organization, person.organization_id)
    return await world.join(organization, role)
