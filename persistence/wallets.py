"""Queries of wallets: a wallet is an account of its organization, and all its figures are sums of that account."""

from collections.abc import Sequence
from uuid import UUID

from sqlalchemy import and_, func, select
from sqlalchemy.ext.asyncio import AsyncSession

from domain.actors import Actor
from domain.ledger import AccountCode
from domain.money import Money
from domain.wallets import Wallet
from persistence import ledger_accounts as accounts
from persistence.tables.money import ledger_accounts, ledger_balances, ledger_entries
from planner.edges import Batch, Condition, Connection, Source


def visible_to(viewer: Actor) -> Condition:
    return and_(ledger_accounts.c.code == AccountCode.WALLET_AVAILABLE, accounts.visible_to(viewer))


WALLETS = Source(Wallet, ledger_accounts, visible_to)

LIST = Connection(
    WALLETS,
    orders={"CURRENCY": ledger_accounts.c.currency},
    default_order=(("CURRENCY", False),),
    filters={
        "currency": lambda currency: ledger_accounts.c.currency == currency,
        "organization_id": lambda id_: ledger_accounts.c.organization_id == id_,
    },
)


async def _available(session: AsyncSession, viewer: Actor, wallets: Sequence[Wallet]) -> dict[UUID, Money]:
    currencies = {wallet.id: wallet.currency for wallet in wallets}
    balances = ledger_balances.c
    rows = await session.execute(
        select(balances.account_id, balances.balance_minor).where(balances.account_id.in_(currencies))
    )
    return {id_: Money(amount, currencies[id_]) for id_, amount in rows}


async def _earned(session: AsyncSession, viewer: Actor, wallets: Sequence[Wallet]) -> dict[UUID, Money]:
    """All that ever came in: the credits of the account."""
    currencies = {wallet.id: wallet.currency for wallet in wallets}
    entries = ledger_entries.c
    rows = await session.execute(
        select(entries.account_id, -func.sum(entries.amount_minor))
        .where(entries.account_id.in_(currencies), entries.amount_minor < 0)
        .group_by(entries.account_id)
    )
    return {id_: Money(int(amount), currencies[id_]) for id_, amount in rows}


async def _version(session: AsyncSession, viewer: Actor, wallets: Sequence[Wallet]) -> dict[UUID, int]:
    balances = ledger_balances.c
    ids = [wallet.id for wallet in wallets]
    rows = await session.execute(select(balances.account_id, balances.version).where(balances.account_id.in_(ids)))
    return {row.account_id: row.version for row in rows}


AVAILABLE, EARNED, VERSION = Batch(_available), Batch(_earned), Batch(_version)
