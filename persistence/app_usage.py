"""Statistics of apps: calls are added up by each process and written now and then, people counted when asked for."""

from collections.abc import Iterable
from datetime import UTC, date, datetime, time, timedelta
from uuid import UUID

from sqlalchemy import ColumnElement, Date, cast, func, select
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.ext.asyncio import AsyncSession

from domain.app_usage import AppDay, Calls
from persistence.app_credit_budgets import used_up, uses_up
from persistence.database import Database
from persistence.tables.apps import app_calls, cross_app_sessions
from persistence.tables.credit_sales import credit_purchases
from persistence.tables.credits import credit_transactions

_sessions = cross_app_sessions.c


async def add_calls(database: Database, counted: Iterable[tuple[UUID, date, Calls]]) -> None:
    """Adds what a process has counted since it last did; every app and day once, always in the same order."""
    rows = [
        {"app_id": app_id, "used_on": day, "calls": calls.calls, "errors": calls.errors}
        for app_id, day, calls in sorted(counted, key=lambda one: one[:2])
    ]
    statement = insert(app_calls).values(rows)
    sums = {name: app_calls.c[name] + statement.excluded[name] for name in ("calls", "errors")}
    adding = statement.on_conflict_do_update(index_elements=["app_id", "used_on"], set_=sums)
    async with database.connection() as connection:
        await connection.execute(adding)


async def by_day(session: AsyncSession, app_id: UUID, first: date, last: date) -> list[AppDay]:
    """Each day from the first to the last, both included, in UTC."""
    counted = app_calls.c.used_on.between(first, last), app_calls.c.app_id == app_id
    calls = {row.used_on: row for row in await session.execute(select(app_calls).where(*counted))}
    begun_on = cast(func.timezone("UTC", _sessions.created_at), Date).label("begun_on")
    begin, end = (datetime.combine(day, time(), UTC) for day in (first, last + timedelta(days=1)))
    begun = _sessions.app_id == app_id, _sessions.created_at >= begin, _sessions.created_at < end
    people = select(begun_on, func.count(_sessions.user_id.distinct()), func.count()).where(*begun).group_by(begun_on)
    signed_in = {day: (users, sessions) for day, users, sessions in await session.execute(people)}
    spent, bought = await _spent(session, app_id, begin, end), await _bought(session, app_id, begin, end)
    days = [first + timedelta(days=number) for number in range((last - first).days + 1)]
    return [
        AppDay(
            used_on=day,
            users=signed_in.get(day, (0, 0))[0],
            sessions=signed_in.get(day, (0, 0))[1],
            calls=calls[day].calls if day in calls else 0,
            errors=calls[day].errors if day in calls else 0,
            credits_spent=spent.get(day, 0),
            credits_bought=bought.get(day, 0),
        )
        for day in days
    ]


async def _spent(session: AsyncSession, app_id: UUID, begin: datetime, end: datetime) -> dict[date, int]:
    """Credits that an app has used up, by day, as its budgets count them."""
    created_at = credit_transactions.c.created_at
    of_app = credit_transactions.c.app_id == app_id, created_at >= begin, created_at < end, uses_up()
    return await _by_day(session, created_at, func.sum(used_up()), *of_app)


async def _bought(session: AsyncSession, app_id: UUID, begin: datetime, end: datetime) -> dict[date, int]:
    """Credits that an app has bought, by the day on which they were paid."""
    paid_at = credit_purchases.c.paid_at
    of_app = credit_purchases.c.app_id == app_id, paid_at >= begin, paid_at < end
    return await _by_day(session, paid_at, func.sum(credit_purchases.c.quantity), *of_app)


async def _by_day(
    session: AsyncSession, at: ColumnElement[datetime], total: ColumnElement[int], *which: ColumnElement[bool]
) -> dict[date, int]:
    day = cast(func.timezone("UTC", at), Date)
    rows = await session.execute(select(day, total).where(*which).group_by(day))
    return {on: int(quantity) for on, quantity in rows}
