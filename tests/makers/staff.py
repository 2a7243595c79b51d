"""Makers of staff, of whom there may be some already, and of their acting as somebody else."""

from sqlalchemy import select

from domain.organizations import Organization, OrganizationKind
from domain.permissions import StaffRole
from persistence.tables.identity import organizations
from tests.world import Caller, Person, World

REASON = "They cannot find their invoice."


async def another_of_the_staff(world: World, role: StaffRole = StaffRole.ADMIN) -> Person:
    """Somebody new on the platform, which is made where there is none."""
    async with world.database.reader() as session:
        kind = organizations.c.kind == OrganizationKind.PLATFORM
        platform = (await session.scalars(select(Organization).where(kind))).one_or_none()
    return await world.staff(role) if platform is None else await world.join(platform, role)


async def impersonate(staff: Person, person: Person, mode: str = "READ_ONLY") -> tuple[str, Caller]:
    """The id of the impersonation, and whoever acts as that person in it."""
    begun = await staff.do(
        "startImpersonation",
        "token impersonation { id }",
        userId=f"usr_{person.user_id.hex}",
        organizationId=f"org_{person.organization_id.hex}",
        mode=mode,
        reason=REASON,
    )
    return begun["impersonation"]["id"], staff.world.caller(begun["token"])
