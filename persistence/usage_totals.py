"""What the usage of an organization adds up to, in its periods."""

from collections.abc import Sequence
from datetime import datetime
from decimal import Decimal
from itertools import pairwise
from uuid import UUID

from sqlalchemy import Uuid, cast, func, select
from sqlalchemy.ext.asyncio import AsyncSession

from domain.meters import Aggregation, Meter
from domain.prices import Price
from domain.subscription_periods import PeriodStatus
from domain.usage_events import CLOSES_AFTER
from domain.usage_totals import UsageSpan, UsageTotal, months_between
from persistence.tables.catalogue import prices
from persistence.tables.subscriptions import subscription_periods

_periods = subscription_periods.c

_QUANTITY = {
    Aggregation.SUM: "sum(e.value)",
    Aggregation.MAX: "max(e.value)",
    Aggregation.UNIQUE_COUNT: "count(DISTINCT e.unique_key)::numeric",
}
_TOTALS = """
SELECT coalesce((
    SELECT trim_scale({quantity}) FROM usage_events e
    WHERE e.organization_id = $1 AND e.meter_id = $2 AND e.voided_at IS NULL AND e.counted_at < spans.ends_at
        AND (e.counted_at >= spans.starts_at OR e.is_late AND e.counted_at >= spans.since)
), 0)
FROM unnest($3::timestamptz[], $4::timestamptz[], $5::timestamptz[])
    WITH ORDINALITY AS spans (starts_at, ends_at, since, place)
ORDER BY spans.place
"""


async def between(
    session: AsyncSession, organization_id: UUID, meter: Meter, start: datetime, end: datetime, *, at: datetime
) -> list[UsageTotal]:
    """In the periods of the subscription that has a price for this meter or, without one, in calendar months."""
    spans = await _of_subscription(session, organization_id, meter.id, at)
    if not spans:
        spans = list(months_between(start, end))
    return await totals(session, organization_id, meter, [one for one in spans if one.start < end and one.end > start])


async def totals(
    session: AsyncSession, organization_id: UUID, meter: Meter, spans: Sequence[UsageSpan]
) -> list[UsageTotal]:
    if not spans:
        return []
    columns = [[getattr(one, name) for one in spans] for name in ("start", "end", "since")]
    statement = _TOTALS.format(quantity=_QUANTITY[meter.aggregation])
    connection = await session.connection()
    rows = await connection.exec_driver_sql(statement, (organization_id, meter.id, *columns))
    quantities = [Decimal(row[0]) for row in rows]
    return [UsageTotal(span=span, quantity=quantity) for span, quantity in zip(spans, quantities, strict=True)]


async def _of_subscription(
    session: AsyncSession, organization_id: UUID, meter_id: UUID, at: datetime
) -> list[UsageSpan]:
    """All periods in which this usage is charged, oldest first, each with what happened late since the one before."""
    charged_by = cast(func.jsonb_extract_path_text(_periods.terms, "metered", str(meter_id)), Uuid)
    statement = (
        select(_periods.period_start, _periods.period_end, Price)
        .join(Price, prices.c.id == charged_by)
        .where(_periods.organization_id == organization_id, _periods.status != PeriodStatus.FAILED)
        .order_by(_periods.period_start)
    )
    rows = [tuple(row) for row in await session.execute(statement)]
    before = [rows[0][0], *(earlier[1] for earlier, _ in pairwise(rows))] if rows else []
    return [
        UsageSpan(start=start, end=end, since=min(since, start), is_closed=end + CLOSES_AFTER <= at, price=price)
        for (start, end, price), since in zip(rows, before, strict=True)
    ]
