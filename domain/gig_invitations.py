"""Gig invitations: a client asks one freelancer organization to answer a gig, with or without a concrete offer."""

from dataclasses import dataclass, field
from datetime import datetime, timedelta
from enum import Enum
from typing import ClassVar
from uuid import UUID

from domain.actors import SYSTEM, Actor
from domain.amounts import OptionalAmount
from domain.checks import Checks
from domain.gigs import Gig
from domain.ids import new_id
from domain.money import Money
from domain.organizations import FREELANCER_KINDS, Organization, OrganizationStatus
from domain.permissions import Permission
from domain.plans import check_terms, require_plan
from domain.refusals import Refused, wrong_state
from domain.sides import TwoSided
from domain.states import Move, Side
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
INVITATION_LASTS = timedelta(days=14)


@dataclass(eq=False, kw_only=True)
class GigInvitation(TwoSided):
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
    message: str
    currency: str
    amount_minor: int | None
    terms: WorkTerms | None
    gig_terms_version: int
    expires_at: datetime
    status: GigInvitationStatus = field(init=False)

    amount = OptionalAmount("amount_minor")

    def is_over(self, at: datetime) -> bool:
        return at >= self.expires_at

    def answer(self, *, at: datetime) -> None:
        """A proposal for it was handed in, which is the event that tells of it."""
        self.move_to("answerGigInvitation", by=SYSTEM, at=at)

    def accept(self, *, by: Actor, at: datetime) -> None:
        self.move_to("acceptGigInvitation", by=by, at=at)
        self.record("accepted", by=by, at=at)

    def decline(self, *, by: Actor, at: datetime) -> None:
        self.check("declineGigInvitation", by=by)
        self.require_current(at)
        self.move_to("declineGigInvitation", by=by, at=at)
        self.record("declined", by=by, at=at)

    def revoke(self, *, by: Actor, at: datetime) -> None:
        """The client takes it back, or the gig takes nobody any more."""
        self.move_to("revokeGigInvitation", by=by, at=at)
        self.record("revoked", by=by, at=at)

    def expire(self, *, at: datetime) -> None:
        self.move_to("expireGigInvitation", by=SYSTEM, at=at)
        self.record("expired", by=SYSTEM, at=at)

    def require_current(self, at: datetime) -> None:
        """Its last instant ends it, even where nobody has noted that yet."""
        if self.is_over(at):
            raise wrong_state("This invitation has expired.", from_state=_S.EXPIRED.name, allowed=[_S.PENDING.name])

    def blocked(self, action: str) -> Refused | None:
        if action == "acceptGigInvitation" and self.amount_minor is None:
            return wrong_state("It names no amount: answer it with a proposal.", from_state=self.status.name)
        return None

    def concerned_objects(self) -> list[UUID]:
        return [self.gig_id]


def invite(
    gig: Gig,
    invitee: Organization,
    message: str,
    amount: Money | None,
    terms: WorkTerms | None,
    *,
    by: Actor,
    at: datetime,
) -> GigInvitation:
    """Asks for a proposal or, with amount and terms, makes an offer that can be accepted as it stands."""
    gig.check("inviteFreelancer", by=by)
    _check_invitation(gig, invitee, message, amount, terms)
    invitation = GigInvitation(
        id=new_id(),
        gig_id=gig.id,
        client_organization_id=gig.organization_id,
        freelancer_organization_id=invitee.id,
        message=message.strip(),
        currency=gig.currency,
        amount_minor=None if amount is None else amount.amount_minor,
        terms=terms,
        gig_terms_version=gig.terms_version,
        expires_at=at + INVITATION_LASTS,
    )
    invitation.born(_S.PENDING, action="inviteFreelancer", by=by, at=at)
    invitation.record("sent", by=by, at=at)
    return invitation


def _check_invitation(
    gig: Gig, invitee: Organization, message: str, amount: Money | None, terms: WorkTerms | None
) -> None:
    checks = Checks()
    works = invitee.kind in FREELANCER_KINDS and invitee.status is OrganizationStatus.ACTIVE
    if checks.require(works, "Invite an active freelancer or agency.", "organizationId"):
        checks.require(invitee.id != gig.organization_id, "This is the gig's own organization.", "organizationId")
    checks.text("message", message, most=2000)
    checks.require((amount is None) == (terms is None), "Give amount and terms, or neither.", "amount")
    checks.money("amount", amount, currency=gig.currency)
    if terms is not None:
        with checks.within("terms"):
            check_terms(checks, terms, currency=gig.currency)
    checks.refuse()
    if amount is not None and terms is not None:
        require_plan(terms, amount, "terms")
