"""Lines of changes: those that wait for the charge of a period, and those that were paid with their change."""

from collections.abc import Iterable, Sequence
from datetime import datetime
from uuid import UUID

from sqlalchemy import func, or_, select, update

from domain.ids import new_id
from domain.proration_lines import ProrationLine
from domain.prorations import ProrationKind, settled
from domain.sale_lines import SaleLine
from domain.subscription_periods import PeriodStatus, SubscriptionPeriod
from domain.taxes import TaxMode
from persistence import sales
from persistence.subscriptions import SUBSCRIPTIONS
from persistence.tables.subscription_changes import proration_lines
from persistence.tables.subscriptions import subscription_periods
from persistence.unit import Unit
from planner.edges import Source, Within

_columns = proration_lines.c

LINES = Source(ProrationLine, proration_lines, Within(SUBSCRIPTIONS, proration_lines, "subscription_id"))


async def waiting(db: Unit, subscription_id: UUID) -> Sequence[ProrationLine]:
    """What the next charge of a subscription takes up, oldest first: what a period that FAILED was to pay as well."""
    periods = subscription_periods.c
    failed = select(periods.id).where(periods.subscription_id == subscription_id, periods.status == PeriodStatus.FAILED)
    waits = or_(_columns.period_id.is_(None), _columns.period_id.in_(failed))
    lines = select(ProrationLine).where(_columns.subscription_id == subscription_id, waits)
    return (await db.session.scalars(lines.order_by(_columns.id))).all()


async def tax_alike(db: Unit, organization_id: UUID, lines: Sequence[ProrationLine], mode: TaxMode) -> None:
    """Makes lines ready to be sold together: those of prices that are taxed in the other way are computed anew."""
    others = [line for line in lines if line.tax_mode is not mode]
    if others:
        rates = await sales.tax_rates(db, organization_id, [line.tax_code for line in others])
        for line, rate_bps in zip(others, rates, strict=True):
            line.tax_like(mode, rate_bps)


async def take_up(db: Unit, period: SubscriptionPeriod) -> list[SaleLine]:
    """What a new period is sold as: its price with all that has waited for it.

    What is taken off beyond the price waits on, as one line; nothing is ever paid out (rule 14).
    """
    lines, terms = await waiting(db, period.subscription_id), period.terms
    await tax_alike(db, period.organization_id, lines, terms.tax_behavior.tax_mode)
    settlement = settled(terms.amount_minor, sum(line.amount_minor for line in lines))
    period.amount_minor = settlement.charged_minor
    sale = [SaleLine(terms.name, terms.quantity, terms.amount_minor, terms.tax_code), *sold(lines)]
    await db.flush()
    for line in lines:
        line.period_id = period.id
    if settlement.carried_minor:
        carry_over(db, period, settlement.carried_minor)
        sale.append(SaleLine("Left over for the next charge", 1, -settlement.carried_minor, terms.tax_code))
    return sale


def carry_over(db: Unit, period: SubscriptionPeriod, amount_minor: int) -> None:
    """What is taken off and found nothing to lower in this period waits on, as one line."""
    if amount_minor < 0:
        db.add(_left_over(period, amount_minor, at=db.at))


async def net_of(db: Unit, period_id: UUID) -> int:
    """What all lines of a period come to."""
    total = await db.session.scalar(select(func.sum(_columns.amount_minor)).where(_columns.period_id == period_id))
    return 0 if total is None else int(total)


async def move(db: Unit, change_id: UUID, period_id: UUID) -> None:
    """The lines of a change are paid with that period."""
    await db.session.execute(update(proration_lines).where(_columns.change_id == change_id).values(period_id=period_id))


def sold(lines: Iterable[ProrationLine]) -> list[SaleLine]:
    """The lines as they are sold; those of nothing are left out."""
    return [
        SaleLine(line.description, line.quantity, line.amount_minor, line.tax_code)
        for line in lines
        if line.amount_minor
    ]


def post(db: Unit, lines: Iterable[ProrationLine], change_id: UUID, period_id: UUID | None) -> None:
    """Stores quoted lines with their change and, where they do not wait, the period that they are paid in."""
    for line in lines:
        line.change_id, line.period_id = change_id, period_id
        db.add(line)


def _left_over(period: SubscriptionPeriod, amount_minor: int, *, at: datetime) -> ProrationLine:
    return ProrationLine(
        id=new_id(),
        subscription_id=period.subscription_id,
        change_id=None,
        kind=ProrationKind.CARRIED_OVER,
        description=f"Left over from {period.period_start:%Y-%m-%d}",
        quantity=1,
        tax_code=period.terms.tax_code,
        tax_mode=period.terms.tax_behavior.tax_mode,
        amount_minor=amount_minor,
        currency=period.currency,
        period_id=None,
        created_at=at,
    )
