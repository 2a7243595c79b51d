"""Debts: what an organization owes Milepost in one currency; whatever comes into its wallet repays it first."""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import ClassVar
from uuid import UUID

from domain.events import Recorder
from domain.ledger import AccountCode, AccountKey, Transfer


@dataclass(eq=False, kw_only=True)
class Debt(Recorder):
    """One for each organization and currency that ever owed anything; it shares its id with its account."""

    SUBJECT: ClassVar[str] = "debt"

    id: UUID
    organization_id: UUID
    currency: str

    def concerned_organizations(self) -> list[UUID]:
        return [self.organization_id]


def debt_behind(wallet: AccountKey) -> AccountKey:
    """What the owner of a wallet owes in its currency."""
    return replace(wallet, code=AccountCode.ORG_DEBT)


def moved_debts(transfer: Transfer, accounts: Mapping[AccountKey, UUID]) -> list[Debt]:
    """The debts that a transfer moves, each with the event that says so; `accounts` are the ids behind the keys."""
    is_written_off = any(posting.account.code is AccountCode.BAD_DEBT for posting in transfer.postings)
    moved = []
    for posting in transfer.postings:
        key = posting.account
        if key.code is AccountCode.ORG_DEBT and key.organization_id is not None:
            debt = Debt(id=accounts[key], organization_id=key.organization_id, currency=key.currency)
            lowered = "written_off" if is_written_off else "recovered"
            verb = "incurred" if posting.change_minor > 0 else lowered
            data = {"currency": key.currency, "amountMinor": str(abs(posting.change_minor))}
            debt.record(verb, by=transfer.by, at=transfer.at, data=data)
            moved.append(debt)
    return moved
