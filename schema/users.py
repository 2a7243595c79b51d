"""People as clients see them."""

import strawberry

from domain import users as domain
from domain.permissions import Permission
from domain.users import UserStatus
from resolvers import users as resolve
from schema.connections import connection, order_input
from schema.enums import describe
from schema.inputs import optional
from schema.scalars import Email, Locale, TimeZone
from schema.shapes import plain, shows
from schema.stateful import Stateful

describe(
    UserStatus,
    "Whether a person may use Milepost.",
    PENDING_VERIFICATION="Signed up; the address is not verified yet.",
    ACTIVE="Yes.",
    SUSPENDED="Not for now.",
    DEACTIVATED="Left.",
)


@shows(domain.User, "A person. Members of the same organization see each other.")
class User(Stateful):
    email: Email = plain("Their address, in lower case.")
    display_name: str = plain("The name others see.")
    locale: Locale = plain("The language they read.")
    time_zone: TimeZone = plain("The zone they live in.")
    status: UserStatus = plain("Whether they may use Milepost.")


@strawberry.input(description="Conditions on people; all given ones must hold.")
class UserFilter:
    search: str | None = optional(str, "Whose address or name contains this, in whatever case.")
    status: list[UserStatus] | None = optional(list[UserStatus], "In one of these states.")


UserOrder = order_input(resolve.LIST, "UserOrder")


@strawberry.type
class UserQueries:
    users = connection(
        resolve.LIST,
        User,
        "All people, newest first. Needs the permission staff:read.",
        filter=UserFilter,
        order=UserOrder,
        needs=Permission.STAFF_READ,
    )
