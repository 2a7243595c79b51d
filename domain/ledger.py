"""The ledger: accounts, and transfers whose entries add up to zero; every balance in Milepost derives from them."""

from collections import Counter
from dataclasses import dataclass, field
from datetime import datetime
from enum import Enum
from uuid import UUID

from domain.actors import Actor
from domain.currencies import CREDIT
from domain.payment_methods import Provider


class AccountCode(Enum):
    """The codes of the chart of accounts."""

    PROVIDER_CASH = "provider_cash"
    RECEIVABLE = "receivable"
    BILLED = "billed"
    ESCROW = "escrow"
    WALLET_AVAILABLE = "wallet_available"
    WALLET_HELD = "wallet_held"
    CUSTOMER_CREDIT = "customer_credit"
    EXTERNAL_CREDIT = "external_credit"
    EXTERNAL_FUNDS = "external_funds"
    REFUND_PAYABLE = "refund_payable"
    PAYOUT_IN_TRANSIT = "payout_in_transit"
    CHARGEBACK_RESERVE = "chargeback_reserve"
    ORG_DEBT = "org_debt"
    PLATFORM_FEE = "platform_fee"
    PLATFORM_REVENUE = "platform_revenue"
    TAX_PAYABLE = "tax_payable"
    DEFERRED_REVENUE = "deferred_revenue"
    PROCESSOR_FEE = "processor_fee"
    BAD_DEBT = "bad_debt"
    FX_CLEARING = "fx_clearing"
    SUSPENSE = "suspense"
    CREDIT_ISSUED = "credit_issued"
    CREDIT_SPENT = "credit_spent"
    CREDIT_EXPIRED = "credit_expired"
    CREDIT_ADJUSTED = "credit_adjusted"
    CREDIT_AVAILABLE = "credit_available"
    CREDIT_HELD = "credit_held"


class AccountSide(Enum):
    """On which side an account grows."""

    DEBIT = "DEBIT"
    CREDIT = "CREDIT"


class Guard(Enum):
    """What keeps an account from going below zero."""

    BALANCE = "BALANCE"
    """A balance row with a CHECK, locked and moved by each posting: accounts of organizations and customers."""
    SOURCE = "SOURCE"
    """Each object's own entries: no refund, payout or chargeback ever takes out more than it brought in.

    For accounts of the platform, whose one balance row would make the whole world wait in line.
    """
    NONE = "NONE"


@dataclass(frozen=True, slots=True)
class AccountRule:
    """How an account behaves.

    `key` names what identifies an account of this code besides its currency; accounts without an organization are
    the platform's own.
    """

    side: AccountSide
    guard: Guard
    key: tuple[str, ...]
    counts_credits: bool = False
    """Whether it is kept in the unit CREDIT, as it is for no account of money."""

    @property
    def guarded(self) -> bool:
        """Whether it has a balance row."""
        return self.guard is Guard.BALANCE


_D, _C = AccountSide.DEBIT, AccountSide.CREDIT
_OWN, _CUSTOMERS, _PROVIDERS = ("organization_id",), ("organization_id", "customer_id"), ("provider",)
CHART: dict[AccountCode, AccountRule] = {
    AccountCode.PROVIDER_CASH: AccountRule(_D, Guard.NONE, _PROVIDERS),
    AccountCode.RECEIVABLE: AccountRule(_D, Guard.BALANCE, _OWN),
    AccountCode.BILLED: AccountRule(_C, Guard.BALANCE, _OWN),
    AccountCode.ESCROW: AccountRule(_C, Guard.BALANCE, _OWN),
    AccountCode.WALLET_AVAILABLE: AccountRule(_C, Guard.BALANCE, _OWN),
    AccountCode.WALLET_HELD: AccountRule(_C, Guard.BALANCE, _OWN),
    AccountCode.CUSTOMER_CREDIT: AccountRule(_C, Guard.BALANCE, _CUSTOMERS),
    AccountCode.EXTERNAL_CREDIT: AccountRule(_C, Guard.BALANCE, _CUSTOMERS),
    AccountCode.EXTERNAL_FUNDS: AccountRule(_D, Guard.BALANCE, _CUSTOMERS),
    AccountCode.REFUND_PAYABLE: AccountRule(_C, Guard.SOURCE, _PROVIDERS),
    AccountCode.PAYOUT_IN_TRANSIT: AccountRule(_C, Guard.SOURCE, _PROVIDERS),
    AccountCode.CHARGEBACK_RESERVE: AccountRule(_D, Guard.SOURCE, _PROVIDERS),
    AccountCode.ORG_DEBT: AccountRule(_D, Guard.BALANCE, _OWN),
    AccountCode.PLATFORM_FEE: AccountRule(_C, Guard.NONE, ()),
    AccountCode.PLATFORM_REVENUE: AccountRule(_C, Guard.NONE, ()),
    AccountCode.TAX_PAYABLE: AccountRule(_C, Guard.NONE, ()),
    AccountCode.DEFERRED_REVENUE: AccountRule(_C, Guard.SOURCE, ()),
    AccountCode.PROCESSOR_FEE: AccountRule(_D, Guard.NONE, ()),
    AccountCode.BAD_DEBT: AccountRule(_D, Guard.NONE, ()),
    AccountCode.FX_CLEARING: AccountRule(_C, Guard.NONE, ()),
    AccountCode.SUSPENSE: AccountRule(_C, Guard.NONE, ()),
    AccountCode.CREDIT_ISSUED: AccountRule(_D, Guard.NONE, (), counts_credits=True),
    AccountCode.CREDIT_SPENT: AccountRule(_C, Guard.NONE, (), counts_credits=True),
    AccountCode.CREDIT_EXPIRED: AccountRule(_C, Guard.NONE, (), counts_credits=True),
    AccountCode.CREDIT_ADJUSTED: AccountRule(_D, Guard.NONE, (), counts_credits=True),
    AccountCode.CREDIT_AVAILABLE: AccountRule(_C, Guard.BALANCE, _OWN, counts_credits=True),
    AccountCode.CREDIT_HELD: AccountRule(_C, Guard.BALANCE, _OWN, counts_credits=True),
}
"""The chart of accounts: on which side each grows, what keeps it from going below zero, whose it is."""

