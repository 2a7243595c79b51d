"""Queries of the people of a project: its contact on the client's side, its team on the freelancer's."""

from collections.abc import Mapping, Sequence
from typing import Any
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from domain.memberships import Membership
from domain.projects import Project
from domain.refusals import not_found
from persistence.memberships import MEMBERSHIPS, visible_to
from persistence.tables.identity import memberships
from persistence.unit import Unit
from planner.edges import Batch, One

CLIENT_CONTACT = One(MEMBERSHIPS, "client_contact_id")
ASSIGNEE = One(MEMBERSHIPS, "assignee_id")


async def _teams(session: AsyncSession, viewer: Any, parents: Sequence[Project]) -> Mapping[UUID, list[Membership]]:
    wanted = {member_id for project in parents for member_id in project.team}
    statement = select(Membership).where(memberships.c.id.in_(wanted), visible_to(viewer))
    known = {member.id: member for member in await session.scalars(statement)}
    return {project.id: [known[one] for one in project.team if one in known] for project in parents}


TEAM = Batch(_teams, default=())


async def members(db: Unit, membership_ids: Sequence[UUID], *path: str) -> list[Membership]:
    """Members whom the caller may know, in the order given; refuses NOT_FOUND with the place of the first unknown."""
    statement = select(Membership).where(memberships.c.id.in_(membership_ids), visible_to(db.by))
    known = {one.id: one for one in await db.session.scalars(statement)}
    for position, membership_id in enumerate(membership_ids):
        if membership_id not in known:
            raise not_found("member", *path, str(position))
    return [known[membership_id] for membership_id in membership_ids]


async def member(db: Unit, membership_id: UUID, *path: str) -> Membership:
    """A member whom the caller may know; refuses NOT_FOUND with the path of the input's field."""
    statement = select(Membership).where(memberships.c.id == membership_id, visible_to(db.by))
    return await db.require(statement, "member", *path)
