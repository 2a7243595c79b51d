"""Storing what providers report, line by line and once each, and reading it back."""

from collections.abc import Sequence
from datetime import date, datetime, timedelta

from sqlalchemy import Select, false, func, select, true
from sqlalchemy.dialects.postgresql import insert

from domain.actors import Actor
from domain.ids import new_id
from domain.payment_methods import Provider
from domain.permissions import Permission
from domain.provider_reports import (
    DayReport,
    ProviderReport,
    ProviderReportLine,
    ReportLine,
    ReportOrigin,
    end_of,
    start_of,
)
from persistence.tables.reconciliation import provider_report_lines, provider_reports
from persistence.unit import Unit
from planner.edges import Condition, Connection, Source

AT_ONCE = 1000
"""How many lines one statement stores."""

REMEMBERED = timedelta(days=400)
"""How far around a day it matters which other days are known."""


def visible_to(viewer: Actor) -> Condition:
    return true() if viewer.may(Permission.STAFF_MONEY) else false()


REPORT_LINES = Source(ProviderReportLine, provider_report_lines, visible_to)
LINES = Connection(
    REPORT_LINES,
    orders={"AT": provider_report_lines.c.at, "AMOUNT": provider_report_lines.c.amount_minor},
    default_order=(("AT", True),),
    filters={
        "provider": lambda provider: provider_report_lines.c.provider == provider,
        "kind": lambda kinds: provider_report_lines.c.kind.in_(kinds),
        "external_id": lambda text: provider_report_lines.c.external_id == text,
        "at_from": lambda at: provider_report_lines.c.at >= at,
        "at_before": lambda at: provider_report_lines.c.at < at,
        "is_matched": lambda yes: (
            provider_report_lines.c.subject_id.is_not(None) if yes else provider_report_lines.c.subject_id.is_(None)
        ),
    },
)


async def add_lines(db: Unit, provider: Provider, lines: Sequence[ReportLine]) -> None:
    """What is known already stays as it is."""
    for start in range(0, len(lines), AT_ONCE):
        rows = [_row(provider, line) for line in lines[start : start + AT_ONCE]]
        await db.session.execute(insert(provider_report_lines).on_conflict_do_nothing(), rows)


async def keep(db: Unit, provider: Provider, report: DayReport, origin: ReportOrigin) -> ProviderReport:
    """Says that a day is known as of now; its lines are stored before. Parts of a report add to what was known."""
    line, start = provider_report_lines.c, start_of(report.day)
    of_day = (line.provider == provider, line.at >= start, line.at < end_of(report.day))
    known_lines = select(func.count()).select_from(provider_report_lines).where(*of_day)
    values = {
        "origin": origin,
        "line_count": known_lines.scalar_subquery(),
        "balances": dict(report.balances),
        "read_at": db.at,
    }
    first = insert(provider_reports).values(id=new_id(), provider=provider, day=report.day, **values)
    if origin is ReportOrigin.IMPORTED:
        later = values | {"balances": provider_reports.c.balances.op("||")(first.excluded.balances)}
    else:
        later = values
    await db.session.execute(first.on_conflict_do_update(index_elements=["provider", "day"], set_=later))
    afresh = _of_day(provider, report.day).execution_options(populate_existing=True)
    return (await db.session.scalars(afresh)).one()


async def known(db: Unit, provider: Provider, day: date) -> ProviderReport | None:
    return await db.session.scalar(_of_day(provider, day))


async def days_known(db: Unit, provider: Provider, day: date) -> dict[date, datetime]:
    """The days of a provider around a day that are known, each with when it was read."""
    table = provider_reports.c
    near = table.day.between(day - REMEMBERED, day + REMEMBERED)
    rows = await db.session.execute(select(table.day, table.read_at).where(table.provider == provider, near))
    return {row.day: row.read_at for row in rows}


def _of_day(provider: Provider, day: date) -> Select[ProviderReport]:
    table = provider_reports.c
    return select(ProviderReport).where(table.provider == provider, table.day == day)


def _row(provider: Provider, line: ReportLine) -> dict[str, object]:
    return {
        "id": new_id(),
        "provider": provider,
        "external_id": line.external_id,
        "kind": line.kind,
        "key": line.key,
        "amount_minor": line.amount.amount_minor,
        "currency": line.amount.currency,
        "fee_minor": line.fee_minor,
        "at": line.at,
        "subject_type": None,
        "subject_id": None,
    }
