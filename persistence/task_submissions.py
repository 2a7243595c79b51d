"""Queries of task submissions."""

from collections.abc import Mapping
from uuid import UUID

from sqlalchemy import select

from domain.task_submissions import SubmissionDecision, TaskSubmission
from domain.tasks import Task
from persistence.sides import visible_to_sides
from persistence.tables.projects import task_submissions, tasks
from persistence.unit import Unit
from persistence.users import USERS
from planner.edges import Connection, One, Source

TASK_SUBMISSIONS = Source(TaskSubmission, task_submissions, visible_to_sides(task_submissions))

OF_TASK = Connection(
    TASK_SUBMISSIONS,
    orders={"REVISION": task_submissions.c.revision},
    default_order=(("REVISION", True),),
    column="task_id",
)
SUBMITTER = One(USERS, "submitted_by")
DECIDER = One(USERS, "decided_by")


async def pending_of_milestone(db: Unit, milestone_id: UUID) -> Mapping[UUID, TaskSubmission]:
    """The undecided submissions of a milestone by task; whoever asks has locked the tasks."""
    found = await db.session.scalars(
        select(TaskSubmission)
        .join(Task, tasks.c.id == task_submissions.c.task_id)
        .where(tasks.c.milestone_id == milestone_id, task_submissions.c.decision == SubmissionDecision.PENDING)
    )
    return {submission.task_id: submission for submission in found}
