"""Closing the usage of periods that have been over for a day: what it came to waits for the next charge (rule 21).

Of a subscription that has ended that is a sale of its own: persistence/final_charges.py.
"""

from collections.abc import Sequence
from datetime import datetime
from uuid import UUID

from sqlalchemy import Select, exists, func, not_, select, text
from sqlalchemy.dialects.postgresql import insert

from domain.ids import new_id
from domain.meters import Meter
from domain.prices import Price
from domain.products import Product
from domain.proration_lines import ProrationLine
from domain.prorations import ProrationKind
from domain.subscription_periods import PeriodStatus, SubscriptionPeriod
from domain.usage_events import CLOSES_AFTER
from domain.usage_totals import UsageSpan, UsageTotal
from persistence import subscriptions
from persistence.tables.catalogue import prices, products
from persistence.tables.subscriptions import METERED, subscription_periods
from persistence.tables.usage import meters, usage_closings
from persistence.turns import take_turn
from persistence.unit import Unit
from persistence.usage_totals import totals

BATCH = 100
_TURN = "closing of usage"
_periods = subscription_periods.c


async def due(db: Unit) -> Sequence[UUID]:
    """Periods with prices for usage that have been over for 24 hours and are not closed, oldest first."""
    return (await db.session.scalars(_due(db.at).limit(BATCH))).all()


async def due_of(db: Unit, subscription_id: UUID) -> Sequence[UUID]:
    """Those of one subscription."""
    return (await db.session.scalars(_due(db.at).where(_periods.subscription_id == subscription_id))).all()


def _due(at: datetime) -> Select[UUID]:
    closed = exists().where(usage_closings.c.period_id == _periods.id)
    is_over = _periods.period_end <= at - CLOSES_AFTER, _periods.status != PeriodStatus.FAILED
    return select(_periods.id).where(*is_over, text(METERED), not_(closed)).order_by(_periods.period_end)


async def hold_off(db: Unit, organization_id: UUID) -> None:
    """Until the commit no period of the organization is closed: what is reported counts in one that will be summed up,
    or is seen to be late."""
    await take_turn(db, _TURN, str(organization_id), is_shared=True)


async def close(db: Unit, period_id: UUID) -> bool:
    """Whoever writes that it is closed adds what was used to the next charge; nobody else does.

    The subscription is locked first, as by whoever charges it; reports that are under way are waited for.
    """
    period = await db.session.get_one(SubscriptionPeriod, period_id)
    await subscriptions.locked(db, period.subscription_id)
    await take_turn(db, _TURN, str(period.organization_id))
    row = {"period_id": period_id, "closed_at": db.at}
    written = insert(usage_closings).values(row).on_conflict_do_nothing().returning(usage_closings.c.period_id)
    if await db.session.scalar(written) is None:
        return False
    db.add(*await _lines(db, period))
    return True


async def open_of(db: Unit, subscription_id: UUID) -> Sequence[SubscriptionPeriod]:
    """The periods of a subscription whose usage is not closed, oldest first."""
    closed = exists().where(usage_closings.c.period_id == _periods.id)
    of_it = _periods.subscription_id == subscription_id, _periods.status != PeriodStatus.FAILED, text(METERED)
    found = select(SubscriptionPeriod).where(*of_it, not_(closed)).order_by(_periods.period_start)
    return (await db.session.scalars(found)).all()


async def used_in(db: Unit, period: SubscriptionPeriod, *, is_closed: bool) -> list[tuple[UsageTotal, Meter, Product]]:
    """What was used in a period of everything that it has a price for, by the code of the meter."""
    since, found = await _end_before(db, period), list[tuple[UsageTotal, Meter, Product]]()
    for price, meter, product in await _metered(db, period):
        span = UsageSpan(
            start=period.period_start, end=period.period_end, since=since, is_closed=is_closed, price=price
        )
        [total] = await totals(db.session, period.organization_id, meter, [span])
        found.append((total, meter, product))
    return found


async def _metered(db: Unit, period: SubscriptionPeriod) -> Sequence[tuple[Price, Meter, Product]]:
    charged_by = [UUID(price_id) for price_id in period.terms.metered.values()]
    statement = (
        select(Price, Meter, Product)
        .join(Meter, meters.c.id == prices.c.meter_id)
        .join(Product, products.c.id == prices.c.product_id)
        .where(prices.c.id.in_(charged_by))
        .order_by(meters.c.code)
    )
    return [(price, meter, product) for price, meter, product in await db.session.execute(statement)]


async def _end_before(db: Unit, period: SubscriptionPeriod) -> datetime:
    """Where the period before it ended: what was reported late in between counts in this one."""
    before = _periods.subscription_id == period.subscription_id, _periods.period_end <= period.period_start
    ended = select(func.max(_periods.period_end)).where(*before, _periods.status != PeriodStatus.FAILED)
    return await db.session.scalar(ended) or period.period_start


async def _lines(db: Unit, period: SubscriptionPeriod) -> list[ProrationLine]:
    """What was used and costs something; whether tax is in it, the price says that it is charged by."""
    until = f"{period.period_start:%Y-%m-%d} to {period.period_end:%Y-%m-%d}"
    return [
        ProrationLine(
            id=new_id(),
            subscription_id=period.subscription_id,
            change_id=None,
            kind=ProrationKind.USAGE,
            description=f"{product.name}: {total.quantity} {meter.code}, {until}",
            quantity=1,
            tax_code=product.tax_code,
            tax_mode=total.span.price.tax_behavior.tax_mode,
            amount_minor=total.amount.amount_minor,
            currency=total.amount.currency,
            period_id=None,
            created_at=db.at,
        )
        for total, meter, product in await used_in(db, period, is_closed=True)
        if total.span.price is not None and total.amount is not None and total.amount.amount_minor
    ]
