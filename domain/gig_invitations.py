"""Gig invitations: a client asks one freelancer organization to answer a gig, with or without a concrete offer."""

from dataclasses import dataclass, field
from datetime import datetime
from enum import Enum
from typing import ClassVar
from uuid import UUID

from domain.money import Money
from domain.permissions import Permission
from domain.states import Move, Side, Stateful
from domain.terms import WorkTerms


class GigInvitationStatus(Enum):
    """The life of an invitation to a gig."""

    PENDING = "PENDING"
    ANSWERED = "ANSWERED"
    ACCEPTED = "ACCEPTED"
    DECLINED = "DECLINED"
    REVOKED = "REVOKED"
    EXPIRED = "EXPIRED"


_S = GigInvitationStatus


@dataclass(eq=False, kw_only=True)
class GigInvitation(Stateful):
    """An invitation with amount and terms can be accepted as it stands; one without asks for a proposal."""

    SUBJECT: ClassVar[str] = "gig_invitation"
    MOVES: ClassVar[tuple[Move, ...]] = (
        Move("acceptGigInvitation", (_S.PENDING,), _S.ACCEPTED, Side.FREELANCER, Permission.WORK_WRITE),
        Move("declineGigInvitation", (_S.PENDING,), _S.DECLINED, Side.FREELANCER, Permission.WORK_WRITE),
        Move("revokeGigInvitation", (_S.PENDING,), _S.REVOKED, Side.CLIENT, Permission.WORK_WRITE),
        Move("answerGigInvitation", (_S.PENDING,), _S.ANSWERED, Side.SYSTEM),
        Move("expireGigInvitation", (_S.PENDING,), _S.EXPIRED, Side.SYSTEM),
    )

    id: UUID
    gig_id: UUID
    client_organization_id: UUID
    freelancer_organization_id: UUID
    message: str
    currency: str
    amount_minor: int | None
    terms: WorkTerms | None
    gig_terms_version: int
    expires_at: datetime
    status: GigInvitationStatus = field(init=False)

    @property
    def amount(self) -> Money | None:
        return None if self.amount_minor is None else Money(self.amount_minor, self.currency)

    def organization_of(self, side: Side) -> UUID | None:
        return {Side.CLIENT: self.client_organization_id, Side.FREELANCER: self.freelancer_organization_id}.get(side)

    def concerned_organizations(self) -> list[UUID]:
        return [self.client_organization_id, self.freelancer_organization_id]

    def concerned_objects(self) -> list[UUID]:
        return [self.gig_id]
