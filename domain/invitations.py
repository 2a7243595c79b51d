"""Invitations: an organization asks somebody, by e-mail, to join it in a role."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from enum import Enum
from typing import ClassVar
from uuid import UUID

from domain.actors import SYSTEM, Actor
from domain.checks import Checks
from domain.emails import check_email
from domain.ids import new_id
from domain.memberships import Membership, check_may_grant, join
from domain.organizations import Organization, OrganizationStatus
from domain.permissions import Permission, Role
from domain.refusals import rate_limited, wrong_state
from domain.states import Move, Side, Stateful


class InvitationStatus(Enum):
    """The life of an invitation to an organization."""

    PENDING = "PENDING"
    ACCEPTED = "ACCEPTED"
    DECLINED = "DECLINED"
    REVOKED = "REVOKED"
    EXPIRED = "EXPIRED"


_S = InvitationStatus

LIVES = timedelta(days=7)
MOST_A_DAY, DAY = 50, timedelta(days=1)


@dataclass(eq=False, kw_only=True)
class Invitation(Stateful):
    """Lives 7 days; one is pending per organization and address. The mailed token's SHA-256 is kept, once sent."""

    SUBJECT: ClassVar[str] = "invitation"
    MOVES: ClassVar[tuple[Move, ...]] = (
        Move("acceptInvitation", (_S.PENDING,), _S.ACCEPTED, Side.SELF),
        Move("declineInvitation", (_S.PENDING,), _S.DECLINED, Side.SELF),
        Move("revokeInvitation", (_S.PENDING,), _S.REVOKED, Side.OWNER, Permission.MEMBERS_MANAGE),
        Move("expireInvitation", (_S.PENDING,), _S.EXPIRED, Side.SYSTEM),
    )

    id: UUID
    organization_id: UUID
    email: str
    role: Role
    token_hash: bytes | None = field(repr=False)
    invited_by: UUID | None
    """The person who asked; None: a key did."""
    expires_at: datetime
    status: InvitationStatus = field(init=False)

    def accept(self, organization: Organization, user_id: UUID, *, by: Actor, at: datetime) -> Membership:
        """The person joins, unless the organization itself may not act now."""
        self._check_in_time("acceptInvitation", at)
        if organization.status is not OrganizationStatus.ACTIVE:
            allowed = [OrganizationStatus.ACTIVE.name]
            raise wrong_state(
                "This organization takes nobody now.", from_state=organization.status.name, allowed=allowed
            )
        self.move_to("acceptInvitation", by=by, at=at)
        self.record("accepted", by=by, at=at)
        return join(user_id, self.organization_id, self.role, action="acceptInvitation", by=by, at=at)

    def decline(self, *, by: Actor, at: datetime) -> None:
        self._check_in_time("declineInvitation", at)
        self.move_to("declineInvitation", by=by, at=at)
        self.record("declined", by=by, at=at)

    def revoke(self, *, by: Actor, at: datetime) -> None:
        self.move_to("revokeInvitation", by=by, at=at)
        self.record("revoked", by=by, at=at)

    def expire(self, *, at: datetime) -> None:
        self.move_to("expireInvitation", by=SYSTEM, at=at)
        self.record("expired", by=SYSTEM, at=at)

    def is_over(self, at: datetime) -> bool:
        return self.expires_at <= at

    def is_about(self, by: Actor) -> bool:
        return by.is_verified and by.email == self.email

    def organization_of(self, side: Side) -> UUID | None:
        return self.organization_id if side is Side.OWNER else None

    def concerned_organizations(self) -> list[UUID]:
        return [self.organization_id]

    def _check_in_time(self, action: str, at: datetime) -> None:
        """The job that expires invitations may be a little late."""
        if self.status is _S.PENDING and self.is_over(at):
            raise wrong_state(f"{action} came too late.", from_state=_S.EXPIRED.name, allowed=[_S.PENDING.name])


def check_pace(sent: Sequence[datetime], *, at: datetime) -> None:
    """RATE_LIMITED when those of the last day, newest first, leave no further one: each is a mail to somebody."""
    if len(sent) >= MOST_A_DAY:
        raise rate_limited(f"At most {MOST_A_DAY} invitations in 24 hours. Invite on", sent[MOST_A_DAY - 1] + DAY - at)


def invite(organization: Organization, email: str, role: Role, *, by: Actor, at: datetime) -> Invitation:
    """Asks the owner of a normal address to join. A freelancer's organization takes nobody (WRONG_STATE)."""
    organization.check("inviteMember", by=by)
    check_may_grant(role, by=by)
    checks = Checks()
    check_email(checks, "email", email)
    checks.refuse()
    invitation = Invitation(
        id=new_id(),
        organization_id=organization.id,
        email=email,
        role=role,
        token_hash=None,
        invited_by=by.user_id,
        expires_at=at + LIVES,
    )
    invitation.born(_S.PENDING, action="inviteMember", by=by, at=at)
    invitation.record("member.invited", by=by, at=at, data={"role": role.name})
    return invitation
