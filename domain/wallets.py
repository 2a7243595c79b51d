"""Wallets: what an organization has at Milepost in one currency. A projection: every figure derives from the ledger."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import ClassVar
from uuid import UUID

from domain.events import Recorder
from domain.ledger import AccountCode, AccountKey, Transfer
from domain.ledger_records import LedgerEntry
from domain.money import Money
from domain.refusals import RefusalCode, Refused


@dataclass(eq=False, kw_only=True)
class Wallet(Recorder):
    """One for each organization and currency, from its first credit on; it shares its id with its account."""

    SUBJECT: ClassVar[str] = "wallet"

    id: UUID
    organization_id: UUID
    currency: str

    def concerned_organizations(self) -> list[UUID]:
        return [self.organization_id]


@dataclass(frozen=True, slots=True)
class StatementLine:
    """A movement of a wallet, and what was there after it."""

    entry: LedgerEntry
    balance: Money

    @property
    def id(self) -> int:
        return self.entry.id

    @property
    def amount(self) -> Money:
        return self.entry.inflow


@dataclass(frozen=True, slots=True, kw_only=True)
class WalletStatement:
    """What a wallet had at the beginning and at the end of a period."""

    id: UUID
    currency: str
    posted_from: datetime | None
    posted_before: datetime | None
    opening: Money
    closing: Money

    @property
    def period(self) -> tuple[tuple[str, datetime], ...]:
        """The period as conditions on entries."""
        ends = (("posted_from", self.posted_from), ("posted_before", self.posted_before))
        return tuple((name, at) for name, at in ends if at is not None)


def is_wallet(account: AccountKey) -> bool:
    """Whether the account holds the free money of an organization."""
    return account.code is AccountCode.WALLET_AVAILABLE


def insufficient_funds(required_minor: int, available_minor: int, currency: str, *path: str) -> Refused:
    """The wallet has less than what is to be taken from it."""
    required, available = Money(required_minor, currency), Money(available_minor, currency)
    message = f"This needs {required}; the wallet has {available}."
    return Refused(RefusalCode.INSUFFICIENT_FUNDS, message, path=path, required=required, available=available)


def require_covered(changes: Mapping[AccountKey, int], held: Mapping[AccountKey, int]) -> None:
    """Refuses INSUFFICIENT_FUNDS where a change takes more from a wallet than it holds."""
    for key, change in changes.items():
        available = held.get(key, 0)
        if is_wallet(key) and available + change < 0:
            raise insufficient_funds(-change, available, key.currency)


def moved_wallets(transfer: Transfer, accounts: Mapping[AccountKey, UUID]) -> list[Wallet]:
    """The wallets that a transfer moves, each with the event that says so; `accounts` are the ids behind the keys."""
    moved = []
    for posting in transfer.postings:
        key = posting.account
        if is_wallet(key) and key.organization_id is not None:
            wallet = Wallet(id=accounts[key], organization_id=key.organization_id, currency=key.currency)
            verb = "credited" if posting.change_minor > 0 else "debited"
            wallet.record(verb, by=transfer.by, at=transfer.at, data={"currency": key.currency})
            moved.append(wallet)
    return moved
