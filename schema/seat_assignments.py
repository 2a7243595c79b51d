"""Seats of subscriptions as clients give and free them."""

from datetime import datetime

import strawberry

from domain import seat_assignments as domain
from domain.permissions import Permission
from resolvers import seat_assignments as resolve
from schema.connections import one
from schema.inputs import an_id
from schema.mutations import mutation
from schema.shapes import Node, plain, shows
from schema.users import User


@shows(domain.SeatAssignment, "A member's seat of a subscription.")
class SeatAssignment(Node):
    user: User | None = one(resolve.USER, User, "Whose it is, for those who may know them.")
    assigned_at: datetime = plain("Since when.")
    released_at: datetime | None = plain("Until when; null while they have it.")


_TAKES = {
    "subscription_id": an_id("BillingSubscription", "The subscription."),
    "user_id": an_id("User", "The member."),
}
_SEAT = {"seat": (SeatAssignment, "The seat as it is now.")}


@strawberry.type
class SeatMutations:
    assign_seat = mutation(
        resolve.assign_seat,
        "Gives a member a seat. LIMIT_REACHED when all seats are assigned, CONFLICT when they have one. A member who "
        "is removed frees theirs at once.",
        needs=Permission.MEMBERS_MANAGE,
        takes=_TAKES,
        gives=_SEAT,
    )
    release_seat = mutation(
        resolve.release_seat,
        "Frees a member's seat at once: another can have it.",
        needs=Permission.MEMBERS_MANAGE,
        takes=_TAKES,
        gives=_SEAT,
    )
