"""Wallets: what an organization has at Milepost in one currency. A projection: every figure derives from the ledger."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import ClassVar
from uuid import UUID

from domain.events import Recorder
from domain.ledger import AccountCode, AccountKey, Transfer


@dataclass(eq=False, kw_only=True)
class Wallet(Recorder):
    """One for each organization and currency, from its first credit on; it shares its id with its account."""

    SUBJECT: ClassVar[str] = "wallet"

    id: UUID
    organization_id: UUID
    currency: str

    def concerned_organizations(self) -> list[UUID]:
        return [self.organization_id]


def moved_wallets(transfer: Transfer, accounts: Mapping[AccountKey, UUID]) -> list[Wallet]:
    """The wallets that a transfer moves, each with the event that says so; `accounts` are the ids behind the keys."""
    moved = []
    for posting in transfer.postings:
        key = posting.account
        if key.code is AccountCode.WALLET_AVAILABLE and key.organization_id is not None:
            wallet = Wallet(id=accounts[key], organization_id=key.organization_id, currency=key.currency)
            verb = "credited" if posting.change_minor > 0 else "debited"
            wallet.record(verb, by=transfer.by, at=transfer.at, data={"currency": key.currency})
            moved.append(wallet)
    return moved
