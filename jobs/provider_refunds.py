"""Refunds that somebody asked a provider for: asked about there, and recorded where they are of what it bills."""

from datetime import datetime

from domain.actors import SYSTEM
from domain.payment_methods import Provider
from integrations.payments import NoAnswer, NotFound
from integrations.providers import BILLING
from jobs.providers import reach_billing, unanswered
from persistence import billed_refunds
from persistence.database import Database
from persistence.unit import transact


async def adopt(database: Database, provider: Provider, provider_id: str | None, now: datetime) -> bool:
    """Whether there is such a refund here now. One that has failed there is left alone: nothing has gone back."""
    if provider_id is None or provider not in BILLING:
        return False
    found = await (await reach_billing(database, provider)).find_billed_refund(provider_id)
    if isinstance(found, NoAnswer):
        raise unanswered(provider, found)
    if isinstance(found, NotFound) or found.has_failed:
        return False
    return await transact(database, lambda db: billed_refunds.adopt(db, provider, found), by=SYSTEM, at=now)
