"""Acceptance: three ways to agree, one transaction in which a project comes to exist (rule W6)."""

from uuid import UUID

from domain import acceptance
from domain.agreements import Agreement
from domain.gigs import Gig, GigStatus
from domain.invoices import InvoiceKind
from persistence import gig_invitations, organizations, plan_limits, project_invoices, proposals
from persistence.gig_endings import end_answers
from persistence.unit import Unit
from resolvers.mutations import Changed


async def accept_proposal(db: Unit, *, proposal_id: UUID, expected_version: int) -> Changed:
    gig, proposal = await proposals.with_gig(db, proposal_id)
    vacancy = await _vacancy(db, gig, proposal.freelancer_organization_id)
    agreement = acceptance.accept_proposal(proposal, vacancy, expected_version, by=db.by, at=db.at)
    return await _conclude(db, "acceptProposal", gig, agreement)


async def accept_offer(db: Unit, *, proposal_id: UUID, expected_version: int) -> Changed:
    gig, proposal = await proposals.with_gig(db, proposal_id)
    vacancy = await _vacancy(db, gig, proposal.freelancer_organization_id)
    agreement = acceptance.accept_offer(proposal, vacancy, expected_version, by=db.by, at=db.at)
    return await _conclude(db, "acceptOffer", gig, agreement)


async def accept_gig_invitation(db: Unit, *, invitation_id: UUID, expected_version: int) -> Changed:
    gig, invitation = await gig_invitations.with_gig(db, invitation_id)
    vacancy = await _vacancy(db, gig, invitation.freelancer_organization_id)
    agreement = acceptance.accept_invitation(invitation, vacancy, expected_version, by=db.by, at=db.at)
    concluded = await _conclude(db, "acceptGigInvitation", gig, agreement)
    return Changed(invitation=invitation, **concluded.objects)


async def _vacancy(db: Unit, gig: Gig, freelancer_id: UUID) -> acceptance.Vacancy:
    return acceptance.Vacancy(
        gig=gig,
        taken_seats=await proposals.taken_seats(db, gig.id),
        client=await organizations.for_new_work(db, gig.organization_id),
        freelancer=await organizations.for_new_work(db, freelancer_id),
    )


async def _conclude(db: Unit, verb: str, gig: Gig, agreement: Agreement) -> Changed:
    """Writes the agreement, level by level because the rows refer to each other, and all that follows from it.

    Both sides need room for the project, whoever accepts: else one of them would never be limited.
    """
    project = agreement.project
    for level in ([agreement.proposal], [project], agreement.milestones, agreement.tasks):
        db.add(*level)
        await db.flush()
    if gig.status is GigStatus.FILLED:
        await end_answers(db, gig)
    invoice = None
    if project.upfront_minor > 0:
        invoice = await project_invoices.issue(
            db, kind=InvoiceKind.UPFRONT, project=project, agreed_minor=project.upfront_minor
        )
    await plan_limits.admit(db, verb, project.client_organization_id, project.freelancer_organization_id)
    return Changed(proposal=agreement.proposal, project=project, upfront_invoice=invoice)
