"""Pause requests: the freelancer asks to put a project on hold; three reminders in 48 hours decide for the client."""

from dataclasses import dataclass, field
from datetime import datetime, timedelta
from enum import Enum
from typing import ClassVar
from uuid import UUID

from domain.actors import SYSTEM, Actor
from domain.ids import new_id
from domain.permissions import Permission
from domain.projects import Project
from domain.reasons import said
from domain.sides import TwoSided
from domain.states import Move, Side


class PauseRequestStatus(Enum):
    """The life of a pause request."""

    PENDING = "PENDING"
    APPROVED = "APPROVED"
    DECLINED = "DECLINED"
    WITHDRAWN = "WITHDRAWN"
    AUTO_APPROVED = "AUTO_APPROVED"


_S = PauseRequestStatus

DECIDING_REMINDERS = 3
DECIDING_SPAN = timedelta(hours=48)


@dataclass(eq=False, kw_only=True)
class PauseRequest(TwoSided):
    """At most one is pending per project."""

    SUBJECT: ClassVar[str] = "pause_request"
    MOVES: ClassVar[tuple[Move, ...]] = (
        Move("remindPause", (_S.PENDING,), None, Side.FREELANCER, Permission.WORK_WRITE),
        Move("withdrawPauseRequest", (_S.PENDING,), _S.WITHDRAWN, Side.FREELANCER, Permission.WORK_WRITE),
        Move("approvePauseRequest", (_S.PENDING,), _S.APPROVED, Side.CLIENT, Permission.WORK_APPROVE),
        Move("declinePauseRequest", (_S.PENDING,), _S.DECLINED, Side.CLIENT, Permission.WORK_APPROVE),
        Move("autoApprovePauseRequest", (_S.PENDING,), _S.AUTO_APPROVED, Side.SYSTEM),
    )

    id: UUID
    project_id: UUID
    reason: str
    reminders: list[datetime]
    status: PauseRequestStatus = field(init=False)

    def concerned_objects(self) -> list[UUID]:
        return [self.project_id]


def ask(project: Project, reason: str, *, paid_minor: int, by: Actor, at: datetime) -> PauseRequest:
    """The freelancer asks for a pause; the project goes on until it is granted."""
    project.check("requestPause", by=by)
    request = PauseRequest(
        id=new_id(),
        project_id=project.id,
        client_organization_id=project.client_organization_id,
        freelancer_organization_id=project.freelancer_organization_id,
        reason=said(reason, required=True),
        reminders=[],
    )
    request.born(PauseRequestStatus.PENDING, action="requestPause", by=by, at=at)
    project.ask_for_pause("pause_requested", paid_minor=paid_minor, by=by, at=at)
    return request


def remind(project: Project, request: PauseRequest, *, paid_minor: int, by: Actor, at: datetime) -> None:
    """Reminds the client; a reminder that is the third within 48 hours pauses the project."""
    request.check("remindPause", by=by)
    project.check("remindPause", by=by)
    request.reminders = [*request.reminders, at]
    project.ask_for_pause("pause_reminded", paid_minor=paid_minor, by=by, at=at)
    last = request.reminders[-DECIDING_REMINDERS:]
    if len(last) == DECIDING_REMINDERS and last[-1] - last[0] <= DECIDING_SPAN:
        request.move_to("autoApprovePauseRequest", by=SYSTEM, at=at)
        project.pause("autoApprovePauseRequest", paid_minor=paid_minor, by=SYSTEM, at=at)


def approve(project: Project, request: PauseRequest, *, paid_minor: int, by: Actor, at: datetime) -> None:
    request.check("approvePauseRequest", by=by)
    project.pause("approvePauseRequest", paid_minor=paid_minor, by=by, at=at)
    request.move_to("approvePauseRequest", by=by, at=at)


def decline(project: Project, request: PauseRequest, *, paid_minor: int, by: Actor, at: datetime) -> None:
    request.move_to("declinePauseRequest", by=by, at=at)
    project.end_pause_request("pause_declined", paid_minor=paid_minor, by=by, at=at)


def withdraw(project: Project, request: PauseRequest, *, paid_minor: int, by: Actor, at: datetime) -> None:
    request.move_to("withdrawPauseRequest", by=by, at=at)
    project.end_pause_request("pause_withdrawn", paid_minor=paid_minor, by=by, at=at)
