"""The credits that come with the paid periods of subscriptions, all at once or month by month."""

from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime, timedelta
from uuid import UUID

from sqlalchemy import select

from domain.credit_accounts import CreditAccount
from domain.credit_lots import CreditLot, LotSource
from domain.credit_rollovers import NO_ROLLOVER, Rollover
from domain.credit_transactions import CreditTransactionType, Note
from domain.money import split
from domain.sales import Sale
from domain.subscription_periods import SubscriptionPeriod
from domain.subscription_plans import CreditSchedule
from persistence import credit_movements
from persistence.subscription_credits import PeriodCredits, grant_for_period
from persistence.tables.credit_sales import credit_packages
from persistence.tables.credits import credit_lots
from persistence.tables.subscriptions import subscription_periods
from persistence.unit import Unit
from planner.edges import Condition

_columns = subscription_periods.c


async def grant(db: Unit, period: SubscriptionPeriod, ending_id: UUID | None, *, until: datetime | None = None) -> None:
    """What comes with a period that is paid now; what is left of the one before is carried on, or ends (rule 12).

    Of one that was billed, what had to wait for its payment comes with the month that runs by now; where all of it is
    over, its credits last `until` then. The account is locked, before the sale that pays the period.
    """
    period.credit_months = 0
    while period.credit_months < _parts(period) - 1 and _month_of(period, period.credit_months + 1) <= db.at:
        period.credit_months += 1
    await _grant_month(db, period, ending_id, since=0, until=until)


async def grant_next(db: Unit, period: SubscriptionPeriod) -> None:
    """The credits of the month that has begun inside a longer period."""
    await _grant_month(db, period, None)


async def due(db: Unit) -> Sequence[UUID]:
    """Paid periods of which another month has begun, oldest first. One whose money a bank disputes waits."""
    statement = select(_columns.id).where(*_is_due(db.at)).order_by(_columns.credits_due_at)
    return (await db.session.scalars(statement.limit(100))).all()


async def still_due(db: Unit, period_id: UUID) -> SubscriptionPeriod | None:
    """One of them, locked; None where somebody else looks after it, or has done so."""
    statement = select(SubscriptionPeriod).where(_columns.id == period_id, *_is_due(db.at))
    return await db.session.scalar(statement.with_for_update(skip_locked=True))


async def lots_of(db: Unit, period: SubscriptionPeriod) -> list[CreditLot]:
    """All that came with it, used up or not. Ask under the lock of their account."""
    lots = credit_lots.c
    of_period = (lots.source == LotSource.SUBSCRIPTION, lots.source_id == period.id)
    return list(await db.session.scalars(select(CreditLot).where(*of_period)))


async def void(db: Unit, account: CreditAccount, lots: list[CreditLot], most: int, *, sale: Sale, reason: str) -> None:
    """Because money of a sale has gone back: so many of these lots of a locked account, as far as they are unused."""
    voided = min(most, sum(lot.remaining for lot in lots))
    if voided:
        note = Note(reference_kind="SALE", reference_id=str(sale.id), description=reason)
        await credit_movements.take(db, account, voided, type=CreditTransactionType.CLAWBACK, note=note, lots=lots)


def _is_due(at: datetime) -> tuple[Condition, ...]:
    return _columns.credits_due_at <= at, ~_columns.is_suspended


async def _grant_month(
    db: Unit,
    period: SubscriptionPeriod,
    ending_id: UUID | None,
    *,
    since: int | None = None,
    until: datetime | None = None,
) -> None:
    """All parts together never come to more than the period includes (rule 15). `since`: with those from there on."""
    terms, part = period.terms, period.credit_months
    parts = split(terms.included_credits, [1] * _parts(period))
    is_last = part == len(parts) - 1
    ends_at = period.period_end if is_last else _month_of(period, part + 1)
    if ends_at <= db.at and until is not None:
        ends_at = max(ends_at, until)
    await grant_for_period(
        db,
        PeriodCredits(
            organization_id=period.organization_id,
            period_id=period.id,
            part=part,
            quantity=sum(parts[part if since is None else since : part + 1]),
            cost_minor=0,
            currency=period.currency,
            ends_at=ends_at,
            rollover=await _rollover(db, terms.product_id),
            grace=timedelta(days=terms.grace_days),
            ending_id=ending_id,
        ),
    )
    period.credit_months = part + 1
    period.credits_due_at = None if is_last or not terms.included_credits else ends_at


def _parts(period: SubscriptionPeriod) -> int:
    """In how many parts its credits come."""
    return period.terms.months if period.terms.credit_schedule is CreditSchedule.MONTHLY else 1


def _month_of(period: SubscriptionPeriod, month: int) -> datetime:
    """When a month of a longer period begins, on the anchor of the subscription."""
    monthly = replace(period.anchor, months=1)
    return monthly.start_of(period.number * period.terms.months + month)


async def _rollover(db: Unit, product_id: UUID) -> Rollover:
    """What the package says whose credits come by subscription."""
    columns = credit_packages.c
    statement = select(columns.rollover_enabled, columns.rollover_cap).where(columns.product_id == product_id)
    found = (await db.session.execute(statement)).one_or_none()
    return NO_ROLLOVER if found is None else Rollover(found.rollover_enabled, found.rollover_cap)
