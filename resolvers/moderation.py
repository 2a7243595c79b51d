"""Suspending people and organizations, and letting them act again."""

from uuid import UUID

from domain.sessions import RevokeReason, Visit
from persistence import memberships, organizations, sessions, users
from persistence.neutrality import require_neutral
from persistence.unit import Unit
from resolvers.mutations import Changed


async def suspend_user(db: Unit, *, user_id: UUID, reason: str, visit: Visit) -> Changed:
    user = await users.for_moderation(db, user_id)
    user.suspend(reason, is_staff=await memberships.is_staff(db, user.id), by=db.by, at=db.at)
    for session in await sessions.all_for_revoking(db, user.id):
        session.revoke(RevokeReason.USER_SUSPENDED, by=db.by, at=db.at, real=visit.at)
    return Changed(user=user)


async def reactivate_user(db: Unit, *, user_id: UUID, reason: str) -> Changed:
    user = await users.for_moderation(db, user_id)
    user.reactivate(reason, is_staff=await memberships.is_staff(db, user.id), by=db.by, at=db.at)
    return Changed(user=user)


async def suspend_organization(db: Unit, *, organization_id: UUID, reason: str) -> Changed:
    organization = await organizations.for_moderation(db, organization_id)
    await require_neutral(db, [organization.id])
    organization.suspend(reason, by=db.by, at=db.at)
    return Changed(organization=organization)


async def reactivate_organization(db: Unit, *, organization_id: UUID, reason: str) -> Changed:
    organization = await organizations.for_moderation(db, organization_id)
    await require_neutral(db, [organization.id])
    organization.reactivate(reason, by=db.by, at=db.at)
    return Changed(organization=organization)
