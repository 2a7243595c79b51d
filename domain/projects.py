"""Projects: agreed work between a client and a freelancer organization, from acceptance to completion."""

from dataclasses import dataclass, field
from datetime import date, datetime
from enum import Enum
from typing import Any, ClassVar
from uuid import UUID

from domain.actors import SYSTEM, Actor
from domain.amounts import Amount
from domain.permissions import Permission
from domain.refusals import Refused, conflict, wrong_state
from domain.sides import TwoSided
from domain.states import Move, Side
from domain.terms import WorkTerms


class ProjectStatus(Enum):
    """The life of a project; about work only, money has states of its own."""

    PENDING_ACTIVATION = "PENDING_ACTIVATION"
    ACTIVE = "ACTIVE"
    ON_HOLD = "ON_HOLD"
    COMPLETED = "COMPLETED"
    CANCELLED = "CANCELLED"


_S = ProjectStatus
_W, _A = Permission.WORK_WRITE, Permission.WORK_APPROVE
RUNNING = (_S.ACTIVE, _S.ON_HOLD)
NOT_ENDED = (_S.PENDING_ACTIVATION, *RUNNING)


@dataclass(eq=False, kw_only=True)
class Project(TwoSided):
    """One filled seat of a gig: a budget, its milestones and the terms both sides accepted."""

    SUBJECT: ClassVar[str] = "project"
    MOVES: ClassVar[tuple[Move, ...]] = (
        Move("activateProject", (_S.PENDING_ACTIVATION,), _S.ACTIVE, Side.CLIENT, _A),
        Move("requestPause", (_S.ACTIVE,), None, Side.FREELANCER, _W),
        Move("remindPause", (_S.ACTIVE,), None, Side.FREELANCER, _W),
        Move("approvePauseRequest", (_S.ACTIVE,), _S.ON_HOLD, Side.CLIENT, _A),
        Move("autoApprovePauseRequest", (_S.ACTIVE,), _S.ON_HOLD, Side.SYSTEM),
        Move("pauseProject", (_S.ACTIVE,), _S.ON_HOLD, Side.CLIENT, _A),
        Move("resumeProject", (_S.ON_HOLD,), _S.ACTIVE, Side.CLIENT, _A),
        Move("resumeProject", (_S.ON_HOLD,), _S.ACTIVE, Side.FREELANCER, _W),
        Move("cancelProject", (_S.PENDING_ACTIVATION,), _S.CANCELLED, Side.CLIENT, _A),
        Move("cancelProject", (_S.PENDING_ACTIVATION,), _S.CANCELLED, Side.FREELANCER, _W),
        Move("cancelProject", RUNNING, _S.CANCELLED, Side.STAFF, Permission.STAFF_DISPUTES),
        Move("completeProject", RUNNING, _S.COMPLETED, Side.SYSTEM),
        Move("setProjectTeam", NOT_ENDED, None, Side.FREELANCER, _W),
        Move("setClientContact", NOT_ENDED, None, Side.CLIENT, _W),
        Move("archiveProject", (_S.COMPLETED, _S.CANCELLED), None, Side.EITHER, _W),
    )

    id: UUID
    number: int = field(init=False)
    gig_id: UUID
    proposal_id: UUID
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
    pause_asked_at: datetime | None = None
    completed_at: datetime | None
    cancelled_at: datetime | None
    cancel_reason: str | None
    archived_at: datetime | None
    status: ProjectStatus = field(init=False)

    @property
    def reference(self) -> str:
        """The platform-wide name people use, for example PRJ-42; never reused, gaps are possible."""
        return f"PRJ-{self.number}"

    budget, upfront, reduction = Amount("budget_minor"), Amount("upfront_minor"), Amount("reduction_minor")

    def create(self, action: str, *, by: Actor, at: datetime) -> None:
        """Begins the life of a new project; the action is the acceptance that made it."""
        self.born(ProjectStatus.PENDING_ACTIVATION, action=action, by=by, at=at)
        self._tell("created", 0, by=by, at=at)

    def activate(self, *, due_on: date, paid_minor: int, by: Actor, at: datetime) -> None:
        self.move_to("activateProject", by=by, at=at)
        self.activated_at, self.due_on = at, due_on
        self._tell("activated", paid_minor, by=by, at=at)

    def pause(self, action: str, *, paid_minor: int, by: Actor, at: datetime) -> None:
        """Puts the project on hold: by the client's own will, or because the freelancer's request was granted."""
        self.move_to(action, by=by, at=at)
        self.held_at, self.held_by_freelancer = at, action != "pauseProject"
        if self.held_by_freelancer:
            self.pause_asked_at = None
        self._tell("paused", paid_minor, by=by, at=at)

    def resume(self, *, due_on: date | None, paid_minor: int, by: Actor, at: datetime) -> None:
        self.move_to("resumeProject", by=by, at=at)
        self.held_at, self.held_by_freelancer, self.due_on = None, False, due_on
        self._tell("resumed", paid_minor, by=by, at=at)

    def complete(self, *, paid_minor: int, at: datetime) -> None:
        """Nothing is left to approve, whether or not money has arrived."""
        self.move_to("completeProject", by=SYSTEM, at=at)
        self.held_at, self.completed_at = None, at
        self._tell("completed", paid_minor, by=SYSTEM, at=at)

    def cancel(self, reason: str | None, *, paid_minor: int, by: Actor, at: datetime) -> None:
        self.move_to("cancelProject", by=by, at=at)
        self.cancel_reason, self.cancelled_at = reason, at
        self._tell("cancelled", paid_minor, by=by, at=at)

    def ask_for_pause(self, verb: str, *, paid_minor: int, by: Actor, at: datetime) -> None:
        """Notes that the freelancer asks (`pause_requested`) or asks again (`pause_reminded`)."""
        self.pause_asked_at = at
        self._tell(verb, paid_minor, by=by, at=at)

    def end_pause_request(self, verb: str, *, paid_minor: int, by: Actor, at: datetime) -> None:
        """Notes that a request came to nothing: `pause_declined` or `pause_withdrawn`."""
        self.pause_asked_at = None
        self._tell(verb, paid_minor, by=by, at=at)

    def archive(self, *, by: Actor, at: datetime) -> None:
        """Puts an ended project away; nothing about it can change any more."""
        self.check("archiveProject", by=by)
        self.archived_at = at

    def _tell(self, verb: str, paid_minor: int, *, by: Actor, at: datetime) -> None:
        """Records an event with the budget and what of it is still to be paid at that instant."""
        remaining_minor = self.budget_minor - self.reduction_minor - paid_minor
        data: dict[str, Any] = {
            "currency": self.currency,
            "budgetMinor": self.budget_minor,
            "remainingMinor": remaining_minor,
        }
        self.record(verb, by=by, at=at, data=data)

    def blocked(self, action: str) -> Refused | None:
        if self.archived_at is not None:
            return wrong_state("The project is archived.", from_state=self.status.name)
        if action == "requestPause" and self.pause_asked_at is not None:
            return conflict("A pause request is pending already; remind the client of it.")
        if action in {"remindPause", "approvePauseRequest"} and self.pause_asked_at is None:
            return wrong_state("No pause request is pending.", from_state=self.status.name)
        return None

    def _may(self, by: Actor, move: Move) -> bool:
        """The freelancer ends a pause only where it was the freelancer's own wish."""
        not_theirs = self.status is ProjectStatus.ON_HOLD and not self.held_by_freelancer
        if move.action == "resumeProject" and move.side is Side.FREELANCER and not_theirs:
            return False
        return super()._may(by, move)

    @property
    def due_or_never_on(self) -> date:
        """The date lists sort by: projects without one come last."""
        return self.due_on or date.max

    def concerned_objects(self) -> list[UUID]:
        return [self.gig_id]
