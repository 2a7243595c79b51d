"""People as clients see them."""

from domain import users as domain
from domain.users import UserStatus
from schema.enums import describe
from schema.scalars import Email, Locale, TimeZone
from schema.shapes import Node, plain, shows

describe(
    UserStatus,
    "Whether a person may use Milepost.",
    PENDING_VERIFICATION="Signed up; the address is not verified yet.",
    ACTIVE="Yes.",
    SUSPENDED="Not for now.",
    DEACTIVATED="Left.",
)


@shows(domain.User, "A person. Members of the same organization see each other.")
class User(Node):
    email: Email = plain("Their address, in lower case.")
    display_name: str = plain("The name others see.")
    locale: Locale = plain("The language they read.")
    time_zone: TimeZone = plain("The zone they live in.")
    status: UserStatus = plain("Whether they may use Milepost.")
