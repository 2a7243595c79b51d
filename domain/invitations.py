"""Invitations: an organization asks somebody, by e-mail, to join it in a role."""

from dataclasses import dataclass, field
from datetime import datetime
from enum import Enum
from typing import ClassVar
from uuid import UUID

from domain.permissions import Permission, Role
from domain.states import Move, Side, Stateful


class InvitationStatus(Enum):
    """The life of an invitation to an organization."""

    PENDING = "PENDING"
    ACCEPTED = "ACCEPTED"
    DECLINED = "DECLINED"
    REVOKED = "REVOKED"
    EXPIRED = "EXPIRED"


_S = InvitationStatus


@dataclass(eq=False, kw_only=True)
class Invitation(Stateful):
    """Lives 7 days; one is pending per organization and address. The mailed token's SHA-256 is kept, once sent."""

    SUBJECT: ClassVar[str] = "invitation"
    MOVES: ClassVar[tuple[Move, ...]] = (
        Move("acceptInvitation", (_S.PENDING,), _S.ACCEPTED, Side.SYSTEM),
        Move("declineInvitation", (_S.PENDING,), _S.DECLINED, Side.SYSTEM),
        Move("revokeInvitation", (_S.PENDING,), _S.REVOKED, Side.OWNER, Permission.MEMBERS_MANAGE),
        Move("expireInvitation", (_S.PENDING,), _S.EXPIRED, Side.SYSTEM),
    )

    id: UUID
    organization_id: UUID
    email: str
    role: Role
    token_hash: bytes | None
    invited_by: UUID
    expires_at: datetime
    status: InvitationStatus = field(init=False)

    def organization_of(self, side: Side) -> UUID | None:
        return self.organization_id if side is Side.OWNER else None

    def concerned_organizations(self) -> list[UUID]:
        return [self.organization_id]
