"""Proposals as freelancers write and clients answer them."""

from collections.abc import Callable
from datetime import datetime
from typing import Any

import strawberry

from domain import proposals as domain
from domain.permissions import Permission
from domain.proposals import ProposalOrigin, ProposalStatus
from resolvers import proposals as resolve
from resolvers.context import Context
from schema.connections import computed, connection, one, order_input
from schema.enums import describe
from schema.gigs import Gig
from schema.inputs import an_id, optional, optional_id, patch
from schema.money import Money, MoneyInput
from schema.mutations import mutation
from schema.organizations import Organization
from schema.projects import Project
from schema.scalars import URL, Currency
from schema.shapes import plain, shows
from schema.sides import ProjectSide
from schema.stateful import Stateful, StatusChange
from schema.terms import WorkTerms, WorkTermsInput

describe(
    ProposalStatus,
    "The life of a proposal.",
    DRAFT="Being written; the client does not see it.",
    SUBMITTED="Before the client.",
    SHORTLISTED="The client looks at it more closely; freelancers learn of it only through an offer.",
    OFFERED="The client made an offer, which the freelancer may accept.",
    ACCEPTED="It became a project.",
    WITHDRAWN="Taken back by the freelancer.",
    DECLINED="Turned down, or the gig ended.",
    EXPIRED="The gig's time ran out, or ended before a draft was handed in.",
)
describe(
    ProposalOrigin,
    "How a proposal came about.",
    PROPOSAL="The freelancer wrote it.",
    INVITATION="The freelancer accepted an invitation as it stood.",
)


def _status(root: Any, info: strawberry.Info[Context, None]) -> ProposalStatus:
    status: ProposalStatus = root.status_for(info.context.viewer)
    return status


@shows(domain.Proposal, "A freelancer's answer to a gig. Rivals never see each other's.")
class Proposal(Stateful):
    status: ProposalStatus = strawberry.field(
        resolver=_status, description="Where it stands, as far as you may know: a shortlist is the client's own."
    )
    gig: Gig = one(resolve.GIG, Gig, "The gig it answers.", required=True)
    client_organization: Organization = one(resolve.CLIENT, Organization, "Who posted the gig.", required=True)
    freelancer_organization: Organization = one(resolve.FREELANCER, Organization, "Who proposes.", required=True)
    origin: ProposalOrigin = plain("How it came about.")
    currency: Currency = plain("The gig's currency.")
    amount: Money = plain("What it costs in all; of an hourly proposal work days times hours times rate.")
    hourly_rate: Money | None = plain("HOURLY gigs: the rate the amount follows from.")
    hours_per_day: int | None = plain("HOURLY gigs: the hours a work day the amount follows from.")
    delivery_days: int = plain("Calendar days from the start to delivery.")
    outside_budget: bool = computed(
        resolve.OUTSIDE_BUDGET, bool, "Whether amount or rate lie outside what the gig expects; information only."
    )
    terms: WorkTerms = plain("How the work is cut, approved and billed.")
    gig_terms_version: int = plain("Which version of the gig's terms it answers; only the newest can be accepted.")
    cover_letter: str = plain("What the freelancer says to it; may be empty.")
    links: list[URL] = plain("Work to look at.")
    submitted_at: datetime | None = plain("When it was handed in; null in a draft.")
    offered_amount: Money | None = plain("The client's offer: the amount.")
    offered_terms: WorkTerms | None = plain("The client's offer: the terms.")
    offer_expires_at: datetime | None = plain("Until when the offer can be accepted.")
    seat_no: int | None = plain("The seat it holds; null unless accepted, and when its project ended before it began.")
    decline_reason: str | None = plain(
        "Why it was declined: the client's words, or GIG_FILLED, GIG_CLOSED, GIG_CANCELLED."
    )
    project: Project | None = one(resolve.PROJECT, Project, "The project it became.")
    history = connection(resolve.HISTORY, StatusChange, "Its changes of status that you may know, oldest first.")


@strawberry.input(description="Conditions on proposals; all given ones must hold.")
class ProposalFilter:
    status: list[ProposalStatus] | None = optional(list[ProposalStatus], "In one of these states, as shown to you.")
    side: ProjectSide | None = optional(ProjectSide, "CLIENT: received by your organization; FREELANCER: its own.")
    gig_id: strawberry.ID | None = optional_id("Gig", "For this gig.")
    origin: ProposalOrigin | None = optional(ProposalOrigin, "Which came about like this.")
    freelancer_organization_id: strawberry.ID | None = optional_id("Organization", "Of this freelancer.")


ProposalOrder = order_input(resolve.LIST, "ProposalOrder")

