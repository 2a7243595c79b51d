"""Reconciliations as staff ask for them: run now, tried without a trace, or of a report that was sent as a file."""

from datetime import date, timedelta
from typing import Any
from uuid import UUID

from domain import cash_reconciliations as rules
from domain import report_files
from domain.payment_methods import Provider
from domain.provider_differences import DifferenceAccount
from domain.provider_reports import DayReport, ReportOrigin, start_of
from domain.refusals import invalid
from integrations.providers import provider_of
from persistence import cash_reconciliations, provider_differences, provider_reports, reconciliation
from persistence.provider_accounts import access_to
from persistence.unit import Unit
from resolvers.context import Context
from resolvers.mutations import Changed

LIST, FINDINGS = cash_reconciliations.LIST, cash_reconciliations.FINDINGS
REQUESTED_BY, EXCEPTION = cash_reconciliations.REQUESTED_BY, cash_reconciliations.EXCEPTION
LINES = provider_reports.LINES

MOST_SHOWN = 100
"""How many differences a dry run shows; it counts the others."""


async def read_reports(context: Context, *, provider: Provider, day: date, dry_run: bool) -> dict[str, Any]:
    """Before the transaction of a dry run: what the provider reports. A real run reads it by itself."""
    reports: list[DayReport] = []
    if dry_run:
        now, database = context.platform.now(), context.platform.database
        rules.require_begun(day, now)
        adapter = provider_of(await access_to(database, provider), database.url)
        answers = [await adapter.report(one, now) for one in (day - timedelta(days=1), day)]
        reports = [answer for answer in answers if isinstance(answer, DayReport)]
    return {"provider": provider, "day": day, "dry_run": dry_run, "reports": reports}


async def run_cash_reconciliation(
    db: Unit, *, provider: Provider, day: date, dry_run: bool, reports: list[DayReport]
) -> Changed:
    if dry_run:
        return Changed(reconciliation=None, dry_run=await _tried(db, provider, day, reports))
    run = rules.start(provider, day, by=db.by, at=db.at)
    db.add(run)
    return Changed(reconciliation=run, dry_run=None)


async def _tried(db: Unit, provider: Provider, day: date, reports: list[DayReport]) -> dict[str, Any]:
    """Everything a run does up to what it would tell; and then all of it is undone."""
    async with db.session.begin_nested() as nothing_stays:
        for report in reports:
            await provider_reports.add_lines(db, provider, report.lines)
            await provider_reports.keep(db, provider, report, ReportOrigin.FETCHED)
        if await provider_reports.known(db, provider, day) is None:
            raise invalid(f"No report of that day came from {provider.title}: import one first.", "day")
        _, comparison = await reconciliation.look(db, provider, day, day)
        await nothing_stays.rollback()
    return {
        "matchedCount": comparison.matched_count,
        "findingCount": len(comparison.findings),
        "currencies": [rules.stored(one) for one in comparison.sums],
        "differences": [one.as_told() for one in comparison.findings[:MOST_SHOWN]],
    }


async def import_provider_report(db: Unit, *, provider: Provider, day: date, content: str) -> Changed:
    if start_of(day) > db.at:
        raise invalid("This day has not begun: nothing can be reported of it yet.", "day")
    report = report_files.read(day, content)
    await provider_reports.add_lines(db, provider, report.lines)
    return Changed(report=await provider_reports.keep(db, provider, report, ReportOrigin.IMPORTED))


async def post_provider_difference(db: Unit, *, exception_id: UUID, account: DifferenceAccount, reason: str) -> Changed:
    return Changed(approval=await provider_differences.ask(db, exception_id, account, reason))
