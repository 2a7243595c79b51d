"""Proposals: a freelancer's answer to a gig, with terms; an accepted one becomes a project."""

from dataclasses import dataclass, field
from datetime import datetime, timedelta
from enum import Enum
from typing import Any, ClassVar
from uuid import UUID

from domain.actors import SYSTEM, Actor
from domain.amounts import Amount, OptionalAmount
from domain.money import Money
from domain.permissions import Permission
from domain.reasons import said
from domain.sides import TwoSided
from domain.states import Move, Side
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
ANSWERABLE = (_S.SUBMITTED, _S.SHORTLISTED, _S.OFFERED)
OPEN_STATES = (_S.DRAFT, *ANSWERABLE)
"""A proposal in one of these still competes for a seat; an organization has at most one of them per gig."""

OFFER_LASTS = timedelta(days=7)

Range = tuple[int | None, int | None]
"""The least and the most expected, in minor units; None where nothing is said."""


@dataclass(eq=False, kw_only=True)
class Proposal(TwoSided):
    """Terms under which a freelancer organization would do a gig, and the client's offer in return, if any."""

    SUBJECT: ClassVar[str] = "proposal"
    MOVES: ClassVar[tuple[Move, ...]] = (
        Move("updateProposal", (_S.DRAFT, _S.SUBMITTED, _S.SHORTLISTED), None, Side.FREELANCER, _W),
        Move("submitProposal", (_S.DRAFT,), _S.SUBMITTED, Side.FREELANCER, _W),
        Move("withdrawProposal", OPEN_STATES, _S.WITHDRAWN, Side.FREELANCER, _W),
        Move("shortlistProposal", (_S.SUBMITTED,), _S.SHORTLISTED, Side.CLIENT, _W),
        Move("declineProposal", ANSWERABLE, _S.DECLINED, Side.CLIENT, _A),
        Move("offerProposal", (_S.SUBMITTED, _S.SHORTLISTED), _S.OFFERED, Side.CLIENT, _A),
        Move("revokeOffer", (_S.OFFERED,), _S.SHORTLISTED, Side.CLIENT, _A),
        Move("declineOffer", (_S.OFFERED,), _S.SHORTLISTED, Side.FREELANCER, _W),
        Move("acceptProposal", (_S.SUBMITTED, _S.SHORTLISTED), _S.ACCEPTED, Side.CLIENT, _A),
        Move("acceptOffer", (_S.OFFERED,), _S.ACCEPTED, Side.FREELANCER, _W),
        Move("offerExpired", (_S.OFFERED,), _S.SHORTLISTED, Side.SYSTEM),
        Move("gigEnded", ANSWERABLE, _S.DECLINED, Side.SYSTEM),
        Move("expireProposal", OPEN_STATES, _S.EXPIRED, Side.SYSTEM),
    )

    id: UUID
    gig_id: UUID
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
    submitted_at: datetime | None
    offered_amount_minor: int | None
    offered_terms: WorkTerms | None
    offered_terms_version: int | None
    offer_expires_at: datetime | None
    offered_at: datetime | None
    seat_no: int | None
    decline_reason: str | None
    status: ProposalStatus = field(init=False)

    amount, hourly_rate = Amount("amount_minor"), OptionalAmount("hourly_rate_minor")
    offered_amount = OptionalAmount("offered_amount_minor")

    @property
    def is_private(self) -> bool:
        """Whether SHORTLISTED is still the client's own note: it has made no offer that would tell."""
        return self.status is _S.SHORTLISTED and self.offered_at is None

    def is_outside(self, budget: Range, rates: Range) -> bool:
        """Whether amount or rate lie outside what the client says it expects; information only, never a reason."""
        return _outside(self.amount_minor, budget) or _outside(self.hourly_rate_minor, rates)

    def status_for(self, viewer: Actor) -> ProposalStatus:
        """The status as that viewer may know it: a shortlist is the client's own."""
        knows = viewer.acts_for(self.client_organization_id) or viewer.may(Permission.STAFF_READ)
        return _S.SUBMITTED if self.is_private and not knows else self.status

    def submit(self, *, by: Actor, at: datetime) -> None:
        """Hands the draft to the client, who sees it from now on."""
        self.move_to("submitProposal", by=by, at=at)
        self.submitted_at = at
        self.record("submitted", by=by, at=at)

    def withdraw(self, *, by: Actor, at: datetime) -> None:
        self.move_to("withdrawProposal", by=by, at=at)
        self.record("withdrawn", by=by, at=at)

    def shortlist(self, *, by: Actor, at: datetime) -> None:
        """A note of the client's own, of which the freelancer does not learn before an offer is made."""
        self.move_to("shortlistProposal", by=by, at=at)
        to = [self.client_organization_id] if self.is_private else None
        self.record("shortlisted", by=by, at=at, to=to)

    def decline(self, reason: str | None, *, by: Actor, at: datetime) -> None:
        self.check("declineProposal", by=by)
        self.decline_reason = said(reason)
        self.move_to("declineProposal", by=by, at=at)
        self.record("declined", by=by, at=at, data={"reason": self.decline_reason})

    def offer(self, amount: Money, terms: WorkTerms, terms_version: int, *, by: Actor, at: datetime) -> None:
        """The client's own amount and terms, which the freelancer may accept as they stand for a week."""
        self.move_to("offerProposal", by=by, at=at)
        self.offered_amount_minor, self.offered_terms = amount.amount_minor, terms
        self.offered_terms_version = terms_version
        self.offered_at, self.offer_expires_at = at, at + OFFER_LASTS
        self.record("offered", by=by, at=at, data=shown(amount))

    def decline_offer(self, *, by: Actor, at: datetime) -> None:
        self._end_offer("declineOffer", "OFFER_DECLINED", by, at)

    def revoke_offer(self, *, by: Actor, at: datetime) -> None:
        self._end_offer("revokeOffer", "OFFER_REVOKED", by, at)

    def expire_offer(self, *, at: datetime) -> None:
        self._end_offer("offerExpired", "OFFER_EXPIRED", SYSTEM, at)

    def offer_is_over(self, at: datetime) -> bool:
        return self.offer_expires_at is not None and at >= self.offer_expires_at

    def accept(self, action: str, amount: Money, seat_no: int, *, by: Actor, at: datetime) -> None:
        """Takes a seat. What was offered stays readable beside what was proposed."""
        self.move_to(action, by=by, at=at)
        self.seat_no = seat_no
        self.record("accepted", by=by, at=at, data=shown(amount))

    def end_with_gig(self, reason: str, *, expired: bool, at: datetime) -> None:
        """The gig ended: what was submitted is declined, unless the gig ran out of time; drafts just expire."""
        if expired or self.status is _S.DRAFT:
            self.move_to("expireProposal", by=SYSTEM, at=at)
            self.record("expired", by=SYSTEM, at=at)
        else:
            self.decline_reason = reason
            self.move_to("gigEnded", by=SYSTEM, at=at)
            self.record("declined", by=SYSTEM, at=at, data={"reason": reason})

    def concerned_organizations(self) -> list[UUID]:
        """A draft is its author's alone."""
        return [self.freelancer_organization_id] if self.submitted_at is None else super().concerned_organizations()

    def concerned_objects(self) -> list[UUID]:
        return [self.gig_id]

    def _end_offer(self, action: str, reason: str, by: Actor, at: datetime) -> None:
        """An offer came to nothing; the proposal goes on competing."""
        self.move_to(action, by=by, at=at)
        self.offered_amount_minor = self.offered_terms = self.offered_terms_version = self.offer_expires_at = None
        self.record("shortlisted", by=by, at=at, data={"reason": reason})


def _outside(amount_minor: int | None, expected: Range) -> bool:
    least, most = expected
    if amount_minor is None:
        return False
    return (least is not None and amount_minor < least) or (most is not None and amount_minor > most)


def shown(amount: Money) -> dict[str, Any]:
    """An amount as events carry it."""
    return {"amountMinor": amount.amount_minor, "currency": amount.currency}
