"""Refunds that were made at a provider of what it has charged by itself, recorded with all that follows from them."""

from uuid import UUID

from sqlalchemy import select, union

from domain.billed_subscriptions import BilledRefund
from domain.billing_subscriptions import BillingSubscription, ManagedBy
from domain.payment_methods import Provider
from domain.refunds import Refund
from domain.refusals import RefusalCode, Refused
from domain.sales import Sale
from persistence import (
    attempts,
    entitlement_versions,
    refunds,
    sale_outcomes,
    sale_refunds,
    subscription_refunds,
)
from persistence import subscription_periods as periods
from persistence.tables.money import payments
from persistence.tables.sales import sales
from persistence.tables.subscription_changes import scheduled_changes
from persistence.tables.subscriptions import billing_subscriptions, subscription_periods
from persistence.unit import Unit

REASON = "It was refunded at the payment provider."


async def adopt(db: Unit, provider: Provider, found: BilledRefund) -> bool:
    """Records it as sent, so that its outcome is asked for; False where it is of nothing that the provider bills."""
    payment_id = await attempts.payment_of(db, provider, None, found.charge_id)
    subscription = None if payment_id is None else await subscription_of(db, payment_id)
    sale = None if payment_id is None or subscription is None else await sale_outcomes.lock_of_payment(db, payment_id)
    if subscription is None or sale is None:
        return False
    # Under the locks: of those that hear of it, one records it.
    if await attempts.refund_of(db, provider, found.key, found.refund_id) is None:
        _require_fits(sale, found)
        refund = await _record(db, sale, found.amount.amount_minor)
        attempt = await refunds.attempt_of(db, refund)
        refund.send(attempt, at=db.at)
        refund.is_on_its_way(attempt, found.refund_id, at=db.at)
        await entitlement_versions.bump(db, subscription.organization_id, subscription.app_id)
    return True


async def subscription_of(db: Unit, payment_id: UUID) -> BillingSubscription | None:
    """Whose period, or change, the provider was paid for by itself; None where a payment is for anything else."""
    sale = select(sales.c.id, sales.c.subject_id).join(payments, payments.c.sale_id == sales.c.id)
    paid = sale.where(payments.c.id == payment_id).subquery()
    of_period = select(subscription_periods.c.subscription_id).where(subscription_periods.c.sale_id == paid.c.id)
    of_change = select(scheduled_changes.c.subscription_id).where(scheduled_changes.c.id == paid.c.subject_id)
    columns = billing_subscriptions.c
    named = (columns.id.in_(union(of_period, of_change)), columns.managed_by == ManagedBy.PROVIDER)
    return await db.session.scalar(select(BillingSubscription).where(*named))


async def _record(db: Unit, sale: Sale, gross_minor: int) -> Refund:
    period = await periods.of_sale(db, sale.id)
    if period is not None:
        return await subscription_refunds.given_back(db, period, sale, gross_minor, REASON)
    undelivered = sale.undelivered_minor
    return await sale_refunds.refund(db, sale, gross_minor, undelivered_minor=undelivered, reason=REASON)


def _require_fits(sale: Sale, found: BilledRefund) -> None:
    """What is not left of it cannot have gone back: that is for people."""
    if found.amount.currency != sale.currency or not 1 <= found.amount.amount_minor <= sale.left_minor:
        message = f"Refund {found.refund_id} gives back {found.amount} of a sale of which {sale.left_minor} are left."
        raise Refused(RefusalCode.INVALID, message)
