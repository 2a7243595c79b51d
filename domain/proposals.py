"""Proposals: a freelancer's answer to a gig, with terms; an accepted one becomes a project."""

from dataclasses import dataclass, field
from datetime import datetime
from enum import Enum
from typing import ClassVar
from uuid import UUID

from domain.money import Money
from domain.permissions import Permission
from domain.states import Move, Side, Stateful
from domain.terms import WorkTerms


class ProposalStatus(Enum):
    """The life of a proposal."""

    DRAFT = "DRAFT"
    SUBMITTED = "SUBMITTED"
    SHORTLISTED = "SHORTLISTED"
    OFFERED = "OFFERED"
    ACCEPTED = "ACCEPTED"
    WITHDRAWN = "WITHDRAWN"
    DECLINED = "DECLINED"
    EXPIRED = "EXPIRED"


class ProposalOrigin(Enum):
    """Whether the freelancer proposed or accepted a client's invitation as it stood."""

    PROPOSAL = "PROPOSAL"
    INVITATION = "INVITATION"


_S = ProposalStatus
_W, _A = Permission.WORK_WRITE, Permission.WORK_APPROVE
OPEN_STATES = (_S.DRAFT, _S.SUBMITTED, _S.SHORTLISTED, _S.OFFERED)
"""A proposal in one of these still competes for a seat; an organization has at most one of them per gig."""


@dataclass(eq=False, kw_only=True)
class Proposal(Stateful):
    """Terms under which a freelancer organization would do a gig, and the client's offer in return, if any."""

    SUBJECT: ClassVar[str] = "proposal"
    MOVES: ClassVar[tuple[Move, ...]] = (
        Move("submitProposal", (_S.DRAFT,), _S.SUBMITTED, Side.FREELANCER, _W),
        Move("withdrawProposal", OPEN_STATES, _S.WITHDRAWN, Side.FREELANCER, _W),
        Move("shortlistProposal", (_S.SUBMITTED,), _S.SHORTLISTED, Side.CLIENT, _W),
        Move("declineProposal", (_S.SUBMITTED, _S.SHORTLISTED, _S.OFFERED), _S.DECLINED, Side.CLIENT, _W),
        Move("offerProposal", (_S.SUBMITTED, _S.SHORTLISTED), _S.OFFERED, Side.CLIENT, _A),
        Move("revokeOffer", (_S.OFFERED,), _S.SHORTLISTED, Side.CLIENT, _A),
        Move("declineOffer", (_S.OFFERED,), _S.SHORTLISTED, Side.FREELANCER, _W),
        Move("acceptProposal", (_S.SUBMITTED, _S.SHORTLISTED), _S.ACCEPTED, Side.CLIENT, _A),
        Move("acceptOffer", (_S.OFFERED,), _S.ACCEPTED, Side.FREELANCER, _W),
        Move("offerExpired", (_S.OFFERED,), _S.SHORTLISTED, Side.SYSTEM),
        Move("gigEnded", OPEN_STATES, _S.DECLINED, Side.SYSTEM),
        Move("expireProposal", OPEN_STATES, _S.EXPIRED, Side.SYSTEM),
    )

    id: UUID
    gig_id: UUID
    client_organization_id: UUID
    freelancer_organization_id: UUID
    invitation_id: UUID | None
    origin: ProposalOrigin
    currency: str
    amount_minor: int
    hourly_rate_minor: int | None
    hours_per_day: int | None
    delivery_days: int
    terms: WorkTerms
    gig_terms_version: int
    cover_letter: str
    links: list[str]
    offered_amount_minor: int | None
    offered_terms: WorkTerms | None
    offer_expires_at: datetime | None
    seat_no: int | None
    decline_reason: str | None
    status: ProposalStatus = field(init=False)

    @property
    def amount(self) -> Money:
        return Money(self.amount_minor, self.currency)

    @property
    def hourly_rate(self) -> Money | None:
        return None if self.hourly_rate_minor is None else Money(self.hourly_rate_minor, self.currency)

    @property
    def offered_amount(self) -> Money | None:
        return None if self.offered_amount_minor is None else Money(self.offered_amount_minor, self.currency)

    def organization_of(self, side: Side) -> UUID | None:
        return {Side.CLIENT: self.client_organization_id, Side.FREELANCER: self.freelancer_organization_id}.get(side)

    def concerned_organizations(self) -> list[UUID]:
        if self.status is ProposalStatus.DRAFT:
            return [self.freelancer_organization_id]
        return [self.freelancer_organization_id, self.client_organization_id]

    def concerned_objects(self) -> list[UUID]:
        return [self.gig_id]
