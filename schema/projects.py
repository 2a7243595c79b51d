"""Projects as clients see and steer them."""

from datetime import date, datetime
from typing import TYPE_CHECKING, Annotated

import strawberry

from domain import budgets as domain_budgets
from domain import projects as domain
from domain.permissions import Permission
from domain.projects import ProjectStatus
from resolvers import projects as resolve
from schema.connections import computed, connection, many, one, order_input
from schema.enums import describe
from schema.gigs import Gig
from schema.inputs import an_id, ids, optional, optional_id, value
from schema.memberships import Membership
from schema.money import Money
from schema.mutations import mutation
from schema.organizations import Organization
from schema.scalars import Currency, TimeZone
from schema.shapes import plain, shows
from schema.sides import ProjectSide
from schema.stateful import Stateful
from schema.terms import WorkTerms

if TYPE_CHECKING:
    from schema.invoices import Invoice
    from schema.milestones import Milestone
    from schema.pause_requests import PauseRequest
    from schema.proposals import Proposal

_Invoice = Annotated["Invoice", strawberry.lazy("schema.invoices")]
_Milestone = Annotated["Milestone", strawberry.lazy("schema.milestones")]
_Proposal = Annotated["Proposal", strawberry.lazy("schema.proposals")]
_PauseRequest = Annotated["PauseRequest", strawberry.lazy("schema.pause_requests")]

describe(
    ProjectStatus,
    "The life of a project: about work only, its money has states of its own.",
    PENDING_ACTIVATION="Agreed; waits for the upfront to be paid or for a payment method.",
    ACTIVE="Being worked on.",
    ON_HOLD="Paused: nothing is started or submitted; approving and paying go on.",
    COMPLETED="No milestone is left open, whether or not money has arrived.",
    CANCELLED="Ended before it began.",
)


@shows(domain_budgets.BudgetSummary, "How much of a project's budget is billed, paid and left, taxes left out.")
class BudgetSummary:
    budget: Money = plain("What was agreed.")
    invoiced: Money = plain("What its valid invoices bill of it.")
    paid: Money = plain("What of that is paid: of each invoice the agreed amount in proportion to its paid part.")
    remaining: Money = plain("Budget less reduction less paid.")
    upfront: Money = plain("The share billed before the work starts.")


@shows(domain.Project, "Agreed work between a client and a freelancer organization: one filled seat of a gig.")
class Project(Stateful):
    status: ProjectStatus = plain("Where it stands.")
    reference: str = plain("The name people use, for example PRJ-42; never reused, gaps are possible.")
    title: str = plain("The gig's title at the time of the agreement.")
    gig: Gig | None = one(resolve.GIG, Gig, "The gig whose seat it fills.")
    proposal = one(resolve.PROPOSAL, _Proposal, "The accepted proposal.")
    client_organization: Organization = one(resolve.CLIENT, Organization, "Who pays.", required=True)
    freelancer_organization: Organization = one(resolve.FREELANCER, Organization, "Who works.", required=True)
    client_contact: Membership | None = one(
        resolve.CLIENT_CONTACT, Membership, "Whom to ask on the client's side; null for those who may not know them."
    )
    team: list[Membership] = computed(
        resolve.TEAM, list[Membership], "Who works on it on the freelancer's side, as far as you may know them."
    )
    currency: Currency = plain("The currency of all its amounts.")
    budget: Money = plain("What was agreed for all of it.")
    reduction: Money = plain("What was taken off the budget since.")
    terms: WorkTerms = plain("The terms both sides accepted.")
    delivery_days: int = plain("Calendar days from the start to delivery.")
    start_on: date | None = plain("The agreed first day; null: the day of activation.")
    time_zone: TimeZone = plain("The zone its dates are in.")
    due_on: date | None = plain("The last day; null before its activation.")
    activated_at: datetime | None = plain("When work could begin.")
    held_at: datetime | None = plain("When it was put on hold; null unless it is.")
    completed_at: datetime | None = plain("When nothing was left to approve.")
    cancelled_at: datetime | None = plain("When it was cancelled.")
    cancel_reason: str | None = plain("Why it was cancelled.")
    archived_at: datetime | None = plain("When it was put away.")
    progress: int = computed(resolve.PROGRESS, int, "Percent of its tasks that are approved; cancelled ones left out.")
    budget_summary: BudgetSummary = computed(resolve.SUMMARY, BudgetSummary, "How much is billed, paid and left.")
    milestones = many(resolve.MILESTONES, _Milestone, "Its milestones in their order, at most 100.")
    pause_request = one(resolve.PAUSE_REQUEST, _PauseRequest, "The pending pause request, if any.")
    invoices = connection(resolve.INVOICES, _Invoice, "Its invoices that you may see, newest first.")


