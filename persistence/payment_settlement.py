"""What comes of a payment: the money goes to what it is for, or what it was for learns that it did not come."""

from domain import collection
from domain.actors import SYSTEM
from domain.escrow_funding import Holding
from domain.invoice_fees import fee_of_payment
from domain.invoices import Invoice
from domain.payments import Payment
from domain.postings.payments import allocated_minor, payment_succeeded
from persistence import escrow_funding, ledger
from persistence.invoice_standings import standing_of
from persistence.unit import Unit
from persistence.write_offs import restore


async def received(db: Unit, payable: Invoice | Holding, payment: Payment) -> None:
    """Books the money to what it is for."""
    if isinstance(payable, Holding):
        await escrow_funding.received(db, payable, payment)
    else:
        await _pay(db, payable, payment)


def not_received(db: Unit, payable: Invoice | Holding, payment: Payment) -> None:
    """A failed automatic charge counts towards the three; one that a person started does not."""
    if isinstance(payable, Holding):
        payable.end_unfunded("failHold", at=db.at)
    elif payment.is_automatic and payment.failure_code is not None:
        collection.charge_failed(payable, payment.failure_code, at=db.at)


async def _pay(db: Unit, invoice: Invoice, payment: Payment) -> None:
    """To the invoice what is still due, the rest as the customer's credit."""
    await restore(db, invoice)
    allocated = allocated_minor(invoice, payment.captured_minor)
    fee = fee_of_payment(invoice, allocated, await standing_of(db, invoice))
    transfer = payment_succeeded(
        payment, invoice, received_minor=payment.captured_minor, fee_minor=fee, by=SYSTEM, at=db.at
    )
    if allocated:
        invoice.receive(allocated, by=SYSTEM, at=db.at)
    await ledger.post(db, transfer)
