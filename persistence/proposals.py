"""Queries of proposals: who sees which, the locks of the verbs, and the lists."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from typing import Any
from uuid import UUID

from sqlalchemy import and_, case, exists, false, literal, or_, select, true
from sqlalchemy.ext.asyncio import AsyncSession

from domain.actors import Actor
from domain.gigs import Gig
from domain.permissions import Permission
from domain.proposals import OPEN_STATES, Proposal, ProposalStatus
from domain.refusals import conflict
from persistence import history
from persistence.gigs import GIGS, for_answer
from persistence.organizations import ORGANIZATIONS
from persistence.sides import on_side
from persistence.tables.platform import status_changes
from persistence.tables.work import gigs, proposals
from persistence.unit import Unit
from planner.edges import Batch, ByViewer, Condition, Connection, One, Source


def visible_to(viewer: Actor) -> Condition:
    """One's own; and, for the client, those that have been handed in: drafts are their author's alone."""
    if viewer.may(Permission.STAFF_READ):
        return true()
    if viewer.organization_id is None or not viewer.may(Permission.WORK_READ):
        return false()
    mine = viewer.organization_id
    received = and_(proposals.c.client_organization_id == mine, proposals.c.submitted_at.is_not(None))
    return or_(proposals.c.freelancer_organization_id == mine, received)


PROPOSALS = Source(Proposal, proposals, visible_to)

GIG = One(GIGS, "gig_id")
CLIENT = One(ORGANIZATIONS, "client_organization_id")
FREELANCER = One(ORGANIZATIONS, "freelancer_organization_id")


def _known_steps(viewer: Actor) -> Condition:
    """A shortlist is the client's own: the freelancer does not find it in the history either."""
    if viewer.may(Permission.STAFF_READ):
        return true()
    mine = exists().where(
        proposals.c.id == status_changes.c.subject_id, proposals.c.client_organization_id == viewer.organization_id
    )
    return or_(status_changes.c.action != "shortlistProposal", mine)


HISTORY = replace(history.LIST, where=_known_steps)


def _status(viewer: Actor, values: Sequence[ProposalStatus]) -> Condition:
    """By the status that the viewer is shown, or a filter would tell who is on a shortlist."""
    if viewer.may(Permission.STAFF_READ):
        return proposals.c.status.in_(values)
    private = and_(
        proposals.c.status == ProposalStatus.SHORTLISTED,
        proposals.c.offered_at.is_(None),
        proposals.c.client_organization_id != viewer.organization_id,
    )
    submitted = literal(ProposalStatus.SUBMITTED, proposals.c.status.type)
    return case((private, submitted), else_=proposals.c.status).in_(values)


_ORDERS = {
    "CREATED_AT": proposals.c.created_at,
    "AMOUNT": proposals.c.amount_minor,
    "DELIVERY_DAYS": proposals.c.delivery_days,
}
_NEWEST_FIRST = (("CREATED_AT", True),)
_FILTERS: Mapping[str, Callable[[Any], Condition] | ByViewer] = {
    "status": ByViewer(_status),
    "side": on_side(proposals),
    "gig_id": lambda id_: proposals.c.gig_id == id_,
    "origin": lambda origin: proposals.c.origin == origin,
    "freelancer_organization_id": lambda id_: proposals.c.freelancer_organization_id == id_,
}
LIST = Connection(PROPOSALS, orders=_ORDERS, default_order=_NEWEST_FIRST, filters=_FILTERS)
OF_GIG = Connection(PROPOSALS, orders=_ORDERS, default_order=_NEWEST_FIRST, filters=_FILTERS, column="gig_id")


async def _load_outside_budget(
    session: AsyncSession, viewer: Actor, parents: Sequence[Proposal]
) -> Mapping[UUID, bool]:
    """Whether amount or rate lie outside what the gig says it expects."""
    wanted = {parent.gig_id for parent in parents}
    rows = await session.execute(
        select(
            gigs.c.id,
            gigs.c.budget_min_minor,
            gigs.c.budget_max_minor,
            gigs.c.rate_min_minor,
            gigs.c.rate_max_minor,
        ).where(gigs.c.id.in_(wanted))
    )
    ranges = {row[0]: ((row[1], row[2]), (row[3], row[4])) for row in rows}
    return {parent.id: parent.is_outside(*ranges[parent.gig_id]) for parent in parents}


OUTSIDE_BUDGET = Batch(_load_outside_budget, default=False)


async def for_change(db: Unit, proposal_id: UUID, expected_version: int | None = None) -> Proposal:
    """A visible proposal, locked until the transaction ends."""
    statement = select(Proposal).where(proposals.c.id == proposal_id, visible_to(db.by)).with_for_update()
    proposal = await db.require(statement, "proposal", "proposalId")
    proposal.require_version(expected_version)
    return proposal


async def with_gig(db: Unit, proposal_id: UUID, expected_version: int | None = None) -> tuple[Gig, Proposal]:
    """A visible proposal and its gig, locked in this order: the gig first."""
    find = select(proposals.c.gig_id).where(proposals.c.id == proposal_id, visible_to(db.by))
    gig = await for_answer(db, await db.require(find, "proposal", "proposalId"))
    return gig, await for_change(db, proposal_id, expected_version)


async def require_no_other(db: Unit, gig_id: UUID) -> None:
    """Refuses a second open proposal of one organization; the caller holds the gig's lock."""
    other = select(proposals.c.id).where(
        proposals.c.gig_id == gig_id,
        proposals.c.freelancer_organization_id == db.by.organization_id,
        proposals.c.status.in_(OPEN_STATES),
    )
    if (await db.session.execute(other)).first() is not None:
        raise conflict("Your organization has an open proposal for this gig already.", "gigId")


async def has_answered(db: Unit, gig_id: UUID, organization_id: UUID) -> bool:
    """Whether the client has an open proposal of that organization before it. Drafts do not count: nobody knows."""
    received = select(proposals.c.id).where(
        proposals.c.gig_id == gig_id,
        proposals.c.freelancer_organization_id == organization_id,
        proposals.c.status.in_(OPEN_STATES),
        proposals.c.submitted_at.is_not(None),
    )
    return (await db.session.execute(received)).first() is not None


async def taken_seats(db: Unit, gig_id: UUID) -> set[int]:
    """The seat numbers of a gig that are held; the caller holds the gig's lock."""
    held = select(proposals.c.seat_no).where(proposals.c.gig_id == gig_id, proposals.c.seat_no.is_not(None))
    return set((await db.session.scalars(held)).all())


async def for_gig_end(db: Unit, gig_id: UUID) -> Sequence[Proposal]:
    """All proposals that still compete for a gig that ends, locked in the order of their ids."""
    competing = select(Proposal).where(proposals.c.gig_id == gig_id, proposals.c.status.in_(OPEN_STATES))
    return (await db.session.scalars(competing.order_by(proposals.c.id).with_for_update())).all()


async def due_for_offer_expiry(db: Unit, limit: int) -> Sequence[Proposal]:
    """Offers whose week is over, locked; those that somebody is working on are left for the next time."""
    due = select(Proposal).where(proposals.c.status == ProposalStatus.OFFERED, proposals.c.offer_expires_at <= db.at)
    due = due.order_by(proposals.c.offer_expires_at).limit(limit).with_for_update(skip_locked=True)
    return (await db.session.scalars(due)).all()
