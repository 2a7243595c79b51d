"""Acceptance: agreed terms take a seat of a gig and become a project with milestones and tasks (rules W5, W6)."""

from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime
from itertools import count
from uuid import UUID

from domain.actors import Actor
from domain.agreements import Agreement, Deal, agree
from domain.gig_invitations import GigInvitation
from domain.gigs import Gig, GigStatus
from domain.ids import new_id
from domain.organizations import Organization, OrganizationStatus
from domain.plans import require_plan
from domain.proposal_drafts import require_current
from domain.proposals import Proposal, ProposalOrigin, ProposalStatus, shown
from domain.refusals import RefusalCode, Refused, conflict, wrong_state


@dataclass(frozen=True, slots=True, kw_only=True)
class Vacancy:
    """The gig whose seat is taken, with the seats that are taken already and the two organizations."""

    gig: Gig
    taken_seats: Collection[int]
    client: Organization
    freelancer: Organization


def accept_proposal(proposal: Proposal, vacancy: Vacancy, version: int, *, by: Actor, at: datetime) -> Agreement:
    """The client takes a proposal as it was made and becomes the contact of the project.

    Nobody is put on the freelancer's team by somebody else's decision: OWNER and ADMIN may work on every task
    by their role and name the team.
    """
    _check(proposal, "acceptProposal", version, vacancy.gig, by)
    deal = Deal(
        action="acceptProposal",
        amount=proposal.amount,
        terms=proposal.terms,
        terms_version=proposal.gig_terms_version,
        delivery_days=proposal.delivery_days,
    )
    seat_no = _take_seat(deal, vacancy, at)
    proposal.accept(deal.action, deal.amount, seat_no, by=by, at=at)
    return agree(proposal, deal, vacancy.gig, contact=by.membership_id, team=[], by=by, at=at)


def accept_offer(proposal: Proposal, vacancy: Vacancy, version: int, *, by: Actor, at: datetime) -> Agreement:
    """The freelancer takes the client's offer as it stands and is the first member of the team."""
    _check(proposal, "acceptOffer", version, vacancy.gig, by)
    if proposal.offer_is_over(at):
        raise wrong_state("The offer has expired.", from_state=ProposalStatus.SHORTLISTED.name, allowed=["OFFERED"])
    amount, terms, answered = proposal.offered_amount, proposal.offered_terms, proposal.offered_terms_version
    if amount is None or terms is None or answered is None:
        raise LookupError("an offered proposal has an offer")
    deal = Deal(
        action="acceptOffer",
        amount=amount,
        terms=terms,
        terms_version=answered,
        delivery_days=proposal.delivery_days,
    )
    seat_no = _take_seat(deal, vacancy, at)
    proposal.accept(deal.action, deal.amount, seat_no, by=by, at=at)
    return agree(proposal, deal, vacancy.gig, contact=None, team=_members(by), by=by, at=at)


def accept_invitation(
    invitation: GigInvitation, vacancy: Vacancy, version: int, *, by: Actor, at: datetime
) -> Agreement:
    """The freelancer takes what an invitation names: a proposal comes to exist that is accepted from the start."""
    _check(invitation, "acceptGigInvitation", version, vacancy.gig, by)
    invitation.require_current(at)
    gig, amount, terms = vacancy.gig, invitation.amount, invitation.terms
    if amount is None or terms is None or gig.delivery_days is None:
        raise LookupError("an invitation that can be accepted names its terms, and its gig is complete")
    deal = Deal(
        action="acceptGigInvitation",
        amount=amount,
        terms=terms,
        terms_version=invitation.gig_terms_version,
        delivery_days=gig.delivery_days,
    )
    seat_no = _take_seat(deal, vacancy, at)
    invitation.accept(by=by, at=at)
    proposal = _invited(invitation, deal, seat_no, by=by, at=at)
    return agree(proposal, deal, gig, contact=None, team=_members(by), by=by, at=at)


def _check(answer: Proposal | GigInvitation, action: str, version: int, gig: Gig, by: Actor) -> None:
    """As the state table says, but whoever lost the last seat to a rival is told so; then what was read is what is."""
    try:
        answer.check(action, by=by)
    except Refused as refusal:
        lost = gig.status is GigStatus.FILLED and answer.status.name != "ACCEPTED"
        if refusal.code is RefusalCode.WRONG_STATE and lost:
            raise conflict("The last seat of this gig has been taken.") from None
        raise
    answer.require_version(version)


def _take_seat(deal: Deal, vacancy: Vacancy, at: datetime) -> int:
    """Guards W5, then the lowest free seat; with the last one the gig is filled."""
    vacancy.gig.require_open(deal.action)
    for organization in (vacancy.client, vacancy.freelancer):
        if organization.status is not OrganizationStatus.ACTIVE:
            message = f"{organization.name} is not active."
            raise wrong_state(message, from_state=organization.status.name, allowed=[OrganizationStatus.ACTIVE.name])
    require_current(vacancy.gig, deal.terms_version, "The gig's terms have changed since: both sides agree anew.")
    require_plan(deal.terms, deal.amount, "terms")
    vacancy.gig.take_seat(at=at)
    return next(seat for seat in count(1) if seat not in vacancy.taken_seats)


def _invited(invitation: GigInvitation, deal: Deal, seat_no: int, *, by: Actor, at: datetime) -> Proposal:
    proposal = Proposal(
        id=new_id(),
        gig_id=invitation.gig_id,
        client_organization_id=invitation.client_organization_id,
        freelancer_organization_id=invitation.freelancer_organization_id,
        invitation_id=invitation.id,
        origin=ProposalOrigin.INVITATION,
        currency=invitation.currency,
        amount_minor=deal.amount.amount_minor,
        hourly_rate_minor=None,
        hours_per_day=None,
        delivery_days=deal.delivery_days,
        terms=deal.terms,
        gig_terms_version=deal.terms_version,
        cover_letter="",
        links=[],
        submitted_at=at,
        offered_amount_minor=None,
        offered_terms=None,
        offered_terms_version=None,
        offer_expires_at=None,
        offered_at=None,
        seat_no=seat_no,
        decline_reason=None,
    )
    proposal.born(ProposalStatus.ACCEPTED, action=deal.action, by=by, at=at)
    proposal.record("accepted", by=by, at=at, data=shown(deal.amount))
    return proposal


def _members(by: Actor) -> list[UUID]:
    return [] if by.membership_id is None else [by.membership_id]
