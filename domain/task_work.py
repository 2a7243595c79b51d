"""Working on tasks: who may take a step, and what it does to the milestone the task belongs to."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from domain.actors import Actor
from domain.available_actions import narrowed
from domain.checks import Checks
from domain.files import File
from domain.ids import new_id
from domain.memberships import Membership
from domain.milestones import Milestone, MilestoneStatus
from domain.permissions import Permission
from domain.plans import MAX_TASKS
from domain.project_people import require_member
from domain.projects import Project, ProjectStatus
from domain.refusals import RefusalCode, Refused, forbidden, invalid, not_found, wrong_state
from domain.states import AvailableAction
from domain.task_submissions import SubmissionDecision, TaskSubmission, check_delivery, check_note, delivery_of
from domain.tasks import DELIVERED, Task, TaskStatus

_WORKER_ACTIONS = {"startTask", "submitTask", "withdrawSubmission", "updateTask", "assignTask", "cancelTask"}
_PRODUCTIVE = {"startTask", "submitTask"}
_OPEN_TO_WORK = (MilestoneStatus.PLANNED, MilestoneStatus.IN_PROGRESS, MilestoneStatus.CHANGES_REQUESTED)


@dataclass(frozen=True, slots=True, kw_only=True)
class Work:
    """A task with all that its verbs look at: its project, its milestone and the milestone's tasks, itself included."""

    project: Project
    milestone: Milestone
    task: Task
    tasks: Sequence[Task]

    def check(self, action: str, *, by: Actor) -> None:
        """Refuses what the task, its surroundings or the caller's place in the team do not allow."""
        if action in _WORKER_ACTIONS:
            require_worker(self.project, self.task, by=by)
        self.task.check(action, by=by)
        if refusal := self.milestone.blocked(action):
            raise refusal
        if action in _PRODUCTIVE:
            self._check_open_to_work(action)
        if action == "cancelTask":
            self._check_can_go()

    def available_actions(self, by: Actor) -> Iterator[AvailableAction]:
        """As the task itself says, less what its surroundings refuse."""
        return narrowed(self.task.available_actions(by), lambda action: self.check(action, by=by))

    def start(self, *, by: Actor, at: datetime) -> None:
        self.check("startTask", by=by)
        self._start(by=by, at=at)

    def submit(
        self, *, note: str, links: Sequence[str], files: Sequence[File] = (), by: Actor, at: datetime
    ) -> TaskSubmission:
        """Delivers the task, recording a start that was not; the last open task submits the milestone."""
        self.check("submitTask", by=by)
        check_delivery(note, links, files)
        if self.task.status is TaskStatus.TODO:
            self._start(by=by, at=at)
        self.task.submit(by=by, at=at)
        self.follow(at=at)
        return delivery_of(self.task, note=note, links=links, files=files, by=by, at=at)

    def withdraw(self, submission: TaskSubmission, *, by: Actor, at: datetime) -> None:
        self.check("withdrawSubmission", by=by)
        self.task.withdraw(by=by, at=at)
        submission.decide(SubmissionDecision.WITHDRAWN, by=by, at=at)
        if self.milestone.status is MilestoneStatus.SUBMITTED:
            self.milestone.rework(at=at)

    def request_changes(self, submission: TaskSubmission, note: str, *, by: Actor, at: datetime) -> None:
        self.check("requestTaskChanges", by=by)
        check_note(note)
        self.task.request_changes(by=by, at=at)
        submission.decide(SubmissionDecision.CHANGES_REQUESTED, note=note.strip(), by=by, at=at)
        if self.milestone.status is MilestoneStatus.SUBMITTED:
            self.milestone.request_changes(by=by, at=at)

    def cancel(self, submission: TaskSubmission | None, *, by: Actor, at: datetime) -> None:
        """Takes an added task out; if all others are delivered, that submits the milestone."""
        self.check("cancelTask", by=by)
        self.task.cancel(by=by, at=at)
        if submission is not None:
            submission.decide(SubmissionDecision.WITHDRAWN, by=by, at=at)
        self.follow(at=at)

    def update(self, fields: dict[str, Any], *, by: Actor, at: datetime) -> None:
        """Title and description of an added task, and the date of any; agreed wording stays as agreed."""
        self.check("updateTask", by=by)
        check_task_fields(fields, self.milestone)
        if self.task.is_agreed and fields.keys() & {"title", "description"}:
            raise wrong_state("The wording of an agreed task stays as agreed.", from_state=self.task.status.name)
        new = {name: value.strip() if isinstance(value, str) else value for name, value in fields.items()}
        self._set("updated", new, by=by, at=at)

    def assign(self, member: Membership | None, *, by: Actor, at: datetime) -> None:
        self.check("assignTask", by=by)
        if member is not None:
            require_member(member, self.task.freelancer_organization_id, "membershipId")
        self._set("assigned", {"assignee_id": None if member is None else member.id}, by=by, at=at)

    def follow(self, *, at: datetime) -> None:
        """Submits the milestone as soon as every task that is left is delivered."""
        left = [task for task in self.tasks if task.status is not TaskStatus.CANCELLED]
        working = self.milestone.status in (MilestoneStatus.IN_PROGRESS, MilestoneStatus.CHANGES_REQUESTED)
        if working and all(task.status in DELIVERED for task in left):
            self.milestone.submit(auto_approve_after_days=self.project.terms.auto_approve_after_days, at=at)

    def _set(self, verb: str, new: dict[str, Any], *, by: Actor, at: datetime) -> None:
        if any(getattr(self.task, name) != value for name, value in new.items()):
            for name, value in new.items():
                setattr(self.task, name, value)
            self.task.record(verb, by=by, at=at)

    def _start(self, *, by: Actor, at: datetime) -> None:
        if self.milestone.status is MilestoneStatus.PLANNED:
            self.milestone.start(at=at)
        self.task.start(by=by, at=at)

    def _check_open_to_work(self, action: str) -> None:
        for owner, allowed in ((self.project, (ProjectStatus.ACTIVE,)), (self.milestone, _OPEN_TO_WORK)):
            if owner.status not in allowed:
                names = [state.name for state in allowed]
                message = f"{action} needs the {owner.SUBJECT} to be {' or '.join(names)}; it is {owner.status.name}."
                raise wrong_state(message, from_state=owner.status.name, allowed=names)
        if not self.milestone.is_covered:
            raise self.milestone.unfunded()

    def _check_can_go(self) -> None:
        if self.task.is_agreed:
            raise wrong_state("An agreed task cannot be taken out.", from_state=self.task.status.name)
        others = (task for task in self.tasks if task.id != self.task.id)
        if all(task.status is TaskStatus.CANCELLED for task in others):
            raise wrong_state("One other task must stay in the milestone.", from_state=self.task.status.name)


