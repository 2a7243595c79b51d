"""What comes of the charges of subscriptions: the part that they have in the outcomes of sales."""

from sqlalchemy import select

from domain import dunning
from domain import subscription_collection as collection
from domain.actors import SYSTEM
from domain.billing_subscriptions import BillingSubscription, SubscriptionStatus
from domain.dunning import AttemptTrigger, DunningAttempt
from domain.payments import Payment
from domain.sales import Sale
from domain.subscription_periods import PeriodStatus, SubscriptionPeriod
from persistence import (
    credit_accounts,
    entitlement_versions,
    period_credits,
    period_disputes,
    sales,
    subscription_checkouts,
    subscription_periods,
    subscription_standings,
    subscriptions,
)
from persistence.sale_handlers import SaleHandler
from persistence.tables.subscriptions import subscription_periods as periods_table
from persistence.unit import Unit

_S = SubscriptionStatus


async def lock(db: Unit, sale: Sale) -> None:
    """The subscription, its period and the attempts to have it paid, and the account that its credits come to."""
    of_sale = select(periods_table.c.subscription_id, periods_table.c.id).where(periods_table.c.sale_id == sale.id)
    found = (await db.session.execute(of_sale)).one_or_none()
    if found is None:
        await subscription_checkouts.lock(db, sale)
        return
    subscription = await subscriptions.locked(db, found.subscription_id)
    await subscription_periods.of_sale(db, sale.id, locked=True)
    await subscription_periods.attempts_of(db, found.id)
    await credit_accounts.locked(db, subscription.organization_id)


async def paid(db: Unit, sale: Sale, payment: Payment | None) -> None:
    """The verified payment: the subscription enters the period, unless it stands in it since it was billed."""
    period = await subscription_periods.of_sale(db, sale.id)
    if period is None:
        await subscription_checkouts.paid(db, sale, payment)
        return
    subscription = await subscriptions.of_period(db, period)
    made = None if payment is None else await _attempt_with(db, period, payment)
    if made is not None:
        made.succeed()
    for attempt in await subscription_periods.attempts_of(db, period.id):
        if attempt.outcome is None:
            attempt.cancel()
    ending = await subscription_periods.current_of(db, subscription.id, before=period.period_start)
    was_billed = period.is_billed
    period.pay(sale, None if payment is None else payment.id, at=db.at)
    if was_billed:
        await catch_up(db, subscription)
    else:
        subscription.enter(period, at=db.at)
    await period_credits.grant(db, period, None if ending is None else ending.id, until=subscription.current_period_end)
    if not subscription.is_live:
        period.credits_due_at = None
    await follow(db, subscription)


async def catch_up(db: Unit, subscription: BillingSubscription) -> None:
    """One that was behind goes on, once none of its invoices is overdue any more."""
    await db.flush()
    if subscription.status is _S.PAST_DUE and not await subscription_periods.is_behind(db, subscription.id):
        collection.catch_up(subscription, at=db.at)


async def not_paid(db: Unit, sale: Sale, payment: Payment) -> None:
    """A payment has failed or was canceled."""
    period = await subscription_periods.of_sale(db, sale.id)
    if period is None:
        return
    subscription = await subscriptions.of_period(db, period)
    made = await _attempt_with(db, period, payment)
    await failed(db, subscription, period, sale, made, payment.failure_code or payment.status.name)


async def _attempt_with(db: Unit, period: SubscriptionPeriod, payment: Payment) -> DunningAttempt:
    """The attempt that made a payment. What the payer has tried on our page is one of its own."""
    attempts = await subscription_periods.attempts_of(db, period.id)
    found = next((one for one in attempts if one.payment_id == payment.id), None)
    if found is None:
        number = max((one.number for one in attempts if one.started_at is not None), default=0)
        trigger = AttemptTrigger.CUSTOMER
        found = dunning.attempt(period.subscription_id, period.id, number, due_at=db.at, trigger=trigger, at=db.at)
        found.start(payment, at=db.at)
        db.add(found)
    return found


