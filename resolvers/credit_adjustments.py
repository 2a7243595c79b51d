"""Adjustments of credits: staff add to an account by hand, or take from it."""

from uuid import UUID

from domain.permissions import Permission
from persistence import credit_adjustments
from persistence.unit import Unit
from resolvers.mutations import Changed

LIST, OF_APPROVAL = credit_adjustments.LIST, credit_adjustments.OF_APPROVAL
ORGANIZATION, APPROVAL = credit_adjustments.ORGANIZATION, credit_adjustments.APPROVAL
REQUESTED_BY = credit_adjustments.REQUESTED_BY
READERS = Permission.STAFF_CREDITS


async def adjust_credits(db: Unit, *, account_id: UUID, delta: int, reason: str) -> Changed:
    return Changed(adjustment=await credit_adjustments.adjust(db, account_id, delta, reason))
