"""Approvals with all that follows from them, each in the caller's one transaction (rule W12)."""

from collections.abc import Sequence
from dataclasses import dataclass
from uuid import UUID

from sqlalchemy import select

from domain import approval
from domain.actors import SYSTEM
from domain.approval import Bill
from domain.invoices import Invoice
from domain.milestones import ApprovedVia, Milestone, MilestoneStatus
from domain.projects import Project
from domain.task_work import Work
from domain.tasks import Task
from domain.terms import FundingMode, InvoicingMethod
from persistence import budgets, escrow_releases, milestones, project_invoices, task_submissions, tasks
from persistence.tables.projects import milestones as milestones_table
from persistence.unit import Unit


@dataclass(frozen=True, slots=True, kw_only=True)
class Approved:
    """What an approval changed. `invoice` is the last one that it issued, if any."""

    project: Project
    milestone: Milestone
    task: Task | None = None
    invoice: Invoice | None = None


async def approve_task(db: Unit, task_id: UUID, revision: int) -> Approved:
    work = await tasks.for_work(db, task_id)
    pending = await task_submissions.pending_of_milestone(db, work.milestone.id)
    approval.approve_task(work, pending, revision, by=db.by, at=db.at)
    invoice = await _conclude(db, work.project, work.milestone)
    return Approved(project=work.project, milestone=work.milestone, task=work.task, invoice=invoice)


async def approve_milestone(db: Unit, milestone_id: UUID) -> Approved:
    project, milestone, tasks_ = await milestones.for_change(db, milestone_id)
    return await _approve_milestone(db, project, milestone, tasks_, ApprovedVia.CLIENT)


async def approve_when_due(db: Unit, milestone_id: UUID) -> bool:
    """Takes the client's silence as consent, if it still is silence now that everything is locked."""
    project_id = await db.session.scalar(
        select(milestones_table.c.project_id).where(milestones_table.c.id == milestone_id)
    )
    if project_id is None:
        return False
    project, milestone, tasks_ = await milestones.locked(db, project_id, milestone_id)
    if not approval.is_due(project, milestone, db.at):
        return False
    await _approve_milestone(db, project, milestone, tasks_, ApprovedVia.TIMER)
    return True


async def cancel_task(db: Unit, task_id: UUID) -> Work:
    """Takes an added task out, which may leave nothing but approved ones and so approve the milestone."""
    work = await tasks.for_work(db, task_id)
    pending = await task_submissions.pending_of_milestone(db, work.milestone.id)
    work.cancel(pending.get(task_id), by=db.by, at=db.at)
    if work.project.terms.auto_approve_milestones:
        approval.approve_by_tasks(work.project, work.milestone, work.tasks, at=db.at)
        await _conclude(db, work.project, work.milestone)
    return work


async def request_interim(db: Unit, milestone_id: UUID) -> Approved:
    project, milestone, _ = await milestones.for_change(db, milestone_id)
    bill = approval.request_interim(project, milestone, by=db.by, at=db.at)
    invoice = None if bill is None else await _issue(db, project, bill)
    return Approved(project=project, milestone=milestone, invoice=invoice)


async def _approve_milestone(
    db: Unit, project: Project, milestone: Milestone, tasks_: Sequence[Task], via: ApprovedVia
) -> Approved:
    pending = await task_submissions.pending_of_milestone(db, milestone.id)
    by = SYSTEM if via is ApprovedVia.TIMER else db.by
    approval.approve_milestone(milestone, tasks_, pending, via, by=by, at=db.at)
    invoice = await _conclude(db, project, milestone)
    return Approved(project=project, milestone=milestone, invoice=invoice)


async def _conclude(db: Unit, project: Project, milestone: Milestone) -> Invoice | None:
    """Bills an approved milestone and, when no other is open, the rest of the budget; then the project is complete."""
    if milestone.status is not MilestoneStatus.APPROVED:
        return None
    is_last = await milestones.count_open(db, project.id) == 0
    billed_minor = await project_invoices.agreed_billed_minor(db, project.id)
    invoice = None
    for bill in approval.bills(project, milestone, is_last=is_last, billed_minor=billed_minor):
        invoice = await _issue(db, project, bill)
    if is_last:
        project.complete(paid_minor=await budgets.paid_minor(db, project.id), at=db.at)
    return invoice


async def complete_if_done(db: Unit, project: Project) -> None:
    """Ends a project whose last open milestone was decided by a ruling, and bills what is left of it."""
    await db.flush()
    if await milestones.count_open(db, project.id):
        return
    billed_minor = await project_invoices.agreed_billed_minor(db, project.id)
    for bill in approval.final(project, billed_minor=billed_minor):
        await _issue(db, project, bill)
    project.complete(paid_minor=await budgets.paid_minor(db, project.id), at=db.at)


async def bill_unbilled(db: Unit, project: Project) -> None:
    """Bills each approved milestone of a COMPLETION project that will have no final invoice."""
    await db.flush()
    if project.terms.invoicing_method is InvoicingMethod.COMPLETION:
        for milestone in await escrow_releases.unbilled(db, project):
            await _issue(db, project, approval.interim_of(milestone))


async def _issue(db: Unit, project: Project, bill: Bill) -> Invoice:
    if project.terms.funding_mode is FundingMode.ESCROW:
        return await escrow_releases.bill(db, project, bill)
    return await project_invoices.issue(
        db, kind=bill.kind, project=project, agreed_minor=bill.agreed_minor, milestone=bill.milestone
    )
