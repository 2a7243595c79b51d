"""Gigs as clients see and post them."""

from collections.abc import Callable
from datetime import date, datetime
from typing import TYPE_CHECKING, Annotated, Any, TypeAlias

import strawberry

from domain import gig_categories
from domain import gigs as domain
from domain.gigs import GigPricing, GigPriority, GigStatus, GigVisibility
from domain.permissions import Permission
from resolvers import gigs as resolve
from resolvers.guards import Needs
from schema.connections import connection, one, order_input
from schema.enums import describe
from schema.inputs import an_id, optional, optional_id, patch, patch_id, value
from schema.money import Money, MoneyInput
from schema.mutations import mutation
from schema.organizations import Organization
from schema.scalars import Currency, Int64, TimeZone
from schema.shapes import Node, plain, shows
from schema.stateful import Stateful
from schema.terms import WorkTerms, WorkTermsInput

if TYPE_CHECKING:
    from schema.gig_invitations import GigInvitation, GigInvitationFilter
    from schema.proposals import Proposal, ProposalFilter

    # Made from their lists' declarations when those modules load, so that only Strawberry can look into them.
    ProposalOrder: TypeAlias = Any
    GigInvitationOrder: TypeAlias = Any

_Proposal = Annotated["Proposal", strawberry.lazy("schema.proposals")]
_ProposalFilter = Annotated["ProposalFilter", strawberry.lazy("schema.proposals")]
_ProposalOrder = Annotated["ProposalOrder", strawberry.lazy("schema.proposals")]
_Invitation = Annotated["GigInvitation", strawberry.lazy("schema.gig_invitations")]
_InvitationFilter = Annotated["GigInvitationFilter", strawberry.lazy("schema.gig_invitations")]
_InvitationOrder = Annotated["GigInvitationOrder", strawberry.lazy("schema.gig_invitations")]

describe(
    GigStatus,
    "The life of a gig.",
    DRAFT="Being written; nobody else sees it.",
    OPEN="Takes proposals.",
    PAUSED="Takes no new proposals for now.",
    FILLED="All seats are taken.",
    CLOSED="Ended with at least one seat taken.",
    CANCELLED="Ended with no seat taken.",
    EXPIRED="Its last day has passed.",
)
describe(
    GigVisibility,
    "Who finds a gig.",
    PUBLIC="Everybody who is signed in.",
    UNLISTED="Whoever has its id; lists leave it out.",
    INVITE_ONLY="Invited organizations.",
)
describe(GigPricing, "How proposals are priced.", FIXED="One amount.", HOURLY="A rate that becomes one amount.")
describe(
    GigPriority,
    "How urgent the client calls it; it only sorts.",
    LOW="Some day.",
    NORMAL="As usual.",
    HIGH="Soon.",
    URGENT="Now.",
)


@shows(gig_categories.GigCategory, "A heading that gigs are found under.")
class GigCategory(Node):
    slug: str = plain("Its name in URLs.")
    name: str = plain("Its name for people.")
    is_active: bool = plain("Whether it can be chosen.")


@shows(domain.Gig, "Offered work. Each of its seats becomes a project with one freelancer organization.")
class Gig(Stateful):
    status: GigStatus = plain("Where it stands.")
    organization: Organization = one(resolve.ORGANIZATION, Organization, "The client that posted it.", required=True)
    title: str = plain("The headline.")
    description: str = plain("What is to be done; empty only in a draft.")
    category: GigCategory | None = one(resolve.CATEGORY, GigCategory, "The heading it is found under.")
    skills: list[str] = plain("Skills asked for.")
    tools: list[str] = plain("Tools asked for.")
    tags: list[str] = plain("Words to find it by.")
    visibility: GigVisibility = plain("Who finds it.")
    priority: GigPriority = plain("How urgent the client calls it.")
    pricing: GigPricing = plain("How proposals are priced.")
    currency: Currency = plain("The currency of all its amounts; fixed once published.")
    budget_min: Money | None = plain("The least the client expects to pay.")
    budget_max: Money | None = plain("The most the client expects to pay.")
    rate_min: Money | None = plain("HOURLY: the lowest rate expected.")
    rate_max: Money | None = plain("HOURLY: the highest rate expected.")
    delivery_days: int | None = plain("Calendar days from the start to delivery.")
    start_on: date | None = plain("The day work starts; null: the day of activation.")
    time_zone: TimeZone = plain("The zone its dates are in.")
    seats: int = plain("How many freelancer organizations it takes.")
    accepted_seats: int = plain("How many of them are taken.")
    expires_on: date | None = plain("The last day it is open.")
    published_at: datetime | None = plain("When it was first published.")
    terms: WorkTerms | None = plain("How the work is cut, approved and billed.")
    terms_version: int = plain(
        "Grows when method, mode, currency or milestones change; proposals name the one they answer."
    )
    close_reason: str | None = plain("What the client, or staff, gave as the reason when it was ended early.")
    proposals = connection(
        resolve.PROPOSALS,
        _Proposal,
        "The proposals for it that you may see: for its client all that were handed in, for others their own.",
        filter=_ProposalFilter,
        order=_ProposalOrder,
    )
    invitations = connection(
        resolve.INVITATIONS,
        _Invitation,
        "The invitations to it that your organization sent or received.",
        filter=_InvitationFilter,
        order=_InvitationOrder,
    )


@strawberry.input(description="Conditions on gigs; all given ones must hold.")
class GigFilter:
    status: list[GigStatus] | None = optional(list[GigStatus], "In one of these states.")
    text: str | None = optional(str, "Words in title or description.")
    skill: str | None = optional(str, "Asks for this skill.")
    category_id: strawberry.ID | None = optional_id("GigCategory", "Under this heading.")
    organization_id: strawberry.ID | None = optional_id("Organization", "Posted by this client.")
    currency: Currency | None = optional(Currency, "In this currency.")
    budget_from_minor: Int64 | None = optional(Int64, "With at least this largest budget, in minor units.")


