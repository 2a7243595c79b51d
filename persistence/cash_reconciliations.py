"""Runs of reconciliations: their list, whose turn it is, and what each of them has found."""

from collections.abc import Iterable
from datetime import date, timedelta
from typing import Any
from uuid import UUID

from sqlalchemy import false, insert, select, true, update
from sqlalchemy.dialects.postgresql import insert as insert_or_nothing

from domain.actors import SYSTEM, Actor
from domain.cash_findings import COMPARED, CashFinding, FoundOfRun
from domain.cash_reconciliations import (
    AGAIN_AFTER,
    MOST_DAYS,
    CashReconciliation,
    ReconciliationStatus,
    is_due,
    last_due,
    start,
)
from domain.ids import new_id
from domain.money_exceptions import UNDECIDED, MoneyException, MoneyExceptionKind
from domain.payment_methods import Provider
from domain.permissions import Permission
from persistence import money_exceptions
from persistence.money_exceptions import MONEY_EXCEPTIONS
from persistence.reconciliation import Comparison, Span
from persistence.tables.losses import money_exceptions as exceptions
from persistence.tables.reconciliation import cash_findings, cash_reconciliations, reconciliation_feeds
from persistence.unit import Unit
from persistence.users import USERS
from planner.edges import Condition, Connection, One, Source, Within

FITS = "The provider's report and the ledger agree by now."
REPAIRED = "The provider was asked, and its answer was applied."

LEASE = timedelta(minutes=5)
"""How long a run is left to whoever works on it; every step of it begins this time anew."""


def visible_to(viewer: Actor) -> Condition:
    return true() if viewer.may(Permission.STAFF_MONEY) else false()


CASH_RECONCILIATIONS = Source(CashReconciliation, cash_reconciliations, visible_to)
_FINDINGS = Source(
    FoundOfRun, cash_findings, Within(CASH_RECONCILIATIONS, cash_findings, "reconciliation_id", visible_to)
)

REQUESTED_BY = One(USERS, "requested_by_id")
EXCEPTION = One(MONEY_EXCEPTIONS, "exception_id")
FINDINGS = Connection(
    _FINDINGS,
    orders={"ID": cash_findings.c.id},
    default_order=(("ID", False),),
    column="reconciliation_id",
    filters={"is_new": lambda yes: cash_findings.c.is_new.is_(yes)},
)
LIST = Connection(
    CASH_RECONCILIATIONS,
    orders={"STARTED_AT": cash_reconciliations.c.started_at, "DAY": cash_reconciliations.c.day},
    default_order=(("STARTED_AT", True),),
    filters={
        "provider": lambda provider: cash_reconciliations.c.provider == provider,
        "status": lambda values: cash_reconciliations.c.status.in_(values),
        "day_from": lambda day: cash_reconciliations.c.day >= day,
        "day_to": lambda day: cash_reconciliations.c.day <= day,
    },
)


async def start_due(db: Unit, provider: Provider) -> CashReconciliation | None:
    """A run for the days of a provider that are over and not compared yet; nights that were missed are one run.

    The first look starts with the day that it is made on.
    """
    feed, today = reconciliation_feeds.c, db.at.date()
    begin = {"provider": provider, "next_day": today, "next_at": db.at}
    await db.session.execute(insert_or_nothing(reconciliation_feeds).values(**begin).on_conflict_do_nothing())
    due = select(feed.next_day).where(feed.provider == provider, feed.next_at <= db.at)
    first: date | None = await db.session.scalar(due.with_for_update(skip_locked=True))
    if first is None or not is_due(first, db.at):
        return None
    day = min(last_due(db.at), first + timedelta(days=MOST_DAYS - 1))
    await db.session.execute(
        update(reconciliation_feeds).where(feed.provider == provider).values(next_at=db.at + AGAIN_AFTER)
    )
    run = start(provider, day, by=SYSTEM, at=db.at)
    db.add(run)
    return run


