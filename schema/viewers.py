"""The viewer, and the mutations that make somebody one: signing up, verifying, switching."""

from typing import Any

import strawberry

from domain.actors import Actor
from domain.organizations import OrganizationKind
from resolvers import sessions, sign_ups
from resolvers import viewers as resolve
from resolvers.context import Context
from resolvers.guards import Needs
from schema.connections import many, one
from schema.guarded import asks
from schema.inputs import an_id, optional, value
from schema.invitations import Invitation
from schema.memberships import Membership
from schema.mutations import mutation
from schema.organizations import Organization
from schema.rate_limits import RateLimit
from schema.scalars import CountryCode, Email, TimeZone
from schema.sessions import Session
from schema.shapes import shows
from schema.users import User


@shows(Actor, "You, with your rights of this moment.")
class Viewer:
    user: User = one(resolve.USER, User, "Who you are.", required=True)
    session: Session = one(resolve.SESSION, Session, "How you are signed in.", required=True)
    organization: Organization | None = one(
        resolve.ORGANIZATION, Organization, "For whom you act. Null once you lost it: choose with switchOrganization."
    )
    membership: Membership | None = one(resolve.MEMBERSHIP, Membership, "Your role there.")
    memberships: list[Membership] = many(
        resolve.ALL_MEMBERSHIPS, Membership, "All organizations you belong to, in the order you joined."
    )
    impersonated_by: User | None = one(
        resolve.IMPERSONATED_BY, User, "The member of the staff who acts as you in this session; else null."
    )
    invitations: list[Invitation] = many(
        resolve.PENDING_INVITATIONS, Invitation, "Pending invitations to your address; none before it is verified."
    )

    @strawberry.field(description="What is left of your limits, as the query rateLimit tells.", graphql_type=RateLimit)
    def rate_limit(self, info: strawberry.Info[Context, None]) -> Any:
        return info.context.meter

    @strawberry.field(
        description="What you may do for the organization, such as work:write; empty before verification."
    )
    def permissions(self) -> list[str]:
        return sorted(permission.value for permission in self.permissions)


TOKEN = (str, "Send it as `Authorization: Bearer …`. It is shown here and never again.")
SIGNED_IN = {"session": (Session, "The new session."), "token": TOKEN, "viewer": (Viewer, "Who you are now.")}


@strawberry.type
class ViewerQueries:
    @asks(
        Needs.SIGNED_IN,
        "Who you are, for whom you act and what you may do. Works before verification too.",
        graphql_type=Viewer,
    )
    def viewer(self, info: strawberry.Info[Context, None]) -> Any:
        return info.context.viewer


@strawberry.type
class ViewerMutations:
    sign_up = mutation(
        sign_ups.sign_up,
        "Creates an account with an organization that you own, and mails a token to verify the address; see"
        " verifyEmail. The answer is the same for an address that has an account already; then its owner gets a mail"
        " instead. INVALID names every wrong field; RATE_LIMITED after 5 sign-ups with the address or 20 from your"
        " network address in 15 minutes.",
        needs=Needs.ANYONE,
        takes={
            "email": value(Email, "Your address, in ASCII."),
            "password": value(str, "12 to 128 characters of any kind, not one known from breaches."),
            "display_name": value(str, "The name others see, 1 to 120 characters."),
            "kind": value(OrganizationKind, "CLIENT, FREELANCER (you alone) or AGENCY."),
            "organization_name": value(str, "The name of your organization, 1 to 120 characters."),
            "time_zone": optional(TimeZone, "Your zone and the organization's; UTC unless said.", "UTC"),
            "country": optional(CountryCode, "Where the organization is registered."),
        },
        gives={"accepted": (bool, "Always true: read your mail.")},
        prepare=sign_ups.prepare_sign_up,
    )
    verify_email = mutation(
        sign_ups.verify_email,
        "Shows that the address is yours, and signs you in. INVALID for a token that is unknown, older than 24 hours,"
        " replaced by a newer one or used.",
        needs=Needs.ANYONE,
        takes={"token": value(str, "The token from the mail; it works once.")},
        gives=SIGNED_IN,
        prepare=sessions.prepare_visit,
    )
    resend_verification = mutation(
        sign_ups.resend_verification,
        "Mails another token to verify your address; the older ones are void. RATE_LIMITED within 60 seconds of the"
        " last mail and after 5 mails in 24 hours, WRONG_STATE when the address is verified.",
        needs=Needs.SIGNED_IN,
        takes={"email": optional(Email, "The address you expect the mail at: INVALID unless it is yours.")},
        gives={"accepted": (bool, "Always true: read your mail.")},
        prepare=sessions.prepare_visit,
    )
    switch_organization = mutation(
        sessions.switch_organization,
        "Acts for another of your organizations from now on, in this session. NOT_FOUND for one you do not belong to.",
        needs=Needs.PERSON,
        takes={"organization_id": an_id("Organization", "The organization.")},
        gives={"session": (Session, "The session."), "viewer": (Viewer, "Who you are now.")},
        prepare=sessions.prepare_visit,
    )
