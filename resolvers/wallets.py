"""Wallets: their list, figures and statements."""

from dataclasses import replace
from datetime import datetime
from uuid import UUID

from domain.wallets import WalletStatement
from persistence import ledger_accounts, ledger_transfers, wallet_statements, wallets
from planner.pages import Page, PageRequest
from resolvers.context import Context

LIST = wallets.LIST
AVAILABLE, HELD, IN_TRANSIT, PAID_OUT = wallets.AVAILABLE, wallets.HELD, wallets.IN_TRANSIT, wallets.PAID_OUT
EARNED, SPENT, TAKEN_BACK, DEBT = wallets.EARNED, wallets.SPENT, wallets.TAKEN_BACK, wallets.DEBT
VERSION = wallets.VERSION
ORGANIZATION, STATEMENT = ledger_accounts.ORGANIZATION, ledger_transfers.ENTRIES_OF_ACCOUNT
WALLET, LINES = wallet_statements.WALLET, wallet_statements.LINES


async def wallet_statement(
    context: Context,
    organization_id: UUID | None,
    currency: str,
    posted_from: datetime | None,
    posted_before: datetime | None,
) -> WalletStatement | None:
    """The statement of a wallet of the active organization unless another is named."""
    owner_id = organization_id or context.viewer.organization_id
    if owner_id is None:
        return None
    async with context.platform.database.reader() as session:
        return await wallet_statements.statement(
            session, context.viewer, owner_id, currency, posted_from=posted_from, posted_before=posted_before
        )


async def statement_lines(context: Context, statement: WalletStatement, request: PageRequest) -> Page:
    """A page of its lines, oldest first."""
    page = await context.loaders.page(LINES, statement, replace(request, filter=statement.period))
    async with context.platform.database.reader() as session:
        return await wallet_statements.with_balances(session, statement, page)
