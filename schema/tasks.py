"""Tasks as clients see, deliver and approve them."""

from datetime import date, datetime
from typing import TYPE_CHECKING, Annotated

import strawberry

from domain import task_submissions
from domain import tasks as domain
from domain.permissions import Permission
from domain.task_submissions import SubmissionDecision
from domain.tasks import TaskStatus
from resolvers import tasks as resolve
from schema.connections import computed, connection, many, one, order_input
from schema.enums import describe
from schema.files import File
from schema.inputs import an_id, ids, optional, optional_id, patch, value
from schema.memberships import Membership
from schema.milestones import Milestone
from schema.mutations import mutation
from schema.projects import Project
from schema.scalars import URL
from schema.shapes import Node, plain, shows
from schema.stateful import AvailableAction, Stateful
from schema.users import User

if TYPE_CHECKING:
    from schema.invoices import Invoice

_Invoice = Annotated["Invoice", strawberry.lazy("schema.invoices")]

describe(
    TaskStatus,
    "The life of a task.",
    TODO="Not started.",
    IN_PROGRESS="Being worked on.",
    SUBMITTED="Delivered; the client's answer is due.",
    CHANGES_REQUESTED="The client sent it back.",
    APPROVED="Accepted for good.",
    CANCELLED="Will not be done.",
)
describe(
    SubmissionDecision,
    "What became of a submission.",
    PENDING="The client's answer is due.",
    APPROVED="Accepted.",
    CHANGES_REQUESTED="Sent back.",
    WITHDRAWN="Taken back by the freelancer.",
)


@shows(task_submissions.TaskSubmission, "One delivery of a task.")
class TaskSubmission(Node):
    revision: int = plain("Its number: 1, 2, 3… for each task.")
    note: str = plain("What the freelancer says about it; may be empty.")
    links: list[URL] = plain("Where the work is.")
    files: list[File] = many(resolve.FILES, File, "What was handed over with it; downloadUrl says where it is.")
    submitted_by: User | None = one(resolve.SUBMITTER, User, "Who delivered it, for those who may know them.")
    submitted_at: datetime = plain("When it was delivered.")
    decision: SubmissionDecision = plain("What became of it.")
    decision_note: str | None = plain("What the client wants changed.")
    decided_by: User | None = one(resolve.DECIDER, User, "Who decided, for those who may know them.")
    decided_at: datetime | None = plain("When it was decided.")


@shows(domain.Task, "The smallest part of a project, delivered in numbered submissions.")
class Task(Stateful):
    status: TaskStatus = plain("Where it stands.")
    milestone: Milestone = one(resolve.MILESTONE, Milestone, "The milestone it belongs to.", required=True)
    project: Project = one(resolve.PROJECT, Project, "The project.", required=True)
    position: int = plain("Its place in the milestone, from 1.")
    title: str = plain("What is to be delivered.")
    description: str = plain("Details; may be empty.")
    is_agreed: bool = plain("Whether it is part of the agreed plan; then its wording stays and it cannot be cancelled.")
    assignee: Membership | None = one(
        resolve.ASSIGNEE, Membership, "Whose it is on the freelancer's side, for those who may know them."
    )
    due_on: date | None = plain("Its last day.")
    revision: int = plain("How many submissions it has had; the number of the newest.")
    change_request_count: int = plain("How often the client sent it back.")
    approved_by: User | None = one(resolve.APPROVER, User, "Who approved it, for those who may know them.")
    approved_at: datetime | None = plain("When it was approved.")
    submissions = connection(resolve.SUBMISSIONS, TaskSubmission, "Its deliveries, newest first.")
    available_actions: list[AvailableAction] = computed(
        resolve.AVAILABLE_ACTIONS, list[AvailableAction], "What the viewer may do with it now."
    )


@strawberry.input(description="Conditions on tasks; all given ones must hold.")
class TaskFilter:
    status: list[TaskStatus] | None = optional(list[TaskStatus], "In one of these states.")
    due_from: date | None = optional(date, "Due on this day or later.")
    due_to: date | None = optional(date, "Due on this day or earlier.")


TaskOrder = order_input(resolve.MINE, "TaskOrder")

_CHANGED = {"task": (Task, "The task as it is now."), "milestone": (Milestone, "Its milestone as it is now.")}
_ONE = {"task_id": an_id("Task", "The task.")}
_WHO = "For the assignee, the team while nobody is assigned, and the freelancer's owners and admins."


