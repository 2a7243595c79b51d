"""The people of the demonstration, signed up with the verbs that everybody signs up with."""

from dataclasses import replace
from datetime import UTC, datetime

from domain.actors import SYSTEM, Actor, ActorKind
from domain.ids import new_id
from domain.memberships import Membership, MembershipStatus, join
from domain.organizations import Organization, OrganizationKind
from domain.permissions import Role, StaffRole
from domain.sign_ups import Account, SignUp, open_account
from domain.users import User
from persistence.unit import Unit


class People:
    """Signs people up as they would themselves, with their address already verified; each gets a unit to act in."""

    def __init__(self, db: Unit, password_hash: str) -> None:
        self._db = db
        self._hash = password_hash

    async def owner(self, name: str, email: str, kind: OrganizationKind, organization: str) -> Unit:
        account = self._open(name, email, kind, organization)
        return await self._arrive(account.user, account.organization, account.membership)

    async def colleague(self, owner: Unit, name: str, email: str, role: Role) -> Unit:
        """Joins the owner's organization instead of founding one."""
        user = self._open(name, email, OrganizationKind.CLIENT, name).user
        organization = await self._db.session.get_one(Organization, owner.by.organization_id)
        by, at = user.themselves, self._db.at
        membership = join(user.id, organization.id, role, action="acceptInvitation", by=by, at=at)
        return await self._arrive(user, organization, membership)

    async def staff(self, name: str, email: str) -> Unit:
        """The platform's own organization, which nobody can sign up for."""
        account = self._open(name, email, OrganizationKind.PLATFORM, "Milepost")
        # Whoever tries the sandbox out has no authenticator app at hand; everywhere else staff need theirs.
        account.organization.requires_two_factor = False
        membership = Membership(
            id=new_id(),
            user_id=account.user.id,
            organization_id=account.organization.id,
            role=None,
            staff_role=StaffRole.ADMIN,
        )
        membership.born(MembershipStatus.ACTIVE, action="seed", by=SYSTEM, at=self._db.at)
        return await self._arrive(account.user, account.organization, membership)

    def _open(self, name: str, email: str, kind: OrganizationKind, organization: str) -> Account:
        who = SignUp(
            email=email,
            display_name=name,
            kind=kind,
            organization_name=organization,
            time_zone="Europe/Skopje",
            country="MK",
        )
        account = open_account(who, self._hash, at=self._db.at, real=datetime.now(UTC))
        account.user.verify_email(by=account.user.themselves, at=self._db.at)
        return account

    async def _arrive(self, user: User, organization: Organization, membership: Membership) -> Unit:
        self._db.add(user, organization)
        await self._db.flush()
        self._db.add(membership)
        await self._db.flush()
        actor = Actor(
            kind=ActorKind.USER,
            user_id=user.id,
            membership_id=membership.id,
            organization_id=organization.id,
            organization_kind=organization.kind.value,
            email=user.email,
            is_verified=True,
            permissions=membership.permissions,
        )
        return replace(self._db, by=actor)
