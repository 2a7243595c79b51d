"""Queries of status history. An entry is reached through its object only, so the object's visibility is its own."""

from collections.abc import Mapping, Sequence
from uuid import UUID

from sqlalchemy import Select, exists, select, true
from sqlalchemy.ext.asyncio import AsyncSession

from domain.actors import Actor
from domain.history import HistoryEntry
from domain.permissions import Permission
from domain.proposals import ProposalStatus
from persistence.api_keys import API_KEYS
from persistence.organizations import ORGANIZATIONS
from persistence.tables.platform import status_changes
from persistence.tables.work import proposals
from persistence.users import USERS
from planner.edges import Batch, Connection, One, Source

HISTORY = Source(HistoryEntry, status_changes, lambda viewer: true())

LIST = Connection(HISTORY, orders={"AT": status_changes.c.id}, default_order=(("AT", False),), column="subject_id")
USER, API_KEY = One(USERS, "actor_user_id"), One(API_KEYS, "actor_key_id")
ORGANIZATION = One(ORGANIZATIONS, "actor_organization_id")


async def _was(session: AsyncSession, viewer: Actor, entries: Sequence[HistoryEntry]) -> Mapping[UUID, str | None]:
    """The state before, as far as the viewer may know: whoever is not the client learns of no shortlist."""
    known = {entry.id: entry.was for entry in entries}
    shortlisted = [entry.id for entry in entries if entry.was == ProposalStatus.SHORTLISTED.name]
    if shortlisted and not viewer.may(Permission.STAFF_READ):
        private = await session.scalars(_private(viewer, shortlisted))
        known |= dict.fromkeys(private, ProposalStatus.SUBMITTED.name)
    return known


def _private(viewer: Actor, ids: Sequence[UUID]) -> Select[UUID]:
    """Proposal.is_private, said of the past: of those entries the ones before which there was no offer."""
    earlier = status_changes.alias()
    offered = exists().where(
        earlier.c.subject_id == status_changes.c.subject_id,
        earlier.c.action == "offerProposal",
        earlier.c.id < status_changes.c.id,
    )
    others = proposals.c.client_organization_id != viewer.organization_id
    statement = select(status_changes.c.id).join(proposals, proposals.c.id == status_changes.c.subject_id)
    return statement.where(status_changes.c.id.in_(ids), others, ~offered)


WAS = Batch(_was)
