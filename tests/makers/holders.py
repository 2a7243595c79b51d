"""Makers of somebody in every role, each with what it allows: for tests that try the whole API."""

from dataclasses import dataclass

from sqlalchemy import update

from domain.organizations import OrganizationStatus
from domain.permission_decisions import left_to
from domain.permissions import BY_ROLE, BY_STAFF_ROLE, Permission, Role
from persistence.tables.identity import organizations
from schema.ids import global_id
from tests.makers.colleagues import colleague
from tests.makers.rows import write
from tests.makers.staff import another_of_the_staff
from tests.world import Caller, Person, World


@dataclass(frozen=True, slots=True)
class Holder:
    """Somebody with what their role allows."""

    name: str
    caller: Caller
    permissions: frozenset[Permission]


async def holders_of(world: World, owner: Person) -> list[Holder]:
    """One of every role of an organization and of the platform; and owners that lost their organization's rights."""
    held = {role.name: (await colleague(world, owner, role), BY_ROLE[role]) for role in Role}
    for role, permissions in BY_STAFF_ROLE.items():
        held[f"STAFF {role.name}"] = (await another_of_the_staff(world, role), permissions)
    suspended, removed = await world.client_side(), await colleague(world, owner, Role.OWNER)
    of_suspended = organizations.c.id == suspended.organization_id
    await write(world, update(organizations).where(of_suspended).values(status=OrganizationStatus.SUSPENDED))
    membership = global_id("Membership", removed.membership_id)
    await owner.do("removeMember", "membership { id }", membershipId=membership)
    left = left_to(OrganizationStatus.SUSPENDED, BY_ROLE[Role.OWNER])
    held |= {"SUSPENDED": (suspended, left), "REMOVED": (removed, frozenset())}
    return [Holder(name, person, permissions) for name, (person, permissions) in held.items()]
