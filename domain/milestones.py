"""Milestones: the billable parts of a project, submitted by the freelancer and approved by the client."""

from dataclasses import dataclass, field
from datetime import date, datetime
from enum import Enum
from typing import ClassVar
from uuid import UUID

from domain.money import Money
from domain.permissions import Permission
from domain.refusals import RefusalCode, Refused
from domain.states import Move, Side, Stateful


class MilestoneStatus(Enum):
    """The work state of a milestone."""

    PLANNED = "PLANNED"
    IN_PROGRESS = "IN_PROGRESS"
    SUBMITTED = "SUBMITTED"
    CHANGES_REQUESTED = "CHANGES_REQUESTED"
    APPROVED = "APPROVED"
    CANCELLED = "CANCELLED"


class FundingStatus(Enum):
    """The money side of a milestone. NOT_REQUIRED under DIRECT funding, where invoices are charged instead."""

    NOT_REQUIRED = "NOT_REQUIRED"


class ApprovedVia(Enum):
    """How a milestone came to be approved."""

    CLIENT = "CLIENT"
    TASKS = "TASKS"
    TIMER = "TIMER"


_S, _A = MilestoneStatus, Permission.WORK_APPROVE
_WORKING = (_S.IN_PROGRESS, _S.CHANGES_REQUESTED)


@dataclass(eq=False, kw_only=True)
class Milestone(Stateful):
    """A part of a project with its own amount; the amounts of a plan and the upfront add up to the budget."""

    SUBJECT: ClassVar[str] = "milestone"
    MOVES: ClassVar[tuple[Move, ...]] = (
        Move("startMilestone", (_S.PLANNED,), _S.IN_PROGRESS, Side.SYSTEM),
        Move("submitMilestone", _WORKING, _S.SUBMITTED, Side.SYSTEM),
        Move("reworkMilestone", (_S.SUBMITTED,), _S.IN_PROGRESS, Side.SYSTEM),
        Move("requestMilestoneChanges", (_S.SUBMITTED,), _S.CHANGES_REQUESTED, Side.CLIENT, _A),
        Move("approveMilestone", (_S.SUBMITTED,), _S.APPROVED, Side.CLIENT, _A),
        Move("cancelMilestone", (_S.PLANNED, *_WORKING, _S.SUBMITTED), _S.CANCELLED, Side.SYSTEM),
    )

    id: UUID
    project_id: UUID
    client_organization_id: UUID
    freelancer_organization_id: UUID
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

    @property
    def amount(self) -> Money:
        return Money(self.amount_minor, self.currency)

    @property
    def quoted(self) -> Money | None:
        return None if self.quoted_minor is None else Money(self.quoted_minor, self.currency)

    def blocked(self, action: str) -> Refused | None:
        if self.is_frozen:
            return Refused(RefusalCode.DISPUTED, "An open dispute freezes this milestone.")
        return None

    def organization_of(self, side: Side) -> UUID | None:
        return {Side.CLIENT: self.client_organization_id, Side.FREELANCER: self.freelancer_organization_id}.get(side)

    def concerned_organizations(self) -> list[UUID]:
        return [self.client_organization_id, self.freelancer_organization_id]

    def concerned_objects(self) -> list[UUID]:
        return [self.project_id]
