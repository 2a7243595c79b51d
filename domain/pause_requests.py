"""Pause requests: the freelancer asks to put a project on hold; three reminders within 48 hours decide for the client."""

from dataclasses import dataclass, field
from datetime import datetime
from enum import Enum
from typing import ClassVar
from uuid import UUID

from domain.permissions import Permission
from domain.states import Move, Side, Stateful


class PauseRequestStatus(Enum):
    """The life of a pause request."""

    PENDING = "PENDING"
    APPROVED = "APPROVED"
    DECLINED = "DECLINED"
    WITHDRAWN = "WITHDRAWN"
    AUTO_APPROVED = "AUTO_APPROVED"


_S = PauseRequestStatus


@dataclass(eq=False, kw_only=True)
class PauseRequest(Stateful):
    """At most one is pending per project."""

    SUBJECT: ClassVar[str] = "pause_request"
    MOVES: ClassVar[tuple[Move, ...]] = (
        Move("approvePauseRequest", (_S.PENDING,), _S.APPROVED, Side.CLIENT, Permission.WORK_APPROVE),
        Move("declinePauseRequest", (_S.PENDING,), _S.DECLINED, Side.CLIENT, Permission.WORK_APPROVE),
        Move("withdrawPauseRequest", (_S.PENDING,), _S.WITHDRAWN, Side.FREELANCER, Permission.WORK_WRITE),
        Move("autoApprovePauseRequest", (_S.PENDING,), _S.AUTO_APPROVED, Side.SYSTEM),
    )

    id: UUID
    project_id: UUID
    client_organization_id: UUID
    freelancer_organization_id: UUID
    reason: str
    reminders: list[datetime]
    status: PauseRequestStatus = field(init=False)

    def organization_of(self, side: Side) -> UUID | None:
        return {Side.CLIENT: self.client_organization_id, Side.FREELANCER: self.freelancer_organization_id}.get(side)

    def concerned_organizations(self) -> list[UUID]:
        return [self.client_organization_id, self.freelancer_organization_id]

    def concerned_objects(self) -> list[UUID]:
        return [self.project_id]
