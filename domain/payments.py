"""Payments: collecting the money of an invoice or a hold through a provider, one live payment at a time."""

from dataclasses import dataclass, field
from datetime import datetime, timedelta
from enum import Enum
from typing import Any, ClassVar
from uuid import UUID

from domain.actors import SYSTEM, Actor
from domain.amounts import Amount
from domain.payment_methods import Provider
from domain.permissions import Permission
from domain.refusals import conflict
from domain.states import Move, Side, Stateful


class PaymentState(Enum):
    """The life of a payment. UNKNOWN: the provider was asked but its answer is missing; it is being checked."""

    CREATED = "CREATED"
    PROCESSING = "PROCESSING"
    UNKNOWN = "UNKNOWN"
    SUCCEEDED = "SUCCEEDED"
    FAILED = "FAILED"
    CANCELED = "CANCELED"


class PaymentSource(Enum):
    """Where the money comes from: a method that a provider charges, or the payer's wallet at Milepost."""

    METHOD = "METHOD"
    WALLET = "WALLET"


class PaymentTrigger(Enum):
    """Who started a payment: a person, or automatic collection."""

    PAYER = "PAYER"
    COLLECTION = "COLLECTION"


class AttemptState(Enum):
    """The life of one call to a provider."""

    CREATED = "CREATED"
    SENT = "SENT"
    SUCCEEDED = "SUCCEEDED"
    FAILED = "FAILED"
    UNKNOWN = "UNKNOWN"


_S = PaymentState
LIVE_STATES = (_S.CREATED, _S.PROCESSING, _S.UNKNOWN)
"""While a payment is in one of these, its invoice takes no other."""

STALE_AFTER = timedelta(minutes=10)
"""How long an answer may take before the provider is asked what became of the call."""

ASK_AFTER = (timedelta(minutes=5), timedelta(minutes=10), timedelta(minutes=45))
ASK_EVERY = timedelta(hours=6)
"""The waits between questions about an unknown outcome: 5, 15 and 60 minutes after it, then every six hours."""

NOT_FOUND_GAP = timedelta(minutes=10)
"""Two answers "not found" this far apart prove that a call never arrived; one may just have been too early."""

UNKNOWN_TOO_LONG = timedelta(hours=72)
"""After this long without an answer, a person looks into it."""

NEVER_ARRIVED = "NEVER_ARRIVED"
CANCELED = "CANCELED"
RETURNED = "RETURNED"
"""The failure of a charge whose money staff gave back, because it was another amount or currency."""


@dataclass(eq=False, kw_only=True)
class PaymentAttempt:
    """One call to the provider, stored before it is made; its id is the provider's idempotency key."""

    id: UUID
    payment_id: UUID
    number: int
    status: AttemptState
    provider_id: str | None
    created_at: datetime
    sent_at: datetime | None
    not_found_at: datetime | None
    answer: dict[str, Any]


