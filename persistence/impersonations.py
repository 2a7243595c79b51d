"""Queries of impersonations: who sees which, whether one goes on, the locks of the verbs, and what is due."""

from collections.abc import Sequence
from datetime import datetime
from uuid import UUID

from sqlalchemy import ColumnElement, and_, exists, or_, select, true

from domain.actors import Actor
from domain.impersonations import Impersonation
from domain.memberships import MembershipStatus
from domain.permissions import BY_STAFF_ROLE, Permission
from domain.sessions import Session
from domain.users import UserStatus
from persistence.tables.identity import memberships, sessions, users
from persistence.tables.rights import impersonations
from persistence.unit import Unit
from persistence.users import USERS
from planner.edges import Condition, Connection, One, Source

_impersonations = impersonations.c


def visible_to(viewer: Actor) -> Condition:
    """Those of oneself; staff see all."""
    return true() if viewer.may(Permission.STAFF_READ) else _impersonations.target_user_id == viewer.user_id


IMPERSONATIONS = Source(Impersonation, impersonations, visible_to)
STAFF_USER, TARGET_USER = One(USERS, "staff_user_id"), One(USERS, "target_user_id")
LIST = Connection(
    IMPERSONATIONS,
    orders={"STARTED_AT": _impersonations.started_at},
    default_order=(("STARTED_AT", True),),
    filters={
        "user_id": lambda id_: _impersonations.target_user_id == id_,
        "staff_user_id": lambda id_: _impersonations.staff_user_id == id_,
        "is_open": lambda is_open: _impersonations.ended_at.is_(None) == is_open,
    },
)


def goes_on() -> ColumnElement[bool]:
    """For sessions joined with their impersonation: whether there is none, or whoever began it is still such staff."""
    roles = [role for role, held in BY_STAFF_ROLE.items() if Permission.STAFF_IMPERSONATE in held]
    staff = memberships.alias()
    people = users.alias()
    still = exists().where(
        staff.c.user_id == _impersonations.staff_user_id,
        staff.c.staff_role.in_(roles),
        staff.c.status == MembershipStatus.ACTIVE,
        people.c.id == staff.c.user_id,
        people.c.status == UserStatus.ACTIVE,
    )
    return or_(_impersonations.id.is_(None), and_(_impersonations.ended_at.is_(None), still))


async def for_ending(db: Unit, impersonation_id: UUID) -> Impersonation:
    statement = select(Impersonation).where(_impersonations.id == impersonation_id, visible_to(db.by))
    return await db.require(statement.with_for_update(), "impersonation", "impersonationId")


async def session_of(db: Unit, impersonation: Impersonation) -> Session:
    """The session it happens in, locked after it."""
    statement = select(Session).where(sessions.c.id == impersonation.session_id).with_for_update()
    return (await db.session.scalars(statement)).one()


async def due_for_ending(db: Unit, real: datetime, limit: int) -> Sequence[Impersonation]:
    """Those whose time is over or whose session has ended, locked; what somebody else has locked is left to them."""
    revoked = exists().where(sessions.c.id == _impersonations.session_id, sessions.c.revoked_at.is_not(None))
    due = select(Impersonation).where(_impersonations.ended_at.is_(None), or_(_impersonations.ends_at <= real, revoked))
    ordered = due.order_by(_impersonations.ends_at).limit(limit)
    return (await db.session.scalars(ordered.with_for_update(skip_locked=True))).all()
