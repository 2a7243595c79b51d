"""What the simulator reports of a day, out of its own books."""

from datetime import UTC, date, datetime, time, timedelta

import asyncpg

from domain.money import Money
from domain.provider_reports import DayReport, LineKind, ReportLine
from integrations.simulator.books import Books

DRIFT = "DRIFT"
"""Money that comes in without a line, to rehearse what happens then."""

_LINES = """
SELECT external_id, kind, key, amount_minor, currency, fee_minor, at FROM simulator_movements
WHERE at >= $1 AND at < $2 AND kind <> 'DRIFT' ORDER BY at, id
"""
_COMES_IN = (
    LineKind.CHARGE,
    LineKind.REFUND_FAILED,
    LineKind.PAYOUT_RETURNED,
    LineKind.CHARGEBACK_WON,
    LineKind.ADJUSTMENT,
)
_BALANCES = """
SELECT currency, sum(CASE WHEN kind = ANY($2) THEN amount_minor ELSE -amount_minor END - fee_minor)::bigint AS minor
FROM simulator_movements WHERE at < $1 GROUP BY currency ORDER BY currency
"""


async def report_of(books: Books, day: date) -> DayReport:
    """The lines of a day, and what is kept at its end; of a day that is not over, so far."""
    begin = datetime.combine(day, time(), UTC)
    end = min(begin + timedelta(days=1), books.at + timedelta(microseconds=1))
    rows = await books.db.fetch(_LINES, begin, end)
    balances = await books.db.fetch(_BALANCES, end, [DRIFT, *(kind.value for kind in _COMES_IN)])
    return DayReport(
        day=day,
        lines=tuple(_line(row) for row in rows),
        balances={row["currency"]: row["minor"] for row in balances},
    )


def _line(row: asyncpg.Record) -> ReportLine:
    return ReportLine(
        external_id=row["external_id"],
        kind=LineKind(row["kind"]),
        key=row["key"],
        amount=Money(row["amount_minor"], row["currency"]),
        fee_minor=row["fee_minor"],
        at=row["at"],
    )
