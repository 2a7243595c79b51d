"""Gig invitations as clients send and freelancers answer them."""

from datetime import datetime

import strawberry

from domain import gig_invitations as domain
from domain.gig_invitations import GigInvitationStatus
from domain.permissions import Permission
from resolvers import gig_invitations as resolve
from schema.connections import connection, one, order_input
from schema.enums import describe
from schema.gigs import Gig
from schema.inputs import an_id, optional, optional_id
from schema.money import Money, MoneyInput
from schema.mutations import mutation
from schema.organizations import Organization
from schema.scalars import Currency
from schema.shapes import plain, shows
from schema.sides import ProjectSide
from schema.stateful import Stateful
from schema.terms import WorkTerms, WorkTermsInput

describe(
    GigInvitationStatus,
    "The life of an invitation to a gig.",
    PENDING="Waits for an answer.",
    ANSWERED="A proposal for it was handed in.",
    ACCEPTED="Accepted as it stood; it became a project.",
    DECLINED="The freelancer said no.",
    REVOKED="The client took it back, or the gig takes nobody any more.",
    EXPIRED="Its 14 days are over.",
)


@shows(domain.GigInvitation, "A client asks one freelancer organization to answer a gig, with or without an offer.")
class GigInvitation(Stateful):
    status: GigInvitationStatus = plain("Where it stands.")
    gig: Gig | None = one(
        resolve.GIG, Gig, "The gig; null where it is by invitation only and this one has been revoked."
    )
    client_organization: Organization = one(resolve.CLIENT, Organization, "Who invites.", required=True)
    freelancer_organization: Organization = one(resolve.FREELANCER, Organization, "Who is invited.", required=True)
    message: str = plain("What the client says to it; may be empty.")
    currency: Currency = plain("The gig's currency.")
    amount: Money | None = plain("What the client offers to pay; null: it asks for a proposal.")
    terms: WorkTerms | None = plain("The terms the client offers, exactly where there is an amount.")
    gig_terms_version: int = plain("Which version of the gig's terms it was made for; only the newest is acceptable.")
    expires_at: datetime = plain("Until when it can be answered.")


@strawberry.input(description="Conditions on invitations; all given ones must hold.")
class GigInvitationFilter:
    status: list[GigInvitationStatus] | None = optional(list[GigInvitationStatus], "In one of these states.")
    side: ProjectSide | None = optional(ProjectSide, "CLIENT: sent by your organization; FREELANCER: received by it.")
    gig_id: strawberry.ID | None = optional_id("Gig", "To this gig.")
    freelancer_organization_id: strawberry.ID | None = optional_id("Organization", "Of this freelancer.")


GigInvitationOrder = order_input(resolve.LIST, "GigInvitationOrder")

_INVITATION = {"invitation": (GigInvitation, "The invitation as it is now.")}
_ONE = {"invitation_id": an_id("GigInvitation", "The invitation.")}


@strawberry.type
class GigInvitationQueries:
    gig_invitations = connection(
        resolve.LIST,
        GigInvitation,
        "Invitations to gigs that your organization sent or received, newest first.",
        filter=GigInvitationFilter,
        order=GigInvitationOrder,
        needs=(Permission.WORK_READ, Permission.STAFF_READ),
    )


@strawberry.type
class GigInvitationMutations:
    invite_freelancer = mutation(
        resolve.invite_freelancer,
        "Invites a freelancer or an agency to your open gig, for 14 days. With amount and terms it is an offer that "
        "can be accepted as it stands, and INVALID refuses a plan that could not be agreed on. CONFLICT while an "
        "earlier invitation is pending, and when the organization has proposed already.",
        needs=Permission.WORK_WRITE,
        takes={
            "gig_id": an_id("Gig", "Your open gig."),
            "organization_id": an_id("Organization", "Whom to invite."),
            "message": optional(str, "What you say to it, to 2000 characters.", ""),
            "amount": optional(MoneyInput, "What you offer to pay, in the gig's currency; together with terms."),
            "terms": optional(WorkTermsInput, "The terms you offer; together with amount."),
        },
        gives=_INVITATION,
    )
    revoke_gig_invitation = mutation(
        resolve.revoke_gig_invitation,
        "Takes a pending invitation back, for the client.",
        needs=Permission.WORK_WRITE,
        takes=_ONE,
        gives=_INVITATION,
    )
    decline_gig_invitation = mutation(
        resolve.decline_gig_invitation,
        "Says no to a pending invitation, for the freelancer.",
        needs=Permission.WORK_WRITE,
        takes=_ONE,
        gives=_INVITATION,
    )