KEY_PARTS = ("organization_id", "provider", "customer_id")


class PostingKind(Enum):
    """The rows of the posting table (see `domain.postings`): which business event a transfer books."""

    P1 = "P1"
    P2 = "P2"
    P3 = "P3"
    P4 = "P4"
    P5 = "P5"
    P6 = "P6"
    P7 = "P7"
    P8 = "P8"
    P9 = "P9"
    P10 = "P10"
    P11 = "P11"
    P12 = "P12"
    P13 = "P13"
    P14 = "P14"
    P15 = "P15"
    P16 = "P16"
    P17 = "P17"
    P18 = "P18"
    P19 = "P19"
    P20 = "P20"
    P21 = "P21"
    P22 = "P22"
    CREDIT_ISSUE = "CREDIT_ISSUE"
    CREDIT_SPEND = "CREDIT_SPEND"
    CREDIT_HOLD = "CREDIT_HOLD"
    CREDIT_CAPTURE = "CREDIT_CAPTURE"
    CREDIT_RELEASE = "CREDIT_RELEASE"
    CREDIT_REFUND = "CREDIT_REFUND"
    CREDIT_EXPIRY = "CREDIT_EXPIRY"
    CREDIT_ADJUSTMENT = "CREDIT_ADJUSTMENT"
    CREDIT_TRANSFER = "CREDIT_TRANSFER"
    CREDIT_CLAWBACK = "CREDIT_CLAWBACK"
    REVERSAL = "REVERSAL"
    ADJUSTMENT = "ADJUSTMENT"


class TransferSource(Enum):
    """What kind of object a transfer was posted for."""

    INVOICE = "Invoice"
    PAYMENT = "Payment"
    CREDIT_NOTE = "CreditNote"
    REFUND = "Refund"
    ESCROW_HOLD = "EscrowHold"
    HOLD_MOVEMENT = "HoldMovement"
    PAYOUT = "Payout"
    CHARGEBACK = "Chargeback"
    WALLET_CONVERSION = "WalletConversion"
    APPROVAL_REQUEST = "ApprovalRequest"
    RECORDED_PAYMENT = "RecordedPayment"
    PROVIDER_REPORT_LINE = "ProviderReportLine"
    MONEY_EXCEPTION = "MoneyException"
    SALE = "Sale"
    CREDIT_TRANSACTION = "CreditTransaction"
    CREDIT_LOT = "CreditLot"


@dataclass(frozen=True, slots=True, kw_only=True)
class AccountKey:
    """What identifies an account; accounts come to exist with their first entry."""

    code: AccountCode
    currency: str
    organization_id: UUID | None = None
    provider: Provider | None = None
    customer_id: UUID | None = None

    def __post_init__(self) -> None:
        given = tuple(part for part in KEY_PARTS if getattr(self, part) is not None)
        if given != CHART[self.code].key:
            raise AssertionError(f"{self.code.value} is keyed by {CHART[self.code].key}, not by {given}")
        if CHART[self.code].counts_credits is not (self.currency == CREDIT):
            raise AssertionError(f"{self.code.value} is not kept in {self.currency}")

    @property
    def rule(self) -> AccountRule:
        return CHART[self.code]


@dataclass(frozen=True, slots=True)
class Posting:
    """One line of a transfer before it is written: debit > 0, credit < 0, never 0."""

    account: AccountKey
    amount_minor: int

    @property
    def change_minor(self) -> int:
        """By how much the account's own balance grows: debits add to a debit account, credits to a credit account."""
        return self.amount_minor if self.account.rule.side is AccountSide.DEBIT else -self.amount_minor


@dataclass(frozen=True, slots=True, kw_only=True)
class Transfer:
    """One balanced business fact, for example P3: a payment succeeded. Unique by kind, source and ordinal."""

    id: UUID | None = field(default=None, compare=False)
    """What it will have in the books, where an object names what is posted for it. Others get one as they are posted:
    then ids are in the order of postings."""
    kind: PostingKind
    source_type: TransferSource
    source_id: UUID
    ordinal: int = 1
    by: Actor
    at: datetime
    reason: str | None = None
    invoice_id: UUID | None = None
    payment_id: UUID | None = None
    hold_id: UUID | None = None
    payout_id: UUID | None = None
    reverses: tuple[PostingKind, int] | UUID | None = None
    """Whose entries this one repeats with the opposite sign: kind and ordinal of the same source, or an id."""
    postings: tuple[Posting, ...]

    def __post_init__(self) -> None:
        sums: Counter[str] = Counter()
        for posting in self.postings:
            sums[posting.account.currency] += posting.amount_minor
        if not self.postings or any(sums.values()) or any(not posting.amount_minor for posting in self.postings):
            raise AssertionError(f"{self.kind.value} of {self.source_id} is unbalanced or has empty lines")
        if CREDIT in sums and len(sums) > 1:
            raise AssertionError(f"{self.kind.value} of {self.source_id} mixes credits with money")
        if len({posting.account for posting in self.postings}) < len(self.postings):
            raise AssertionError(f"{self.kind.value} of {self.source_id} has two lines on one account")
