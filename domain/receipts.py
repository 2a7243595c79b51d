"""Receipts: what a payer shows for a payment that has succeeded."""

from dataclasses import dataclass
from datetime import datetime

from domain.money import Money
from domain.payments import Payment, PaymentState


@dataclass(frozen=True, slots=True)
class Receipt:
    """The number follows from the payment, so that it is the same whenever somebody asks."""

    number: str
    paid_at: datetime
    amount: Money


def receipt_of(payment: Payment) -> Receipt | None:
    """None until the payment has succeeded."""
    if payment.status is not PaymentState.SUCCEEDED or payment.paid_at is None:
        return None
    number = f"R-{payment.paid_at:%Y%m%d}-{payment.id.hex[-10:].upper()}"
    return Receipt(number, payment.paid_at, payment.captured_amount)