_PROPOSAL = {"proposal": (Proposal, "The proposal as it is now.")}
_ONE = {"proposal_id": an_id("Proposal", "The proposal.")}


def _fields(make: Callable[..., Any]) -> dict[str, Any]:
    """The fields that both inputs share: `optional` ones of a new proposal, or `patch` ones of an update."""
    return {
        "amount": make(MoneyInput, "What it costs in all, in the gig's currency: required unless the gig is HOURLY."),
        "hourly_rate": make(MoneyInput, "HOURLY gigs, required there: the amount follows from it."),
        "hours_per_day": make(int, "HOURLY gigs: 1 to 12 hours a work day; 8 unless said."),
        "delivery_days": make(int, "Calendar days, 1 to 730; the gig's unless said."),
        "terms": make(WorkTermsInput, "How the work is cut, approved and billed; the gig's unless said."),
        "cover_letter": make(str, "What you say to it, to 5000 characters."),
        "links": make(list[URL], "At most 10 https addresses of work to look at."),
    }


@strawberry.type
class ProposalQueries:
    proposals = connection(
        resolve.LIST,
        Proposal,
        "Proposals that your organization made or received, newest first.",
        filter=ProposalFilter,
        order=ProposalOrder,
        needs=(Permission.WORK_READ, Permission.STAFF_READ),
    )


@strawberry.type
class ProposalMutations:
    create_proposal = mutation(
        resolve.create_proposal,
        "Drafts a proposal of your organization, a freelancer or an agency, for an open gig of somebody else (else "
        "FORBIDDEN or WRONG_STATE). CONFLICT while your organization has another open proposal for the gig.",
        needs=Permission.WORK_WRITE,
        takes={
            "gig_id": an_id("Gig", "The open gig."),
            "invitation_id": optional_id("GigInvitation", "The invitation it answers, if it answers one."),
            **_fields(optional),
        },
        gives=_PROPOSAL,
    )
    update_proposal = mutation(
        resolve.update_proposal,
        "Edits a proposal that is a draft or before the client without an offer. It answers the gig's terms as they "
        "are now; one that was handed in stays so, and INVALID refuses a plan that could not be agreed on.",
        needs=Permission.WORK_WRITE,
        takes={**_ONE, **_fields(patch)},
        gives=_PROPOSAL,
        versioned=True,
    )
    submit_proposal = mutation(
        resolve.submit_proposal,
        "Hands a draft in. INVALID when its plan could not be agreed on, WRONG_STATE when the gig takes no proposals, "
        "CONFLICT when the gig's terms have changed since it was last edited. A pending invitation becomes ANSWERED. "
        "LIMIT_REACHED with as many proposals in the calendar month as the plan allows (proposals.monthly).",
        needs=Permission.WORK_WRITE,
        takes=_ONE,
        gives=_PROPOSAL,
    )
    withdraw_proposal = mutation(
        resolve.withdraw_proposal,
        "Takes an open proposal back, for the freelancer.",
        needs=Permission.WORK_WRITE,
        takes=_ONE,
        gives=_PROPOSAL,
    )
    shortlist_proposal = mutation(
        resolve.shortlist_proposal,
        "Marks a submitted proposal, for the client; the freelancer does not learn of it.",
        needs=Permission.WORK_WRITE,
        takes=_ONE,
        gives=_PROPOSAL,
    )
    decline_proposal = mutation(
        resolve.decline_proposal,
        "Turns a proposal down, for the client, also one with an offer.",
        needs=Permission.WORK_APPROVE,
        takes={**_ONE, "reason": optional(str, "Why, for the freelancer: to 1000 characters.")},
        gives=_PROPOSAL,
    )
    offer_proposal = mutation(
        resolve.offer_proposal,
        "Makes the freelancer an offer that stands for 7 days, for the client. What it does not name is as proposed; "
        "then CONFLICT when the gig's terms have changed since. INVALID refuses a plan that could not be agreed on.",
        needs=Permission.WORK_APPROVE,
        takes={
            **_ONE,
            "amount": optional(MoneyInput, "What you pay in all; the proposed amount unless said."),
            "terms": optional(WorkTermsInput, "How the work is cut, approved and billed; as proposed unless said."),
        },
        gives=_PROPOSAL,
    )
    decline_offer = mutation(
        resolve.decline_offer,
        "Turns an offer down, for the freelancer; the proposal goes on competing.",
        needs=Permission.WORK_WRITE,
        takes=_ONE,
        gives=_PROPOSAL,
    )
    revoke_offer = mutation(
        resolve.revoke_offer,
        "Takes an offer back, for the client; the proposal goes on competing.",
        needs=Permission.WORK_APPROVE,
        takes=_ONE,
        gives=_PROPOSAL,
    )
