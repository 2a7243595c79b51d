"""Milestones: the billable parts of a project, submitted by the freelancer and approved by the client."""

from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from enum import Enum
from typing import ClassVar
from uuid import UUID

from domain.actors import SYSTEM, Actor
from domain.amounts import Amount, OptionalAmount
from domain.permissions import Permission
from domain.refusals import RefusalCode, Refused, conflict, wrong_state
from domain.sides import TwoSided
from domain.states import Move, Side


class MilestoneStatus(Enum):
    """The work state of a milestone."""

    PLANNED = "PLANNED"
    IN_PROGRESS = "IN_PROGRESS"
    SUBMITTED = "SUBMITTED"
    CHANGES_REQUESTED = "CHANGES_REQUESTED"
    APPROVED = "APPROVED"
    CANCELLED = "CANCELLED"


class FundingStatus(Enum):
    """The money side of a milestone, written by its hold. NOT_REQUIRED under DIRECT, where invoices are charged."""

    NOT_REQUIRED = "NOT_REQUIRED"
    UNFUNDED = "UNFUNDED"
    FUNDING = "FUNDING"
    FUNDED = "FUNDED"
    PARTIALLY_RELEASED = "PARTIALLY_RELEASED"
    RELEASED = "RELEASED"
    REFUNDED = "REFUNDED"


class ApprovedVia(Enum):
    """How a milestone came to be approved."""

    CLIENT = "CLIENT"
    TASKS = "TASKS"
    TIMER = "TIMER"
    RULING = "RULING"


_F = FundingStatus
COVERED = (_F.NOT_REQUIRED, _F.FUNDED, _F.PARTIALLY_RELEASED, _F.RELEASED)
"""While a milestone may be worked on and approved: what is left to bill of it is held, paid in advance or charged."""
_NEEDS_COVER = ("approveMilestone", "autoApproveMilestone")

_S, _A = MilestoneStatus, Permission.WORK_APPROVE
_WORKING = (_S.IN_PROGRESS, _S.CHANGES_REQUESTED)
OPEN_STATES = (_S.PLANNED, *_WORKING, _S.SUBMITTED)
"""While a milestone of a project is in one of these, the project is not complete."""

_APPROVALS = {
    ApprovedVia.CLIENT: "approveMilestone",
    ApprovedVia.TASKS: "autoApproveMilestone",
    ApprovedVia.TIMER: "autoApproveMilestone",
    ApprovedVia.RULING: "ruleMilestone",
}