@strawberry.type
class TaskQueries:
    my_tasks = connection(
        resolve.MINE,
        Task,
        "Tasks over all projects that are assigned to you, and those nobody is assigned to where you are in the team; "
        "the most urgent first.",
        filter=TaskFilter,
        order=TaskOrder,
        needs=Permission.WORK_READ,
    )


@strawberry.type
class TaskMutations:
    add_task = mutation(
        resolve.add_task,
        "Adds a task to a milestone that is not submitted: it splits the work, never the money. For the team and the "
        "freelancer's owners and admins. LIMIT_REACHED beyond 50 tasks, cancelled ones included.",
        needs=Permission.WORK_WRITE,
        takes={
            "milestone_id": an_id("Milestone", "The milestone."),
            "title": value(str, "What is to be delivered: 1 to 200 characters."),
            "description": optional(str, "Details, to 5000 characters.", ""),
            "due_on": optional(date, "Its last day, not after the milestone's; the milestone's unless said."),
        },
        gives=_CHANGED,
    )
    update_task = mutation(
        resolve.update_task,
        f"Changes a task that is neither delivered nor ended. {_WHO} WRONG_STATE for the wording of an agreed task.",
        needs=Permission.WORK_WRITE,
        takes={
            **_ONE,
            "title": patch(str, "What is to be delivered: 1 to 200 characters."),
            "description": patch(str, "Details, to 5000 characters.", ""),
            "due_on": patch(date, "Its last day, not after the milestone's."),
        },
        gives=_CHANGED,
        versioned=True,
    )
    assign_task = mutation(
        resolve.assign_task,
        f"Says whose task it is. {_WHO} INVALID for somebody who is not a member now.",
        needs=Permission.WORK_WRITE,
        takes={**_ONE, "membership_id": optional_id("Membership", "A member of the freelancer; null: nobody.")},
        gives=_CHANGED,
    )
    cancel_task = mutation(
        resolve.cancel_task,
        f"Takes an added task out. {_WHO} WRONG_STATE for an agreed task and for the last one of a milestone.",
        needs=Permission.WORK_WRITE,
        takes=_ONE,
        gives=_CHANGED,
    )
    start_task = mutation(
        resolve.start_task,
        f"Begins a task, and with the first one its milestone. {_WHO} WRONG_STATE unless the project is active.",
        needs=Permission.WORK_WRITE,
        takes=_ONE,
        gives=_CHANGED,
    )
    submit_task = mutation(
        resolve.submit_task,
        f"Delivers a task with a note, a link or a file. {_WHO} The last open task of a milestone submits it, which "
        "starts the clock of its automatic approval. WRONG_STATE unless the project is active, and for files that are "
        "not CLEAN or are attached already.",
        needs=Permission.WORK_WRITE,
        takes={
            **_ONE,
            "note": optional(str, "What to say about it, to 5000 characters.", ""),
            "links": optional(list[URL], "Where the work is: at most 10 https addresses.", []),
            "file_ids": ids("File", "CLEAN files that you uploaded, for DELIVERABLE or ATTACHMENT: at most 20."),
        },
        gives=_CHANGED,
    )
    withdraw_submission = mutation(
        resolve.withdraw_submission,
        f"Takes a delivery back that the client has not answered. {_WHO}",
        needs=Permission.WORK_WRITE,
        takes=_ONE,
        gives=_CHANGED,
    )
    request_task_changes = mutation(
        resolve.request_task_changes,
        "Sends a delivered task back, for the client.",
        needs=Permission.WORK_APPROVE,
        takes={**_ONE, "note": value(str, "What to change: 1 to 5000 characters.")},
        gives=_CHANGED,
    )
    approve_task = mutation(
        resolve.approve_task,
        "Approves a delivered task for good, for the client. The last one may approve its milestone, with all that "
        "follows (see approveMilestone). CONFLICT when `revision` is not the newest submission.",
        needs=Permission.WORK_APPROVE,
        takes={**_ONE, "revision": value(int, "The submission you have looked at: the task's revision.")},
        gives={
            **_CHANGED,
            "invoice": (_Invoice | None, "The invoice that was issued, if any."),
            "project": (Project, "Its project."),
        },
        keyed=True,
    )
