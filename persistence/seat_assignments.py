"""Queries of seats: who has one of a subscription, and freeing those of people who leave."""

from collections.abc import Sequence
from uuid import UUID

from sqlalchemy import and_, exists, func, select

from domain.memberships import MembershipStatus
from domain.refusals import RefusalCode, Refused, not_found
from domain.seat_assignments import SeatAssignment
from persistence import entitlement_versions
from persistence.subscriptions import SUBSCRIPTIONS
from persistence.tables.identity import memberships
from persistence.tables.subscription_changes import seat_assignments
from persistence.tables.subscriptions import billing_subscriptions
from persistence.unit import Unit
from persistence.users import USERS
from planner.edges import Condition, Connection, One, Source, Within

_columns = seat_assignments.c

SEATS = Source(SeatAssignment, seat_assignments, Within(SUBSCRIPTIONS, seat_assignments, "subscription_id"))
USER, SUBSCRIPTION = One(USERS, "user_id"), One(SUBSCRIPTIONS, "subscription_id")
OF_SUBSCRIPTION = Connection(
    SEATS,
    orders={"ASSIGNED_AT": _columns.assigned_at},
    default_order=(("ASSIGNED_AT", False),),
    column="subscription_id",
    where=lambda viewer: _is_held(),
)


def _is_held() -> Condition:
    return _columns.released_at.is_(None)


async def assigned(db: Unit, subscription_id: UUID) -> int:
    """How many seats of a locked subscription people have."""
    of_it = (_columns.subscription_id == subscription_id, _is_held())
    return (await db.session.execute(select(func.count()).select_from(seat_assignments).where(*of_it))).scalar_one()


async def held_by(db: Unit, subscription_id: UUID, user_id: UUID) -> SeatAssignment | None:
    """Somebody's seat of a locked subscription, locked."""
    theirs = (_columns.subscription_id == subscription_id, _columns.user_id == user_id, _is_held())
    return await db.session.scalar(select(SeatAssignment).where(*theirs).with_for_update())


async def require_member(db: Unit, organization_id: UUID, user_id: UUID) -> None:
    """Refuses NOT_FOUND for somebody who does not belong to the organization."""
    is_member = exists().where(
        memberships.c.organization_id == organization_id,
        memberships.c.user_id == user_id,
        memberships.c.status == MembershipStatus.ACTIVE,
    )
    if not (await db.session.execute(select(is_member))).scalar_one():
        raise not_found("member of this organization", "userId")


async def release_of(db: Unit, organization_id: UUID, user_id: UUID) -> None:
    """Frees all that a person who leaves an organization has there (rule 18)."""
    theirs = and_(_columns.organization_id == organization_id, _columns.user_id == user_id, _is_held())
    for seat in await _locked(db, theirs):
        seat.release(by=db.by, at=db.at)
        await follow(db, seat)


async def follow(db: Unit, seat: SeatAssignment) -> None:
    """What is known of the organization's entitlements is out of date."""
    app = select(billing_subscriptions.c.app_id).where(billing_subscriptions.c.id == seat.subscription_id)
    await entitlement_versions.bump(db, seat.organization_id, await db.session.scalar(app))


async def require(db: Unit, organization_id: UUID, user_id: UUID, subscription_id: UUID) -> None:
    """Refuses NOT_ENTITLED whoever has no seat of a subscription that is used by the seat (rule 18)."""
    held = exists().where(
        _columns.subscription_id == subscription_id,
        _columns.organization_id == organization_id,
        _columns.user_id == user_id,
        _is_held(),
    )
    if not (await db.session.execute(select(held))).scalar_one():
        message = "This is for members who have a seat of the subscription: ask an admin for assignSeat."
        raise Refused(RefusalCode.NOT_ENTITLED, message, path=("userId",))


async def _locked(db: Unit, condition: Condition) -> Sequence[SeatAssignment]:
    statement = select(SeatAssignment).where(condition).order_by(_columns.id).with_for_update()
    return (await db.session.scalars(statement)).all()
