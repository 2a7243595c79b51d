"""Payments: collecting the money of an invoice, a hold or a sale through a provider, one live payment at a time."""

from dataclasses import dataclass, field
from datetime import datetime
from enum import Enum
from typing import ClassVar
from uuid import UUID

from domain.actors import SYSTEM, Actor
from domain.amounts import Amount
from domain.attempts import ASK_AFTER, NEVER_ARRIVED, AskedAbout, AttemptState
from domain.money import Money
from domain.payment_attempts import ACT_WITHIN, RESERVED_ASK_EVERY, CaptureMode, PaymentAttempt, Question
from domain.payment_methods import Provider
from domain.permissions import Permission
from domain.refusals import Refused, wrong_state
from domain.states import Move, Side, Stateful


class PaymentState(Enum):
    """The life of a payment. UNKNOWN: the provider was asked but its answer is missing; it is being checked."""

    CREATED = "CREATED"
    REQUIRES_ACTION = "REQUIRES_ACTION"
    PROCESSING = "PROCESSING"
    AUTHORIZED = "AUTHORIZED"
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


_S, _P = PaymentState, Permission
AT_PROVIDER = (_S.REQUIRES_ACTION, _S.PROCESSING, _S.AUTHORIZED, _S.UNKNOWN)
"""While a payment is in one of these, its provider may still take the money."""
LIVE_STATES = (_S.CREATED, *AT_PROVIDER)
"""While a payment is in one of these, its invoice takes no other."""
CANCELABLE = (_S.CREATED, _S.REQUIRES_ACTION, _S.AUTHORIZED)
"""In these it can be taken back: at once, or as soon as the provider agrees."""

CANCELED = "CANCELED"
AUTHENTICATION_REQUIRED = "AUTHENTICATION_REQUIRED"
"""The failure of an automatic charge that the payer would have had to confirm, and did not in time."""
RETURNED = "RETURNED"
"""The failure of a charge whose money staff gave back, because it was another amount or currency."""


