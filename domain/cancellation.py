"""Cancellation of a project before its activation: nothing was done, so all of it ends."""

from collections.abc import Sequence
from datetime import datetime, timedelta

from domain.actors import SYSTEM, Actor
from domain.milestones import OPEN_STATES, Milestone
from domain.projects import Project
from domain.proposals import Proposal
from domain.reasons import said
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
    for milestone in milestones:
        if milestone.status in OPEN_STATES:
            milestone.cancel(by=SYSTEM, at=at)
    for task in tasks:
        if task.status in NOT_ENDED:
            task.cancel(by=SYSTEM, at=at)
    proposal.seat_no = None
