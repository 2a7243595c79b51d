"""Refunds: captured money that goes back to the method it came from, at most once and never more than was captured."""

from dataclasses import dataclass
from datetime import datetime
from enum import Enum
from typing import ClassVar
from uuid import UUID

from domain.actors import SYSTEM, Actor
from domain.amounts import Amount
from domain.attempts import Attempt
from domain.checks import Checks
from domain.ids import new_id
from domain.money import Money
from domain.payment_methods import Provider
from domain.payments import Payment, PaymentSource
from domain.permissions import Permission
from domain.provider_calls import CallState, Errand
from domain.refusals import Refused, forbidden, wrong_state
from domain.states import Move, Side


class RefundCause(Enum):
    """What a refund follows from. A person may take back what a person has asked for."""

    REQUEST = "REQUEST"
    CREDIT_NOTE = "CREDIT_NOTE"
    CANCELLATION = "CANCELLATION"
    HOLD = "HOLD"
    SALE = "SALE"


ASKED_BY_PEOPLE = (RefundCause.REQUEST, RefundCause.CREDIT_NOTE)
"""Where a second person is asked from the threshold on; the others follow from something that was decided already."""

_ACTIONS = {
    RefundCause.REQUEST: "refundPayment",
    RefundCause.CREDIT_NOTE: "issueCreditNote",
    RefundCause.CANCELLATION: "cancelProject",
    RefundCause.HOLD: "refundEscrow",
    RefundCause.SALE: "refundSale",
}
"""What the history says began it."""

_S, _P = CallState, Permission


@dataclass(eq=False, kw_only=True)
class RefundAttempt(Attempt):
    """One call to the provider for a refund."""

    refund_id: UUID


@dataclass(eq=False, kw_only=True)
class Refund(Errand):
    """Money on its way back. From the beginning it is set aside, out of the credit or the hold it was taken from."""

    SUBJECT: ClassVar[str] = "refund"
    MOVES: ClassVar[tuple[Move, ...]] = (
        Move("sendRefund", (_S.PENDING,), _S.PROCESSING, Side.SYSTEM),
        Move("confirmRefund", (_S.PROCESSING, _S.UNKNOWN), _S.SUCCEEDED, Side.SYSTEM),
        Move("failRefund", (_S.PROCESSING, _S.UNKNOWN), _S.FAILED, Side.SYSTEM),
        Move("loseRefund", (_S.PROCESSING,), _S.UNKNOWN, Side.SYSTEM),
        Move("findRefund", (_S.UNKNOWN,), _S.PROCESSING, Side.SYSTEM),
        Move("dropRefund", (_S.PENDING,), _S.CANCELED, Side.SYSTEM),
        Move("cancelRefund", (_S.PENDING,), _S.CANCELED, Side.FREELANCER, _P.INVOICES_WRITE),
        Move("cancelRefund", (_S.PENDING,), _S.CANCELED, Side.STAFF, _P.STAFF_MONEY),
    )

    id: UUID
    payment_id: UUID
    invoice_id: UUID | None
    credit_note_id: UUID | None
    hold_id: UUID | None
    issuer_id: UUID
    payer_id: UUID
    provider: Provider
    amount_minor: int
    currency: str
    cause: RefundCause
    reason: str
    awaits_approval: bool

    amount = Amount("amount_minor")

    def approve(self, *, by: Actor, at: datetime) -> None:
        """A second person agrees: it is sent next."""
        self.awaits_approval = False
        self.record("approved", by=by, at=at)

    def cancel(self, *, by: Actor, at: datetime) -> None:
        """Only while nothing was sent: what is under way is known by its outcome alone."""
        self.move_to("cancelRefund", by=by, at=at)
        self.awaits_approval = False
        self.record("canceled", by=by, at=at)

    def drop(self, *, at: datetime) -> None:
        """The payer's bank has taken the payment back before it was sent: the money has gone that way."""
        self.move_to("dropRefund", by=SYSTEM, at=at)
        self.record("canceled", by=SYSTEM, at=at)

    def blocked(self, action: str) -> Refused | None:
        if action == "cancelRefund" and self.cause not in ASKED_BY_PEOPLE and not self.awaits_approval:
            return forbidden("This refund follows from a decision that was made: nobody can take it back.")
        return None

    def organization_of(self, side: Side) -> UUID | None:
        return {Side.CLIENT: self.payer_id, Side.FREELANCER: self.issuer_id}.get(side)

    def concerned_organizations(self) -> list[UUID]:
        return [self.payer_id, self.issuer_id]

    def concerned_objects(self) -> list[UUID | None]:
        return [self.payment_id, self.invoice_id, self.credit_note_id, self.hold_id]


def require_refundable(payment: Payment) -> None:
    """Refuses WRONG_STATE for money that goes back another way, or has nowhere to go back to."""
    if payment.hold_id is not None:
        message = "This payment funded a hold: held money goes back with refundEscrow."
        raise wrong_state(message, from_state="HELD", allowed=["INVOICE"])
    if payment.sale_id is not None and payment.invoice_id is None:
        message = "This payment came after its sale had ended: it goes back by itself."
        raise wrong_state(message, from_state="IN_VAIN", allowed=["INVOICE"])
    if payment.source is PaymentSource.WALLET:
        message = "This payment came from a wallet, which no provider gives back to; the credit pays other invoices."
        raise wrong_state(message, from_state=payment.source.name, allowed=[PaymentSource.METHOD.name])


def refundable_minor(payment: Payment) -> int:
    """What of a payment is neither given back nor on its way back."""
    return payment.captured_minor - payment.refunded_minor


def amount_to_refund(payment: Payment, amount: Money | None) -> int:
    """The chosen amount in minor units, or all that is left of the payment; refuses INVALID for any other."""
    left = refundable_minor(payment)
    checks = Checks()
    if amount is not None:
        checks.money("amount", amount, currency=payment.currency)
        fits = amount.amount_minor <= left
        checks.require(fits, f"At most {Money(left, payment.currency)} of it can be refunded.", "amount", "amountMinor")
        checks.refuse()
        return amount.amount_minor
    if left == 0:
        raise wrong_state("All of it is refunded or on its way back.", from_state="REFUNDED", allowed=["SUCCEEDED"])
    return left


def asked(
    payment: Payment,
    *,
    amount_minor: int,
    cause: RefundCause,
    reason: str,
    credit_note_id: UUID | None = None,
    hold_id: UUID | None = None,
    awaits_approval: bool = False,
    by: Actor,
    at: datetime,
) -> tuple[Refund, RefundAttempt]:
    """The stored intent: a refund of a locked payment and its first attempt, to be sent after the commit."""
    payment.set_aside_for_refund(amount_minor)
    refund = Refund(
        id=new_id(),
        payment_id=payment.id,
        invoice_id=payment.invoice_id,
        credit_note_id=credit_note_id,
        hold_id=hold_id,
        issuer_id=payment.issuer_id,
        payer_id=payment.payer_id,
        provider=payment.charged_by,
        amount_minor=amount_minor,
        currency=payment.currency,
        cause=cause,
        reason=reason,
        awaits_approval=awaits_approval,
    )
    refund.born(CallState.PENDING, action=_ACTIONS[cause], by=by, at=at)
    refund.record("requested", by=by, at=at, data={"cause": cause.name})
    return refund, RefundAttempt(
        id=new_id(),
        refund_id=refund.id,
        number=1,
        created_at=at,
    )
