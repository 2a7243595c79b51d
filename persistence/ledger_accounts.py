"""Queries of ledger accounts: who sees which, their balances, and the trial balance."""

from collections import defaultdict
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import BigInteger, ColumnElement, Table, case, cast, false, func, select, true
from sqlalchemy.ext.asyncio import AsyncSession

from domain.actors import Actor
from domain.ledger import CHART, AccountSide
from domain.ledger_records import LedgerAccount
from domain.money import Money
from domain.permissions import Permission
from domain.trial_balances import TrialBalance, TrialBalanceLine
from domain.wallets import Wallet
from persistence.customers import CUSTOMERS
from persistence.organizations import ORGANIZATIONS
from persistence.tables.money import ledger_accounts, ledger_balances, ledger_entries, ledger_transfers
from planner.edges import Condition, Connection, Derived, One, Source


def visible_to(viewer: Actor) -> Condition:
    """The accounts of the active organization; staff for money see all, the platform's own too."""
    if viewer.may(Permission.STAFF_MONEY):
        return true()
    if viewer.organization_id is None or not viewer.may(Permission.MONEY_READ):
        return false()
    return ledger_accounts.c.organization_id == viewer.organization_id


LEDGER_ACCOUNTS = Source(LedgerAccount, ledger_accounts, visible_to)

ORGANIZATION = One(ORGANIZATIONS, "organization_id")
CUSTOMER = One(CUSTOMERS, "customer_id")
LIST = Connection(
    LEDGER_ACCOUNTS,
    orders={"CODE": ledger_accounts.c.code},
    default_order=(("CODE", False),),
    filters={
        "code": lambda codes: ledger_accounts.c.code.in_(codes),
        "currency": lambda currency: ledger_accounts.c.currency == currency,
        "organization_id": lambda id_: ledger_accounts.c.organization_id == id_,
    },
)


def in_its_currency(amount_minor: int, account: LedgerAccount | Wallet) -> Money:
    return Money(amount_minor, account.currency)


def _balance(account: Table) -> ColumnElement[Any]:
    """The stored balance of a guarded account, the sum of the entries of any other; in the account's direction."""
    balances, entries = ledger_balances.c, ledger_entries.c
    stored = select(balances.balance_minor).where(balances.account_id == account.c.id).scalar_subquery()
    summed = select(func.sum(entries.amount_minor)).where(entries.account_id == account.c.id).scalar_subquery()
    signed = case((account.c.side == AccountSide.DEBIT, 1), else_=-1)
    return cast(func.coalesce(stored, signed * summed, 0), BigInteger)


BALANCE = Derived(ledger_accounts, _balance, in_its_currency)


async def trial_balance(
    session: AsyncSession,
    viewer: Actor,
    *,
    organization_id: UUID | None = None,
    posted_from: datetime | None = None,
    posted_before: datetime | None = None,
) -> list[TrialBalance]:
    """Debits and credits of the accounts that the viewer may see, by currency and code, in the order of the chart."""
    amount = ledger_entries.c.amount_minor
    statement = (
        select(
            ledger_accounts.c.currency,
            ledger_accounts.c.code,
            func.coalesce(func.sum(amount).filter(amount > 0), 0),
            func.coalesce(-func.sum(amount).filter(amount < 0), 0),
        )
        .join(ledger_accounts, ledger_accounts.c.id == ledger_entries.c.account_id)
        .where(visible_to(viewer))
        .group_by(ledger_accounts.c.currency, ledger_accounts.c.code)
        .order_by(ledger_accounts.c.currency)
    )
    if organization_id is not None:
        statement = statement.where(ledger_accounts.c.organization_id == organization_id)
    if posted_from is not None or posted_before is not None:
        statement = statement.join(ledger_transfers, ledger_transfers.c.id == ledger_entries.c.transfer_id)
    if posted_from is not None:
        statement = statement.where(ledger_transfers.c.posted_at >= posted_from)
    if posted_before is not None:
        statement = statement.where(ledger_transfers.c.posted_at < posted_before)
    lines: dict[str, list[TrialBalanceLine]] = defaultdict(list)
    for currency, code, debit, credit in await session.execute(statement):
        lines[currency].append(TrialBalanceLine(code, Money(int(debit), currency), Money(int(credit), currency)))
    return [TrialBalance(currency, sorted(found, key=_place)) for currency, found in lines.items()]


_PLACES = {code: place for place, code in enumerate(CHART)}


def _place(line: TrialBalanceLine) -> int:
    return _PLACES[line.account]