async def failed(
    db: Unit,
    subscription: BillingSubscription,
    period: SubscriptionPeriod,
    sale: Sale,
    attempt: DunningAttempt,
    code: str,
) -> None:
    """An attempt came to nothing: the subscription falls behind, the next attempt is planned, people are told."""
    attempt.fail(code)
    if period.status is not PeriodStatus.OPEN or not (subscription.is_live or period.is_billed):
        return
    if not period.is_billed and subscription.status in (_S.PAUSED, _S.UNPAID):
        await close_unpaid(db, period, sale)
        subscription.stay_paused()
    else:
        if _falls_behind(subscription, period, attempt):
            subscription.fall_behind(at=db.at)
        await plan(db, subscription, period, sale, attempt)
    ends_at = subscription.access_ends_at
    subscription.record(
        "dunning.attempt_failed",
        by=SYSTEM,
        at=db.at,
        data={
            "periodId": str(period.id),
            "saleId": str(sale.id),
            "code": code,
            "trigger": attempt.trigger.value,
            "accessEndsAt": ends_at and ends_at.isoformat(),
        },
    )
    await follow(db, subscription)


def _falls_behind(subscription: BillingSubscription, period: SubscriptionPeriod, attempt: DunningAttempt) -> bool:
    """What people try before an invoice is due makes nobody late. One that rests or has ended stays what it is."""
    is_due = not period.is_billed or attempt.trigger is AttemptTrigger.SCHEDULE
    return is_due and subscription.status in (_S.TRIALING, _S.ACTIVE)


async def plan(
    db: Unit,
    subscription: BillingSubscription,
    period: SubscriptionPeriod,
    sale: Sale,
    attempt: DunningAttempt,
) -> None:
    """The next scheduled attempt, or the end of trying. What people try uses up none of them (rule 11)."""
    attempts = await subscription_periods.attempts_of(db, period.id)
    planned = subscription_periods.scheduled(attempts)
    due_at = planned.due_at if planned is not None else dunning.next_due(attempt.number, attempt.due_at)
    if due_at is None:
        await _give_up(db, subscription, period, sale)
        return
    if planned is None:
        following = dunning.attempt(
            subscription.id,
            period.id,
            attempt.number + 1,
            due_at=due_at,
            trigger=AttemptTrigger.SCHEDULE,
            at=db.at,
        )
        db.add(following)
    subscription_periods.look_again(subscription, period, due_at)


async def _give_up(db: Unit, subscription: BillingSubscription, period: SubscriptionPeriod, sale: Sale) -> None:
    """The last retry has failed: it stands in none of its periods any more, so nobody is asked for the others."""
    await close_unpaid(db, period, sale)
    if subscription.status is not _S.PAST_DUE:
        return
    await db.flush()
    for other in await subscription_periods.unpaid_of(db, subscription.id):
        if other.sale_id is not None:
            await close_unpaid(db, other, await sales.locked(db, other.sale_id))
    subscription.give_up(at=db.at)


async def close_unpaid(db: Unit, period: SubscriptionPeriod, sale: Sale) -> None:
    """Nobody is asked for the money of a period any more."""
    period.fail(at=db.at)
    await sales.cancel(db, sale, action="failSale")
    for attempt in await subscription_periods.attempts_of(db, period.id):
        if attempt.started_at is None and attempt.outcome is None:
            attempt.cancel()


async def follow(db: Unit, subscription: BillingSubscription) -> None:
    """What every change of a subscription has to tell: its worth, and that entitlements are others now."""
    await subscription_standings.note(db, subscription)
    await entitlement_versions.bump(db, subscription.organization_id, subscription.app_id)


async def follow_dispute(db: Unit, sale: Sale) -> None:
    """The bank has the money, or has given it back."""
    period = await subscription_periods.of_sale(db, sale.id)
    if period is not None:
        await period_disputes.follow(db, period)


async def charged_back(db: Unit, sale: Sale, lost_minor: int) -> int:
    """The bank has taken it for good: the period ends, and what of it has not elapsed was not earned."""
    period = await subscription_periods.of_sale(db, sale.id)
    if period is not None and period.status is PeriodStatus.PAID:
        await period_disputes.lost(db, period, sale)
    return sale.undelivered_minor


HANDLER = SaleHandler(
    lock=lock,
    paid=paid,
    not_paid=not_paid,
    disputed=follow_dispute,
    dispute_won=follow_dispute,
    charged_back=charged_back,
)
