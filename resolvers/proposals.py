"""Proposals: answering gigs, and the client's answers to that short of acceptance."""

from typing import Any
from uuid import UUID

from domain import offers, proposal_drafts
from domain.money import Money
from domain.terms import WorkTerms
from persistence import gig_invitations, gigs, plan_limits, proposals
from persistence.projects import OF_PROPOSAL
from persistence.unit import Unit
from resolvers.mutations import Changed

GIG, CLIENT, FREELANCER, PROJECT = proposals.GIG, proposals.CLIENT, proposals.FREELANCER, OF_PROPOSAL
OUTSIDE_BUDGET, HISTORY = proposals.OUTSIDE_BUDGET, proposals.HISTORY
LIST = proposals.LIST


async def create_proposal(db: Unit, *, gig_id: UUID, invitation_id: UUID | None, **fields: Any) -> Changed:
    gig = await gigs.for_change(db, gig_id)
    proposal = proposal_drafts.propose(gig, fields, by=db.by, at=db.at)
    await proposals.require_no_other(db, gig_id)
    if invitation_id is not None:
        await gig_invitations.require_own(db, invitation_id, gig_id)
        proposal.invitation_id = invitation_id
    db.add(proposal)
    return Changed(proposal=proposal)


async def update_proposal(
    db: Unit, *, proposal_id: UUID, expected_version: int | None = None, **fields: Any
) -> Changed:
    gig, proposal = await proposals.with_gig(db, proposal_id, expected_version)
    proposal_drafts.change(proposal, gig, fields, by=db.by, at=db.at)
    return Changed(proposal=proposal)


async def submit_proposal(db: Unit, *, proposal_id: UUID) -> Changed:
    """Whatever invitation its organization has not answered yet is answered by it."""
    gig, proposal = await proposals.with_gig(db, proposal_id)
    proposal_drafts.submit(proposal, gig, by=db.by, at=db.at)
    invitation = await gig_invitations.pending_of(db, gig.id, proposal.freelancer_organization_id)
    if invitation is not None and not invitation.is_over(db.at):
        invitation.answer(at=db.at)
        proposal.invitation_id = invitation.id
    await plan_limits.admit(db, "submitProposal", proposal.freelancer_organization_id)
    return Changed(proposal=proposal)


async def withdraw_proposal(db: Unit, *, proposal_id: UUID) -> Changed:
    proposal = await proposals.for_change(db, proposal_id)
    proposal.withdraw(by=db.by, at=db.at)
    return Changed(proposal=proposal)


async def shortlist_proposal(db: Unit, *, proposal_id: UUID) -> Changed:
    proposal = await proposals.for_change(db, proposal_id)
    proposal.shortlist(by=db.by, at=db.at)
    return Changed(proposal=proposal)


async def decline_proposal(db: Unit, *, proposal_id: UUID, reason: str | None) -> Changed:
    proposal = await proposals.for_change(db, proposal_id)
    proposal.decline(reason, by=db.by, at=db.at)
    return Changed(proposal=proposal)


async def offer_proposal(db: Unit, *, proposal_id: UUID, amount: Money | None, terms: WorkTerms | None) -> Changed:
    gig, proposal = await proposals.with_gig(db, proposal_id)
    offers.offer(proposal, gig, amount, terms, by=db.by, at=db.at)
    return Changed(proposal=proposal)


async def decline_offer(db: Unit, *, proposal_id: UUID) -> Changed:
    proposal = await proposals.for_change(db, proposal_id)
    proposal.decline_offer(by=db.by, at=db.at)
    return Changed(proposal=proposal)


async def revoke_offer(db: Unit, *, proposal_id: UUID) -> Changed:
    proposal = await proposals.for_change(db, proposal_id)
    proposal.revoke_offer(by=db.by, at=db.at)
    return Changed(proposal=proposal)
