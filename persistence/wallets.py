"""Queries of wallets: a wallet is an account of its organization, and all its figures are sums of that account."""

from collections.abc import Callable
from typing import Any
from uuid import UUID

from sqlalchemy import BigInteger, ColumnElement, FromClause, Table, and_, cast, func, insert, not_, select

from domain.actors import Actor
from domain.ledger import AccountCode, PostingKind
from domain.wallets import Wallet, insufficient_funds
from persistence import ledger_accounts as accounts
from persistence.ledger_accounts import in_its_currency
from persistence.outbox import outbox_row
from persistence.tables.money import ledger_accounts, ledger_balances, ledger_entries, ledger_transfers
from persistence.tables.payouts import payouts
from persistence.tables.platform import outbox
from persistence.unit import Unit
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


_IN_THE_WALLET = (AccountCode.WALLET_AVAILABLE, AccountCode.WALLET_HELD)
_PAYING_OUT = (PostingKind.P12, PostingKind.P13)
_SPENDING = (PostingKind.P4, PostingKind.P6, PostingKind.P19)
_TAKING_BACK = (PostingKind.P9, PostingKind.P16, PostingKind.P18)
"""Which postings count where: available + held + in transit + paid out = earned - spent - taken back.

Payouts move money among the four on the left. Of the rest, what payments, holds and conversions take out is spent; what
credit notes, lost chargebacks and recovered debts take is taken back; all else is earned, so that a reversal lowers it.
A chargeback under way (P15) moves money between available and held, and so counts nowhere.
"""


def _of_own_balance(column: ColumnElement[Any]) -> Callable[[Table], ColumnElement[Any]]:
    """A column of the balance row of the wallet's own account, which is that of what is available."""

    def expression(account: Table) -> ColumnElement[Any]:
        row = select(column).where(ledger_balances.c.account_id == account.c.id)
        return func.coalesce(row.scalar_subquery(), 0, type_=column.type)

    return expression


def _of_balance(code: AccountCode, column: ColumnElement[Any]) -> Callable[[Table], ColumnElement[Any]]:
    """A column of the balance row of one of the owner's accounts in the wallet's currency; 0 where there is none."""

    def expression(account: Table) -> ColumnElement[Any]:
        other = ledger_accounts.alias()
        row = (
            select(column).join(other, other.c.id == ledger_balances.c.account_id).where(_sibling(other, account, code))
        )
        return func.coalesce(row.scalar_subquery(), 0, type_=column.type)

    return expression


def _sibling(other: FromClause, account: Table, *codes: AccountCode) -> ColumnElement[bool]:
    same_owner = other.c.organization_id == account.c.organization_id
    return and_(other.c.code.in_(codes), same_owner, other.c.currency == account.c.currency)


def _moved(sign: int, condition: ColumnElement[bool]) -> Callable[[Table], ColumnElement[Any]]:
    """The sum of the entries on both accounts of the wallet whose posting fits; with sign -1 credits are positive."""

    def expression(account: Table) -> ColumnElement[Any]:
        other = ledger_accounts.alias()
        total = (
            select(sign * func.sum(ledger_entries.c.amount_minor))
            .join(other, other.c.id == ledger_entries.c.account_id)
            .join(ledger_transfers, ledger_transfers.c.id == ledger_entries.c.transfer_id)
            .where(_sibling(other, account, *_IN_THE_WALLET), condition)
        )
        return cast(func.coalesce(total.scalar_subquery(), 0), BigInteger)

    return expression


def _of_payouts(code: AccountCode) -> Callable[[Table], ColumnElement[Any]]:
    """What the owner's payouts have left on an account of the platform."""

    def expression(account: Table) -> ColumnElement[Any]:
        other = ledger_accounts.alias()
        total = (
            select(-func.sum(ledger_entries.c.amount_minor))
            .join(other, other.c.id == ledger_entries.c.account_id)
            .join(payouts, payouts.c.id == ledger_entries.c.payout_id)
            .where(
                payouts.c.organization_id == account.c.organization_id,
                payouts.c.currency == account.c.currency,
                other.c.code == code,
            )
        )
        return cast(func.coalesce(total.scalar_subquery(), 0), BigInteger)

    return expression


def _figure(expression: Callable[[Table], ColumnElement[Any]]) -> Derived:
    return Derived(ledger_accounts, expression, in_its_currency)


_kind, _is_debit = ledger_transfers.c.kind, ledger_entries.c.amount_minor > 0
_is_spent, _is_taken_back = and_(_is_debit, _kind.in_(_SPENDING)), _kind.in_(_TAKING_BACK)

AVAILABLE = _figure(_of_own_balance(ledger_balances.c.balance_minor))
HELD = _figure(_of_balance(AccountCode.WALLET_HELD, ledger_balances.c.balance_minor))
DEBT = _figure(_of_balance(AccountCode.ORG_DEBT, ledger_balances.c.balance_minor))
IN_TRANSIT = _figure(_of_payouts(AccountCode.PAYOUT_IN_TRANSIT))
PAID_OUT = _figure(_of_payouts(AccountCode.PROVIDER_CASH))
EARNED = _figure(_moved(-1, and_(_kind.not_in(_PAYING_OUT), not_(_is_spent), not_(_is_taken_back))))
SPENT, TAKEN_BACK = _figure(_moved(1, _is_spent)), _figure(_moved(1, _is_taken_back))
VERSION = Derived(ledger_accounts, _of_own_balance(ledger_balances.c.version))


async def tell(db: Unit, organization_id: UUID, currency: str, verb: str) -> None:
    """Tells who follows a wallet of what moves no balance of it: what has left it is sent, or paid."""
    balance = select(ledger_accounts.c.id, ledger_balances.c.version).join(ledger_balances)
    row = (await db.session.execute(balance.where(_of(organization_id, currency)))).one()
    wallet = Wallet(id=row.id, organization_id=organization_id, currency=currency)
    wallet.record(verb, by=db.by, at=db.at, data={"currency": currency})
    rows = [outbox_row(wallet, row.version, event, db.request_id) for event in wallet.take_events()]
    await db.session.execute(insert(outbox), rows)


def _of(organization_id: UUID, currency: str) -> ColumnElement[bool]:
    account = ledger_accounts.c
    is_theirs = and_(account.organization_id == organization_id, account.currency == currency)
    return and_(account.code == AccountCode.WALLET_AVAILABLE, is_theirs)


async def require(db: Unit, organization_id: UUID, currency: str, amount_minor: int) -> None:
    """Refuses INSUFFICIENT_FUNDS early where a wallet does not cover an amount.

    It takes no lock: `ledger.post` looks again under the lock of the balance, and refuses in the same way.
    """
    balance = select(ledger_balances.c.balance_minor).join(ledger_accounts).where(_of(organization_id, currency))
    available = await db.session.scalar(balance) or 0
    if available < amount_minor:
        raise insufficient_funds(amount_minor, available, currency, "amount")