@dataclass(eq=False, kw_only=True)
class Milestone(TwoSided):
    """A part of a project with its own amount; the amounts of a plan and the upfront add up to the budget."""

    SUBJECT: ClassVar[str] = "milestone"
    MOVES: ClassVar[tuple[Move, ...]] = (
        Move("addTask", (_S.PLANNED, *_WORKING), None, Side.FREELANCER, Permission.WORK_WRITE),
        Move("startMilestone", (_S.PLANNED,), _S.IN_PROGRESS, Side.SYSTEM),
        Move("submitMilestone", _WORKING, _S.SUBMITTED, Side.SYSTEM),
        Move("reworkMilestone", (_S.SUBMITTED,), _S.IN_PROGRESS, Side.SYSTEM),
        Move("requestMilestoneChanges", (_S.SUBMITTED,), _S.CHANGES_REQUESTED, Side.CLIENT, _A),
        Move("approveMilestone", (_S.SUBMITTED,), _S.APPROVED, Side.CLIENT, _A),
        Move("autoApproveMilestone", (_S.SUBMITTED,), _S.APPROVED, Side.SYSTEM),
        Move("requestInterimInvoice", (*OPEN_STATES, _S.APPROVED), None, Side.FREELANCER, Permission.INVOICES_WRITE),
        Move("fundMilestone", OPEN_STATES, None, Side.CLIENT, Permission.MONEY_MOVE),
        Move("ruleMilestone", OPEN_STATES, _S.APPROVED, Side.SYSTEM),
        Move("cancelMilestone", OPEN_STATES, _S.CANCELLED, Side.SYSTEM),
    )

    id: UUID
    project_id: UUID
    position: int
    title: str
    description: str
    currency: str
    quoted_minor: int | None
    amount_minor: int
    duration_days: int | None
    due_on: date | None
    funding_status: FundingStatus
    submitted_at: datetime | None
    auto_approve_at: datetime | None
    approved_at: datetime | None
    approved_via: ApprovedVia | None
    interim_requested_at: datetime | None
    is_frozen: bool
    status: MilestoneStatus = field(init=False)

    amount, quoted = Amount("amount_minor"), OptionalAmount("quoted_minor")

    def start(self, *, at: datetime) -> None:
        self.move_to("startMilestone", by=SYSTEM, at=at)
        self.record("started", by=SYSTEM, at=at)

    def submit(self, *, auto_approve_after_days: int, at: datetime) -> None:
        """All its tasks are delivered. The clock of silent consent starts afresh with every submission."""
        self.move_to("submitMilestone", by=SYSTEM, at=at)
        self.submitted_at, self.auto_approve_at = at, at + timedelta(days=auto_approve_after_days)
        self.record("submitted", by=SYSTEM, at=at)

    def rework(self, *, at: datetime) -> None:
        """A submission of one of its tasks was taken back."""
        self.move_to("reworkMilestone", by=SYSTEM, at=at)
        self.auto_approve_at = None
        self.record("withdrawn", by=SYSTEM, at=at)

    def request_changes(self, *, by: Actor, at: datetime) -> None:
        self.move_to("requestMilestoneChanges", by=by, at=at)
        self.auto_approve_at = None
        self.record("changes_requested", by=by, at=at)

    def approve(self, via: ApprovedVia, *, by: Actor, at: datetime) -> None:
        action = _APPROVALS[via]
        self.move_to(action, by=by, at=at)
        self.approved_at, self.approved_via, self.auto_approve_at = at, via, None
        self.record("approved", by=by, at=at, data={"via": via.value})

    def request_interim(self, *, by: Actor, at: datetime) -> None:
        """The freelancer wants this milestone billed by itself, now if it is approved, else with its approval."""
        self.check("requestInterimInvoice", by=by)
        self.interim_requested_at = at
        self.record("interim_requested", by=by, at=at)

    def cancel(self, *, by: Actor, at: datetime) -> None:
        self.move_to("cancelMilestone", by=by, at=at)
        self.auto_approve_at = None
        self.record("cancelled", by=by, at=at)

    @property
    def is_covered(self) -> bool:
        """Whether its money is where work and approval need it."""
        return self.funding_status in COVERED

    def blocked(self, action: str) -> Refused | None:
        if self.is_frozen and action != "ruleMilestone":
            return Refused(RefusalCode.DISPUTED, "An open dispute freezes this milestone.")
        if action == "fundMilestone":
            return self._cannot_be_funded()
        if action in _NEEDS_COVER and not self.is_covered:
            return self.unfunded()
        if action == "requestInterimInvoice" and self.interim_requested_at is not None:
            return wrong_state("An interim invoice was requested already.", from_state=self.status.name)
        return None

    def unfunded(self) -> Refused:
        message = "The milestone is not funded: its client funds it with fundMilestone first."
        return wrong_state(message, from_state=self.funding_status.name, allowed=[one.name for one in COVERED[1:]])

    def _cannot_be_funded(self) -> Refused | None:
        status = self.funding_status
        if status is FundingStatus.NOT_REQUIRED:
            return wrong_state("Under DIRECT its invoice is charged; nothing is held.", from_state=status.name)
        if status in (FundingStatus.UNFUNDED, FundingStatus.REFUNDED, FundingStatus.RELEASED):
            # Of what was released in advance a bank may have taken a part before: that part is funded anew.
            return None
        return conflict("Money is held for this milestone already, or on its way there.")

    def concerned_objects(self) -> list[UUID]:
        return [self.project_id]
