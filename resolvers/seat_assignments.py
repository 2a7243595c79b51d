"""Seats of subscriptions: giving them to members and freeing them."""

from uuid import UUID

from domain.billing_subscriptions import BillingSubscription
from domain.refusals import not_found
from domain.seat_assignments import SeatAssignment, assign
from persistence import seat_assignments, subscriptions
from persistence.unit import Unit
from resolvers.mutations import Changed

OF_SUBSCRIPTION, USER = seat_assignments.OF_SUBSCRIPTION, seat_assignments.USER


async def assign_seat(db: Unit, *, subscription_id: UUID, user_id: UUID) -> Changed:
    subscription = await subscriptions.for_change(db, subscription_id)
    await seat_assignments.require_member(db, subscription.organization_id, user_id)
    item = await subscriptions.licensed_item(db, subscription.id)
    seat = assign(
        subscription_id=subscription.id,
        organization_id=subscription.organization_id,
        user_id=user_id,
        has_one=await seat_assignments.held_by(db, subscription.id, user_id) is not None,
        assigned=await seat_assignments.assigned(db, subscription.id),
        seats=item.quantity,
        by=db.by,
        at=db.at,
    )
    db.add(seat)
    return await _changed(db, subscription, seat)


async def release_seat(db: Unit, *, subscription_id: UUID, user_id: UUID) -> Changed:
    subscription = await subscriptions.for_change(db, subscription_id)
    seat = await seat_assignments.held_by(db, subscription.id, user_id)
    if seat is None:
        raise not_found("seat of this person", "userId")
    seat.release(by=db.by, at=db.at)
    return await _changed(db, subscription, seat)


async def _changed(db: Unit, subscription: BillingSubscription, seat: SeatAssignment) -> Changed:
    await seat_assignments.follow(db, seat)
    return Changed(subscription=subscription, seat=seat)
