"""Reconciling cash: each provider's report of a day is read, compared with the ledger, and what differs is told."""

import logging
from dataclasses import asdict
from datetime import date, datetime, timedelta
from functools import partial
from uuid import UUID

from domain.actors import SYSTEM
from domain.cash_reconciliations import CashReconciliation, ReconciliationPhase
from domain.events import OutboxEvent
from domain.payment_methods import Provider
from domain.provider_reports import DayReport, ProviderReport, ReportOrigin
from jobs import report_repairs
from jobs.providers import reach
from persistence import cash_reconciliations, provider_accounts, provider_reports, reconciliation
from persistence.database import Database
from persistence.reconciliation import Comparison
from persistence.unit import Unit, transact

LINES_A_STEP = 5000
"""How many lines one transaction stores; after each, whoever watches the run hears how far it is."""

log = logging.getLogger(__name__)


async def reconcile(database: Database, now: datetime) -> int:
    """Starts the runs of days that are over and works on those that nobody works on; how many there were to do."""
    started = 0
    for provider in await provider_accounts.reachable(database):
        run = await transact(database, partial(_start_due, provider), by=SYSTEM, at=now)
        started += run is not None
    return started + await _work_on(database, None, now)


async def run_started(database: Database, event: OutboxEvent, now: datetime) -> None:
    """Works on a new run at once; the timer finds whatever this misses."""
    await _work_on(database, event.subject_id, now)


async def _start_due(provider: Provider, db: Unit) -> CashReconciliation | None:
    return await cash_reconciliations.start_due(db, provider)


async def _work_on(database: Database, run_id: UUID | None, now: datetime) -> int:
    """One run to its end, whatever happens to it: a failing provider holds up no other."""
    run = await transact(database, lambda db: cash_reconciliations.claim(db, run_id), by=SYSTEM, at=now)
    if run is None:
        return 0
    try:
        first = await transact(database, lambda db: cash_reconciliations.first_day(db, run), by=SYSTEM, at=now)
        failure = await _read(database, run, first, now)
        if failure is None:
            await _compare(database, run, first, now)
    except Exception as error:
        log.exception("the reconciliation of %s for %s broke off", run.provider.name, run.day)
        failure = f"It broke off: {type(error).__name__}. The log has the details."
    if failure is not None:
        await transact(database, partial(_fail, run.id, failure), by=SYSTEM, at=now)
    return 1


async def _read(database: Database, run: CashReconciliation, first: date, now: datetime) -> str | None:
    """Has the reports of all days stored, and of the day before them where it is not known; why not, if not."""
    provider = await reach(database, run.provider)
    for day in (first + timedelta(days=after) for after in range(-1, (run.day - first).days + 1)):
        known = await _known(database, run.provider, day, now)
        if day < run.day and known is not None and known.is_complete:
            continue
        answer = await provider.report(day, now)
        if isinstance(answer, DayReport):
            await _store(database, run.id if day == run.day else None, run.provider, answer, now)
        elif day >= first and (known is None or not known.is_usable):
            return f"No report of {day} came from {run.provider.title}: {answer.reason}."
    return None


async def _known(database: Database, provider: Provider, day: date, now: datetime) -> ProviderReport | None:
    return await transact(database, lambda db: provider_reports.known(db, provider, day), by=SYSTEM, at=now)


async def _store(database: Database, run_id: UUID | None, provider: Provider, report: DayReport, now: datetime) -> None:
    """Line after line, some thousand at a time; the day counts as known once all are there."""
    for start in range(0, len(report.lines), LINES_A_STEP):
        await transact(database, partial(_add, run_id, provider, report, start), by=SYSTEM, at=now)
    keep = partial(provider_reports.keep, provider=provider, report=report, origin=ReportOrigin.FETCHED)
    await transact(database, keep, by=SYSTEM, at=now)


async def _add(run_id: UUID | None, provider: Provider, report: DayReport, start: int, db: Unit) -> None:
    step = report.lines[start : start + LINES_A_STEP]
    await provider_reports.add_lines(db, provider, step)
    if run_id is not None:
        run = await cash_reconciliations.locked(db, run_id)
        run.line_count, run.lines_read = len(report.lines), start + len(step)
        run.advance(ReconciliationPhase.READING, by=SYSTEM, at=db.at)


async def _compare(database: Database, run: CashReconciliation, begin: date, now: datetime) -> None:
    """Compares, asks for what nobody here has heard, posts fees, and compares again: what is left is for people."""
    step = partial(transact, database, by=SYSTEM, at=now)
    first = await step(partial(_first_look, run, begin))
    to_ask = [one.to_ask for one in first.findings if one.to_ask is not None]
    await report_repairs.ask(database, run.provider, [*to_ask, *first.under_way], now)
    while await step(partial(_post_fees, run, begin)):
        pass
    await step(partial(_tell, run, begin, first))


async def _first_look(run: CashReconciliation, begin: date, db: Unit) -> Comparison:
    mine = await cash_reconciliations.locked(db, run.id)
    mine.advance(ReconciliationPhase.COMPARING, by=SYSTEM, at=db.at)
    _, comparison = await reconciliation.look(db, run.provider, begin, run.day)
    return comparison


async def _post_fees(run: CashReconciliation, begin: date, db: Unit) -> int:
    mine = await cash_reconciliations.locked(db, run.id)
    if mine.phase is ReconciliationPhase.COMPARING:
        mine.advance(ReconciliationPhase.REPAIRING, by=SYSTEM, at=db.at)
    return await reconciliation.post_fees(db, await reconciliation.span_of(db, run.provider, begin, run.day))


async def _tell(run: CashReconciliation, begin: date, first: Comparison, db: Unit) -> None:
    mine = await cash_reconciliations.locked(db, run.id)
    await cash_reconciliations.has_compared(db, mine, begin)
    span, comparison = await reconciliation.look(db, run.provider, begin, run.day)
    repaired = [
        one
        for one in first.findings
        if one.to_ask is not None and (one.finding.subject_type, one.finding.subject_key) not in comparison.differing
    ]
    await cash_reconciliations.tell(db, mine, comparison.findings, repaired)
    await cash_reconciliations.settle(db, span, comparison)
    mine.matched_count, mine.sums = comparison.matched_count, [asdict(one) for one in comparison.sums]
    mine.complete(by=SYSTEM, at=db.at)


async def _fail(run_id: UUID, reason: str, db: Unit) -> None:
    (await cash_reconciliations.locked(db, run_id)).fail(reason, by=SYSTEM, at=db.at)
