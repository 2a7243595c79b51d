"""What comes of a payment: the money goes to what it is for, or what it was for learns that it did not come."""

from domain import collection
from domain.actors import SYSTEM
from domain.escrow_funding import Holding
from domain.invoice_fees import fee_of_payment
from domain.invoices import Invoice
from domain.ledger import PostingKind
from domain.money import Money
from domain.payables import Payable
from domain.payments import CANCELED, Payment, PaymentState
from domain.postings.payments import allocated_minor, payment_succeeded, provider_fee
from domain.sales import Sale
from persistence import escrow_funding, ledger, sale_settlement
from persistence.invoice_standings import standing_of
from persistence.sale_outcomes import handler_of
from persistence.unit import Unit
from persistence.write_offs import restore


async def received(db: Unit, payable: Payable, payment: Payment) -> None:
    """Books the money to what it is for."""
    if isinstance(payable, Holding):
        await escrow_funding.received(db, payable, payment)
    elif isinstance(payable, Sale):
        await sale_settlement.received(db, payable, payment)
    else:
        await _pay(db, payable, payment)


async def not_received(db: Unit, payable: Payable, payment: Payment) -> None:
    """An automatic charge that came to nothing counts towards the three; one that a person started does not."""
    if isinstance(payable, Holding):
        payable.end_unfunded("cancelHold" if payment.status is PaymentState.CANCELED else "failHold", at=db.at)
    elif isinstance(payable, Sale):
        await handler_of(payable).not_paid(db, payable, payment)
    elif payment.is_automatic:
        collection.charge_failed(payable, payment.failure_code or CANCELED, at=db.at)


async def charged_for(db: Unit, payment: Payment, fee: Money | None) -> None:
    """What the provider keeps of a payment, where it says so at once; the rest comes with its report."""
    if fee is not None and fee.amount_minor > 0 and fee.currency == payment.currency:
        ordinal = await ledger.next_ordinal(db, PostingKind.P14, payment.id)
        await ledger.post(db, provider_fee(payment, fee, ordinal, by=SYSTEM, at=db.at))


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
