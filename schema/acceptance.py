"""Acceptance: the three mutations by which both sides agree and a project comes to exist."""

import strawberry

from domain.permissions import Permission
from resolvers import acceptance as resolve
from schema.gig_invitations import GigInvitation
from schema.inputs import an_id, value
from schema.invoices import Invoice
from schema.mutations import mutation
from schema.projects import Project
from schema.proposals import Proposal

_READ = value(int, "The version of it that you have read and accept; CONFLICT if it has changed since.")
_AGREED = {
    "proposal": (Proposal, "The accepted proposal with its seat."),
    "project": (Project, "The new project; it waits for its activation."),
    "upfront_invoice": (Invoice | None, "The invoice over the upfront share; null where there is none."),
}
_RULES = (
    "In one transaction the lowest free seat is taken and project, milestones, tasks and the upfront invoice come to "
    "exist; with the last seat the gig is FILLED, other proposals are DECLINED (GIG_FILLED) and invitations REVOKED. "
    "CONFLICT when the last seat is gone or the gig's terms have changed since, WRONG_STATE when the gig is not open "
    "or one of the organizations not active, INVALID for a plan that cannot be agreed on, LIMIT_REACHED when either "
    "organization has as many projects that have not ended as its plan allows (projects.active); of the other one no "
    "more is told."
)


@strawberry.type
class AcceptanceMutations:
    accept_proposal = mutation(
        resolve.accept_proposal,
        f"Accepts a proposal as it was made, for the client. {_RULES}",
        needs=Permission.WORK_APPROVE,
        takes={"proposal_id": an_id("Proposal", "The proposal."), "expected_version": _READ},
        gives=_AGREED,
        keyed=True,
    )
    accept_offer = mutation(
        resolve.accept_offer,
        f"Accepts the client's offer as it stands, for the freelancer. {_RULES}",
        needs=Permission.WORK_WRITE,
        takes={"proposal_id": an_id("Proposal", "The proposal with the offer."), "expected_version": _READ},
        gives=_AGREED,
        keyed=True,
    )
    accept_gig_invitation = mutation(
        resolve.accept_gig_invitation,
        f"Accepts an invitation with amount and terms as it stands, for the freelancer. {_RULES}",
        needs=Permission.WORK_WRITE,
        takes={"invitation_id": an_id("GigInvitation", "The invitation."), "expected_version": _READ},
        gives={"invitation": (GigInvitation, "The accepted invitation."), **_AGREED},
        keyed=True,
    )
