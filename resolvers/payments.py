"""Payments: paying an invoice, cancelling what was not sent, resuming collection."""

from uuid import UUID

from domain import collection
from domain import payment_starts as starts
from domain import payments as rules
from domain.escrow_funding import Holding
from domain.money import Money
from domain.payments import PaymentSource, PaymentTrigger
from domain.refusals import invalid
from persistence import escrow_edges, invoices, payment_methods, payments, refunds, wallet_payments
from persistence.unit import Unit
from resolvers.mutations import Changed

LIST, OF_INVOICE, REFUNDS = payments.LIST, payments.OF_INVOICE, refunds.OF_PAYMENT
HOLD = escrow_edges.HOLD
INVOICE, METHOD, PAYER, ISSUER = payments.INVOICE, payments.METHOD, payments.PAYER, payments.ISSUER


async def pay_invoice(
    db: Unit,
    *,
    invoice_id: UUID,
    source: PaymentSource = PaymentSource.METHOD,
    method_id: UUID | None = None,
    amount: Money | None = None,
) -> Changed:
    invoice = await invoices.for_payment(db, invoice_id)
    invoice.check("payInvoice", by=db.by)
    rules.require_none_live(await payments.live_of(db, invoice.id))
    amount_minor = starts.amount_to_pay(invoice, amount)
    if source is PaymentSource.WALLET:
        if method_id is not None:
            raise invalid("A payment from your wallet needs no method.", "methodId")
        return Changed(invoice=invoice, payment=await wallet_payments.pay(db, invoice, amount_minor))
    method = await payment_methods.chosen(db, invoice.recipient_id, invoice.currency, method_id)
    payment, attempt = starts.started(
        invoice, method, amount_minor=amount_minor, trigger=PaymentTrigger.PAYER, by=db.by, at=db.at
    )
    await payments.add(db, payment, attempt)
    return Changed(invoice=invoice, payment=payment)


async def cancel_payment(db: Unit, *, payment_id: UUID) -> Changed:
    payable, payment, _ = await payments.for_outcome(db, payment_id)
    payment.cancel(by=db.by, at=db.at)
    if isinstance(payable, Holding):
        payable.end_unfunded("cancelHold", at=db.at)
        return Changed(payment=payment, invoice=None, hold=payable.hold)
    if payment.is_automatic:
        collection.charge_failed(payable, rules.CANCELED, at=db.at)
    return Changed(payment=payment, invoice=payable, hold=None)


async def resume_collection(db: Unit, *, invoice_id: UUID) -> Changed:
    invoice = await invoices.for_payment(db, invoice_id)
    collection.resume(invoice, by=db.by)
    rules.require_none_live(await payments.live_of(db, invoice.id))
    return Changed(invoice=invoice, payment=await payments.start_collection(db, invoice))
