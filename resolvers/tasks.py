"""Tasks: splitting the work, doing it, and the client's answer to each delivery."""

from typing import Any
from uuid import UUID

from domain import task_work
from domain.task_work import Work
from persistence import approval, available_actions, files, milestones, project_people, task_submissions, tasks
from persistence.unit import Unit
from resolvers.mutations import Changed

MILESTONE, PROJECT, SUBMISSIONS = tasks.MILESTONE, tasks.PROJECT, task_submissions.OF_TASK
ASSIGNEE, APPROVER = project_people.ASSIGNEE, tasks.APPROVER
SUBMITTER, DECIDER, FILES = task_submissions.SUBMITTER, task_submissions.DECIDER, files.OF_SUBMISSION
MINE, AVAILABLE_ACTIONS = tasks.MINE, available_actions.OF_TASK


async def add_task(db: Unit, *, milestone_id: UUID, **fields: Any) -> Changed:
    project, milestone, siblings = await milestones.for_change(db, milestone_id)
    task = task_work.add_task(project, milestone, siblings, fields, by=db.by, at=db.at)
    db.add(task)
    return Changed(task=task, milestone=milestone)


async def update_task(db: Unit, *, task_id: UUID, expected_version: int | None, **fields: Any) -> Changed:
    work = await tasks.for_work(db, task_id, expected_version)
    work.update(fields, by=db.by, at=db.at)
    return _changed(work)


async def assign_task(db: Unit, *, task_id: UUID, membership_id: UUID | None) -> Changed:
    work = await tasks.for_work(db, task_id)
    work.check("assignTask", by=db.by)
    member = None if membership_id is None else await project_people.member(db, membership_id, "membershipId")
    work.assign(member, by=db.by, at=db.at)
    return _changed(work)


async def cancel_task(db: Unit, *, task_id: UUID) -> Changed:
    return _changed(await approval.cancel_task(db, task_id))


async def start_task(db: Unit, *, task_id: UUID) -> Changed:
    work = await tasks.for_work(db, task_id)
    work.start(by=db.by, at=db.at)
    return _changed(work)


async def submit_task(db: Unit, *, task_id: UUID, note: str, links: list[str], file_ids: list[UUID]) -> Changed:
    work = await tasks.for_work(db, task_id)
    attached = await files.for_attaching(db, file_ids)
    submission = work.submit(note=note, links=links, files=attached, by=db.by, at=db.at)
    db.add(submission)
    # It has to be there before files can belong to it.
    await db.flush()
    for file in attached:
        file.attach(submission_id=submission.id)
    return _changed(work)


async def withdraw_submission(db: Unit, *, task_id: UUID) -> Changed:
    work = await tasks.for_work(db, task_id)
    work.check("withdrawSubmission", by=db.by)
    pending = await task_submissions.pending_of_milestone(db, work.milestone.id)
    work.withdraw(pending[task_id], by=db.by, at=db.at)
    return _changed(work)


async def request_task_changes(db: Unit, *, task_id: UUID, note: str) -> Changed:
    work = await tasks.for_work(db, task_id)
    work.check("requestTaskChanges", by=db.by)
    pending = await task_submissions.pending_of_milestone(db, work.milestone.id)
    work.request_changes(pending[task_id], note, by=db.by, at=db.at)
    return _changed(work)


async def approve_task(db: Unit, *, task_id: UUID, revision: int) -> Changed:
    done = await approval.approve_task(db, task_id, revision)
    return Changed(task=done.task, milestone=done.milestone, invoice=done.invoice, project=done.project)


def _changed(work: Work) -> Changed:
    return Changed(task=work.task, milestone=work.milestone)
