"""Queries of sessions: from a token to an actor with its rights of this moment, in one indexed read."""

from collections.abc import Collection, Sequence
from datetime import UTC, datetime
from functools import cache
from typing import Any
from uuid import UUID

from sqlalchemy import (
    ARRAY,
    ColumnElement,
    Select,
    Uuid,
    and_,
    any_,
    bindparam,
    func,
    literal,
    literal_column,
    or_,
    select,
    update,
)
from sqlalchemy.ext.asyncio import AsyncSession

from domain.actors import Actor, ActorKind
from domain.impersonations import ImpersonationMode
from domain.memberships import MembershipStatus
from domain.permission_decisions import held_by, left_to
from domain.permission_overrides import decided
from domain.permissions import Permission
from domain.sessions import IDLE, SEEN_EVERY, AuthLevel, Session
from domain.users import MAY_SIGN_IN, UserStatus
from persistence.database import Database
from persistence.holders import NOBODY, Holder, good_for
from persistence.impersonations import goes_on
from persistence.organizations import ORGANIZATIONS
from persistence.permission_overrides import in_force, next_end, read
from persistence.prepared import Prepared
from persistence.tables.columns import Instant
from persistence.tables.identity import memberships, organizations, sessions, users
from persistence.tables.rights import impersonations
from persistence.unit import Unit
from planner.edges import Condition, Connection, One, Source


def visible_to(viewer: Actor) -> Condition:
    """One's own."""
    return sessions.c.user_id == viewer.user_id


def _is_live(now: datetime | ColumnElement[datetime]) -> Condition:
    """Not ended by anybody or by itself; sessions live on real time."""
    return and_(sessions.c.revoked_at.is_(None), sessions.c.idle_expires_at > now, sessions.c.expires_at > now)


def _has_token(token_hash: bytes | ColumnElement[Any], now: datetime | ColumnElement[datetime]) -> Condition:
    """Whose token this is, while it is good; connections that it has opened outlive it, as the session does."""
    return and_(sessions.c.token_hash == token_hash, sessions.c.token_expires_at > now)


SESSIONS = Source(Session, sessions, visible_to)
ORGANIZATION = One(ORGANIZATIONS, "active_organization_id")
LIST = Connection(
    SESSIONS,
    orders={"LAST_SEEN_AT": sessions.c.last_seen_at, "CREATED_AT": sessions.c.created_at},
    default_order=(("LAST_SEEN_AT", True),),
    where=lambda viewer: _is_live(func.now()),
)


async def holder_of(database: Database, token_hash: bytes) -> Holder:
    """Who holds this session token; NOBODY when it is unknown, revoked, expired or its user may not sign in.

    Asked by every request, and therefore the shortest way; the database's clock says what has expired. Using a session
    keeps it from idling out, which is written at most once a minute.
    """
    row = await _by_token().row(database, token_hash)
    if row is None:
        return NOBODY
    now = datetime.now(UTC)
    if row.last_seen_at <= now - SEEN_EVERY:
        async with database.connection() as connection:
            await connection.execute(
                update(sessions)
                .where(sessions.c.id == row.session_id, sessions.c.last_seen_at <= now - SEEN_EVERY)
                .values(last_seen_at=now, idle_expires_at=func.greatest(sessions.c.idle_expires_at, now + IDLE))
            )
    return Holder(_actor(row), good_for=row.good_for)


@cache
def _by_token() -> Prepared:
    return Prepared(_live_session(_has_token(literal_column("$1"), func.now()), func.now()))


async def actors_of_sessions(database: Database, ids: Collection[UUID], now: datetime) -> dict[UUID, Actor]:
    """Who holds these sessions by now, for connections that outlive a request; none of those that have ended. Only
    looks."""
    async with database.connection() as connection:
        rows = (await connection.execute(_by_ids(), {"ids": list(ids), "now": now})).all()
    return {row.session_id: _actor(row) for row in rows}


@cache
def _by_ids() -> Select[Any]:
    """Put together once: that takes longer than asking."""
    return _live_session(sessions.c.id == any_(bindparam("ids", type_=ARRAY(Uuid))), bindparam("now", type_=Instant))


async def actor_in(db: Unit, session: Session, now: datetime) -> Actor:
    """Whom the session makes of its bearer from the next request on; for sessions this transaction has changed."""
    await db.flush()
    return _actor((await db.session.execute(_live_session(sessions.c.id == session.id, now))).one())


