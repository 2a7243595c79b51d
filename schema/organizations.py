"""Organizations as clients see them."""

from collections.abc import Callable
from datetime import datetime
from typing import Any

import strawberry

from domain import organizations as domain
from domain.organizations import OrganizationKind, OrganizationStatus
from domain.permissions import Permission
from resolvers import organizations as resolve
from resolvers.context import Context
from schema.connections import connection, order_input
from schema.enums import describe
from schema.inputs import an_id, optional, patch
from schema.mutations import mutation
from schema.scalars import CountryCode, Currency, Email, TimeZone
from schema.shapes import plain, shows
from schema.stateful import Stateful

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


def _private(name: str, graphql_type: Any, description: str) -> Any:
    """A field that only members acting for the organization see; null for others."""

    def resolve_private(root: Any, info: strawberry.Info[Context, None]) -> Any:
        return getattr(root, name) if resolve.shows_private(root, info.context.viewer) else None

    return strawberry.field(
        resolver=resolve_private,
        graphql_type=graphql_type | None,
        description=f"{description} Null unless it is your active organization.",
    )


@shows(domain.Organization, "A client, a freelancer, an agency or the platform: the owner of everything.")
class Organization(Stateful):
    kind: OrganizationKind = plain("What it is for.")
    name: str = plain("The name others see.")
    legal_name: str | None = _private("legal_name", str, "The name on documents; the name, where there is none.")
    country: CountryCode | None = plain("Where it is registered.")
    time_zone: TimeZone = plain("The zone its dates are in.")
    billing_email: Email | None = _private("billing_email", Email, "Where its documents are sent.")
    base_currency: Currency | None = _private(
        "base_currency", Currency, "The currency it keeps its own books in; without one, each document's own."
    )
    requires_two_factor: bool | None = _private(
        "requires_two_factor", bool, "Whether members have permissions only with a second factor."
    )
    status: OrganizationStatus = plain("Whether it may act.")
    parked_at: datetime | None = _private(
        "parked_at", datetime, "Since when its money stands still, because its books are looked into."
    )
    park_reason: str | None = _private("park_reason", str, "Why its money stands still.")


@strawberry.input(description="Conditions on organizations; all given ones must hold.")
class OrganizationFilter:
    search: str | None = optional(str, "Whose name or legal name contains this, in whatever case.")
    kind: list[OrganizationKind] | None = optional(list[OrganizationKind], "Of one of these kinds.")
    status: list[OrganizationStatus] | None = optional(list[OrganizationStatus], "In one of these states.")


OrganizationOrder = order_input(resolve.LIST, "OrganizationOrder")


@strawberry.type
class OrganizationQueries:
    organizations = connection(
        resolve.LIST,
        Organization,
        "All organizations, newest first. Needs the permission staff:read.",
        filter=OrganizationFilter,
        order=OrganizationOrder,
        needs=Permission.STAFF_READ,
    )


def _fields(make: Callable[..., Any]) -> dict[str, Any]:
    return {
        "time_zone": make(TimeZone, "The zone its dates are in; UTC unless said.", "UTC"),
        "country": make(CountryCode, "Where it is registered."),
    }


_ORGANIZATION = {"organization": (Organization, "The organization as it is now.")}


@strawberry.type
class OrganizationMutations:
    update_organization = mutation(
        resolve.update_organization,
        "Changes your active organization. NOT_FOUND for any other one; INVALID names every wrong field.",
        needs=Permission.ORG_MANAGE,
        takes={
            "organization_id": an_id("Organization", "Your active organization."),
            "name": patch(str, "The name others see, 1 to 120 characters."),
            "legal_name": patch(str, "The name on documents, to 200 characters."),
            "billing_email": patch(Email, "Where its documents are sent."),
            "base_currency": patch(
                Currency, "The currency it keeps its own books in: invoices are converted into it when they open."
            ),
            "requires_two_factor": patch(
                bool,
                "Whether members have permissions only in sessions with a second factor, from the next request on. See"
                " to yours before.",
                False,
            ),
            **_fields(patch),
        },
        gives=_ORGANIZATION,
        versioned=True,
    )
    convert_to_agency = mutation(
        resolve.convert_to_agency,
        "Turns your freelancer organization into an agency, for good, so that people can be invited. WRONG_STATE for"
        " any other kind.",
        needs=Permission.ORG_MANAGE,
        takes={"organization_id": an_id("Organization", "Your active organization, a FREELANCER.")},
        gives=_ORGANIZATION,
    )
    close_organization = mutation(
        resolve.close_organization,
        "Ends your active organization, for good: its members go on reading, and nothing else. Pending invitations are"
        " taken back. WRONG_STATE, with a problem for each kind of thing, while gigs, projects, holds, invoices,"
        " payments, refunds, payouts, chargebacks, balances, debts or credits of it are open.",
        needs=Permission.ORG_CLOSE,
        takes={"organization_id": an_id("Organization", "Your active organization.")},
        gives=_ORGANIZATION,
        sensitive=True,
    )
