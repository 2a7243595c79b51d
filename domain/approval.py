"""Approval: what an approved task or milestone changes and bills, and when it completes the project (W11 to W13)."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from domain.actors import SYSTEM, Actor
from domain.available_actions import narrowed
from domain.invoices import InvoiceKind
from domain.milestones import ApprovedVia, Milestone, MilestoneStatus
from domain.projects import RUNNING, Project, ProjectStatus
from domain.refusals import conflict, wrong_state
from domain.states import AvailableAction
from domain.task_submissions import SubmissionDecision, TaskSubmission
from domain.task_work import Work, check_addition
from domain.tasks import Task, TaskStatus
from domain.terms import InvoicingMethod

Pending = Mapping[UUID, TaskSubmission]
"""The undecided submissions of a milestone, by task."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Bill:
    """A project invoice to issue: which kind, over how much of the budget, for which milestone."""

    kind: InvoiceKind
    agreed_minor: int
    milestone: Milestone | None = None


def approve_task(work: Work, pending: Pending, revision: int, *, by: Actor, at: datetime) -> None:
    """Approves the newest submission of a task; if it was the last one, that may approve the milestone too."""
    work.check("approveTask", by=by)
    if revision != work.task.revision:
        message = f"The newest submission is revision {work.task.revision}; look at it before you approve."
        raise conflict(message, "revision", current_version=work.task.version)
    _approve(work.task, pending, by=by, at=at)
    approve_by_tasks(work.project, work.milestone, work.tasks, at=at)


def approve_by_tasks(project: Project, milestone: Milestone, tasks: Sequence[Task], *, at: datetime) -> None:
    """Approves a submitted milestone whose tasks all are approved, where its terms let tasks decide."""
    left = [task for task in tasks if task.status is not TaskStatus.CANCELLED]
    all_approved = all(task.status is TaskStatus.APPROVED for task in left)
    decides = project.terms.auto_approve_milestones
    if decides is None:
        decides = len(left) == 1
    if milestone.status is MilestoneStatus.SUBMITTED and all_approved and decides:
        milestone.approve(ApprovedVia.TASKS, by=SYSTEM, at=at)


def approve_milestone(
    milestone: Milestone, tasks: Sequence[Task], pending: Pending, via: ApprovedVia, *, by: Actor, at: datetime
) -> None:
    """Approves a submitted milestone as a whole, and with it its tasks that still wait for an answer."""
    milestone.approve(via, by=by, at=at)
    for task in tasks:
        if task.status is TaskStatus.SUBMITTED:
            _approve(task, pending, by=by, at=at)


def is_due(project: Project, milestone: Milestone, at: datetime) -> bool:
    """Whether silence counts as consent now. While the project is on hold or a dispute is open, it does not."""
    waits = milestone.status is MilestoneStatus.SUBMITTED and milestone.auto_approve_at is not None
    due = waits and milestone.auto_approve_at is not None and milestone.auto_approve_at <= at
    return due and project.status is ProjectStatus.ACTIVE and not milestone.is_frozen


def bills(project: Project, milestone: Milestone, *, is_last: bool, billed_minor: int) -> list[Bill]:
    """What the approval of a milestone bills; `billed_minor` is what the project's valid invoices bill so far."""
    if project.terms.invoicing_method is InvoicingMethod.MILESTONE:
        return [Bill(kind=InvoiceKind.MILESTONE, agreed_minor=milestone.amount_minor, milestone=milestone)]
    due = [interim_of(milestone)] if milestone.interim_requested_at is not None else []
    if is_last:
        due += final(project, billed_minor=billed_minor + sum(bill.agreed_minor for bill in due))
    return due


def final(project: Project, *, billed_minor: int) -> list[Bill]:
    """What is left to bill of a COMPLETION project when no milestone is open any more."""
    rest = project.budget_minor - project.reduction_minor - billed_minor
    is_due = project.terms.invoicing_method is InvoicingMethod.COMPLETION and rest > 0
    return [Bill(kind=InvoiceKind.FINAL, agreed_minor=rest)] if is_due else []


def check_interim(project: Project, milestone: Milestone, *, by: Actor) -> None:
    """Refuses an interim invoice where each milestone has its own, nothing is being done or one was requested."""
    milestone.check("requestInterimInvoice", by=by)
    if project.terms.invoicing_method is not InvoicingMethod.COMPLETION:
        raise wrong_state("Each milestone of this project has its own invoice.", from_state=milestone.status.name)
    if project.status not in RUNNING:
        message = f"An interim invoice needs a running project; this one is {project.status.name}."
        raise wrong_state(message, from_state=project.status.name, allowed=[state.name for state in RUNNING])


def request_interim(project: Project, milestone: Milestone, *, by: Actor, at: datetime) -> Bill | None:
    """Bills a milestone of a COMPLETION project ahead of the end: now if it is approved, else with its approval."""
    check_interim(project, milestone, by=by)
    milestone.request_interim(by=by, at=at)
    return interim_of(milestone) if milestone.status is MilestoneStatus.APPROVED else None


def available_actions(
    project: Project, milestone: Milestone, tasks: Sequence[Task], *, by: Actor
) -> Iterator[AvailableAction]:
    """What the milestone's own table allows, less what its project and its tasks refuse."""

    def check(action: str) -> None:
        if action == "addTask":
            check_addition(project, milestone, tasks, by=by)
        elif action == "requestInterimInvoice":
            check_interim(project, milestone, by=by)

    return narrowed(milestone.available_actions(by), check)


def interim_of(milestone: Milestone) -> Bill:
    return Bill(kind=InvoiceKind.INTERIM, agreed_minor=milestone.amount_minor, milestone=milestone)


def _approve(task: Task, pending: Pending, *, by: Actor, at: datetime) -> None:
    task.approve(by=by, at=at)
    pending[task.id].decide(SubmissionDecision.APPROVED, by=by, at=at)
