"""Payments: paying an invoice, cancelling what was not sent, resuming collection."""

from uuid import UUID

from domain import collection
from domain import payments as rules
from domain.invoices import Invoice
from domain.money import Money
from domain.payment_methods import PaymentMethod
from domain.payments import PaymentTrigger
from domain.refusals import invalid
from persistence import invoices, payment_methods, payments
from persistence.unit import Unit
from resolvers.mutations import Changed

LIST, OF_INVOICE = payments.LIST, payments.OF_INVOICE
INVOICE, METHOD, PAYER, ISSUER = payments.INVOICE, payments.METHOD, payments.PAYER, payments.ISSUER


async def pay_invoice(
    db: Unit, *, invoice_id: UUID, method_id: UUID | None = None, amount: Money | None = None
) -> Changed:
    invoice = await invoices.for_payment(db, invoice_id)
    invoice.check("payInvoice", by=db.by)
    rules.require_none_live(await payments.live_of(db, invoice.id))
    amount_minor = rules.amount_to_pay(invoice, amount)
    method = await _method(db, invoice, method_id)
    payment, attempt = rules.started(
        invoice, method, amount_minor=amount_minor, trigger=PaymentTrigger.PAYER, by=db.by, at=db.at
    )
    await payments.add(db, payment, attempt)
    return Changed(invoice=invoice, payment=payment)


async def cancel_payment(db: Unit, *, payment_id: UUID) -> Changed:
    invoice, payment, _ = await payments.for_outcome(db, payment_id)
    payment.cancel(by=db.by, at=db.at)
    if payment.is_automatic:
        collection.charge_failed(invoice, rules.CANCELED, at=db.at)
    return Changed(payment=payment, invoice=invoice)


async def resume_collection(db: Unit, *, invoice_id: UUID) -> Changed:
    invoice = await invoices.for_payment(db, invoice_id)
    collection.resume(invoice, by=db.by)
    rules.require_none_live(await payments.live_of(db, invoice.id))
    return Changed(invoice=invoice, payment=await payments.start_collection(db, invoice))


async def _method(db: Unit, invoice: Invoice, method_id: UUID | None) -> PaymentMethod:
    """The named method, or the payer's default in the invoice's currency."""
    if method_id is not None:
        method = await payment_methods.for_charge(db, method_id)
        method.require_usable(invoice.currency)
        return method
    default = None
    if invoice.recipient_id is not None:
        default = await payment_methods.default_of(db, invoice.recipient_id, invoice.currency)
    if default is None:
        raise invalid(f"There is no default payment method in {invoice.currency}: name one or add one.", "methodId")
    return default
