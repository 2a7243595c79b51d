"""Signing up: a person, their first organization and its ownership come into being together."""

from dataclasses import dataclass
from datetime import datetime

from domain.checks import Checks
from domain.emails import check_email
from domain.ids import new_id
from domain.memberships import Membership, join
from domain.one_time_tokens import OneTimeToken, TokenPurpose, ask_for
from domain.organizations import Organization, OrganizationKind, check_kind, check_organization, found
from domain.passwords import check_password
from domain.permissions import Role
from domain.users import User, UserStatus

ACTION = "signUp"


@dataclass(frozen=True, slots=True, kw_only=True)
class SignUp:
    """What somebody signs up with: a normal address, and everything else as they gave it, but the password."""

    email: str
    display_name: str
    kind: OrganizationKind
    organization_name: str
    time_zone: str
    country: str | None

    def check(self, password: str) -> None:
        """Refuses INVALID naming every wrong field; the password comes normalised."""
        checks = Checks()
        check_email(checks, "email", self.email)
        check_password(checks, "password", password)
        checks.line("displayName", self.display_name, least=1, most=120)
        check_kind(checks, self.kind)
        checks.line("organizationName", self.organization_name, least=1, most=120)
        check_organization(checks, {"time_zone": self.time_zone, "country": self.country})
        checks.refuse()


@dataclass(frozen=True, slots=True)
class Account:
    """All that a sign-up makes; the token's secret comes when its mail is sent."""

    user: User
    organization: Organization
    membership: Membership
    token: OneTimeToken


def open_account(who: SignUp, password_hash: str, *, at: datetime, real: datetime) -> Account:
    """The account of a checked sign-up with an address that nobody has yet."""
    user = User(
        id=new_id(),
        email=who.email,
        email_verified_at=None,
        display_name=who.display_name.strip(),
        locale="en",
        time_zone=who.time_zone,
        password_hash=password_hash,
        password_changed_at=at,
    )
    by = user.themselves
    user.born(UserStatus.PENDING_VERIFICATION, action=ACTION, by=by, at=at)
    user.record("signed_up", by=by, at=at)
    organization = found(
        kind=who.kind,
        name=who.organization_name,
        country=who.country,
        time_zone=who.time_zone,
        billing_email=who.email,
        action=ACTION,
        by=by,
        at=at,
    )
    membership = join(user.id, organization.id, Role.OWNER, action=ACTION, by=by, at=at)
    token = ask_for(TokenPurpose.VERIFY_EMAIL, user.id, (), by=by, at=at, real=real)
    return Account(user, organization, membership, token)
