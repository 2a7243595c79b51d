"""What the stand-in knows: payments, pages to pay on, payees, transfers and disputes in memory, and the way to tell."""

from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime
from enum import Enum
from typing import Any

from standins.adyen.errors import AdyenError, missing
from standins.adyen.ledger import Ledger
from standins.adyen.notices import HMAC_KEY, Notices
from standins.courier import Plan, real_time

Thing = dict[str, Any]
"""Something as Adyen answers it."""


class Card(Enum):
    """The saved cards that every shopper has; the value is the id of the stored payment method."""

    OK = "adyen_ok"
    REFUSED = "adyen_refused"
    INSUFFICIENT = "adyen_insufficient"
    EXPIRED = "adyen_expired"
    FRAUD = "adyen_fraud"
    ACTION = "adyen_3ds"
    PENDING = "adyen_pending"
    CAPTURE_FAILS = "adyen_capture_fails"
    REFUND_REFUSED = "adyen_refund_refused"
    REFUND_FAILS_LATE = "adyen_refund_fails_late"
    CHARGEBACK = "adyen_chargeback"


class Stage(Enum):
    """How far a payment is. WAITING: its payer has to act, or the bank has not answered."""

    WAITING = "WAITING"
    AUTHORISED = "AUTHORISED"
    REFUSED = "REFUSED"
    CANCELED = "CANCELED"
    CAPTURED = "CAPTURED"


@dataclass(kw_only=True)
class Payment:
    """One payment; amounts in minor units of its currency."""

    psp: str
    reference: str
    currency: str
    value: int
    card: Card
    is_manual: bool
    return_url: str
    stage: Stage = Stage.WAITING
    captured: int = 0
    refunded: int = 0
    result: str | None = None
    """What the payer's browser carries back from the bank's page, and what it says."""
    is_approved: bool = False

    @property
    def amount(self) -> Thing:
        return {"currency": self.currency, "value": self.value}


@dataclass(kw_only=True)
class Link:
    """A page to pay on."""

    id: str
    request: Thing
    status: str = "active"


@dataclass(kw_only=True)
class Dispute:
    """A chargeback of one payment."""

    psp: str
    payment: Payment
    documents: list[Thing] = field(default_factory=list)
    outcome: str | None = None


class World:
    """One stand-in's memory. `address` is the URL under which it serves, once it is known."""

    def __init__(
        self,
        *,
        webhook: str | None = None,
        hmac_key: str = HMAC_KEY,
        merchant: str = "MilepostTest",
        balance_account: str = "BA00000000000000000000001",
        api_key: str = "AQEstandin",
        plan: Plan | None = None,
        clock: Callable[[], datetime] = real_time,
    ) -> None:
        self.merchant, self.balance_account, self.api_key = merchant, balance_account, api_key
        self.clock, self.address = clock, ""
        self.notices = Notices(webhook, hmac_key, merchant, plan, clock)
        self.ledger = Ledger(balance_account, clock)
        self.payments: dict[str, Payment] = {}
        self.links: dict[str, Link] = {}
        self.transfers: dict[str, Thing] = {}
        self.entities: dict[str, Thing] = {}
        self.disputes: dict[str, Dispute] = {}
        self.records: list[tuple[datetime, Payment, str]] = []
        """What became of payments, step by step, as the accounting report lists it."""
        self.answers: dict[tuple[str, str], tuple[bytes, int, Thing]] = {}
        """What was answered to each path and idempotency key, and to which body."""
        # Whoever is told of ids keeps them for longer than a stand-in runs: the next one counts elsewhere.
        self._began, self._count = f"{int(real_time().timestamp() * 1000):011X}", 0

    def next_id(self, prefix: str = "") -> str:
        """Sixteen characters, as those of Adyen's payments are."""
        self._count += 1
        return f"{prefix}{self._began}{self._count:05}"

    def payment(self, psp: str) -> Payment:
        if psp not in self.payments:
            raise AdyenError(422, "167", "Original pspReference required for this operation")
        return self.payments[psp]

    def record(self, payment: Payment, type_: str) -> None:
        self.records.append((self.clock(), payment, type_))

    def link(self, link_id: str) -> Link:
        if link_id not in self.links:
            raise missing("Payment link")
        return self.links[link_id]

    def dispute(self, psp: str) -> Dispute:
        if psp not in self.disputes:
            raise missing("Dispute")
        return self.disputes[psp]

    def require_merchant(self, name: str) -> None:
        if name != self.merchant:
            raise AdyenError(403, "901", "Invalid Merchant Account")

    def of(self, reference: str) -> Payment:
        """The one payment of this reference."""
        (found,) = (one for one in self.payments.values() if one.reference == reference)
        return found

    def charged(self, reference: str) -> int:
        """How much was ever taken for payments of this reference."""
        return sum(one.captured for one in self.payments.values() if one.reference == reference)
