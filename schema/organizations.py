"""Organizations as clients see them."""

from domain import organizations as domain
from domain.organizations import OrganizationKind, OrganizationStatus
from schema.enums import describe
from schema.scalars import CountryCode, TimeZone
from schema.shapes import Node, plain, shows

describe(
    OrganizationKind,
    "What an organization is for.",
    CLIENT="Posts gigs and pays.",
    FREELANCER="One person who works alone.",
    AGENCY="Several people; it may post gigs and work on them.",
    PLATFORM="Milepost itself; exactly one.",
)
describe(
    OrganizationStatus,
    "Whether an organization may act.",
    ACTIVE="It may.",
    SUSPENDED="It may read and pay what it owes.",
    CLOSED="It is over.",
)


@shows(domain.Organization, "A client, a freelancer, an agency or the platform: the owner of everything.")
class Organization(Node):
    kind: OrganizationKind = plain("What it is for.")
    name: str = plain("The name others see.")
    country: CountryCode | None = plain("Where it is registered.")
    time_zone: TimeZone = plain("The zone its dates are in.")
    status: OrganizationStatus = plain("Whether it may act.")
