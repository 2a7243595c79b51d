"""Queries of invitations: who sees which, the locks of the verbs, and the lists."""

from collections.abc import Sequence
from datetime import datetime
from uuid import UUID

from sqlalchemy import false, or_, select, true

from domain.actors import Actor
from domain.invitations import Invitation, InvitationStatus
from domain.organizations import Organization
from domain.permissions import Permission
from domain.refusals import invalid, not_found
from persistence.organizations import ORGANIZATIONS, for_change, locked
from persistence.tables.identity import invitations
from persistence.unit import Unit
from persistence.users import USERS
from planner.edges import Condition, Connection, Many, One, Source

_invitations = invitations.c


def visible_to(viewer: Actor) -> Condition:
    """Those of the active organization, and those addressed to one's own verified address."""
    if viewer.may(Permission.STAFF_READ):
        return true()
    addressed = _invitations.email == viewer.email if viewer.is_verified else false()
    if not viewer.may(Permission.MEMBERS_READ):
        return addressed
    return or_(addressed, _invitations.organization_id == viewer.organization_id)


def _is_pending() -> Condition:
    return _invitations.status == InvitationStatus.PENDING


INVITATIONS = Source(Invitation, invitations, visible_to)
ORGANIZATION = One(ORGANIZATIONS, "organization_id")
INVITED_BY = One(USERS, "invited_by")
TO_PERSON = Many(INVITATIONS, column="email", order="created_at", key="email", where=_is_pending)
LIST = Connection(
    INVITATIONS,
    orders={"CREATED_AT": _invitations.created_at, "EXPIRES_AT": _invitations.expires_at},
    default_order=(("CREATED_AT", True),),
    filters={"status": lambda values: _invitations.status.in_(values)},
    where=lambda viewer: _invitations.organization_id == viewer.organization_id,
)


async def sent_since(db: Unit, organization_id: UUID, since: datetime, limit: int) -> Sequence[datetime]:
    """When an organization invited somebody, the newest first; it is locked already."""
    later = (_invitations.organization_id == organization_id, _invitations.created_at > since)
    newest = select(_invitations.created_at).where(*later).order_by(_invitations.created_at.desc()).limit(limit)
    return (await db.session.scalars(newest)).all()


async def pending_to(db: Unit, organization_id: UUID, email: str) -> Invitation | None:
    """The pending invitation to that address, locked; the organization is locked already."""
    same = (_invitations.organization_id == organization_id, _invitations.email == email)
    return (await db.session.scalars(select(Invitation).where(*same, _is_pending()).with_for_update())).one_or_none()


async def pending_of(db: Unit, organization_id: UUID) -> Sequence[Invitation]:
    """All that wait for an answer, locked; the organization is locked already."""
    mine = _invitations.organization_id == organization_id
    return (await db.session.scalars(select(Invitation).where(mine, _is_pending()).with_for_update())).all()


async def pending_by(db: Unit, organization_id: UUID, user_id: UUID) -> Sequence[Invitation]:
    """What a member has asked that waits for an answer, locked; the organization is locked already."""
    theirs = (_invitations.organization_id == organization_id, _invitations.invited_by == user_id)
    return (await db.session.scalars(select(Invitation).where(*theirs, _is_pending()).with_for_update())).all()


async def for_revoking(db: Unit, invitation_id: UUID) -> Invitation:
    """An invitation of the active organization, both locked."""
    organization = await for_change(db)
    which = (_invitations.id == invitation_id, _invitations.organization_id == organization.id)
    return await db.require(select(Invitation).where(*which).with_for_update(), "invitation", "invitationId")


async def for_answer(db: Unit, invitation_id: UUID | None, token_hash: bytes | None) -> tuple[Invitation, Organization]:
    """An invitation addressed to the caller, named by its id or its mailed token, locked after its organization."""
    if token_hash is None:
        which = _invitations.id == invitation_id
        refusal = not_found("invitation", "invitationId")
    else:
        which = _invitations.token_hash == token_hash
        refusal = invalid("This token is unknown or no longer good.", "token")
    mine = _invitations.email == db.by.email
    row = (await db.session.execute(select(_invitations.organization_id).where(which, mine))).one_or_none()
    if row is None:
        raise refusal
    organization = await locked(db, row.organization_id)
    invitation = (await db.session.scalars(select(Invitation).where(which, mine).with_for_update())).one()
    return invitation, organization


async def for_sending(db: Unit, invitation_id: UUID) -> Invitation | None:
    """A pending invitation, locked, whose mail may still be sent."""
    statement = select(Invitation).where(_invitations.id == invitation_id, _is_pending()).with_for_update()
    return (await db.session.scalars(statement)).one_or_none()


async def due_for_expiry(db: Unit, limit: int) -> Sequence[Invitation]:
    """Pending invitations whose time is over, locked; those that somebody else has locked are left to them."""
    due = select(Invitation).where(_is_pending(), _invitations.expires_at <= db.at).order_by(_invitations.expires_at)
    return (await db.session.scalars(due.limit(limit).with_for_update(skip_locked=True))).all()