async def acting(db: Unit, user_id: UUID, organization_id: UUID) -> Actor | None:
    """A person with the rights of this moment in an organization, signed in or not; None where they have no part."""
    member = and_(memberships.c.organization_id == organization_id, memberships.c.status == MembershipStatus.ACTIVE)
    statement = (
        select(*(literal(None).label(name) for name in _OF_SESSION), *_ACTOR)
        .select_from(users)
        .join(memberships, and_(memberships.c.user_id == users.c.id, member))
        .join(organizations, organizations.c.id == memberships.c.organization_id)
        .where(users.c.id == user_id)
    )
    row = (await db.session.execute(statement)).one_or_none()
    return None if row is None else _actor(row)


async def current(db: Unit) -> Session:
    """The session this request came with, locked."""
    statement = select(Session).where(sessions.c.id == db.by.session_id).with_for_update()
    return (await db.session.scalars(statement)).one()


async def for_revoking(db: Unit, session_id: UUID) -> Session:
    statement = select(Session).where(sessions.c.id == session_id, visible_to(db.by)).with_for_update()
    return await db.require(statement, "session", "sessionId")


async def all_for_revoking(db: Unit, user_id: UUID | None) -> Sequence[Session]:
    """Somebody's live sessions, those in which they act as somebody else too, locked in one order."""
    begun = select(impersonations.c.session_id).where(impersonations.c.staff_user_id == user_id).scalar_subquery()
    # An array, so that both sides are found by their indexes.
    whose = or_(sessions.c.user_id == user_id, sessions.c.id == any_(func.array(begun)))
    statement = select(Session).where(whose, _is_live(func.now())).order_by(sessions.c.id).with_for_update()
    return (await db.session.scalars(statement)).all()


async def opened_before(session: AsyncSession, opened: Session) -> Sequence[Session]:
    """The same person's earlier sessions, the latest ones."""
    earlier = (sessions.c.user_id == opened.user_id, sessions.c.created_at < opened.created_at)
    statement = select(Session).where(*earlier).order_by(sessions.c.created_at.desc()).limit(200)
    return (await session.scalars(statement)).all()


_ACTOR = (
    users.c.id.label("user_id"),
    users.c.email,
    users.c.status,
    memberships.c.id.label("membership_id"),
    memberships.c.role,
    memberships.c.staff_role,
    organizations.c.id.label("organization_id"),
    organizations.c.kind,
    organizations.c.status.label("organization_status"),
    organizations.c.requires_two_factor,
    in_force().label("overrides"),
)
"""What an actor is made of, besides its session."""
_OF_SESSION = ("session_id", "auth_level", "reauthenticated_at", "impersonator_id", "impersonation_mode")


def _actor(row: Any) -> Actor:
    return Actor(
        kind=ActorKind.USER,
        user_id=row.user_id,
        session_id=row.session_id,
        membership_id=row.membership_id,
        organization_id=row.organization_id if row.membership_id else None,
        organization_kind=row.kind.value if row.membership_id else None,
        email=row.email,
        is_verified=row.status is UserStatus.ACTIVE,
        permissions=_permissions(row),
        lacks_second_factor=_lacks_second_factor(row),
        reauthenticated_at=row.reauthenticated_at,
        impersonator_id=row.impersonator_id,
        is_read_only=row.impersonation_mode is ImpersonationMode.READ_ONLY,
    )


def _lacks_second_factor(row: Any) -> bool:
    return bool(row.requires_two_factor) and row.membership_id is not None and row.auth_level is AuthLevel.PASSWORD


def _permissions(row: Any) -> frozenset[Permission]:
    """None before the address is verified, nor without the second factor that the organization requires. Otherwise as
    overrides and the role decide, less what the organization may not do at the moment."""
    if row.membership_id is None or row.status is not UserStatus.ACTIVE or _lacks_second_factor(row):
        return frozenset()
    may = decided(held_by(row.role, row.staff_role), read(row.overrides))
    return left_to(row.organization_status, may)


def _live_session(which: Condition, now: datetime | ColumnElement[datetime]) -> Select[Any]:
    member = and_(
        memberships.c.user_id == sessions.c.user_id,
        memberships.c.organization_id == sessions.c.active_organization_id,
        memberships.c.status == MembershipStatus.ACTIVE,
    )
    return (
        select(
            sessions.c.id.label("session_id"),
            sessions.c.auth_level,
            sessions.c.reauthenticated_at,
            sessions.c.last_seen_at,
            good_for(sessions.c.token_expires_at, sessions.c.idle_expires_at, sessions.c.expires_at, next_end()),
            impersonations.c.staff_user_id.label("impersonator_id"),
            impersonations.c.mode.label("impersonation_mode"),
            *_ACTOR,
        )
        .join(users, users.c.id == sessions.c.user_id)
        .outerjoin(memberships, member)
        .outerjoin(organizations, organizations.c.id == memberships.c.organization_id)
        .outerjoin(impersonations, impersonations.c.session_id == sessions.c.id)
        .where(which, _is_live(now), users.c.status.in_(MAY_SIGN_IN), goes_on())
    )