def require_worker(project: Project, task: Task | None, *, by: Actor) -> None:
    """The assignee; the project's team while nobody is assigned; owners and admins (who manage the organization), and
    keys, which they make."""
    if by.may(Permission.ORG_MANAGE) or not by.is_person:
        return
    assignee = None if task is None else task.assignee_id
    fits = by.membership_id in project.team if assignee is None else by.membership_id == assignee
    if not fits:
        raise forbidden("This is for the assignee, the team while nobody is assigned, an owner or an admin.")


def request_milestone_changes(
    milestone: Milestone,
    tasks: Sequence[Task],
    pending: Mapping[UUID, TaskSubmission],
    task_ids: Sequence[UUID],
    note: str,
    *,
    by: Actor,
    at: datetime,
) -> None:
    """Sends the named tasks of a submitted milestone back, all with the same note."""
    milestone.check("requestMilestoneChanges", by=by)
    check_note(note)
    if not task_ids:
        raise invalid("Name at least one task.", "taskIds")
    by_id = {task.id: task for task in tasks}
    for position, task_id in enumerate(task_ids):
        if task_id not in by_id:
            raise not_found("task", "taskIds", str(position))
    for task_id in dict.fromkeys(task_ids):
        by_id[task_id].request_changes(by=by, at=at)
        pending[task_id].decide(SubmissionDecision.CHANGES_REQUESTED, note=note.strip(), by=by, at=at)
    milestone.request_changes(by=by, at=at)


def check_addition(project: Project, milestone: Milestone, tasks: Sequence[Task], *, by: Actor) -> None:
    """Refuses another task where the caller is not of the team, or the milestone is submitted, ended or full."""
    require_worker(project, None, by=by)
    milestone.check("addTask", by=by)
    if len(tasks) >= MAX_TASKS:
        message = f"A milestone has at most {MAX_TASKS} tasks, cancelled ones included."
        raise Refused(RefusalCode.LIMIT_REACHED, message, used=len(tasks), limit=MAX_TASKS)


def add_task(
    project: Project, milestone: Milestone, tasks: Sequence[Task], fields: dict[str, Any], *, by: Actor, at: datetime
) -> Task:
    """Splits a milestone's work further, never its money."""
    check_addition(project, milestone, tasks, by=by)
    check_task_fields(fields, milestone)
    task = Task(
        id=new_id(),
        milestone_id=milestone.id,
        project_id=project.id,
        client_organization_id=milestone.client_organization_id,
        freelancer_organization_id=milestone.freelancer_organization_id,
        position=max(one.position for one in tasks) + 1,
        title=fields["title"].strip(),
        description=fields["description"].strip(),
        is_agreed=False,
        assignee_id=None,
        due_on=fields["due_on"] or milestone.due_on,
        revision=0,
        change_request_count=0,
        approved_by=None,
        approved_at=None,
    )
    task.born(TaskStatus.TODO, action="addTask", by=by, at=at)
    task.record("added", by=by, at=at)
    return task


def check_task_fields(fields: dict[str, Any], milestone: Milestone) -> None:
    """The limits of a task's fields, whichever of them an input names."""
    checks = Checks()
    if "title" in fields:
        checks.text("title", fields["title"], least=1, most=200)
    checks.text("description", fields.get("description"), most=5000)
    due_on = fields.get("due_on")
    in_time = due_on is None or milestone.due_on is None or due_on <= milestone.due_on
    checks.require(in_time, f"The milestone is due on {milestone.due_on}.", "dueOn")
    checks.refuse()
