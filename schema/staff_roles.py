"""Who belongs to the staff, and as what."""

import strawberry

from domain.permissions import Permission, StaffRole
from resolvers import staff_roles as resolve
from schema.inputs import an_id, optional
from schema.memberships import Membership
from schema.mutations import mutation


@strawberry.type
class StaffRoleMutations:
    set_staff_role = mutation(
        resolve.set_staff_role,
        "Takes a person into the staff, gives them another role there, or ends that; it holds from their next request"
        " on, and staff always need a second factor. WRONG_STATE for the last ADMIN, and for newcomers who are not"
        " ACTIVE; NOT_FOUND when there is nothing to end.",
        needs=Permission.STAFF_MEMBERS,
        takes={
            "user_id": an_id("User", "The person."),
            "staff_role": optional(StaffRole, "Their role; left out or null: they are staff no more."),
        },
        gives={"membership": (Membership, "Their membership of the platform as it is now.")},
    )
