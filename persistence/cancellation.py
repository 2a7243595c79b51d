"""Cancelling projects: before their activation the gig gets its seat back; always the client what is still held."""

from uuid import UUID

from sqlalchemy import select

from domain import cancellation
from domain.milestones import OPEN_STATES
from domain.projects import RUNNING, Project
from domain.proposals import Proposal
from domain.refusals import not_found, wrong_state
from persistence import (
    approval,
    budgets,
    escrow_holds,
    escrow_releases,
    gigs,
    projects,
    task_submissions,
    upfront_invoices,
)
from persistence.neutrality import require_neutral
from persistence.tables.projects import projects as projects_table
from persistence.tables.work import proposals
from persistence.unit import Unit


async def cancel(db: Unit, project_id: UUID, reason: str, *, has_lapsed: bool = False) -> Project:
    """Locks in the written order: the gig first, then the project and its parts, then the invoice."""
    seen = (
        await db.session.execute(
            select(projects_table.c.gig_id, projects_table.c.proposal_id).where(
                projects_table.c.id == project_id, projects.visible_to(db.by)
            )
        )
    ).one_or_none()
    if seen is None:
        raise not_found("project", "projectId")
    gig = await gigs.for_answer(db, seen.gig_id)
    project = await projects.locked(db, project_id)
    project.check("cancelProject", by=db.by)
    if project.status in RUNNING and has_lapsed:
        raise wrong_state("It was activated in time.", from_state=project.status.name)
    if project.status in RUNNING:
        return await _cancel_running(db, project, reason)
    milestones, tasks = await projects.parts_for_change(db, project_id)
    proposal = (
        await db.session.scalars(select(Proposal).where(proposals.c.id == seen.proposal_id).with_for_update())
    ).one()
    upfront = await upfront_invoices.for_cancellation(db, project)
    holds = await escrow_holds.for_cancellation(db, project, [one.id for one in milestones])
    paid_minor = await budgets.paid_minor(db, project_id)
    cancellation.cancel(project, milestones, tasks, proposal, reason, paid_minor=paid_minor, by=db.by, at=db.at)
    await upfront_invoices.take_back(db, upfront, f"{project.reference} was cancelled: {reason}")
    await escrow_releases.refund_cancelled(db, project, milestones, holds)
    gig.free_seat(at=db.at)
    return project


async def _cancel_running(db: Unit, project: Project, reason: str) -> Project:
    """For staff, who belong to neither side: what was approved is billed, what is held for the rest goes back."""
    await require_neutral(db, project.concerned_organizations())
    milestones, tasks = await projects.parts_for_change(db, project.id)
    ended = [one.id for one in milestones if one.status in OPEN_STATES]
    pending = [one for id_ in ended for one in (await task_submissions.pending_of_milestone(db, id_)).values()]
    holds = await escrow_holds.for_cancellation(db, project, ended)
    paid = await budgets.paid_minor(db, project.id)
    cancellation.cancel_running(project, milestones, tasks, pending, reason, paid_minor=paid, by=db.by, at=db.at)
    await escrow_releases.refund_cancelled(db, project, milestones, holds)
    await approval.bill_unbilled(db, project)
    return project


async def cancel_lapsed(db: Unit, project_id: UUID) -> bool:
    """Cancels a project that was not activated in time; refuses like `cancel` while a payment is under way."""
    await cancel(db, project_id, cancellation.LAPSED, has_lapsed=True)
    return True
