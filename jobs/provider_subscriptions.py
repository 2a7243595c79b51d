"""Following what a provider tells of a subscription that it bills: asked for, and kept as it stands there."""

from datetime import datetime
from functools import partial
from uuid import UUID

from domain.actors import SYSTEM
from domain.billed_subscriptions import BilledInvoice, BilledSubscription
from domain.payment_methods import Provider
from domain.refusals import Refused
from integrations.payments import NoAnswer, NotFound
from integrations.provider_billing import BillsSubscriptions
from jobs.providers import reach_billing, unanswered
from persistence import billed_invoices, mirrored_subscriptions
from persistence.database import Database
from persistence.unit import Unit, transact


async def look(
    database: Database, provider: Provider, key: UUID | None, provider_id: str | None, now: datetime
) -> bool:
    """Follows a subscription by the provider's id; False where it knows none, or it was not begun by us.

    What was paid for it comes first, oldest first, so that a period is entered before the status that follows from it.
    An invoice that cannot be placed keeps nobody from following: it is refused afterwards, for people to see.
    """
    if provider_id is None:
        return False
    billing = await reach_billing(database, provider)
    billed = await billing.find_subscription(provider_id, now)
    if isinstance(billed, NoAnswer):
        raise unanswered(provider, billed)
    if isinstance(billed, NotFound):
        return False
    if not await transact(database, partial(_is_known, provider, billed), by=SYSTEM, at=now):
        return False
    misplaced: Refused | None = None
    for invoice in await _new_invoices(database, billing, provider, billed, now):
        try:
            await transact(database, partial(_record, provider, billed, invoice), by=SYSTEM, at=now)
        except Refused as refused:
            misplaced = misplaced or refused
    await transact(database, partial(_follow, provider, billed), by=SYSTEM, at=now)
    if misplaced is not None:
        raise misplaced
    return True


async def _new_invoices(
    database: Database, billing: BillsSubscriptions, provider: Provider, billed: BilledSubscription, now: datetime
) -> list[BilledInvoice]:
    ids = await billing.paid_invoices(billed.subscription_id)
    if isinstance(ids, NoAnswer):
        raise unanswered(provider, ids)
    if isinstance(ids, NotFound):
        return []
    new = await transact(database, lambda db: billed_invoices.unrecorded(db, provider, ids), by=SYSTEM, at=now)
    found = []
    for external_id in new:
        invoice = await billing.find_billed_invoice(external_id, now)
        if isinstance(invoice, NoAnswer):
            raise unanswered(provider, invoice)
        if isinstance(invoice, BilledInvoice):
            found.append(invoice)
    return found


async def _is_known(provider: Provider, billed: BilledSubscription, db: Unit) -> bool:
    return await mirrored_subscriptions.known(db, provider, billed) is not None


async def _record(provider: Provider, billed: BilledSubscription, invoice: BilledInvoice, db: Unit) -> None:
    subscription = await mirrored_subscriptions.known(db, provider, billed)
    if subscription is not None:
        await billed_invoices.record(db, subscription, provider, invoice, billed)


async def _follow(provider: Provider, billed: BilledSubscription, db: Unit) -> None:
    subscription = await mirrored_subscriptions.known(db, provider, billed)
    if subscription is not None:
        await mirrored_subscriptions.follow(db, subscription, billed)
