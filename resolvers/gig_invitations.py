"""Gig invitations: asking a freelancer organization for an answer, and saying no to it."""

from uuid import UUID

from domain import gig_invitations as rules
from domain.money import Money
from domain.refusals import conflict
from domain.terms import WorkTerms
from persistence import gig_invitations, gigs, proposals
from persistence.unit import Unit
from resolvers.mutations import Changed

GIG, CLIENT, FREELANCER = gig_invitations.GIG, gig_invitations.CLIENT, gig_invitations.FREELANCER
LIST = gig_invitations.LIST


async def invite_freelancer(
    db: Unit,
    *,
    gig_id: UUID,
    organization_id: UUID,
    message: str,
    amount: Money | None,
    terms: WorkTerms | None,
) -> Changed:
    gig = await gigs.for_change(db, gig_id)
    invitee = await gig_invitations.invitee(db, organization_id)
    invitation = rules.invite(gig, invitee, message, amount, terms, by=db.by, at=db.at)
    pending = await gig_invitations.pending_of(db, gig_id, organization_id)
    if pending is not None and not pending.is_over(db.at):
        raise conflict("This organization has not answered an earlier invitation yet.", "organizationId")
    if pending is not None:
        pending.expire(at=db.at)
        await db.flush()
    if await proposals.has_answered(db, gig_id, organization_id):
        raise conflict("This organization has proposed already: make it an offer.", "organizationId")
    db.add(invitation)
    return Changed(invitation=invitation)


async def revoke_gig_invitation(db: Unit, *, invitation_id: UUID) -> Changed:
    invitation = await gig_invitations.for_change(db, invitation_id)
    invitation.revoke(by=db.by, at=db.at)
    return Changed(invitation=invitation)


async def decline_gig_invitation(db: Unit, *, invitation_id: UUID) -> Changed:
    invitation = await gig_invitations.for_change(db, invitation_id)
    invitation.decline(by=db.by, at=db.at)
    return Changed(invitation=invitation)
