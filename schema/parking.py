"""Parking and unparking organizations."""

import strawberry

from domain.permissions import Permission
from resolvers import parking as resolve
from schema.inputs import an_id, value
from schema.mutations import mutation
from schema.organizations import Organization

_ID = {"organization_id": an_id("Organization", "The organization.")}
_REASON = {"reason": value(str, "Why, 1 to 1000 characters; the organization reads it.")}
_ORGANIZATION = {"organization": (Organization, "The organization as it is now.")}


@strawberry.type
class ParkingMutations:
    park_organization = mutation(
        resolve.park_organization,
        "Stops the money of an organization while its books are looked into: nothing is charged, released or paid out "
        "by itself, and its mutations that move money are WRONG_STATE from PARKED. Paying what it owes stays "
        "possible. WRONG_STATE when it is parked already.",
        needs=Permission.STAFF_MONEY,
        takes={**_ID, **_REASON},
        gives=_ORGANIZATION,
    )
    unpark_organization = mutation(
        resolve.unpark_organization,
        "Lets the money of a parked organization move again. A rule of its books that is still broken parks it again "
        "within the hour. WRONG_STATE unless it is parked.",
        needs=Permission.STAFF_MONEY,
        takes={**_ID, **_REASON},
        gives=_ORGANIZATION,
    )
