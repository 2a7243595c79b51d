"""Queries of sessions: from a token to an actor with its rights of this moment, in one indexed read."""

from datetime import datetime
from typing import Any

from sqlalchemy import Select, and_, select

from domain.actors import ANONYMOUS, Actor, ActorKind
from domain.memberships import MembershipStatus
from domain.organizations import OrganizationStatus
from domain.permissions import BY_ROLE, BY_STAFF_ROLE, Permission
from domain.users import UserStatus
from persistence.database import Database
from persistence.tables.identity import memberships, organizations, sessions, users


async def actor_of(database: Database, token_hash: bytes, now: datetime) -> Actor:
    """Who holds this session token; ANONYMOUS when it is unknown, revoked, expired or its user may not sign in."""
    async with database.connection() as connection:
        row = (await connection.execute(_live_session(token_hash, now))).first()
    if row is None:
        return ANONYMOUS
    return Actor(
        kind=ActorKind.USER,
        user_id=row.user_id,
        session_id=row.session_id,
        membership_id=row.membership_id,
        organization_id=row.organization_id if row.membership_id else None,
        organization_kind=row.kind.value if row.membership_id else None,
        is_verified=row.status is UserStatus.ACTIVE,
        permissions=_permissions(row),
    )


def _permissions(row: Any) -> frozenset[Permission]:
    if row.membership_id is None:
        return frozenset()
    held = BY_STAFF_ROLE[row.staff_role] if row.staff_role is not None else BY_ROLE[row.role]
    if row.organization_status is OrganizationStatus.ACTIVE:
        return held
    return frozenset(permission for permission in held if permission.value.endswith(":read"))


def _live_session(token_hash: bytes, now: datetime) -> Select[Any]:
    member = and_(
        memberships.c.user_id == sessions.c.user_id,
        memberships.c.organization_id == sessions.c.active_organization_id,
        memberships.c.status == MembershipStatus.ACTIVE,
    )
    return (
        select(
            sessions.c.id.label("session_id"),
            users.c.id.label("user_id"),
            users.c.status,
            memberships.c.id.label("membership_id"),
            memberships.c.role,
            memberships.c.staff_role,
            organizations.c.id.label("organization_id"),
            organizations.c.kind,
            organizations.c.status.label("organization_status"),
        )
        .join(users, users.c.id == sessions.c.user_id)
        .outerjoin(memberships, member)
        .outerjoin(organizations, organizations.c.id == memberships.c.organization_id)
        .where(
            sessions.c.token_hash == token_hash,
            sessions.c.revoked_at.is_(None),
            sessions.c.idle_expires_at > now,
            sessions.c.expires_at > now,
            users.c.status.in_([UserStatus.ACTIVE, UserStatus.PENDING_VERIFICATION]),
        )
    )
