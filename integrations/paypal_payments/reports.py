"""PayPal's books of a day, in our words."""

from datetime import UTC, date, datetime, time, timedelta

from domain.money import Money
from domain.provider_reports import DayReport, LineKind, ReportLine
from integrations.paypal_payments.amounts import money_of
from integrations.paypal_payments.connection import Connection, Lost
from integrations.paypal_payments.search import Transaction, books

_MOVED = frozenset({"S", "V"})
"""Done; and done, but undone by a later transaction."""
_KINDS: tuple[tuple[str, bool, LineKind], ...] = (
    # What the code begins with, whether the money came in, what it is. The first that fits counts.
    ("T0001", False, LineKind.PAYOUT),
    ("T00", True, LineKind.CHARGE),
    ("T1107", False, LineKind.REFUND),
    ("T1107", True, LineKind.REFUND_FAILED),
    ("T1114", True, LineKind.PAYOUT_RETURNED),
    ("T1115", True, LineKind.PAYOUT_RETURNED),
    ("T1106", False, LineKind.CHARGEBACK),
    ("T1110", False, LineKind.CHARGEBACK),
    ("T1201", False, LineKind.CHARGEBACK),
    ("T1106", True, LineKind.CHARGEBACK_WON),
    ("T1111", True, LineKind.CHARGEBACK_WON),
    ("T1202", True, LineKind.CHARGEBACK_WON),
)


async def report(api: Connection, day: date) -> DayReport:
    """Raises Lost until PayPal's search, which is up to three hours late, has seen the whole day."""
    start = datetime.combine(day, time(), UTC)
    end = start + timedelta(days=1)
    found = await books(api, start, end - timedelta(seconds=1))
    if found.refreshed_at < end:
        raise Lost("PayPal's books of this day are not complete yet")
    lines = (_line(one) for one in found.transactions if one.status in _MOVED and one.amount.amount_minor)
    return DayReport(day=day, lines=tuple(lines), balances=await _balances(api, end))


def _line(one: Transaction) -> ReportLine:
    came_in = one.amount.amount_minor > 0
    otherwise = LineKind.ADJUSTMENT if came_in else LineKind.FEE
    fits = (kind for begin, is_in, kind in _KINDS if one.code.startswith(begin) and is_in is came_in)
    return ReportLine(
        external_id=one.id,
        kind=next(fits, otherwise),
        key=one.key,
        amount=Money(abs(one.amount.amount_minor), one.amount.currency),
        fee_minor=one.fee_minor,
        at=one.at,
    )


async def _balances(api: Connection, at: datetime) -> dict[str, int]:
    reply = await api.get("/v1/reporting/balances", as_of_time=f"{at:%Y-%m-%dT%H:%M:%SZ}", currency_code="ALL")
    if not reply.is_ok:
        raise Lost(f"PayPal does not show its balances: {reply.status}")
    totals = (money_of(one["total_balance"]) for one in reply.body["balances"])
    return {total.currency: total.amount_minor for total in totals}