GigOrder = order_input(resolve.LIST, "GigOrder")


def _fields(make: Callable[..., Any]) -> dict[str, Any]:
    """The fields that both inputs share: `optional` ones of a new gig, or `patch` ones of an update."""
    return {
        "description": make(str, "What is to be done, to 20000 characters; required to publish.", ""),
        "skills": make(list[str], "At most 30, to 60 characters each.", []),
        "tools": make(list[str], "At most 30, to 60 characters each.", []),
        "tags": make(list[str], "At most 20, to 60 characters each.", []),
        "visibility": make(GigVisibility, "Who finds it; PUBLIC unless said.", domain.GigVisibility.PUBLIC),
        "priority": make(GigPriority, "NORMAL unless said.", domain.GigPriority.NORMAL),
        "pricing": make(GigPricing, "FIXED unless said.", domain.GigPricing.FIXED),
        "budget_min": make(MoneyInput, "The least you expect to pay."),
        "budget_max": make(MoneyInput, "The most; required to publish, and what quoted milestones must sum to."),
        "rate_min": make(MoneyInput, "HOURLY: the lowest rate."),
        "rate_max": make(MoneyInput, "HOURLY: the highest rate."),
        "delivery_days": make(int, "Calendar days, 1 to 730; required to publish."),
        "start_on": make(date, "The day work starts; left out: the day of activation."),
        "time_zone": make(TimeZone, "The zone of its dates; UTC unless said.", "UTC"),
        "seats": make(int, "1 to 50; 1 unless said.", 1),
        "expires_on": make(date, "The last day it is open; 60 days after publishing unless said."),
        "terms": make(WorkTermsInput, "How it is billed; required to publish."),
    }


_GIG = {"gig": (Gig, "The gig as it is now.")}
_WHY = "Why, for all who see the gig: to 1000 characters."


@strawberry.type
class GigQueries:
    gigs = connection(
        resolve.LIST,
        Gig,
        "Gigs you may see, newest first.",
        filter=GigFilter,
        order=GigOrder,
        needs=(Permission.WORK_READ, Permission.STAFF_READ),
    )
    gig_categories = connection(resolve.CATEGORIES, GigCategory, "The headings gigs can have.", needs=Needs.VERIFIED)


@strawberry.type
class GigMutations:
    create_gig = mutation(
        resolve.create_gig,
        "Drafts a gig for your organization, which must be a client or an agency. A draft may be incomplete.",
        needs=Permission.WORK_WRITE,
        takes={
            "title": value(str, "The headline, 3 to 120 characters."),
            "currency": value(Currency, "The currency of all its amounts."),
            "category_id": optional_id("GigCategory", "The heading it is found under; required to publish."),
            **_fields(optional),
        },
        gives=_GIG,
    )
    update_gig = mutation(
        resolve.update_gig,
        "Edits a gig until it is filled. New terms make earlier proposals answer an old version.",
        needs=Permission.WORK_WRITE,
        takes={
            "gig_id": an_id("Gig", "The gig."),
            "title": patch(str, "The headline, 3 to 120 characters."),
            "currency": patch(Currency, "Only in a draft."),
            "category_id": patch_id("GigCategory", "The heading it is found under."),
            **_fields(patch),
        },
        gives=_GIG,
        versioned=True,
    )
    publish_gig = mutation(
        resolve.publish_gig,
        "Opens a draft to proposals. INVALID names everything that is still missing; LIMIT_REACHED with as many open "
        "gigs as the plan allows (gigs.open).",
        needs=Permission.WORK_WRITE,
        takes={"gig_id": an_id("Gig", "The draft.")},
        gives=_GIG,
    )
    pause_gig = mutation(
        resolve.pause_gig,
        "Takes no new proposals until resumed.",
        needs=Permission.WORK_WRITE,
        takes={"gig_id": an_id("Gig", "The open gig.")},
        gives=_GIG,
    )
    resume_gig = mutation(
        resolve.resume_gig,
        "Takes proposals again. LIMIT_REACHED with as many open gigs as the plan allows (gigs.open).",
        needs=Permission.WORK_WRITE,
        takes={"gig_id": an_id("Gig", "The paused gig.")},
        gives=_GIG,
    )
    close_gig = mutation(
        resolve.close_gig,
        "Ends a gig with at least one seat taken (else WRONG_STATE: cancel it). Its projects go on; open proposals are "
        "DECLINED with the reason GIG_CLOSED, invitations REVOKED.",
        needs=Permission.WORK_WRITE,
        takes={"gig_id": an_id("Gig", "The gig."), "reason": optional(str, _WHY)},
        gives=_GIG,
    )
    cancel_gig = mutation(
        resolve.cancel_gig,
        "Ends a gig with no seat taken (else WRONG_STATE: close it). Open proposals are DECLINED with the reason "
        "GIG_CANCELLED, invitations REVOKED.",
        needs=Permission.WORK_WRITE,
        takes={"gig_id": an_id("Gig", "The gig."), "reason": optional(str, _WHY)},
        gives=_GIG,
    )
    take_down_gig = mutation(
        resolve.take_down_gig,
        "Ends a gig that breaks the rules, for staff. Like cancelGig, but INVALID without a reason.",
        needs=Permission.STAFF_MODERATION,
        takes={"gig_id": an_id("Gig", "The gig."), "reason": value(str, f"{_WHY} Required.")},
        gives=_GIG,
    )
