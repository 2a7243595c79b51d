"""The books as they are read: accounts, and posted transfers with their entries, never changed and never deleted."""

from dataclasses import dataclass
from datetime import datetime
from typing import ClassVar
from uuid import UUID

from domain.amounts import Amount
from domain.events import Recorder
from domain.ledger import AccountCode, AccountSide, PostingKind, TransferSource
from domain.money import Money
from domain.payment_methods import Provider


@dataclass(eq=False, kw_only=True)
class LedgerAccount:
    """An account as it stands in the books."""

    id: UUID
    code: AccountCode
    currency: str
    organization_id: UUID | None
    provider: Provider | None
    customer_id: UUID | None
    side: AccountSide
    guarded: bool


@dataclass(eq=False, kw_only=True)
class LedgerTransfer(Recorder):
    """A posted transfer; never changed, never deleted."""

    SUBJECT: ClassVar[str] = "ledger"

    id: UUID
    kind: PostingKind
    source_type: TransferSource
    source_id: UUID
    ordinal: int
    entry_count: int
    posted_at: datetime
    actor_user_id: UUID | None
    actor_key_id: UUID | None
    actor_organization_id: UUID | None
    reason: str | None
    reverses_id: UUID | None


@dataclass(eq=False, kw_only=True)
class LedgerEntry:
    """A posted line: debit > 0, credit < 0."""

    id: int
    transfer_id: UUID
    account_id: UUID
    amount_minor: int
    currency: str
    invoice_id: UUID | None
    payment_id: UUID | None
    hold_id: UUID | None
    payout_id: UUID | None

    amount = Amount("amount_minor")

    @property
    def inflow(self) -> Money:
        """The entry as the owner of a wallet sees it: what comes in is positive."""
        return Money(-self.amount_minor, self.currency)

    @property
    def debit(self) -> Money | None:
        return self.amount if self.amount_minor > 0 else None

    @property
    def credit(self) -> Money | None:
        return Money(-self.amount_minor, self.currency) if self.amount_minor < 0 else None
