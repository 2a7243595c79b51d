"""Statements of wallets: what was there at both ends of a period, and the balance after each movement in it."""

from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime
from uuid import UUID

from sqlalchemy import Select, func, select
from sqlalchemy.ext.asyncio import AsyncSession

from domain.actors import Actor
from domain.ledger_records import LedgerEntry
from domain.money import Money
from domain.wallets import StatementLine, WalletStatement
from persistence import wallets
from persistence.ledger_transfers import LEDGER_ENTRIES, PERIOD
from persistence.tables.money import ledger_accounts, ledger_entries, ledger_transfers
from planner.edges import Connection, One
from planner.pages import Page

WALLET = One(wallets.WALLETS, "id")
LINES = Connection(
    LEDGER_ENTRIES,
    orders={"POSTED": ledger_entries.c.id},
    default_order=(("POSTED", False),),
    column="account_id",
    filters=PERIOD,
)


async def statement(
    session: AsyncSession,
    viewer: Actor,
    organization_id: UUID,
    currency: str,
    *,
    posted_from: datetime | None,
    posted_before: datetime | None,
) -> WalletStatement | None:
    """The statement of a wallet; None where there is none that the viewer may see."""
    wallet = select(ledger_accounts.c.id).where(
        wallets.visible_to(viewer),
        ledger_accounts.c.organization_id == organization_id,
        ledger_accounts.c.currency == currency,
    )
    id_ = (await session.execute(wallet)).scalar_one_or_none()
    if id_ is None:
        return None
    opening = 0 if posted_from is None else await _until(session, id_, posted_from)
    closing = await _until(session, id_, posted_before)
    return WalletStatement(
        id=id_,
        currency=currency,
        posted_from=posted_from,
        posted_before=posted_before,
        opening=Money(opening, currency),
        closing=Money(closing, currency),
    )


async def with_balances(session: AsyncSession, statement: WalletStatement, page: Page) -> Page:
    """The page of entries as lines: each with what the opening balance and all movements up to it come to."""
    entries: Sequence[LedgerEntry] = page.nodes
    if not entries:
        return page
    earlier = _sum(statement.id).where(ledger_entries.c.id < entries[0].id)
    if statement.posted_from is not None:
        earlier = earlier.where(ledger_transfers.c.posted_at >= statement.posted_from)
    if statement.posted_before is not None:
        earlier = earlier.where(ledger_transfers.c.posted_at < statement.posted_before)
    balance = statement.opening + Money(int((await session.execute(earlier)).scalar_one()), statement.currency)
    lines = []
    for entry in entries:
        balance += entry.inflow
        lines.append(StatementLine(entry, balance))
    return replace(page, nodes=lines)


async def _until(session: AsyncSession, account_id: UUID, at: datetime | None) -> int:
    """The balance at an instant; None: now."""
    total = _sum(account_id)
    if at is not None:
        total = total.where(ledger_transfers.c.posted_at < at)
    return int((await session.execute(total)).scalar_one())


def _sum(account_id: UUID) -> Select[int]:
    """What has come into a wallet less what has gone out of it."""
    return (
        select(func.coalesce(-func.sum(ledger_entries.c.amount_minor), 0))
        .join(ledger_transfers, ledger_transfers.c.id == ledger_entries.c.transfer_id)
        .where(ledger_entries.c.account_id == account_id)
    )
