"""What changes do: to the items, the open period and the entitlements of a subscription, and to its credits."""

from dataclasses import replace
from uuid import UUID

from sqlalchemy import func, select

from domain import subscription_changes as rules
from domain.actors import SYSTEM
from domain.billing_calendar import Span, anchored_at
from domain.billing_subscriptions import BillingSubscription
from domain.change_quotes import CreditMonth
from domain.credit_lots import LotSource
from domain.credit_transactions import Note
from domain.payments import Payment
from domain.sales import Sale
from domain.scheduled_changes import ScheduledChange
from domain.subscription_periods import SubscriptionPeriod, opened
from domain.subscription_plans import CreditSchedule
from domain.subscription_terms import PeriodTerms
from persistence import (
    credit_accounts,
    credit_movements,
    period_credits,
    proration_lines,
    subscription_outcomes,
    subscription_terms,
)
from persistence.tables.credits import credit_lots
from persistence.unit import Unit
from planner.edges import Condition

FIRST_ADDED_PART = 1000
"""Parts below count the months of a period; from here on they are what upgrades have added to it."""


async def terms_after(db: Unit, period: SubscriptionPeriod, change: ScheduledChange) -> PeriodTerms:
    """What the subscription is sold as once the change applies."""
    price_id = change.price_id or period.terms.price_id
    return await subscription_terms.terms_at(db, price_id, change.quantity or period.terms.quantity)


async def apply(
    db: Unit,
    subscription: BillingSubscription,
    period: SubscriptionPeriod,
    change: ScheduledChange,
    *,
    sale: Sale | None,
    payment: Payment | None = None,
) -> None:
    """Makes a change of a locked subscription now, inside its open period or in a new one that starts with it."""
    terms = await terms_after(db, period, change)
    await subscription_terms.choose(db, subscription, terms.price_id, terms.quantity)
    change.apply(at=db.at)
    if change.starts_period:
        await _begin_anew(db, subscription, period, terms, change, sale, payment)
    else:
        rules.take_over(subscription, period, terms, by=db.by, at=db.at)
    await subscription_outcomes.follow(db, subscription)
    await add_credits(db, period, change)


async def granted(db: Unit, period_id: UUID) -> int:
    """How many credits a period has been granted, whatever became of them."""
    total = await db.session.scalar(select(func.sum(credit_lots.c.quantity)).where(_of(period_id)))
    return 0 if total is None else int(total)


def month_of(period: SubscriptionPeriod) -> CreditMonth | None:
    """The month whose credits have come last, where they come by the month."""
    if period.terms.credit_schedule is not CreditSchedule.MONTHLY or period.credit_months == 0:
        return None
    number = period.credit_months - 1
    monthly = replace(period.anchor, months=1)
    first = period.number * period.terms.months
    span = Span(monthly.start_of(first + number), monthly.start_of(first + number + 1))
    return CreditMonth(number, span)


async def add_credits(db: Unit, period: SubscriptionPeriod, change: ScheduledChange) -> None:
    """What an upgrade adds to the credits of its period (rule 15): they end with those that came with it."""
    if change.credits == 0:
        return
    account = await credit_accounts.locked(db, period.organization_id)
    if account.is_closed:
        return
    known = select(func.max(credit_lots.c.part), func.max(credit_lots.c.expires_at)).where(_of(period.id))
    last_part, expires_at = (await db.session.execute(known)).one()
    await credit_movements.issue(
        db,
        account,
        source=LotSource.SUBSCRIPTION,
        source_id=period.id,
        part=max(FIRST_ADDED_PART, (last_part or 0) + 1),
        quantity=change.credits,
        expires_at=expires_at or period.period_end,
        note=Note(reference_kind="SCHEDULED_CHANGE", reference_id=str(change.id)),
    )


async def _begin_anew(
    db: Unit,
    subscription: BillingSubscription,
    period: SubscriptionPeriod,
    terms: PeriodTerms,
    change: ScheduledChange,
    sale: Sale | None,
    payment: Payment | None,
) -> None:
    """The open period ends here, and the first of a new anchor begins, paid with the change."""
    anchor = anchored_at(db.at, time_zone=subscription.time_zone, months=terms.months)
    period.period_end, period.credits_due_at = anchor.at, None
    await db.flush()
    following = opened(subscription.id, subscription.organization_id, anchor, 0, terms, at=db.at)
    following.amount_minor = 0 if sale is None else sale.net_minor
    following.pay(sale, None if payment is None else payment.id, at=db.at)
    db.add(following)
    await db.flush()
    await proration_lines.move(db, change.id, following.id)
    proration_lines.carry_over(db, following, await proration_lines.net_of(db, following.id))
    subscription.enter(following, at=db.at)
    rules.tell(subscription, terms, by=SYSTEM, at=db.at)
    await period_credits.grant(db, following, period.id)


def _of(period_id: UUID) -> Condition:
    lots = credit_lots.c
    return (lots.source == LotSource.SUBSCRIPTION) & (lots.source_id == period_id)
