"""Queries of impersonations: who sees which, whether one goes on, the locks of the verbs, and what is due."""

from collections.abc import Sequence
from datetime import datetime
from uuid import UUID

from sqlalchemy import ColumnElement, and_, exists, or_, select, true

from domain.actors import Actor
from domain.impersonations import Impersonation, ImpersonationMode
from domain.memberships import MembershipStatus
from domain.permissions import BY_STAFF_ROLE, Permission, StaffRole
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
    """For sessions joined with their impersonation: whether there is none, or it could be begun as it is by now."""
    staff, target = memberships.alias(), memberships.alias()
    people = users.alias()
    may_write = staff.c.staff_role.in_(_roles_with(Permission.STAFF_MEMBERS))
    still = exists().where(
        staff.c.user_id == _impersonations.staff_user_id,
        staff.c.staff_role.in_(_roles_with(Permission.STAFF_IMPERSONATE)),
        or_(_impersonations.mode == ImpersonationMode.READ_ONLY, may_write),
        staff.c.status == MembershipStatus.ACTIVE,
        people.c.id == staff.c.user_id,
        people.c.status == UserStatus.ACTIVE,
    )
    is_of_staff = exists().where(
        target.c.user_id == _impersonations.target_user_id,
        target.c.staff_role.is_not(None),
        target.c.status == MembershipStatus.ACTIVE,
    )
    return or_(_impersonations.id.is_(None), and_(_impersonations.ended_at.is_(None), still, ~is_of_staff))


def _roles_with(permission: Permission) -> list[StaffRole]:
    return [role for role, held in BY_STAFF_ROLE.items() if permission in held]


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
