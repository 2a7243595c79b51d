"""Queries of users."""

from collections.abc import Iterable, Sequence
from uuid import UUID

from sqlalchemy import and_, exists, or_, select, true
from sqlalchemy.ext.asyncio import AsyncSession

from domain.actors import Actor
from domain.memberships import MembershipStatus
from domain.permissions import Permission, Role
from domain.users import User
from persistence.tables.identity import memberships, users
from persistence.texts import contains
from persistence.turns import take_turn
from persistence.unit import Unit
from planner.edges import Condition, Connection, Source

_OF_MEMBERS = (Permission.MEMBERS_READ, Permission.MEMBERS_MANAGE, Permission.ORG_CLOSE)
"""To see members, and to change them: what has changed says whose membership it is."""


def visible_to(viewer: Actor) -> Condition:
    """Oneself and whoever of the staff acts as one; and to who may see or change members, whoever is or was one of
    the active organization."""
    if viewer.may(Permission.STAFF_READ):
        return true()
    known = users.c.id == viewer.user_id
    if any(viewer.may(permission) for permission in _OF_MEMBERS):
        member = and_(memberships.c.user_id == users.c.id, memberships.c.organization_id == viewer.organization_id)
        known = or_(known, exists().where(member))
    return known if viewer.impersonator_id is None else or_(known, users.c.id == viewer.impersonator_id)


USERS = Source(User, users, visible_to)
LIST = Connection(
    USERS,
    orders={"CREATED_AT": users.c.created_at, "EMAIL": users.c.email},
    default_order=(("CREATED_AT", True),),
    filters={
        "search": lambda text: contains(text, users.c.email, users.c.display_name),
        "status": lambda values: users.c.status.in_(values),
    },
)


async def for_sign_up(db: Unit, email: str) -> User | None:
    """Whoever has this normal address already, locked. Sign-ups with the same address wait for each other."""
    await take_turn(db, "sign-up", email)
    statement = select(User).where(users.c.email == email).with_for_update(key_share=True)
    return (await db.session.scalars(statement)).one_or_none()


async def for_themselves(db: Unit, user_id: UUID) -> User:
    """Somebody known to exist, locked."""
    statement = select(User).where(users.c.id == user_id).with_for_update(key_share=True)
    return (await db.session.scalars(statement)).one()


async def for_moderation(db: Unit, user_id: UUID) -> User:
    """Anybody, locked, for staff."""
    return await db.require(select(User).where(users.c.id == user_id).with_for_update(key_share=True), "user", "userId")


async def caller(db: Unit) -> User:
    """The person who asks, locked."""
    if db.by.user_id is None:
        raise AssertionError("this needs somebody who is signed in")
    return await for_themselves(db, db.by.user_id)


async def answering_for(session: AsyncSession, organization_id: UUID, besides: UUID | None) -> Sequence[str]:
    """The addresses of an organization's owners, and of one more person as far as they are a member."""
    members = memberships.c
    statement = (
        select(users.c.email)
        .join(memberships, members.user_id == users.c.id)
        .where(members.organization_id == organization_id, members.status == MembershipStatus.ACTIVE)
        .where(or_(members.role == Role.OWNER, users.c.id == besides))
    )
    return (await session.scalars(statement.order_by(users.c.email))).all()


async def with_email(session: AsyncSession, email: str) -> User | None:
    return (await session.scalars(select(User).where(users.c.email == email))).one_or_none()


async def among(session: AsyncSession, ids: Iterable[UUID]) -> User:
    """The one person whom one of these ids names; the others are ids of other things."""
    return (await session.scalars(select(User).where(users.c.id.in_(ids)))).one()


async def email_of(db: Unit, user_id: UUID) -> str:
    """The address of somebody known to exist, without a lock."""
    email: str = (await db.session.scalars(select(users.c.email).where(users.c.id == user_id))).one()
    return email
