"""Neutral people: whoever belongs to a side does not decide about it, whomever they act for at the moment."""

from collections.abc import Collection
from uuid import UUID

from sqlalchemy import exists, select

from domain.memberships import MembershipStatus
from domain.refusals import forbidden
from persistence.tables.identity import memberships
from persistence.unit import Unit


async def require_neutral(db: Unit, organization_ids: Collection[UUID]) -> None:
    """Refuses FORBIDDEN to active members of any of these organizations."""
    members = memberships.c
    partisan = exists().where(
        members.user_id == db.by.user_id,
        members.organization_id.in_(organization_ids),
        members.status == MembershipStatus.ACTIVE,
    )
    if organization_ids and (await db.session.execute(select(partisan))).scalar_one():
        raise forbidden("You belong to a side of this: somebody else has to decide.")
