"""Cancellation: before the activation all of a project ends, after it what is not approved."""

from collections.abc import Sequence
from datetime import datetime, timedelta

from domain.actors import SYSTEM, Actor
from domain.milestones import OPEN_STATES, Milestone
from domain.projects import Project
from domain.proposals import Proposal
from domain.reasons import said
from domain.refusals import RefusalCode, Refused
from domain.task_submissions import SubmissionDecision, TaskSubmission
from domain.tasks import NOT_ENDED, Task

LAPSES_AFTER = timedelta(days=14)
"""How long a project waits for its activation."""

LAPSED = "It was not activated within 14 days."


def cancel(
    project: Project,
    milestones: Sequence[Milestone],
    tasks: Sequence[Task],
    proposal: Proposal,
    reason: str,
    *,
    paid_minor: int,
    by: Actor,
    at: datetime,
) -> None:
    """Ends the project and its parts, and gives the seat back; the gig's own part is its `free_seat`."""
    project.check("cancelProject", by=by)
    project.cancel(said(reason, required=True), paid_minor=paid_minor, by=by, at=at)
    _end_parts(milestones, tasks, at=at)
    proposal.seat_no = None


def cancel_running(
    project: Project,
    milestones: Sequence[Milestone],
    tasks: Sequence[Task],
    pending: Sequence[TaskSubmission],
    reason: str,
    *,
    paid_minor: int,
    by: Actor,
    at: datetime,
) -> None:
    """Ends what is open (rule W16); what is approved stays, and so do its invoices. Refuses DISPUTED while frozen."""
    project.check("cancelProject", by=by)
    if any(milestone.is_frozen for milestone in milestones):
        raise Refused(RefusalCode.DISPUTED, "An open dispute freezes a milestone of this project.")
    project.cancel(said(reason, required=True), paid_minor=paid_minor, by=by, at=at)
    _end_parts(milestones, tasks, at=at)
    for submission in pending:
        submission.decide(SubmissionDecision.WITHDRAWN, by=SYSTEM, at=at)


def _end_parts(milestones: Sequence[Milestone], tasks: Sequence[Task], *, at: datetime) -> None:
    for milestone in milestones:
        if milestone.status in OPEN_STATES:
            milestone.cancel(by=SYSTEM, at=at)
    for task in tasks:
        if task.status in NOT_ENDED:
            task.cancel(by=SYSTEM, at=at)
