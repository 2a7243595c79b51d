"""Live feeds about credits."""

from collections.abc import AsyncIterator
from uuid import UUID

from persistence.credit_accounts import READERS
from persistence.credit_disputes import CREDIT_DISPUTES
from planner.edges import One
from resolvers.context import Context
from resolvers.live import Update, activity

__all__ = ["DISPUTE", "READERS", "credit_dispute_updated"]

DISPUTE = One(CREDIT_DISPUTES, "object_id")


async def credit_dispute_updated(context: Context, dispute_id: UUID, after: str | None) -> AsyncIterator[Update]:
    """What happens to a credit dispute."""
    return await activity(context, DISPUTE, dispute_id, "creditDispute", after, needs=READERS)
