"""Projects: agreed work between a client and a freelancer organization, from acceptance to completion."""

from dataclasses import dataclass, field
from datetime import date, datetime
from enum import Enum
from typing import ClassVar
from uuid import UUID

from domain.money import Money
from domain.permissions import Permission
from domain.states import Move, Side, Stateful
from domain.terms import WorkTerms


class ProjectStatus(Enum):
    """The life of a project; about work only, money has states of its own."""

    PENDING_ACTIVATION = "PENDING_ACTIVATION"
    ACTIVE = "ACTIVE"
    ON_HOLD = "ON_HOLD"
    COMPLETED = "COMPLETED"
    CANCELLED = "CANCELLED"


_S, _A = ProjectStatus, Permission.WORK_APPROVE


@dataclass(eq=False, kw_only=True)
class Project(Stateful):
    """One filled seat of a gig: a budget, its milestones and the terms both sides accepted."""

    SUBJECT: ClassVar[str] = "project"
    MOVES: ClassVar[tuple[Move, ...]] = (
        Move("activateProject", (_S.PENDING_ACTIVATION,), _S.ACTIVE, Side.CLIENT, _A),
        Move("pauseProject", (_S.ACTIVE,), _S.ON_HOLD, Side.CLIENT, _A),
        Move("resumeProject", (_S.ON_HOLD,), _S.ACTIVE, Side.CLIENT, _A),
        Move("resumeProject", (_S.ON_HOLD,), _S.ACTIVE, Side.FREELANCER, Permission.WORK_WRITE),
        Move("cancelProject", (_S.PENDING_ACTIVATION,), _S.CANCELLED, Side.CLIENT, _A),
        Move("cancelProject", (_S.PENDING_ACTIVATION,), _S.CANCELLED, Side.FREELANCER, Permission.WORK_WRITE),
        Move("completeProject", (_S.ACTIVE, _S.ON_HOLD), _S.COMPLETED, Side.SYSTEM),
    )

    id: UUID
    number: int
    gig_id: UUID
    proposal_id: UUID
    client_organization_id: UUID
    freelancer_organization_id: UUID
    client_contact_id: UUID | None
    team: list[UUID]
    title: str
    currency: str
    budget_minor: int
    reduction_minor: int
    upfront_minor: int
    terms: WorkTerms
    delivery_days: int
    start_on: date | None
    time_zone: str
    due_on: date | None
    activated_at: datetime | None
    held_at: datetime | None
    held_by_freelancer: bool
    completed_at: datetime | None
    cancelled_at: datetime | None
    cancel_reason: str | None
    archived_at: datetime | None
    status: ProjectStatus = field(init=False)

    @property
    def reference(self) -> str:
        """The platform-wide name people use, for example PRJ-42; never reused, gaps are possible."""
        return f"PRJ-{self.number}"

    @property
    def budget(self) -> Money:
        return Money(self.budget_minor, self.currency)

    @property
    def upfront(self) -> Money:
        return Money(self.upfront_minor, self.currency)

    @property
    def reduction(self) -> Money:
        return Money(self.reduction_minor, self.currency)

    def organization_of(self, side: Side) -> UUID | None:
        return {Side.CLIENT: self.client_organization_id, Side.FREELANCER: self.freelancer_organization_id}.get(side)

    def concerned_organizations(self) -> list[UUID]:
        return [self.client_organization_id, self.freelancer_organization_id]

    def concerned_objects(self) -> list[UUID]:
        return [self.gig_id]
