"""Invitations: asking people to join the active organization, and their answers."""

from dataclasses import replace
from uuid import UUID

from domain.emails import normal
from domain.invitations import DAY, MOST_A_DAY, Invitation, check_pace, invite
from domain.organizations import Organization
from domain.permissions import Role
from domain.refusals import conflict, invalid
from domain.tokens import digest
from domain.users import UserStatus
from persistence import invitations, memberships, organizations, plan_limits, users
from persistence.unit import Unit
from resolvers.mutations import Changed

LIST, ORGANIZATION, INVITED_BY = invitations.LIST, invitations.ORGANIZATION, invitations.INVITED_BY


async def invite_member(db: Unit, *, email: str, role: Role) -> Changed:
    organization = await organizations.for_change(db)
    invitation = invite(organization, normal(email), role, by=db.by, at=db.at)
    await memberships.refuse_members(db, organization.id, invitation.email)
    check_pace(await invitations.sent_since(db, organization.id, db.at - DAY, MOST_A_DAY), at=db.at)
    earlier = await invitations.pending_to(db, organization.id, invitation.email)
    if earlier is not None:
        if not earlier.is_over(db.at):
            raise conflict("An invitation to this address is pending.", "email")
        earlier.expire(at=db.at)
        await db.flush()
    db.add(invitation)
    await plan_limits.admit(db, "inviteMember", organization.id)
    return Changed(invitation=invitation)


async def accept_invitation(db: Unit, *, invitation_id: UUID | None, token: str | None) -> Changed:
    invitation, organization = await _answered(db, invitation_id, token)
    user = await users.caller(db)
    membership = invitation.accept(organization, user.id, by=db.by, at=db.at)
    await memberships.refuse_members(db, invitation.organization_id, invitation.email)
    db.add(membership)
    return Changed(viewer=db.by, invitation=invitation, membership=membership)


async def decline_invitation(db: Unit, *, invitation_id: UUID | None, token: str | None) -> Changed:
    invitation, _ = await _answered(db, invitation_id, token)
    invitation.decline(by=db.by, at=db.at)
    return Changed(viewer=db.by, invitation=invitation)


async def revoke_invitation(db: Unit, *, invitation_id: UUID) -> Changed:
    invitation = await invitations.for_revoking(db, invitation_id)
    invitation.revoke(by=db.by, at=db.at)
    return Changed(invitation=invitation)


async def _answered(db: Unit, invitation_id: UUID | None, token: str | None) -> tuple[Invitation, Organization]:
    """What the caller answers, and whose it is. The mailed token shows that the address is theirs: it verifies it."""
    if (invitation_id is None) == (token is None):
        raise invalid("Give either invitationId or token.", "invitationId")
    answered = await invitations.for_answer(db, invitation_id, None if token is None else digest(token))
    user = await users.caller(db)
    if token is not None and user.status is UserStatus.PENDING_VERIFICATION:
        user.verify_email(by=db.by, at=db.at)
        db.by = replace(db.by, is_verified=True)
    return answered
