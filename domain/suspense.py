"""Suspense: money that a provider took otherwise than it was asked to, until two people of staff decide about it."""

from enum import Enum

from domain.escrow_funding import Holding
from domain.invoices import Invoice
from domain.money import Money
from domain.money_exceptions import Finding, MoneyException, MoneyExceptionKind
from domain.payables import Payable
from domain.payments import Payment
from domain.refusals import invalid, wrong_state

KINDS = (MoneyExceptionKind.AMOUNT_MISMATCH, MoneyExceptionKind.CURRENCY_MISMATCH)


class SuspenseDecision(Enum):
    """What becomes of suspended money."""

    APPLY = "APPLY"
    RETURN = "RETURN"


def mismatch(payment: Payment, taken: Money) -> Finding:
    """What does not fit about a payment of which the provider took another amount, or another currency."""
    same = taken.currency == payment.currency
    kind = MoneyExceptionKind.AMOUNT_MISMATCH if same else MoneyExceptionKind.CURRENCY_MISMATCH
    return Finding(kind, "Payment", str(payment.id), str(payment.amount), str(taken), payment.issuer_id)


def require_suspended(exception: MoneyException) -> None:
    if exception.kind not in KINDS or exception.subject_type != "Payment":
        named = " or ".join(kind.name for kind in KINDS)
        raise invalid(f"Only an exception of kind {named} of a payment is about money in suspense.", "exceptionId")


def check_decision(decision: SuspenseDecision, payable: Payable, payment: Payment, suspended: Money | None) -> Money:
    """The money that is decided about; refuses what cannot be done with it."""
    if suspended is None:
        raise wrong_state("Nothing of this payment is in suspense any more.", from_state=payment.status.name)
    if decision is SuspenseDecision.APPLY:
        if suspended.currency != payment.currency:
            raise invalid(f"The payment is in {payment.currency}: {suspended} can only be returned.", "decision")
        if not isinstance(payable, Invoice):
            what = "hold" if isinstance(payable, Holding) else "sale"
            raise invalid(f"A {what} needs exactly {payment.amount}: {suspended} can only be returned.", "decision")
    return suspended
