"""The trial balance, and the report on the books' integrity."""

from typing import Any

from domain.books import IntegrityReport
from domain.trial_balances import TrialBalance
from persistence import books, ledger_accounts
from resolvers.context import Context


async def trial_balance(context: Context, **conditions: Any) -> list[TrialBalance]:
    async with context.platform.database.reader() as session:
        return await ledger_accounts.trial_balance(session, context.viewer, **conditions)


async def integrity_report(context: Context) -> IntegrityReport:
    platform = context.platform
    async with platform.recomputing:
        now = platform.now()
        return IntegrityReport(now, await books.run_checks(platform.database, now))
