"""Tasks: the smallest parts of a milestone, delivered in numbered submissions."""

from dataclasses import dataclass, field
from datetime import date, datetime
from enum import Enum
from typing import ClassVar
from uuid import UUID

from domain.actors import Actor
from domain.permissions import Permission
from domain.sides import TwoSided
from domain.states import Move, Side


class TaskStatus(Enum):
    """The life of a task."""

    TODO = "TODO"
    IN_PROGRESS = "IN_PROGRESS"
    SUBMITTED = "SUBMITTED"
    CHANGES_REQUESTED = "CHANGES_REQUESTED"
    APPROVED = "APPROVED"
    CANCELLED = "CANCELLED"


_S = TaskStatus
_W, _A = Permission.WORK_WRITE, Permission.WORK_APPROVE
_OPEN = (_S.TODO, _S.IN_PROGRESS, _S.CHANGES_REQUESTED)
NOT_ENDED = (*_OPEN, _S.SUBMITTED)
DELIVERED = (_S.SUBMITTED, _S.APPROVED)


@dataclass(eq=False, kw_only=True)
class Task(TwoSided):
    """A piece of work that one submission at a time delivers; `revision` counts the submissions."""

    SUBJECT: ClassVar[str] = "task"
    MOVES: ClassVar[tuple[Move, ...]] = (
        Move("startTask", (_S.TODO, _S.CHANGES_REQUESTED), _S.IN_PROGRESS, Side.FREELANCER, _W),
        Move("submitTask", _OPEN, _S.SUBMITTED, Side.FREELANCER, _W),
        Move("withdrawSubmission", (_S.SUBMITTED,), _S.IN_PROGRESS, Side.FREELANCER, _W),
        Move("approveTask", (_S.SUBMITTED,), _S.APPROVED, Side.CLIENT, _A),
        Move("requestTaskChanges", (_S.SUBMITTED,), _S.CHANGES_REQUESTED, Side.CLIENT, _A),
        Move("updateTask", _OPEN, None, Side.FREELANCER, _W),
        Move("assignTask", NOT_ENDED, None, Side.FREELANCER, _W),
        Move("cancelTask", NOT_ENDED, _S.CANCELLED, Side.FREELANCER, _W),
    )

    id: UUID
    milestone_id: UUID
    project_id: UUID
    position: int
    title: str
    description: str
    is_agreed: bool
    assignee_id: UUID | None
    due_on: date | None
    revision: int
    change_request_count: int
    approved_by: UUID | None
    approved_at: datetime | None
    status: TaskStatus = field(init=False)

    def start(self, *, by: Actor, at: datetime) -> None:
        self.move_to("startTask", by=by, at=at)
        self.record("started", by=by, at=at)

    def submit(self, *, by: Actor, at: datetime) -> None:
        self.move_to("submitTask", by=by, at=at)
        self.revision += 1
        self.record("submitted", by=by, at=at, data={"revision": self.revision})

    def withdraw(self, *, by: Actor, at: datetime) -> None:
        self.move_to("withdrawSubmission", by=by, at=at)
        self.record("withdrawn", by=by, at=at)

    def request_changes(self, *, by: Actor, at: datetime) -> None:
        self.move_to("requestTaskChanges", by=by, at=at)
        self.change_request_count += 1
        self.record("changes_requested", by=by, at=at)

    def approve(self, *, by: Actor, at: datetime) -> None:
        self.move_to("approveTask", by=by, at=at)
        self.approved_by, self.approved_at = by.user_id, at
        self.record("approved", by=by, at=at)

    def cancel(self, *, by: Actor, at: datetime) -> None:
        self.move_to("cancelTask", by=by, at=at)
        self.record("cancelled", by=by, at=at)

    @property
    def due_or_never_on(self) -> date:
        """The date lists sort by: tasks without one come last."""
        return self.due_on or date.max

    def concerned_objects(self) -> list[UUID]:
        return [self.project_id, self.milestone_id]
