"""Queries of wallets: a wallet is an account of its organization, and all its figures are sums of that account."""

from collections.abc import Callable
from typing import Any

from sqlalchemy import BigInteger, ColumnElement, Table, and_, cast, func, select

from domain.actors import Actor
from domain.ledger import AccountCode
from domain.wallets import Wallet
from persistence import ledger_accounts as accounts
from persistence.ledger_accounts import in_its_currency
from persistence.tables.money import ledger_accounts, ledger_balances, ledger_entries
from planner.edges import Condition, Connection, Derived, Source


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


def _of_balance(column: ColumnElement[Any]) -> Callable[[Table], ColumnElement[Any]]:
    """A column of the account's balance row, which is there from the first entry on; a wallet has one."""

    def expression(account: Table) -> ColumnElement[Any]:
        row = select(column).where(ledger_balances.c.account_id == account.c.id).scalar_subquery()
        return func.coalesce(row, 0, type_=column.type)

    return expression


def _credits(account: Table) -> ColumnElement[Any]:
    """All that ever came in: the credits of the account."""
    amount = ledger_entries.c.amount_minor
    found = select(-func.sum(amount)).where(ledger_entries.c.account_id == account.c.id, amount < 0)
    return cast(func.coalesce(found.scalar_subquery(), 0), BigInteger)


AVAILABLE = Derived(ledger_accounts, _of_balance(ledger_balances.c.balance_minor), in_its_currency)
EARNED = Derived(ledger_accounts, _credits, in_its_currency)
VERSION = Derived(ledger_accounts, _of_balance(ledger_balances.c.version))
