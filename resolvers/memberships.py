"""Memberships: who belongs to the active organization, and in which role."""

from uuid import UUID

from domain import memberships as rules
from domain.permissions import Role
from domain.refusals import forbidden
from persistence import api_keys, invitations, memberships, seat_assignments
from persistence.unit import Unit
from resolvers.mutations import Changed

LIST, USER, ORGANIZATION = memberships.LIST, memberships.USER, memberships.ORGANIZATION


async def change_role(db: Unit, *, membership_id: UUID, role: Role, expected_version: int | None = None) -> Changed:
    membership, owners = await memberships.for_member_change(db, membership_id, expected_version)
    await api_keys.require_for_others(db, membership.user_id)
    membership.change_role(role, owners=owners, by=db.by, at=db.at)
    return Changed(membership=membership)


async def remove_member(db: Unit, *, membership_id: UUID) -> Changed:
    membership, owners = await memberships.for_member_change(db, membership_id)
    membership.remove(owners=owners, by=db.by, at=db.at)
    for invitation in await invitations.pending_by(db, membership.organization_id, membership.user_id):
        invitation.revoke(by=db.by, at=db.at)
    await seat_assignments.release_of(db, membership.organization_id, membership.user_id)
    return Changed(membership=membership)


async def transfer_ownership(db: Unit, *, membership_id: UUID) -> Changed:
    membership, _ = await memberships.for_member_change(db, membership_id)
    mine = await memberships.own_for_change(db)
    if mine is None or mine.role is not Role.OWNER:
        raise forbidden("Only an owner passes the ownership on.")
    rules.transfer_ownership(mine, membership, by=db.by, at=db.at)
    return Changed(membership=membership, former=mine)
