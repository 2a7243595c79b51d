"""Who is told of an event, and how each of them wants to be."""

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID
from zoneinfo import ZoneInfo

from sqlalchemy import exists, select
from sqlalchemy.ext.asyncio import AsyncSession

from domain.memberships import MembershipStatus
from domain.notification_preferences import DIGEST_AT, NotificationHours, usual_mode
from domain.notifications import NotificationCategory, NotificationChannel, NotificationMode
from domain.permission_decisions import held_by
from domain.permission_overrides import decided
from domain.permissions import Permission
from domain.users import UserStatus
from persistence.permission_overrides import in_force, read
from persistence.tables.identity import memberships, users
from persistence.tables.notifications import (
    bounced_addresses,
    notification_hours,
    notification_preferences,
    push_devices,
)

_hours, _preferences = notification_hours.c, notification_preferences.c
Chosen = dict[tuple[NotificationCategory, NotificationChannel], NotificationMode]


@dataclass(frozen=True, slots=True, kw_only=True)
class Reader:
    """Somebody who is told, with what they have chosen."""

    user_id: UUID
    email: str
    is_active: bool
    has_bounced: bool
    """Nobody is reached at their address."""
    zone: ZoneInfo
    hours: NotificationHours
    chosen: Chosen
    has_devices: bool

    def mode(self, category: NotificationCategory, channel: NotificationChannel) -> NotificationMode:
        return self.chosen.get((category, channel)) or usual_mode(category, channel)

    def due_at(self, category: NotificationCategory, mode: NotificationMode, at: datetime) -> datetime:
        return self.hours.due_at(category, mode, at, self.zone)


async def members_with(session: AsyncSession, organization_id: UUID, permission: Permission) -> list[UUID]:
    """The active members of an organization who hold a permission by role or override."""
    columns = (memberships.c.user_id, memberships.c.role, memberships.c.staff_role, in_force().label("overrides"))
    active = (memberships.c.organization_id == organization_id, memberships.c.status == MembershipStatus.ACTIVE)
    rows = (await session.execute(select(*columns).where(*active))).all()
    return [
        row.user_id for row in rows if permission in decided(held_by(row.role, row.staff_role), read(row.overrides))
    ]


async def readers(session: AsyncSession, user_ids: Iterable[UUID]) -> list[Reader]:
    """Those people, in the order of their ids: whoever writes to several of them does so in one order."""
    wanted = list(user_ids)
    has_devices = exists().where(push_devices.c.user_id == users.c.id).label("has_devices")
    has_bounced = exists().where(bounced_addresses.c.email == users.c.email).label("has_bounced")
    columns = (users.c.id, users.c.email, users.c.status, users.c.time_zone, has_devices, has_bounced)
    statement = (
        select(*columns, _hours.quiet_from, _hours.quiet_until, _hours.digest_at)
        .outerjoin(notification_hours, _hours.user_id == users.c.id)
        .where(users.c.id.in_(wanted))
        .order_by(users.c.id)
    )
    rows = (await session.execute(statement)).all()
    chosen = await _chosen(session, wanted)
    return [
        Reader(
            user_id=row.id,
            email=row.email,
            is_active=row.status is UserStatus.ACTIVE,
            has_bounced=row.has_bounced,
            zone=ZoneInfo(row.time_zone),
            hours=NotificationHours(
                user_id=row.id,
                quiet_from=row.quiet_from,
                quiet_until=row.quiet_until,
                digest_at=row.digest_at or DIGEST_AT,
            ),
            chosen=chosen[row.id],
            has_devices=row.has_devices,
        )
        for row in rows
    ]


async def _chosen(session: AsyncSession, user_ids: list[UUID]) -> dict[UUID, Chosen]:
    found: dict[UUID, Chosen] = defaultdict(dict)
    statement = select(notification_preferences).where(_preferences.user_id.in_(user_ids))
    for row in await session.execute(statement):
        found[row.user_id][row.category, row.channel] = row.mode
    return found