@dataclass(eq=False, kw_only=True)
class Payment(AskedAbout, Stateful):
    """An intent to collect an amount. Only SUCCEEDED is final: a late proof of success still counts."""

    SUBJECT: ClassVar[str] = "payment"
    MOVES: ClassVar[tuple[Move, ...]] = (
        Move("sendPayment", (_S.CREATED,), _S.PROCESSING, Side.SYSTEM),
        Move("requireAction", (_S.PROCESSING, _S.UNKNOWN), _S.REQUIRES_ACTION, Side.SYSTEM),
        Move("processPayment", (_S.REQUIRES_ACTION, _S.UNKNOWN), _S.PROCESSING, Side.SYSTEM),
        Move("authorizePayment", (_S.REQUIRES_ACTION, _S.PROCESSING, _S.UNKNOWN), _S.AUTHORIZED, Side.SYSTEM),
        Move("confirmPayment", (*AT_PROVIDER, _S.FAILED, _S.CANCELED), _S.SUCCEEDED, Side.SYSTEM),
        Move("failPayment", AT_PROVIDER, _S.FAILED, Side.SYSTEM),
        Move("losePayment", (_S.PROCESSING,), _S.UNKNOWN, Side.SYSTEM),
        Move("voidPayment", AT_PROVIDER, _S.CANCELED, Side.SYSTEM),
        Move("cancelPayment", (_S.CREATED,), _S.CANCELED, Side.CLIENT, _P.MONEY_MOVE),
        Move("cancelPayment", CANCELABLE[1:], None, Side.CLIENT, _P.MONEY_MOVE),
        Move("checkPayment", AT_PROVIDER, None, Side.CLIENT, _P.MONEY_READ),
        Move("capturePayment", (_S.AUTHORIZED,), None, Side.FREELANCER, _P.INVOICES_WRITE),
        Move("capturePayment", (_S.AUTHORIZED,), None, Side.STAFF, _P.STAFF_MONEY),
        Move("refundPayment", (_S.SUCCEEDED,), None, Side.FREELANCER, _P.INVOICES_WRITE),
        Move("refundPayment", (_S.SUCCEEDED,), None, Side.STAFF, _P.STAFF_MONEY),
    )

    id: UUID
    invoice_id: UUID | None
    hold_id: UUID | None = None
    sale_id: UUID | None = None
    """What it pays: an invoice, money to be held, or a sale, whose invoice is opened once the money has come."""
    payer_id: UUID
    issuer_id: UUID
    source: PaymentSource = PaymentSource.METHOD
    method_id: UUID | None
    """None from a wallet, and where the payer chooses on a page of the provider's."""
    provider: Provider | None
    """Who takes the money; None for a payment from a wallet."""
    capture_mode: CaptureMode = CaptureMode.AUTOMATIC
    capture_minor: int | None = None
    """What shall be taken of the reserved money; None while nobody has said so."""
    amount_minor: int
    captured_minor: int
    refunded_minor: int = 0
    """What is given back or on its way back: all refunds but those that failed or were canceled."""
    currency: str
    trigger: PaymentTrigger
    failure_code: str | None
    next_action_url: str | None = None
    act_by: datetime | None = None
    """Until when the payer may act, once something was asked of them."""
    return_url: str | None = None
    """Where the payer's browser comes back to; None: a page of our own."""
    cancel_asked_at: datetime | None = None
    paid_at: datetime | None = None
    status: PaymentState = field(init=False)

    amount, captured_amount = Amount("amount_minor"), Amount("captured_minor")
    refunded_amount = Amount("refunded_minor")

    @property
    def is_automatic(self) -> bool:
        return self.trigger is PaymentTrigger.COLLECTION

    @property
    def to_take(self) -> Money:
        """What the provider is asked to take: all of it, or the part that was said to be captured."""
        return self.amount if self.capture_minor is None else Money(self.capture_minor, self.currency)

    @property
    def charged_by(self) -> Provider:
        """The provider; ask only for payments that have one."""
        if self.provider is None:
            raise AssertionError("a payment from a wallet has no provider")
        return self.provider

    @property
    def question(self) -> Question:
        if self.cancel_asked_at is not None:
            return Question.VOID
        return Question.CAPTURE if self.capture_minor is not None else Question.FIND

    def send(self, attempt: PaymentAttempt, *, at: datetime) -> None:
        """Marks it as under way. Committed before the call, so that a crash in between never charges twice."""
        self.move_to("sendPayment", by=SYSTEM, at=at)
        attempt.send(at=at)
        self.await_answer(at=at)

    def require_action(self, attempt: PaymentAttempt, provider_id: str, url: str, *, at: datetime) -> None:
        """The payer has to do something there first; they have a day for it."""
        if self.status not in (_S.PROCESSING, _S.UNKNOWN, _S.REQUIRES_ACTION):
            return
        attempt.go_on(provider_id, "the payer has to act")
        attempt.status, self.next_action_url = AttemptState.REQUIRES_ACTION, url
        if self.status is _S.REQUIRES_ACTION:
            return
        self.move_to("requireAction", by=SYSTEM, at=at)
        self.act_by = self.act_by or at + ACT_WITHIN
        self.unknown_since, self.asked, self.next_ask_at = None, 0, at + ASK_AFTER[0]
        self.record("action_required", by=SYSTEM, at=at)

    def go_on(self, attempt: PaymentAttempt, provider_id: str, *, at: datetime) -> None:
        """The provider has it and is not done: it is asked again."""
        if self.status not in (_S.PROCESSING, _S.UNKNOWN, _S.REQUIRES_ACTION):
            return
        if self.status is not _S.PROCESSING:
            self.move_to("processPayment", by=SYSTEM, at=at)
        attempt.go_on(provider_id, "under way")
        self.next_action_url = None
        self.be_known(at=at)

    def authorize(self, attempt: PaymentAttempt, provider_id: str, *, at: datetime) -> None:
        """The money is reserved. What was to be taken at once is captured next."""
        if self.status not in (_S.PROCESSING, _S.UNKNOWN, _S.REQUIRES_ACTION):
            return
        self.move_to("authorizePayment", by=SYSTEM, at=at)
        attempt.go_on(provider_id, "reserved")
        self.next_action_url, self.unknown_since, self.next_ask_at = None, None, at + RESERVED_ASK_EVERY
        self.record("authorized", by=SYSTEM, at=at)
        if self.capture_mode is CaptureMode.AUTOMATIC:
            self.capture_minor = self.amount_minor
        if self.question is not Question.FIND:
            self.ask_at_once(at=at)

    def confirm(self, attempt: PaymentAttempt, provider_id: str, *, at: datetime) -> bool:
        """The provider proves that the money was taken; False when that is known already."""
        if self.status is PaymentState.SUCCEEDED:
            return False
        is_late = self.status not in LIVE_STATES
        self.move_to("confirmPayment", by=SYSTEM, at=at)
        attempt.succeed(provider_id, "charged")
        self.captured_minor, self.paid_at, self.failure_code = self.to_take.amount_minor, at, None
        self._end()
        self.record("succeeded", by=SYSTEM, at=at, data={"late": is_late})
        return True

    def fail(self, attempt: PaymentAttempt, code: str, *, at: datetime) -> bool:
        """The provider says no; False when the payment has ended otherwise already."""
        if self.status not in AT_PROVIDER:
            return False
        self.move_to("failPayment", by=SYSTEM, at=at)
        attempt.fail(code)
        self.failure_code = code
        self._end()
        self.record("failed", by=SYSTEM, at=at, data={"code": code})
        return True

    def void(self, attempt: PaymentAttempt, *, at: datetime) -> bool:
        """The provider proves that nothing was taken and nothing will be; False when it has ended already."""
        if self.status not in AT_PROVIDER:
            return False
        self.move_to("voidPayment", by=SYSTEM, at=at)
        attempt.status, attempt.answer = AttemptState.FAILED, {"outcome": "voided"}
        if self.is_automatic and self.act_by is not None:
            self.failure_code = AUTHENTICATION_REQUIRED
        self._end()
        self.record("canceled", by=SYSTEM, at=at)
        return True

    def lose(self, attempt: PaymentAttempt, reason: str, *, at: datetime) -> None:
        """No answer, or none that can be understood: nothing else is charged until the provider has been asked."""
        if self.status is not PaymentState.PROCESSING:
            return
        self.move_to("losePayment", by=SYSTEM, at=at)
        attempt.lose(reason)
        self.be_unknown(at=at)
        self.record("became_unknown", by=SYSTEM, at=at)

    def ask(self, attempt: PaymentAttempt, *, at: datetime) -> None:
        """Marks that the provider is asked now and says when next; committed before the question."""
        attempt.asked_at = at
        self.ask_again(at=at)
        if self.status is _S.REQUIRES_ACTION and self.act_by is not None and self.cancel_asked_at is None:
            if at >= self.act_by:
                self.cancel_asked_at = at
            else:
                self.next_ask_at = min(self.next_ask_at or self.act_by, self.act_by)
        elif self.status is _S.AUTHORIZED and self.question is Question.FIND:
            self.next_ask_at = at + RESERVED_ASK_EVERY

    def not_found(self, attempt: PaymentAttempt, *, at: datetime) -> bool:
        """The provider does not know the call; True when it has said so often enough for the payment to fail."""
        self.lose(attempt, "not found", at=at)
        return self.status in AT_PROVIDER and attempt.is_missing(at=at) and self.fail(attempt, NEVER_ARRIVED, at=at)

    def cancel(self, *, by: Actor, at: datetime) -> None:
        """At once while nothing was sent; what the provider knows is canceled once it proves that it takes nothing."""
        if self.status is not _S.CREATED:
            self.check("cancelPayment", by=by)
            self.cancel_asked_at = at
            self.ask_at_once(at=at)
            self.record("cancel_asked", by=by, at=at)
            return
        self.move_to("cancelPayment", by=by, at=at)
        self._end()
        self.record("canceled", by=by, at=at)

    def capture(self, amount_minor: int, *, by: Actor, at: datetime) -> None:
        """Takes the reserved money, or a part of it; the provider is asked after the commit and releases the rest."""
        self.check("capturePayment", by=by)
        self.capture_minor = amount_minor
        self.ask_at_once(at=at)
        self.record("capture_asked", by=by, at=at)

    def check_now(self, attempt: PaymentAttempt, returned: str | None, *, by: Actor, at: datetime) -> None:
        """Has the provider asked at once, unless it was asked a moment ago; with what the browser brought back."""
        self.check("checkPayment", by=by)
        if attempt.may_ask(returned, at=at):
            self.next_ask_at = at
            self.record("check_asked", by=by, at=at)

    def blocked(self, action: str) -> Refused | None:
        if action not in ("cancelPayment", "capturePayment"):
            return None
        messages = {
            Question.VOID: "Its cancellation is asked for: it ends once the provider says that nothing was taken.",
            Question.CAPTURE: "Its money is being taken: wait for the provider.",
        }
        message = messages.get(self.question)
        return None if message is None else wrong_state(message, from_state=self.status.name)

    def set_aside_for_refund(self, amount_minor: int) -> None:
        if not 1 <= amount_minor <= self.captured_minor - self.refunded_minor:
            raise ValueError(f"{amount_minor} is not between 1 and what can be refunded")
        self.refunded_minor += amount_minor

    def take_back_refund(self, amount_minor: int) -> None:
        self.refunded_minor -= amount_minor

    def organization_of(self, side: Side) -> UUID | None:
        return {Side.CLIENT: self.payer_id, Side.FREELANCER: self.issuer_id}.get(side)

    def concerned_organizations(self) -> list[UUID]:
        return [self.payer_id, self.issuer_id]

    def concerned_objects(self) -> list[UUID | None]:
        return [self.invoice_id, self.hold_id, self.sale_id]

    def _end(self) -> None:
        self.next_action_url = None
        self.be_asked_no_more()