async def claim(db: Unit, run_id: UUID | None = None) -> CashReconciliation | None:
    """A run that nobody works on, for the caller alone; None when there is none."""
    runs = cash_reconciliations.c
    waiting = [runs.status == ReconciliationStatus.RUNNING, runs.leased_until <= db.at]
    if run_id is not None:
        waiting.append(runs.id == run_id)
    oldest = select(CashReconciliation).where(*waiting).order_by(runs.started_at).limit(1)
    run = await db.session.scalar(oldest.with_for_update(skip_locked=True))
    if run is not None:
        run.leased_until = db.at + LEASE
    return run


async def locked(db: Unit, run_id: UUID) -> CashReconciliation:
    """A run that is worked on, for its next step."""
    statement = select(CashReconciliation).where(cash_reconciliations.c.id == run_id).with_for_update()
    run = (await db.session.scalars(statement)).one()
    run.leased_until = db.at + LEASE
    return run


async def first_day(db: Unit, run: CashReconciliation) -> date:
    """Where a run begins: with the first day that was missed, if there is one."""
    feed = reconciliation_feeds.c
    missed: date | None = await db.session.scalar(select(feed.next_day).where(feed.provider == run.provider))
    return run.day if missed is None else max(min(missed, run.day), run.day - timedelta(days=MOST_DAYS - 1))


async def has_compared(db: Unit, run: CashReconciliation, first: date) -> None:
    """The day after is next, if nothing before it was missed, and unless more may be reported of this one."""
    if not is_due(run.day, db.at):
        return
    feed = reconciliation_feeds.c
    await db.session.execute(
        update(reconciliation_feeds)
        .where(feed.provider == run.provider, feed.next_day.between(first, run.day))
        .values(next_day=run.day + timedelta(days=1), next_at=db.at)
    )


async def tell(
    db: Unit, run: CashReconciliation, findings: Iterable[CashFinding], repaired: Iterable[CashFinding]
) -> None:
    """Opens what nobody was told of yet, and keeps what this run has found."""
    rows: dict[UUID, dict[str, Any]] = {}
    for one, is_repaired in [*((one, False) for one in findings), *((one, True) for one in repaired)]:
        exception, is_new = await money_exceptions.compared(db, one, run.day)
        if exception is None:
            continue
        if is_repaired:
            exception.resolve(REPAIRED, by=SYSTEM, at=db.at)
        rows[exception.id] = {
            "id": new_id(),
            "reconciliation_id": run.id,
            "exception_id": exception.id,
            "is_new": is_new,
            "is_repaired": is_repaired,
        }
    await db.flush()
    if rows:
        await db.session.execute(insert(cash_findings), list(rows.values()))
    run.finding_count, run.new_count = len(rows), sum(row["is_new"] for row in rows.values())
    run.repaired_count = sum(row["is_repaired"] for row in rows.values())


async def settle(db: Unit, span: Span, comparison: Comparison) -> None:
    """Resolves what was found before and fits by now, as far as this run could see it."""
    if not comparison.is_whole:
        return
    known_from = span.horizon.known_from.date()
    drift_free = {one.currency for one in comparison.sums if one.unexplained is not None}
    found = {(one.finding.kind, one.finding.subject_type, one.finding.subject_key) for one in comparison.findings}
    for exception in await undecided(db, span.provider):
        subject = (exception.subject_type, exception.subject_key)
        if exception.day is None or not known_from <= exception.day <= span.day:
            continue
        if exception.kind is MoneyExceptionKind.BALANCE_DRIFT and exception.actual_currency not in drift_free:
            continue
        if subject not in comparison.differing and (exception.kind, *subject) not in found:
            exception.resolve(FITS, by=SYSTEM, at=db.at)


async def undecided(db: Unit, provider: Provider) -> list[MoneyException]:
    """What comparisons have found and nobody has decided, locked."""
    table = exceptions.c
    mine = (table.provider == provider, table.kind.in_(COMPARED), table.status.in_(UNDECIDED))
    return list(await db.session.scalars(select(MoneyException).where(*mine).order_by(table.id).with_for_update()))
