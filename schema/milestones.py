"""Milestones as clients see, approve and bill them."""

from datetime import date, datetime
from typing import TYPE_CHECKING, Annotated

import strawberry

from domain import milestones as domain
from domain.milestones import ApprovedVia, FundingStatus, MilestoneStatus
from domain.permissions import Permission
from resolvers import milestones as resolve
from schema.connections import computed, connection, many, one
from schema.enums import describe
from schema.inputs import an_id, ids, value
from schema.money import Money
from schema.mutations import mutation
from schema.projects import Project
from schema.shapes import plain, shows
from schema.stateful import AvailableAction, Stateful

if TYPE_CHECKING:
    from schema.escrow import EscrowHold
    from schema.invoices import Invoice
    from schema.tasks import Task

_Invoice = Annotated["Invoice", strawberry.lazy("schema.invoices")]
_Hold = Annotated["EscrowHold", strawberry.lazy("schema.escrow")]
_Task = Annotated["Task", strawberry.lazy("schema.tasks")]

describe(
    MilestoneStatus,
    "The work state of a milestone.",
    PLANNED="No task was started yet.",
    IN_PROGRESS="Being worked on.",
    SUBMITTED="Every task is delivered; the client's answer is due.",
    CHANGES_REQUESTED="The client sent tasks back.",
    APPROVED="Accepted for good.",
    CANCELLED="Will not be done.",
)
describe(
    FundingStatus,
    "Where the money for a milestone is.",
    NOT_REQUIRED="Nowhere yet: under DIRECT its invoice charges the client.",
    UNFUNDED="With the client; fundMilestone holds it.",
    FUNDING="On its way into escrow.",
    FUNDED="Held for this milestone.",
    PARTIALLY_RELEASED="A part was released in advance; the rest is held.",
    RELEASED="Released to the freelancer.",
    REFUNDED="Given back to the client.",
)
describe(
    ApprovedVia,
    "How a milestone came to be approved.",
    CLIENT="The client approved it as a whole.",
    TASKS="All its tasks were approved.",
    TIMER="The client did not answer in time.",
    RULING="A ruling used up its hold and gave a part to the freelancer.",
)


@shows(domain.Milestone, "A billable part of a project. With the upfront the amounts of all of them make the budget.")
class Milestone(Stateful):
    status: MilestoneStatus = plain("Where the work stands.", name="workStatus")
    funding_status: FundingStatus = plain("Where the money is.")
    project: Project = one(resolve.PROJECT, Project, "The project.", required=True)
    position: int = plain("Its place in the plan, from 1.")
    title: str = plain("What it is.")
    description: str = plain("Details; may be empty.")
    quoted: Money | None = plain("The amount the parties named for it, upfront share included.")
    amount: Money = plain("What it bills.")
    due_on: date | None = plain("Its last day; null before the project's activation.")
    submitted_at: datetime | None = plain("When all of it was last delivered.")
    auto_approve_at: datetime | None = plain("When silence approves it; null unless it is submitted.")
    approved_at: datetime | None = plain("When it was approved.")
    approved_via: ApprovedVia | None = plain("How it was approved.")
    interim_requested_at: datetime | None = plain("When the freelancer asked to have it billed by itself.")
    tasks = many(resolve.TASKS, _Task, "Its tasks in their order, at most 50.")
    invoices = connection(resolve.INVOICES, _Invoice, "The invoices over it that you may see, newest first.")
    holds = connection(resolve.HOLDS, _Hold, "The money held for it, newest first; needs money:read.")
    available_actions: list[AvailableAction] = computed(
        resolve.AVAILABLE_ACTIONS, list[AvailableAction], "What the viewer may do with it now."
    )


_MILESTONE = {"milestone": (Milestone, "The milestone as it is now.")}
_PROJECT = {"project": (Project, "Its project.")}
_ISSUED = {"invoice": (_Invoice | None, "The invoice that was issued, if any.")}
_ONE = {"milestone_id": an_id("Milestone", "The milestone.")}


@strawberry.type
class MilestoneMutations:
    approve_milestone = mutation(
        resolve.approve_milestone,
        "Approves a submitted milestone and its submitted tasks for good, for the client. Under MILESTONE that issues "
        "its invoice. Under COMPLETION an interim invoice if one was requested, and the final one when no other "
        "milestone is open; then the project is COMPLETED. Where two were issued, the payload shows the final one.",
        needs=Permission.WORK_APPROVE,
        takes=_ONE,
        gives={**_MILESTONE, **_ISSUED, **_PROJECT},
        keyed=True,
    )
    request_milestone_changes = mutation(
        resolve.request_milestone_changes,
        "Sends tasks of a submitted milestone back, for the client. NOT_FOUND for a task of another milestone.",
        needs=Permission.WORK_APPROVE,
        takes={
            **_ONE,
            "task_ids": ids("Task", "At least one of its submitted tasks."),
            "note": value(str, "What to change: 1 to 5000 characters."),
        },
        gives={**_MILESTONE, **_PROJECT},
    )
    request_interim_invoice = mutation(
        resolve.request_interim_invoice,
        "Bills a milestone of a COMPLETION project by itself, for the freelancer: now if it is approved, else with its "
        "approval. WRONG_STATE for a second request and where each milestone has its own invoice anyway.",
        needs=Permission.INVOICES_WRITE,
        takes=_ONE,
        gives={**_MILESTONE, **_ISSUED},
        keyed=True,
    )
