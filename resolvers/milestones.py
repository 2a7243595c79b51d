"""Milestones: approving them, sending them back, billing them ahead of the end."""

from uuid import UUID

from domain import task_work
from persistence import approval, available_actions, escrow_edges, invoices, milestones, task_submissions, tasks
from persistence.unit import Unit
from resolvers.mutations import Changed

PROJECT, TASKS = milestones.PROJECT, tasks.OF_MILESTONE
HOLDS = escrow_edges.OF_MILESTONE
INVOICES, AVAILABLE_ACTIONS = invoices.OF_MILESTONE, available_actions.OF_MILESTONE


async def approve_milestone(db: Unit, *, milestone_id: UUID) -> Changed:
    done = await approval.approve_milestone(db, milestone_id)
    return Changed(milestone=done.milestone, invoice=done.invoice, project=done.project)


async def request_milestone_changes(db: Unit, *, milestone_id: UUID, task_ids: list[UUID], note: str) -> Changed:
    project, milestone, its_tasks = await milestones.for_change(db, milestone_id)
    pending = await task_submissions.pending_of_milestone(db, milestone_id)
    task_work.request_milestone_changes(milestone, its_tasks, pending, task_ids, note, by=db.by, at=db.at)
    return Changed(milestone=milestone, project=project)


async def request_interim_invoice(db: Unit, *, milestone_id: UUID) -> Changed:
    done = await approval.request_interim(db, milestone_id)
    return Changed(milestone=done.milestone, invoice=done.invoice)