@strawberry.input(description="Conditions on projects; all given ones must hold.")
class ProjectFilter:
    status: list[ProjectStatus] | None = optional(list[ProjectStatus], "In one of these states.")
    side: ProjectSide | None = optional(ProjectSide, "Where your organization is this party.")
    gig_id: strawberry.ID | None = optional_id("Gig", "Of this gig.")
    text: str | None = optional(str, "These words in the title.")
    due_from: date | None = optional(date, "Due on this day or later.")
    due_to: date | None = optional(date, "Due on this day or earlier.")
    is_archived: bool | None = optional(bool, "Only archived ones, or only the others.")


ProjectOrder = order_input(resolve.LIST, "ProjectOrder")

_PROJECT = {"project": (Project, "The project as it is now.")}
_ONE = {"project_id": an_id("Project", "The project.")}


@strawberry.type
class ProjectQueries:
    projects = connection(
        resolve.LIST,
        Project,
        "The projects of your organization on either side, newest first; for staff all.",
        filter=ProjectFilter,
        order=ProjectOrder,
        needs=(Permission.WORK_READ, Permission.STAFF_READ),
    )


@strawberry.type
class ProjectMutations:
    activate_project = mutation(
        resolve.activate_project,
        "Starts the work, for the client. It also happens by itself as soon as nothing is missing; WRONG_STATE says "
        "what is: the upfront invoice unpaid, or no active default payment method in the project's currency.",
        needs=Permission.WORK_APPROVE,
        takes=_ONE,
        gives=_PROJECT,
        keyed=True,
    )
    pause_project = mutation(
        resolve.pause_project,
        "Puts an active project on hold, for the client: nothing is started or submitted until it is resumed.",
        needs=Permission.WORK_APPROVE,
        takes=_ONE,
        gives=_PROJECT,
    )
    resume_project = mutation(
        resolve.resume_project,
        "Ends a hold, for the client, and for the freelancer where the freelancer had asked for it (else FORBIDDEN). "
        "Dates of what is open move by the length of the hold, in whole days; automatic approvals by all of it.",
        needs=Permission.WORK_WRITE,
        takes=_ONE,
        gives=_PROJECT,
    )
    cancel_project = mutation(
        resolve.cancel_project,
        "Ends a project before its activation, for either side: the upfront invoice becomes void or, paid, is given"
        " back, and the gig gets its seat back. Afterwards for staff:disputes, who belong to neither side: what is open"
        " is cancelled, what is held for it goes back, approved milestones of a COMPLETION project are billed, and all"
        " other invoices stay. WRONG_STATE while a payment of the upfront or into a hold is under way; DISPUTED.",
        needs=(Permission.WORK_WRITE, Permission.WORK_APPROVE, Permission.STAFF_DISPUTES),
        takes={**_ONE, "reason": value(str, "Why, for the other side: 1 to 1000 characters.")},
        gives=_PROJECT,
        keyed=True,
    )
    archive_project = mutation(
        resolve.archive_project,
        "Puts a completed or cancelled project away, for either side. Nothing about it can change afterwards.",
        needs=Permission.WORK_WRITE,
        takes=_ONE,
        gives=_PROJECT,
    )
    set_project_team = mutation(
        resolve.set_project_team,
        "Names who works on the project, for the freelancer. INVALID for somebody who is not a member now.",
        needs=Permission.WORK_WRITE,
        takes={**_ONE, "membership_ids": ids("Membership", "All of the team, at most 50; an empty list: nobody.")},
        gives=_PROJECT,
    )
    set_client_contact = mutation(
        resolve.set_client_contact,
        "Names whom the freelancer can ask, for the client. INVALID for somebody who is not a member now.",
        needs=Permission.WORK_WRITE,
        takes={**_ONE, "membership_id": an_id("Membership", "A member of the client.")},
        gives=_PROJECT,
    )
