"""Queries of posted transfers and their entries: who sees which, and the lists."""

from collections.abc import Callable
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import Select, false, select, true

from domain.actors import Actor
from domain.ledger_records import LedgerEntry, LedgerTransfer
from domain.permissions import Permission
from persistence import ledger_accounts as accounts
from persistence.api_keys import API_KEYS
from persistence.escrow_holds import ESCROW_HOLDS
from persistence.invoices import INVOICES
from persistence.organizations import ORGANIZATIONS
from persistence.payments import PAYMENTS
from persistence.tables.money import ledger_accounts, ledger_entries, ledger_transfers
from persistence.users import USERS
from planner.edges import Condition, Connection, Many, One, Source


def _visible_accounts(viewer: Actor) -> Select[UUID]:
    return select(ledger_accounts.c.id).where(accounts.visible_to(viewer))


def entries_visible_to(viewer: Actor) -> Condition:
    """Entries on accounts that the viewer may see: of one transfer often not all, for each party has its own."""
    if viewer.may(Permission.STAFF_MONEY):
        return true()
    if not viewer.may(Permission.MONEY_READ):
        return false()
    return ledger_entries.c.account_id.in_(_visible_accounts(viewer))


def transfers_visible_to(viewer: Actor) -> Condition:
    """Transfers with an entry that the viewer may see."""
    if viewer.may(Permission.STAFF_MONEY):
        return true()
    if not viewer.may(Permission.MONEY_READ):
        return false()
    return _with_entry(entries_visible_to(viewer))


def _with_entry(condition: Condition) -> Condition:
    return ledger_transfers.c.id.in_(select(ledger_entries.c.transfer_id).where(condition))


LEDGER_TRANSFERS = Source(LedgerTransfer, ledger_transfers, transfers_visible_to)
LEDGER_ENTRIES = Source(LedgerEntry, ledger_entries, entries_visible_to)

ENTRIES = Many(LEDGER_ENTRIES, "transfer_id", "id")
REVERSES = One(LEDGER_TRANSFERS, "reverses_id")
REVERSED_BY = One(LEDGER_TRANSFERS, "id", "reverses_id")
USER, API_KEY = One(USERS, "actor_user_id"), One(API_KEYS, "actor_key_id")
ORGANIZATION = One(ORGANIZATIONS, "actor_organization_id")
TRANSFER = One(LEDGER_TRANSFERS, "transfer_id")
ACCOUNT = One(accounts.LEDGER_ACCOUNTS, "account_id")
INVOICE = One(INVOICES, "invoice_id")
PAYMENT, HOLD = One(PAYMENTS, "payment_id"), One(ESCROW_HOLDS, "hold_id")

TRANSFERS = Connection(
    LEDGER_TRANSFERS,
    orders={"POSTED_AT": ledger_transfers.c.posted_at},
    default_order=(("POSTED_AT", True),),
    filters={
        "kind": lambda kinds: ledger_transfers.c.kind.in_(kinds),
        "invoice_id": lambda id_: _with_entry(ledger_entries.c.invoice_id == id_),
        "payment_id": lambda id_: _with_entry(ledger_entries.c.payment_id == id_),
        "hold_id": lambda id_: _with_entry(ledger_entries.c.hold_id == id_),
        "payout_id": lambda id_: _with_entry(ledger_entries.c.payout_id == id_),
        "organization_id": lambda id_: _with_entry(_of_account(ledger_accounts.c.organization_id == id_)),
        "posted_from": lambda at: ledger_transfers.c.posted_at >= at,
        "posted_before": lambda at: ledger_transfers.c.posted_at < at,
    },
)


def _of_account(condition: Condition) -> Condition:
    return ledger_entries.c.account_id.in_(select(ledger_accounts.c.id).where(condition))


def _posted(condition: Condition) -> Condition:
    return ledger_entries.c.transfer_id.in_(select(ledger_transfers.c.id).where(condition))


def _from(at: datetime) -> Condition:
    return _posted(ledger_transfers.c.posted_at >= at)


def _before(at: datetime) -> Condition:
    return _posted(ledger_transfers.c.posted_at < at)


_ENTRY_ORDERS = {"POSTED": ledger_entries.c.id}
_NEWEST_FIRST = (("POSTED", True),)
PERIOD: dict[str, Callable[[Any], Condition]] = {"posted_from": _from, "posted_before": _before}

ENTRY_LIST = Connection(
    LEDGER_ENTRIES,
    orders=_ENTRY_ORDERS,
    default_order=_NEWEST_FIRST,
    filters={
        "account_id": lambda id_: ledger_entries.c.account_id == id_,
        "account_code": lambda codes: _of_account(ledger_accounts.c.code.in_(codes)),
        "currency": lambda currency: ledger_entries.c.currency == currency,
        "invoice_id": lambda id_: ledger_entries.c.invoice_id == id_,
        "payment_id": lambda id_: ledger_entries.c.payment_id == id_,
        "hold_id": lambda id_: ledger_entries.c.hold_id == id_,
        "payout_id": lambda id_: ledger_entries.c.payout_id == id_,
        "organization_id": lambda id_: _of_account(ledger_accounts.c.organization_id == id_),
        **PERIOD,
    },
)
ENTRIES_OF_ACCOUNT = Connection(
    LEDGER_ENTRIES, orders=_ENTRY_ORDERS, default_order=_NEWEST_FIRST, column="account_id", filters=PERIOD
)
