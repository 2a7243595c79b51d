"""Schedules: when a project and its parts are due, and how the dates move when it was on hold (rules W10 and W17)."""

from collections.abc import Sequence
from datetime import datetime, timedelta
from itertools import accumulate
from zoneinfo import ZoneInfo

from domain.actors import Actor
from domain.milestones import OPEN_STATES, Milestone
from domain.money import rounded
from domain.projects import Project
from domain.tasks import NOT_ENDED, Task

_DAY = 24 * 60 * 60


def activate(
    project: Project,
    milestones: Sequence[Milestone],
    tasks: Sequence[Task],
    *,
    paid_minor: int,
    by: Actor,
    at: datetime,
) -> None:
    """Starts the work: durations become dates from the day of activation, or from the agreed start if that is later."""
    today = at.astimezone(ZoneInfo(project.time_zone)).date()
    start = max(today, project.start_on or today)
    project.activate(due_on=start + timedelta(days=project.delivery_days), paid_minor=paid_minor, by=by, at=at)
    ends = days_to_ends([one.duration_days for one in milestones], project.delivery_days)
    for milestone, days in zip(milestones, ends, strict=True):
        milestone.due_on = start + timedelta(days=days)
    dates = {milestone.id: milestone.due_on for milestone in milestones}
    for task in tasks:
        task.due_on = dates[task.milestone_id]


def days_to_ends(durations: Sequence[int | None], delivery_days: int) -> list[int]:
    """After how many days each milestone ends: its cumulative duration, or equal parts when none are given."""
    given = [days for days in durations if days is not None]
    if given:
        return list(accumulate(given))
    number = len(durations)
    return [rounded(delivery_days * (position + 1), number) for position in range(number)]


def resume(
    project: Project,
    milestones: Sequence[Milestone],
    tasks: Sequence[Task],
    *,
    paid_minor: int,
    by: Actor,
    at: datetime,
) -> None:
    """Ends a hold: the dates of what is open move by its whole days, the clocks of silent consent by all of it."""
    project.check("resumeProject", by=by)
    held_at = project.held_at or at
    days = timedelta(days=rounded((at - held_at) // timedelta(seconds=1), _DAY))
    due_on = None if project.due_on is None else project.due_on + days
    project.resume(due_on=due_on, paid_minor=paid_minor, by=by, at=at)
    for milestone in milestones:
        if milestone.status not in OPEN_STATES:
            continue
        if milestone.due_on is not None:
            milestone.due_on += days
        if milestone.auto_approve_at is not None:
            since = max(held_at, milestone.submitted_at or held_at)
            milestone.auto_approve_at += at - since
    for task in tasks:
        if task.status in NOT_ENDED and task.due_on is not None:
            task.due_on += days
