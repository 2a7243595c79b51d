"""What comes of the sales of changes: a change that is paid takes effect, one that is not leaves all as it was."""

from sqlalchemy import select

from domain.payments import Payment
from domain.sales import KEPT, Sale, SaleKind
from domain.scheduled_changes import ScheduledChange, ScheduledChangeStatus
from domain.subscription_periods import PeriodStatus, SubscriptionPeriod
from persistence import (
    change_effects,
    credit_accounts,
    owed_charges,
    period_disputes,
    sales,
    scheduled_changes,
    subscription_periods,
    subscriptions,
)
from persistence.sale_handlers import SaleHandler
from persistence.tables.sales import sales as sales_table
from persistence.tables.subscription_changes import contracts, proration_lines
from persistence.tables.subscriptions import subscription_periods as subscription_periods_table
from persistence.unit import Unit

NOT_PAID = "PAYMENT_FAILED"
PERIOD_ENDED = "PERIOD_ENDED"
"""The period for which it was computed ended before it was paid."""


async def give_up(db: Unit, change: ScheduledChange, why: str) -> None:
    """Ends a locked change that is being paid; where the provider has the money already, it goes back."""
    sale = await sales.of_subject(db, SaleKind.CHANGE, change.id)
    if sale is None:
        raise LookupError(f"change {change.id} waits for a payment that nobody was asked for")
    change.fail(why, at=db.at)
    await sales.cancel(db, await sales.locked(db, sale.id))


async def deliver(db: Unit, period: SubscriptionPeriod) -> None:
    """P21: what was paid for changes inside a period is earned when that has elapsed."""
    of_period = select(proration_lines.c.change_id).where(proration_lines.c.period_id == period.id)
    kept = (sales_table.c.kind == SaleKind.CHANGE, sales_table.c.status.in_(KEPT))
    paid = select(sales_table.c.id).where(sales_table.c.subject_id.in_(of_period), *kept).order_by(sales_table.c.id)
    for sale_id in (await db.session.scalars(paid)).all():
        sale = await sales.locked(db, sale_id)
        await sales.deliver(db, sale, sale.net_minor - sale.undone_minor)


async def _lock(db: Unit, sale: Sale) -> None:
    """The subscription, its period, the change and the account of its credits; of a fee the contract."""
    change = await db.session.get(ScheduledChange, sale.subject_id)
    if change is None:
        await db.session.execute(select(contracts.c.id).where(contracts.c.id == sale.subject_id).with_for_update())
        return
    await subscriptions.locked(db, change.subscription_id)
    await _paid_for(db, change, locked=True)
    await scheduled_changes.locked(db, change.id)
    await credit_accounts.locked(db, change.organization_id)


async def _paid(db: Unit, sale: Sale, payment: Payment | None) -> None:
    change = await db.session.get(ScheduledChange, sale.subject_id)
    if change is None:
        await sales.deliver(db, sale, sale.net_minor)
        return
    subscription = await subscriptions.locked(db, change.subscription_id)
    period = await subscription_periods.current_of(db, change.subscription_id)
    if period is None:
        raise LookupError(f"subscription {subscription.id} has no period that is paid")
    await change_effects.apply(db, subscription, period, change, sale=sale, payment=payment)


async def _not_paid(db: Unit, sale: Sale, payment: Payment) -> None:
    """The subscription stays exactly as it was (rule 16). The fee of a contract stays owed, and is tried again."""
    change = await db.session.get(ScheduledChange, sale.subject_id)
    if change is None:
        await owed_charges.not_paid(db, sale, payment)
    elif change.status is ScheduledChangeStatus.PENDING:
        change.fail(payment.failure_code or NOT_PAID, at=db.at)
        await sales.cancel(db, sale, action="failSale")


async def _follow_dispute(db: Unit, sale: Sale) -> None:
    """The bank has the money, or has given it back."""
    change = await db.session.get(ScheduledChange, sale.subject_id)
    period = None if change is None else await _paid_for(db, change)
    if period is not None:
        await period_disputes.follow(db, period)


async def _charged_back(db: Unit, sale: Sale, gross_minor: int) -> int:
    """The bank has taken it for good: the period that it was for ends, as if its own charge had been taken."""
    change = await db.session.get(ScheduledChange, sale.subject_id)
    period = None if change is None else await _paid_for(db, change)
    if period is not None and period.status is PeriodStatus.PAID:
        await period_disputes.lost(db, period, sale)
    return sale.undelivered_minor


async def _paid_for(db: Unit, change: ScheduledChange, *, locked: bool = False) -> SubscriptionPeriod | None:
    """The period in which the change is paid."""
    of_change = select(proration_lines.c.period_id).where(proration_lines.c.change_id == change.id).limit(1)
    period = select(SubscriptionPeriod).where(subscription_periods_table.c.id == of_change.scalar_subquery())
    return await db.session.scalar(period.with_for_update() if locked else period)


HANDLER = SaleHandler(
    lock=_lock,
    paid=_paid,
    not_paid=_not_paid,
    disputed=_follow_dispute,
    dispute_won=_follow_dispute,
    charged_back=_charged_back,
)
