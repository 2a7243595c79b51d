"""Live feeds about credits."""

from collections.abc import AsyncIterator
from uuid import UUID

from domain.credit_transactions import TOLD
from domain.refusals import not_found
from persistence.credit_accounts import CREDIT_ACCOUNTS, READERS
from persistence.credit_disputes import CREDIT_DISPUTES
from persistence.outbox import Wanted
from planner.edges import One
from resolvers.context import Context
from resolvers.live import Feed, Update, activity, follow

__all__ = ["ACCOUNT", "DISPUTE", "READERS", "credit_balance_changed", "credit_dispute_updated"]

ACCOUNT = One(CREDIT_ACCOUNTS, "object_id", "organization_id")
DISPUTE = One(CREDIT_DISPUTES, "object_id")

_OF_BALANCE = (
    *dict.fromkeys(TOLD.values()),
    "credits.captured",
    "credits.released",
    "credits.expiring",
    "credits.balance_low",
    "credit_account.frozen",
    "credit_account.unfrozen",
    "credit_account.closed",
)
"""What changes a balance, or what can be done with it."""


async def credit_balance_changed(context: Context, organization_id: UUID, after: str | None) -> AsyncIterator[Update]:
    """What happens to the credits of the viewer's organization; each message shows its account."""
    if not context.viewer.acts_for(organization_id):
        raise not_found("organization", "organizationId")
    wanted = Wanted(topic=organization_id, types=_OF_BALANCE)
    return await follow(context, Feed(needs=READERS, wanted=wanted, object_of=lambda event: organization_id), after)


async def credit_dispute_updated(context: Context, dispute_id: UUID, after: str | None) -> AsyncIterator[Update]:
    """What happens to a credit dispute."""
    return await activity(context, DISPUTE, dispute_id, "creditDispute", after, needs=READERS)