@dataclass(eq=False, kw_only=True)
class Payment(Stateful):
    """An intent to collect an amount. Only SUCCEEDED is final: a late proof of success still counts."""

    SUBJECT: ClassVar[str] = "payment"
    MOVES: ClassVar[tuple[Move, ...]] = (
        Move("sendPayment", (_S.CREATED,), _S.PROCESSING, Side.SYSTEM),
        Move("confirmPayment", (_S.PROCESSING, _S.UNKNOWN, _S.FAILED, _S.CANCELED), _S.SUCCEEDED, Side.SYSTEM),
        Move("failPayment", (_S.PROCESSING, _S.UNKNOWN), _S.FAILED, Side.SYSTEM),
        Move("losePayment", (_S.PROCESSING,), _S.UNKNOWN, Side.SYSTEM),
        Move("cancelPayment", (_S.CREATED,), _S.CANCELED, Side.CLIENT, Permission.MONEY_MOVE),
        Move("refundPayment", (_S.SUCCEEDED,), None, Side.FREELANCER, Permission.INVOICES_WRITE),
        Move("refundPayment", (_S.SUCCEEDED,), None, Side.STAFF, Permission.STAFF_MONEY),
    )

    id: UUID
    invoice_id: UUID | None
    hold_id: UUID | None = None
    """What it pays: an invoice, or money to be held."""
    payer_id: UUID
    issuer_id: UUID
    source: PaymentSource = PaymentSource.METHOD
    method_id: UUID | None
    provider: Provider | None
    """Who takes the money, and from which method; both None for a payment from a wallet."""
    amount_minor: int
    captured_minor: int
    refunded_minor: int = 0
    """What is given back or on its way back: all refunds but those that failed or were canceled."""
    currency: str
    trigger: PaymentTrigger
    failure_code: str | None
    next_ask_at: datetime | None
    asked: int
    unknown_since: datetime | None
    status: PaymentState = field(init=False)

    amount, captured_amount = Amount("amount_minor"), Amount("captured_minor")
    refunded_amount = Amount("refunded_minor")

    @property
    def is_live(self) -> bool:
        return self.status in LIVE_STATES

    @property
    def is_automatic(self) -> bool:
        return self.trigger is PaymentTrigger.COLLECTION

    @property
    def charged_by(self) -> Provider:
        """The provider; ask only for payments that have one."""
        if self.provider is None:
            raise AssertionError("a payment from a wallet has no provider")
        return self.provider

    def send(self, attempt: PaymentAttempt, *, at: datetime) -> None:
        """Marks it as under way. Committed before the call, so that a crash in between never charges twice."""
        self.move_to("sendPayment", by=SYSTEM, at=at)
        attempt.status, attempt.sent_at = AttemptState.SENT, at
        self.next_ask_at = at + STALE_AFTER

    def confirm(self, attempt: PaymentAttempt, provider_id: str, *, at: datetime) -> bool:
        """The provider proves that the money was taken; False when that is known already."""
        if self.status is PaymentState.SUCCEEDED:
            return False
        is_late = not self.is_live
        self.move_to("confirmPayment", by=SYSTEM, at=at)
        attempt.status, attempt.provider_id = AttemptState.SUCCEEDED, provider_id
        attempt.answer = {"outcome": "charged"}
        self.captured_minor, self.failure_code = self.amount_minor, None
        self._be_asked_no_more()
        self.record("succeeded", by=SYSTEM, at=at, data={"late": is_late})
        return True

    def fail(self, attempt: PaymentAttempt, code: str, *, at: datetime) -> bool:
        """The provider says no; False when the payment has ended otherwise already."""
        if not self.is_live:
            return False
        self.move_to("failPayment", by=SYSTEM, at=at)
        attempt.status, attempt.answer = AttemptState.FAILED, {"outcome": "declined", "code": code}
        self.failure_code = code
        self._be_asked_no_more()
        self.record("failed", by=SYSTEM, at=at, data={"code": code})
        return True

    def lose(self, attempt: PaymentAttempt, reason: str, *, at: datetime) -> None:
        """No answer, or none that can be understood: nothing else is charged until the provider has been asked."""
        if self.status is not PaymentState.PROCESSING:
            return
        self.move_to("losePayment", by=SYSTEM, at=at)
        attempt.status, attempt.answer = AttemptState.UNKNOWN, {"outcome": "none", "reason": reason}
        self.unknown_since, self.asked = at, 0
        self.next_ask_at = at + ASK_AFTER[0]
        self.record("became_unknown", by=SYSTEM, at=at)

    def ask(self, *, at: datetime) -> None:
        """Marks that the provider is asked now and says when next; committed before the question."""
        if self.status is PaymentState.UNKNOWN:
            self.asked += 1
        gap = ASK_AFTER[self.asked] if self.asked < len(ASK_AFTER) else ASK_EVERY
        self.next_ask_at = at + gap

    def not_found(self, attempt: PaymentAttempt, *, at: datetime) -> bool:
        """The provider does not know the call; True when it has said so often enough for the payment to fail."""
        self.lose(attempt, "not found", at=at)
        if not self.is_live:
            return False
        if attempt.not_found_at is None:
            attempt.not_found_at = at
        return at - attempt.not_found_at >= NOT_FOUND_GAP and self.fail(attempt, NEVER_ARRIVED, at=at)

    def cancel(self, *, by: Actor, at: datetime) -> None:
        """Only while nothing was sent: what is under way is known by its outcome alone."""
        self.move_to("cancelPayment", by=by, at=at)
        self._be_asked_no_more()
        self.record("canceled", by=by, at=at)

    def set_aside_for_refund(self, amount_minor: int) -> None:
        """Counts money that is on its way back; take it under the payment's lock."""
        if not 1 <= amount_minor <= self.captured_minor - self.refunded_minor:
            raise ValueError(f"{amount_minor} is not between 1 and what can be refunded")
        self.refunded_minor += amount_minor

    def take_back_refund(self, amount_minor: int) -> None:
        """The money does not go back after all: it can be refunded anew."""
        self.refunded_minor -= amount_minor

    def organization_of(self, side: Side) -> UUID | None:
        return {Side.CLIENT: self.payer_id, Side.FREELANCER: self.issuer_id}.get(side)

    def concerned_organizations(self) -> list[UUID]:
        return [self.payer_id, self.issuer_id]

    def concerned_objects(self) -> list[UUID | None]:
        return [self.invoice_id, self.hold_id]

    def _be_asked_no_more(self) -> None:
        self.next_ask_at = self.unknown_since = None


def require_none_live(live: Payment | None) -> None:
    """Refuses CONFLICT while an earlier payment of the invoice may still take the money."""
    if live is None:
        return
    if live.status is PaymentState.UNKNOWN:
        raise conflict("A payment of this invoice is being checked; nothing is charged until its outcome is known.")
    raise conflict("A payment of this invoice is under way.")
