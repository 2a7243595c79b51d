"""Giving back a part of what was paid for a period that ends early (rule 17)."""

from datetime import datetime

from domain.billing_calendar import whole_seconds
from domain.billing_subscriptions import BillingSubscription
from domain.credit_accounts import CreditAccount
from domain.credit_lots import CreditLot
from domain.money import Money, rounded
from domain.permissions import Permission
from domain.refunds import Refund
from domain.refusals import invalid
from domain.sales import Sale
from domain.subscription_periods import PeriodStatus, SubscriptionPeriod
from persistence import credit_accounts, period_credits, sale_refunds, sales, subscription_periods
from persistence.unit import Unit

REASON = "The subscription was ended before its period was over."


async def refund_rest(db: Unit, subscription: BillingSubscription, amount: Money) -> Refund:
    """Staff give back at most the price times the smaller of the unused shares of time and of included credits.

    The credits that are refunded for are gone.
    """
    db.by.require(Permission.STAFF_MONEY)
    period = await subscription_periods.current_of(db, subscription.id, locked=True)
    if period is None or period.status is not PeriodStatus.PAID or period.sale_id is None:
        raise invalid("Nothing was paid for the period that ends.", "refund")
    account = await credit_accounts.locked(db, subscription.organization_id)
    lots = await period_credits.lots_of(db, period)
    sale = await sales.locked(db, period.sale_id)
    most = min(sale.left_minor, refundable(period, sale.total_minor, lots, db.at))
    if amount.currency != sale.currency or not 1 <= amount.amount_minor <= most:
        raise invalid(f"At most {Money(most, sale.currency)} of this period is unused.", "refund")
    return await _give_back(db, account, period, sale, amount.amount_minor, REASON)


async def given_back(db: Unit, period: SubscriptionPeriod, sale: Sale, gross_minor: int, reason: str) -> Refund:
    """The provider has given back a part of a locked sale: the same follows from it, however much it is."""
    account = await credit_accounts.locked(db, period.organization_id)
    return await _give_back(db, account, period, sale, gross_minor, reason)


async def _give_back(
    db: Unit, account: CreditAccount, period: SubscriptionPeriod, sale: Sale, gross_minor: int, reason: str
) -> Refund:
    lots = await period_credits.lots_of(db, period)
    most = rounded(sum(lot.quantity for lot in lots) * gross_minor, sale.total_minor)
    await period_credits.void(db, account, lots, most, sale=sale, reason=REASON)
    refund = await sale_refunds.refund(db, sale, gross_minor, undelivered_minor=sale.undelivered_minor, reason=reason)
    if not sale.left_minor and period.status is PeriodStatus.PAID:
        period.refund(at=db.at)
    return refund


def refundable(period: SubscriptionPeriod, total_minor: int, lots: list[CreditLot], at: datetime) -> int:
    """Price x min(unused time share, unused share of the period's included credits), rounded once."""
    span = period.span
    left = max(0, whole_seconds(max(at, span.start), span.end))
    by_time = rounded(total_minor * left, span.seconds)
    granted, unused = sum(lot.quantity for lot in lots), sum(lot.remaining for lot in lots)
    return by_time if not granted else min(by_time, rounded(total_minor * unused, granted))
