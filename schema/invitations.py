"""Invitations to organizations as clients send and answer them."""

from datetime import datetime

import strawberry

from domain import invitations as domain
from domain.invitations import InvitationStatus
from domain.permissions import Permission, Role
from resolvers import invitations as resolve
from resolvers.guards import Needs
from schema.connections import connection, one, order_input
from schema.enums import describe
from schema.inputs import an_id, optional, optional_id, value
from schema.memberships import Membership
from schema.mutations import mutation
from schema.organizations import Organization
from schema.scalars import Email
from schema.shapes import plain, shows
from schema.stateful import Stateful
from schema.users import User

describe(
    InvitationStatus,
    "The life of an invitation to an organization.",
    PENDING="Waits for an answer.",
    ACCEPTED="The person joined.",
    DECLINED="The person did not want to.",
    REVOKED="The organization took it back.",
    EXPIRED="Seven days passed without an answer.",
)


@shows(domain.Invitation, "An organization asks the owner of an e-mail address to join it.")
class Invitation(Stateful):
    status: InvitationStatus = plain("Where it stands.")
    organization: Organization = one(resolve.ORGANIZATION, Organization, "Who asks.", required=True)
    email: Email = plain("The address it was mailed to; only its owner can accept.")
    role: Role = plain("The role they would have.")
    invited_by: User | None = one(resolve.INVITED_BY, User, "The person who asked, for those who may know them.")
    expires_at: datetime = plain("Until when it can be answered, unless it was before.")


@strawberry.input(description="Conditions on invitations; all given ones must hold.")
class InvitationFilter:
    status: list[InvitationStatus] | None = optional(list[InvitationStatus], "In one of these states.")


InvitationOrder = order_input(resolve.LIST, "InvitationOrder")

_INVITATION = {"invitation": (Invitation, "The invitation as it is now.")}
_ANSWERED = {
    "invitation_id": optional_id("Invitation", "An invitation of viewer.invitations; this or the token."),
    "token": optional(str, "The token from the mail; this or the id."),
}


@strawberry.type
class InvitationQueries:
    invitations = connection(
        resolve.LIST,
        Invitation,
        "Invitations of your active organization, newest first. Those addressed to you are in viewer.",
        filter=InvitationFilter,
        order=InvitationOrder,
        needs=Permission.MEMBERS_READ,
    )


@strawberry.type
class InvitationMutations:
    invite_member = mutation(
        resolve.invite_member,
        "Asks somebody by mail to join your active organization; good for 7 days. WRONG_STATE for a FREELANCER"
        " organization (see convertToAgency), CONFLICT for a member or while an invitation to the address is pending,"
        " FORBIDDEN for admins who invite an owner and for roles of which you may not do all yourself,"
        " RATE_LIMITED after 50 of an organization in 24 hours, LIMIT_REACHED with as many members and pending"
        " invitations as the plan allows (members).",
        needs=Permission.MEMBERS_MANAGE,
        takes={
            "email": value(Email, "The address of the person."),
            "role": value(Role, "The role they shall have."),
        },
        gives=_INVITATION,
    )
    accept_invitation = mutation(
        resolve.accept_invitation,
        "Joins the organization that invited you. The invitation must be addressed to your verified address; its token"
        " from the mail verifies it as well. NOT_FOUND or INVALID for any other, WRONG_STATE when it is over, CONFLICT"
        " when you are a member already. Switch to the organization to act for it.",
        needs=Needs.SIGNED_IN,
        takes=_ANSWERED,
        gives=_INVITATION | {"membership": (Membership, "Your new membership.")},
    )
    decline_invitation = mutation(
        resolve.decline_invitation,
        "Turns an invitation down. It must be addressed to your verified address; its token from the mail verifies it"
        " as well. NOT_FOUND or INVALID for any other, WRONG_STATE when it is over.",
        needs=Needs.SIGNED_IN,
        takes=_ANSWERED,
        gives=_INVITATION,
    )
    revoke_invitation = mutation(
        resolve.revoke_invitation,
        "Takes back a pending invitation of your active organization. WRONG_STATE when it was answered or has expired.",
        needs=Permission.MEMBERS_MANAGE,
        takes={"invitation_id": an_id("Invitation", "The invitation.")},
        gives=_INVITATION,
    )
