"""Makers of work in memory: agreed projects as domain objects, for tests of the rules alone."""

from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import UUID

from domain.actors import SYSTEM, Actor, ActorKind
from domain.agreements import Agreement, Deal, agree
from domain.gigs import Gig, GigPricing, GigPriority, GigVisibility
from domain.ids import new_id
from domain.money import Money
from domain.permissions import BY_ROLE, Role
from domain.proposals import Proposal, ProposalOrigin
from domain.schedules import activate
from domain.task_submissions import TaskSubmission
from domain.task_work import Work
from domain.tasks import Task
from domain.terms import FundingMode, InvoicingMethod, PlannedMilestone, PlannedTask, WorkTerms

START = datetime(2026, 3, 1, 9, 0, tzinfo=UTC)
CLIENT_ID, FREELANCER_ID = new_id(), new_id()


def actor(organization_id: UUID, role: Role = Role.OWNER) -> Actor:
    """Somebody with that role in the organization."""
    return Actor(
        kind=ActorKind.USER,
        user_id=new_id(),
        membership_id=new_id(),
        organization_id=organization_id,
        is_verified=True,
        permissions=BY_ROLE[role],
    )


CLIENT, FREELANCER = actor(CLIENT_ID), actor(FREELANCER_ID)


def terms_of(method: str = "MILESTONE", tasks: tuple[int, ...] = (1,), **changes: Any) -> WorkTerms:
    """DIRECT terms, unless said otherwise, with a milestone for each number and that many tasks in it.

    COMPLETION has 12 % upfront.
    """
    planned = tuple(
        PlannedMilestone(
            title=f"Part {position}",
            tasks=tuple(PlannedTask(title=f"Task {position}.{number}") for number in range(1, count + 1)),
        )
        for position, count in enumerate(tasks, 1)
    )
    upfront = 1200 if method == "COMPLETION" else 0
    direct = FundingMode.DIRECT
    values: dict[str, Any] = {"milestones": planned, "upfront_bps": upfront, "funding_mode": direct, **changes}
    return WorkTerms(invoicing_method=InvoicingMethod(method), **values)


def agreed(
    method: str = "MILESTONE", tasks: tuple[int, ...] = (1,), budget_minor: int = 115_000, **how: Any
) -> Agreement:
    """A project with its parts that waits for its activation."""
    delivery_days, start_on = how.pop("delivery_days", 30), how.pop("start_on", None)
    gig = gig_of(CLIENT_ID, "A website for a bakery", terms_of(method, tasks, **how), budget_minor, delivery_days)
    gig.start_on = start_on
    proposal = proposal_of(gig, FREELANCER_ID)
    agreement = agree(proposal, deal_of(proposal), gig, contact=None, team=[], by=SYSTEM, at=START)
    for one in (agreement.project, *agreement.milestones, *agreement.tasks):
        one.version = 1
    return agreement


def running(method: str = "MILESTONE", tasks: tuple[int, ...] = (1,), **how: Any) -> Agreement:
    """The same, activated at START."""
    agreement = agreed(method, tasks, **how)
    activate(agreement.project, agreement.milestones, agreement.tasks, paid_minor=0, by=SYSTEM, at=START)
    forget(agreement)
    return agreement


def work_of(agreement: Agreement, number: int = 0) -> Work:
    """A task with its surroundings, counted over all milestones."""
    task = agreement.tasks[number]
    siblings = [one for one in agreement.tasks if one.milestone_id == task.milestone_id]
    milestone = next(one for one in agreement.milestones if one.id == task.milestone_id)
    return Work(project=agreement.project, milestone=milestone, task=task, tasks=siblings)


def delivered(agreement: Agreement, *numbers: int, at: datetime = START) -> dict[UUID, TaskSubmission]:
    """The named tasks (all, unless named) with a pending submission each."""
    pending = {}
    for number in numbers or range(len(agreement.tasks)):
        work = work_of(agreement, number)
        pending[work.task.id] = work.submit(note="Done.", links=[], by=FREELANCER, at=at)
    return pending


def events_of(*objects: Any) -> list[str]:
    """Types of the events recorded so far, in order for each object."""
    return [event.type for one in objects for event in one.take_events()]


def forget(agreement: Agreement) -> None:
    """Drops what was recorded so far, as a commit would."""
    for one in (agreement.project, *agreement.milestones, *agreement.tasks):
        one.take_events()
        one.take_status_changes()


def hours(number: float) -> datetime:
    """START plus that many hours."""
    return START + timedelta(hours=number)


def statuses(tasks: list[Task]) -> list[str]:
    return [task.status.name for task in tasks]


def gig_of(client_id: UUID, title: str, terms: WorkTerms, budget_minor: int, delivery_days: int) -> Gig:
    return Gig(
        id=new_id(),
        organization_id=client_id,
        title=title,
        description="Three pages and a shop.",
        category_id=None,
        skills=[],
        tools=[],
        tags=[],
        visibility=GigVisibility.PUBLIC,
        priority=GigPriority.NORMAL,
        pricing=GigPricing.FIXED,
        currency="EUR",
        budget_min_minor=None,
        budget_max_minor=budget_minor,
        rate_min_minor=None,
        rate_max_minor=None,
        delivery_days=delivery_days,
        start_on=None,
        time_zone="Europe/Skopje",
        seats=1,
        accepted_seats=1,
        expires_on=None,
        published_at=None,
        terms=terms,
        terms_version=1,
        close_reason=None,
    )


def proposal_of(gig: Gig, freelancer_id: UUID) -> Proposal:
    budget = Money(gig.budget_max_minor or 0, gig.currency)
    return Proposal(
        id=new_id(),
        gig_id=gig.id,
        client_organization_id=gig.organization_id,
        freelancer_organization_id=freelancer_id,
        invitation_id=None,
        origin=ProposalOrigin.PROPOSAL,
        currency=budget.currency,
        amount_minor=budget.amount_minor,
        hourly_rate_minor=None,
        hours_per_day=None,
        delivery_days=gig.delivery_days or 30,
        terms=gig.published_terms,
        gig_terms_version=1,
        cover_letter="",
        links=[],
        submitted_at=START,
        offered_amount_minor=None,
        offered_terms=None,
        offered_terms_version=None,
        offer_expires_at=None,
        offered_at=None,
        seat_no=1,
        decline_reason=None,
    )


def deal_of(proposal: Proposal) -> Deal:
    """Taken as it was proposed."""
    return Deal(
        action="acceptProposal",
        amount=proposal.amount,
        terms=proposal.terms,
        terms_version=1,
        delivery_days=proposal.delivery_days,
    )
