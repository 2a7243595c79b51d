"""What decides about somebody's permissions in an organization, read in one statement."""

from collections.abc import Sequence
from uuid import UUID

from sqlalchemy import and_, exists, func, or_, select
from sqlalchemy.ext.asyncio import AsyncSession

from domain.api_keys import WORKING
from domain.apps import AppStatus
from domain.memberships import MembershipStatus
from domain.organizations import OrganizationStatus
from domain.permission_decisions import KeyStanding, Standing, held_by
from domain.permission_overrides import decided
from domain.permissions import Permission
from persistence.permission_overrides import in_force, read
from persistence.tables.apps import apps
from persistence.tables.credentials import two_factors
from persistence.tables.identity import memberships, organizations, users
from persistence.tables.keys import api_keys


async def standing_of(session: AsyncSession, user_id: UUID, organization_id: UUID) -> Standing | None:
    """None for whoever is no active member."""
    factor = exists().where(two_factors.c.user_id == users.c.id, two_factors.c.confirmed_at.is_not(None))
    statement = (
        select(
            users.c.status,
            factor.label("has_second_factor"),
            memberships.c.role,
            memberships.c.staff_role,
            organizations.c.status.label("organization_status"),
            organizations.c.requires_two_factor,
            in_force().label("overrides"),
        )
        .select_from(memberships)
        .join(users, users.c.id == memberships.c.user_id)
        .join(organizations, organizations.c.id == memberships.c.organization_id)
        .where(
            and_(memberships.c.user_id == user_id, memberships.c.organization_id == organization_id),
            memberships.c.status == MembershipStatus.ACTIVE,
        )
    )
    row = (await session.execute(statement)).one_or_none()
    if row is None:
        return None
    return Standing(
        user_status=row.status,
        has_second_factor=row.has_second_factor,
        role=row.role,
        staff_role=row.staff_role,
        organization_status=row.organization_status,
        requires_second_factor=row.requires_two_factor,
        overrides=read(row.overrides),
    )


async def addresses_with(session: AsyncSession, organization_id: UUID, permission: Permission) -> Sequence[str]:
    """Where to write to the members of an organization who hold a permission, by role or by an override."""
    columns = (users.c.email, memberships.c.role, memberships.c.staff_role, in_force().label("overrides"))
    statement = (
        select(*columns)
        .select_from(memberships)
        .join(users, users.c.id == memberships.c.user_id)
        .where(memberships.c.organization_id == organization_id, memberships.c.status == MembershipStatus.ACTIVE)
        .order_by(users.c.email)
    )
    rows = (await session.execute(statement)).all()
    return [one.email for one in rows if permission in decided(held_by(one.role, one.staff_role), read(one.overrides))]


async def standing_of_key(session: AsyncSession, key_id: UUID, organization_id: UUID) -> KeyStanding | None:
    """None for what is no key of the organization."""
    key, is_owner_active = api_keys.c, organizations.c.status == OrganizationStatus.ACTIVE
    statement = (
        select(
            key.scopes,
            and_(key.status.in_(WORKING), or_(key.expires_at.is_(None), key.expires_at > func.now())).label("works"),
            or_(apps.c.id.is_(None), and_(apps.c.status == AppStatus.ACTIVE, is_owner_active)).label("is_app_active"),
            organizations.c.status.label("organization_status"),
        )
        .select_from(api_keys)
        .join(organizations, organizations.c.id == key.organization_id)
        .outerjoin(apps, apps.c.id == key.app_id)
        .where(key.id == key_id, key.organization_id == organization_id)
    )
    row = (await session.execute(statement)).one_or_none()
    if row is None:
        return None
    return KeyStanding(
        scopes=frozenset(row.scopes),
        works=row.works,
        is_app_active=row.is_app_active,
        organization_status=row.organization_status,
    )


async def member_behind(session: AsyncSession, membership_id: UUID) -> UUID | None:
    """Whose membership it is."""
    statement = select(memberships.c.user_id).where(memberships.c.id == membership_id)
    return (await session.scalars(statement)).one_or_none()
