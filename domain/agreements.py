"""Agreements: the project with milestones and tasks that an acceptance brings into being (rules W2, W3, W6)."""

from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from domain.actors import Actor
from domain.gigs import Gig
from domain.ids import new_id
from domain.milestones import FundingStatus, Milestone, MilestoneStatus
from domain.money import Money
from domain.plans import complete, plan_amounts
from domain.projects import Project
from domain.proposals import Proposal
from domain.tasks import Task, TaskStatus
from domain.terms import FundingMode, WorkTerms


@dataclass(frozen=True, slots=True, kw_only=True)
class Deal:
    """What exactly was accepted, by which action, and which version of the gig's terms it answers."""

    action: str
    amount: Money
    terms: WorkTerms
    terms_version: int
    delivery_days: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Agreement:
    """All that an acceptance brings into being. The upfront, if any, is to be invoiced in the same transaction."""

    proposal: Proposal
    project: Project
    milestones: list[Milestone]
    tasks: list[Task]


def agree(
    proposal: Proposal, deal: Deal, gig: Gig, *, contact: UUID | None, team: list[UUID], by: Actor, at: datetime
) -> Agreement:
    """The accepted terms as work: both organizations are its sides from now on."""
    terms = complete(deal.terms, title=gig.title)
    amounts = plan_amounts(terms, deal.amount.amount_minor)
    project = Project(
        id=new_id(),
        gig_id=gig.id,
        proposal_id=proposal.id,
        client_organization_id=proposal.client_organization_id,
        freelancer_organization_id=proposal.freelancer_organization_id,
        client_contact_id=contact,
        team=team,
        title=gig.title,
        currency=deal.amount.currency,
        budget_minor=deal.amount.amount_minor,
        reduction_minor=0,
        upfront_minor=amounts.upfront_minor,
        terms=terms,
        delivery_days=deal.delivery_days,
        start_on=gig.start_on,
        time_zone=gig.time_zone,
        due_on=None,
        activated_at=None,
        held_at=None,
        held_by_freelancer=False,
        completed_at=None,
        cancelled_at=None,
        cancel_reason=None,
        archived_at=None,
    )
    project.create(deal.action, by=by, at=at)
    milestones = _milestones(project, amounts.milestones_minor)
    for milestone in milestones:
        milestone.born(MilestoneStatus.PLANNED, action=deal.action, by=by, at=at)
    tasks = [task for milestone in milestones for task in _tasks(milestone, project)]
    for task in tasks:
        task.born(TaskStatus.TODO, action=deal.action, by=by, at=at)
    return Agreement(proposal=proposal, project=project, milestones=milestones, tasks=tasks)


def _milestones(project: Project, amounts_minor: tuple[int, ...]) -> list[Milestone]:
    is_escrow = project.terms.funding_mode is FundingMode.ESCROW
    return [
        Milestone(
            id=new_id(),
            project_id=project.id,
            client_organization_id=project.client_organization_id,
            freelancer_organization_id=project.freelancer_organization_id,
            position=position,
            title=planned.title.strip(),
            description=planned.description.strip(),
            currency=project.currency,
            quoted_minor=None if planned.amount is None else planned.amount.amount_minor,
            amount_minor=amount_minor,
            duration_days=planned.duration_days,
            due_on=None,
            funding_status=FundingStatus.UNFUNDED if is_escrow else FundingStatus.NOT_REQUIRED,
            submitted_at=None,
            auto_approve_at=None,
            approved_at=None,
            approved_via=None,
            interim_requested_at=None,
            is_frozen=False,
        )
        for position, (planned, amount_minor) in enumerate(zip(project.terms.milestones, amounts_minor, strict=True), 1)
    ]


def _tasks(milestone: Milestone, project: Project) -> list[Task]:
    return [
        Task(
            id=new_id(),
            milestone_id=milestone.id,
            project_id=project.id,
            client_organization_id=project.client_organization_id,
            freelancer_organization_id=project.freelancer_organization_id,
            position=position,
            title=planned.title.strip(),
            description=planned.description.strip(),
            is_agreed=True,
            assignee_id=None,
            due_on=None,
            revision=0,
            change_request_count=0,
            approved_by=None,
            approved_at=None,
        )
        for position, planned in enumerate(project.terms.milestones[milestone.position - 1].tasks, 1)
    ]
