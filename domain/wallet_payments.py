"""Payments from a wallet: money that is at Milepost already, so that no provider has to be asked."""

from datetime import datetime

from domain.actors import Actor
from domain.ids import new_id
from domain.invoices import Invoice
from domain.payment_starts import payer_of
from domain.payments import Payment, PaymentSource, PaymentState, PaymentTrigger


def paid_from_wallet(invoice: Invoice, *, amount_minor: int, by: Actor, at: datetime) -> Payment:
    """A payment by the invoice's recipient that has succeeded at once, posted as P4 in the same transaction."""
    payment = Payment(
        id=new_id(),
        invoice_id=invoice.id,
        payer_id=payer_of(invoice),
        issuer_id=invoice.issuer_id,
        source=PaymentSource.WALLET,
        method_id=None,
        provider=None,
        amount_minor=amount_minor,
        captured_minor=amount_minor,
        currency=invoice.currency,
        trigger=PaymentTrigger.PAYER,
        failure_code=None,
        paid_at=at,
    )
    payment.born(PaymentState.SUCCEEDED, action="payInvoice", by=by, at=at)
    payment.record("created", by=by, at=at)
    payment.record("succeeded", by=by, at=at, data={"late": False})
    return payment
