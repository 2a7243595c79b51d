"""Queries of cross-app sessions: what holds between a person and an app at a moment, the locks, and their ends."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import Select, and_, insert, select, update
from sqlalchemy.ext.asyncio import AsyncSession

from domain.actors import SYSTEM, Actor
from domain.apps import App
from domain.cross_app_sessions import CrossAppSession, CrossAppStatus, Grant
from domain.events import StatusChange
from domain.memberships import MembershipStatus
from domain.organizations import OrganizationStatus
from domain.users import UserStatus
from persistence.app_installations import is_active
from persistence.app_reach import is_reached
from persistence.apps import APPS
from persistence.organizations import ORGANIZATIONS
from persistence.outbox import status_change_row
from persistence.tables.apps import app_installations, cross_app_sessions
from persistence.tables.identity import memberships, organizations, users
from persistence.tables.platform import status_changes
from persistence.unit import Unit
from planner.edges import Condition, Connection, One, Source

_sessions = cross_app_sessions.c


def visible_to(viewer: Actor) -> Condition:
    """One's own, and to an app those that are with it."""
    if viewer.app_id is not None:
        return and_(_sessions.app_id == viewer.app_id, is_reached(viewer, _sessions.organization_id))
    return _sessions.user_id == viewer.user_id


CROSS_APP_SESSIONS = Source(CrossAppSession, cross_app_sessions, visible_to)
APP, ORGANIZATION = One(APPS, "app_id"), One(ORGANIZATIONS, "organization_id")
LIST = Connection(
    CROSS_APP_SESSIONS,
    orders={"CREATED_AT": _sessions.created_at},
    default_order=(("CREATED_AT", True),),
    filters={
        "app_id": lambda id_: _sessions.app_id == id_,
        "status": lambda values: _sessions.status.in_(values),
    },
)

_IN_ORGANIZATIONS_THAT = (OrganizationStatus.ACTIVE, OrganizationStatus.SUSPENDED)
_HOLDS = (memberships.c.role, app_installations.c.granted_permissions, organizations.c.status)


async def grant_for(db: Unit, app: App, user_id: UUID, organization_id: UUID) -> Grant | None:
    """What holds now, and holds until the transaction ends; None where person, member or installation are not live."""
    statement = _holding(user_id, organization_id, app.id)
    held = statement.with_for_update(read=True, of=(users, memberships, app_installations))
    row = (await db.session.execute(held)).one_or_none()
    return None if row is None else _grant(row, app)


async def grant_by_now(session: AsyncSession, app: App, found: CrossAppSession) -> Grant | None:
    """What holds of a session at this moment, for reading only."""
    row = (await session.execute(_holding(found.user_id, found.organization_id, app.id))).one_or_none()
    return None if row is None else _grant(row, app)


async def named_in(session: AsyncSession, app_id: UUID, sid: str) -> CrossAppSession | None:
    """The session of an app that a token of ours names."""
    which = _sessions.id == UUID(hex=sid.partition("_")[2]), _sessions.app_id == app_id
    return (await session.scalars(select(CrossAppSession).where(*which))).one_or_none()


async def for_change(db: Unit, session_id: UUID) -> CrossAppSession:
    statement = select(CrossAppSession).where(_sessions.id == session_id, visible_to(db.by))
    return await db.require(statement.with_for_update(), "cross-app session", "sessionId")


async def for_refresh(db: Unit, session_id: UUID) -> CrossAppSession | None:
    """A session of the app that asks, locked: of many who come with the same token, one finds it good."""
    which = _sessions.id == session_id, _sessions.app_id == db.by.app_id
    return (await db.session.scalars(select(CrossAppSession).where(*which).with_for_update())).one_or_none()


async def former(db: Unit, app_id: UUID, user_id: UUID) -> CrossAppSession | None:
    """The session that a new one takes the place of, locked."""
    which = _sessions.app_id == app_id, _sessions.user_id == user_id, _is_active()
    return (await db.session.scalars(select(CrossAppSession).where(*which).with_for_update())).one_or_none()


async def end_of_app(db: Unit, app_id: UUID, real: datetime) -> int:
    return await _end(db, _sessions.app_id == app_id, real)


async def end_of_installation(db: Unit, app_id: UUID, organization_id: UUID, real: datetime) -> int:
    return await _end(db, and_(_sessions.app_id == app_id, _sessions.organization_id == organization_id), real)


async def end_of_user(db: Unit, user_id: UUID, organization_id: UUID | None, real: datetime) -> int:
    """All of somebody's, or those for one organization."""
    mine = _sessions.user_id == user_id
    if organization_id is not None:
        mine = and_(mine, _sessions.organization_id == organization_id)
    return await _end(db, mine, real)


async def over(db: Unit, real: datetime, limit: int) -> Sequence[CrossAppSession]:
    """Those whose day is over; what somebody else has locked is left to them."""
    statement = select(CrossAppSession).where(_is_active(), _sessions.expires_at <= real).order_by(_sessions.expires_at)
    return (await db.session.scalars(statement.limit(limit).with_for_update(skip_locked=True))).all()


def _is_active() -> Condition:
    return _sessions.status == CrossAppStatus.ACTIVE


def _holding(user_id: UUID, organization_id: UUID, app_id: UUID) -> Select[Any]:
    return (
        select(*_HOLDS)
        .select_from(users)
        .join(memberships, and_(memberships.c.user_id == users.c.id, memberships.c.status == MembershipStatus.ACTIVE))
        .join(organizations, organizations.c.id == memberships.c.organization_id)
        .join(app_installations, and_(app_installations.c.organization_id == organizations.c.id, is_active()))
        .where(
            users.c.id == user_id,
            users.c.status == UserStatus.ACTIVE,
            organizations.c.id == organization_id,
            organizations.c.status.in_(_IN_ORGANIZATIONS_THAT),
            app_installations.c.app_id == app_id,
            memberships.c.role.is_not(None),
        )
    )


def _grant(row: Any, app: App) -> Grant:
    role, granted, status = row
    is_suspended = status is OrganizationStatus.SUSPENDED
    return Grant(role=role, app=app.permissions, installation=granted, is_suspended=is_suspended)


async def _end(db: Unit, which: Condition, real: datetime) -> int:
    """Ends them in one statement, however many they are, with what their histories say of it."""
    ended = (
        update(cross_app_sessions)
        .where(which, _is_active())
        .values(status=CrossAppStatus.REVOKED, revoked_at=real, version=_sessions.version + 1, updated_at=db.at)
        .returning(_sessions.id)
    )
    ids = (await db.session.scalars(ended)).all()
    was, now = CrossAppStatus.ACTIVE.name, CrossAppStatus.REVOKED.name
    change = StatusChange(action="endWithCause", was=was, now=now, at=db.at, by=SYSTEM)
    if ids:
        await db.session.execute(insert(status_changes), [status_change_row(id_, change) for id_ in ids])
    return len(ids)
