"""The ledger: accounts, and transfers whose entries add up to zero; every balance in Milepost derives from them."""

from dataclasses import dataclass, field
from datetime import datetime
from enum import Enum
from uuid import UUID

from domain.actors import Actor


class AccountCode(Enum):
    """The chart of accounts."""

    PROVIDER_CASH = "provider_cash"
    RECEIVABLE = "receivable"
    BILLED = "billed"
    WALLET_AVAILABLE = "wallet_available"
    CUSTOMER_CREDIT = "customer_credit"
    PLATFORM_FEE = "platform_fee"


class AccountSide(Enum):
    """On which side an account grows."""

    DEBIT = "DEBIT"
    CREDIT = "CREDIT"


@dataclass(frozen=True, slots=True)
class AccountRule:
    """How an account behaves: a guarded one has a balance row that the database keeps at zero or above."""

    side: AccountSide
    guarded: bool


_D, _C = AccountSide.DEBIT, AccountSide.CREDIT
CHART: dict[AccountCode, AccountRule] = {
    AccountCode.PROVIDER_CASH: AccountRule(_D, guarded=False),
    AccountCode.RECEIVABLE: AccountRule(_D, guarded=True),
    AccountCode.BILLED: AccountRule(_C, guarded=True),
    AccountCode.WALLET_AVAILABLE: AccountRule(_C, guarded=True),
    AccountCode.CUSTOMER_CREDIT: AccountRule(_C, guarded=True),
    AccountCode.PLATFORM_FEE: AccountRule(_C, guarded=False),
}


@dataclass(frozen=True, slots=True, kw_only=True)
class AccountKey:
    """What identifies an account; accounts come to exist with their first entry."""

    code: AccountCode
    currency: str
    organization_id: UUID | None = None
    provider: str | None = None
    customer_id: UUID | None = None


@dataclass(frozen=True, slots=True)
class Posting:
    """One line of a transfer before it is written: debit > 0, credit < 0, never 0."""

    account: AccountKey
    amount_minor: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Transfer:
    """One balanced business fact, for example P3: a payment succeeded. Unique by kind, source and ordinal."""

    kind: str
    source_type: str
    source_id: UUID
    ordinal: int = 1
    by: Actor
    at: datetime
    reason: str | None = None
    invoice_id: UUID | None = None
    payment_id: UUID | None = None
    postings: tuple[Posting, ...] = field(default=())
