"""Queries of gig invitations: who sees which, the locks of the verbs, and the lists."""

from collections.abc import Callable, Mapping, Sequence
from typing import Any
from uuid import UUID

from sqlalchemy import select

from domain.gig_invitations import GigInvitation, GigInvitationStatus
from domain.gigs import Gig
from domain.organizations import Organization
from domain.refusals import not_found, wrong_state
from persistence.gigs import GIGS, for_answer
from persistence.organizations import ORGANIZATIONS
from persistence.sides import on_side, visible_to_sides
from persistence.tables.work import gig_invitations
from persistence.unit import Unit
from planner.edges import ByViewer, Condition, Connection, One, Source

visible_to = visible_to_sides(gig_invitations)
GIG_INVITATIONS = Source(GigInvitation, gig_invitations, visible_to)

GIG = One(GIGS, "gig_id")
CLIENT = One(ORGANIZATIONS, "client_organization_id")
FREELANCER = One(ORGANIZATIONS, "freelancer_organization_id")

_ORDERS = {"CREATED_AT": gig_invitations.c.created_at, "EXPIRES_AT": gig_invitations.c.expires_at}
_NEWEST_FIRST = (("CREATED_AT", True),)
_FILTERS: Mapping[str, Callable[[Any], Condition] | ByViewer] = {
    "status": lambda values: gig_invitations.c.status.in_(values),
    "side": on_side(gig_invitations),
    "gig_id": lambda id_: gig_invitations.c.gig_id == id_,
    "freelancer_organization_id": lambda id_: gig_invitations.c.freelancer_organization_id == id_,
}
LIST = Connection(GIG_INVITATIONS, orders=_ORDERS, default_order=_NEWEST_FIRST, filters=_FILTERS)
OF_GIG = Connection(GIG_INVITATIONS, orders=_ORDERS, default_order=_NEWEST_FIRST, filters=_FILTERS, column="gig_id")


async def for_change(db: Unit, invitation_id: UUID) -> GigInvitation:
    """A visible invitation, locked until the transaction ends."""
    visible = select(GigInvitation).where(gig_invitations.c.id == invitation_id, visible_to(db.by))
    return await db.require(visible.with_for_update(), "invitation", "invitationId")


async def with_gig(db: Unit, invitation_id: UUID) -> tuple[Gig, GigInvitation]:
    """A visible invitation and its gig, locked in this order: the gig first."""
    find = select(gig_invitations.c.gig_id).where(gig_invitations.c.id == invitation_id, visible_to(db.by))
    gig = await for_answer(db, await db.require(find, "invitation", "invitationId"))
    return gig, await for_change(db, invitation_id)


async def pending_of(db: Unit, gig_id: UUID, organization_id: UUID | None) -> GigInvitation | None:
    """The one invitation to a gig that an organization has not answered yet, locked."""
    pending = select(GigInvitation).where(
        gig_invitations.c.gig_id == gig_id,
        gig_invitations.c.freelancer_organization_id == organization_id,
        gig_invitations.c.status == GigInvitationStatus.PENDING,
    )
    return (await db.session.scalars(pending.with_for_update())).one_or_none()


async def invitee(db: Unit, organization_id: UUID) -> Organization:
    """The organization that somebody wants to invite."""
    organization = await db.session.get(Organization, organization_id)
    if organization is None:
        raise not_found("organization", "organizationId")
    return organization


async def require_own(db: Unit, invitation_id: UUID, gig_id: UUID) -> None:
    """Refuses an invitation to another gig or of somebody else, and one that is over."""
    invitation = await for_change(db, invitation_id)
    if invitation.gig_id != gig_id or not db.by.acts_for(invitation.freelancer_organization_id):
        raise not_found("invitation", "invitationId")
    if invitation.status is not GigInvitationStatus.PENDING or invitation.is_over(db.at):
        raise wrong_state(
            "This invitation is not waiting for an answer.",
            from_state=invitation.status.name,
            allowed=[GigInvitationStatus.PENDING.name],
        )


async def for_gig_end(db: Unit, gig_id: UUID) -> Sequence[GigInvitation]:
    """All invitations to a gig that ends which nobody has answered, locked in the order of their ids."""
    pending = select(GigInvitation).where(
        gig_invitations.c.gig_id == gig_id, gig_invitations.c.status == GigInvitationStatus.PENDING
    )
    return (await db.session.scalars(pending.order_by(gig_invitations.c.id).with_for_update())).all()


async def due_for_expiry(db: Unit, limit: int) -> Sequence[GigInvitation]:
    """Invitations whose time is over, locked; those that somebody is working on are left for the next time."""
    due = select(GigInvitation).where(
        gig_invitations.c.status == GigInvitationStatus.PENDING, gig_invitations.c.expires_at <= db.at
    )
    due = due.order_by(gig_invitations.c.expires_at).limit(limit).with_for_update(skip_locked=True)
    return (await db.session.scalars(due)).all()
