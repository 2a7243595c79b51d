"""Payments: paying an invoice, taking what is reserved, cancelling, having the provider asked, resuming collection."""

from dataclasses import replace
from typing import Any
from uuid import UUID

from domain import collection
from domain import payment_starts as starts
from domain.escrow_funding import Holding
from domain.invoices import Invoice
from domain.money import Money
from domain.payment_attempts import CaptureMode
from domain.payment_methods import Provider
from domain.payment_starts import Means
from domain.payments import PaymentSource, PaymentState, PaymentTrigger
from domain.refusals import invalid
from persistence import (
    escrow_edges,
    invoices,
    payables,
    payment_methods,
    payments,
    provider_accounts,
    refunds,
    wallet_payments,
)
from persistence.payment_settlement import not_received
from persistence.unit import Unit
from resolvers.context import Context
from resolvers.mutations import Changed
from resolvers.return_urls import NOT_HOME, is_allowed

LIST, OF_INVOICE, REFUNDS = payments.LIST, payments.OF_INVOICE, refunds.OF_PAYMENT
HOLD = escrow_edges.HOLD
INVOICE, METHOD, PAYER, ISSUER = payments.INVOICE, payments.METHOD, payments.PAYER, payments.ISSUER


async def check_return(context: Context, *, return_url: str | None, **rest: Any) -> dict[str, Any]:
    """Refuses INVALID to send a payer's browser to where this platform does not call home."""
    if return_url is not None and not is_allowed(return_url, context.platform):
        raise invalid(NOT_HOME, "returnUrl")
    return {"return_url": return_url, **rest}


async def pay_invoice(
    db: Unit,
    *,
    invoice_id: UUID,
    source: PaymentSource = PaymentSource.METHOD,
    method_id: UUID | None = None,
    provider: Provider | None = None,
    return_url: str | None = None,
    capture_mode: CaptureMode = CaptureMode.AUTOMATIC,
    amount: Money | None = None,
) -> Changed:
    invoice = await invoices.for_payment(db, invoice_id)
    invoice.check("payInvoice", by=db.by)
    starts.require_none_live(await payments.live_of(db, invoice.id))
    amount_minor = starts.amount_to_pay(invoice, amount)
    if source is PaymentSource.WALLET:
        starts.require_plain_wallet(method_id, provider, capture_mode)
        return Changed(invoice=invoice, payment=await wallet_payments.pay(db, invoice, amount_minor))
    if provider is not None and method_id is not None:
        raise invalid("Name a method, or a provider on whose page the payer chooses one; not both.", "provider")
    means = (
        Means(provider=provider)
        if provider is not None
        else Means.of(await payment_methods.chosen(db, invoice.recipient_id, invoice.currency, method_id))
    )
    await provider_accounts.require_open(db, means.provider)
    means = replace(means, capture_mode=capture_mode, return_url=return_url)
    payment, attempt = starts.started(
        invoice, means, amount_minor=amount_minor, trigger=PaymentTrigger.PAYER, by=db.by, at=db.at
    )
    await payments.add(db, payment, attempt)
    return Changed(invoice=invoice, payment=payment)


async def cancel_payment(db: Unit, *, payment_id: UUID) -> Changed:
    payable, payment, _ = await payables.for_outcome(db, payment_id)
    payment.cancel(by=db.by, at=db.at)
    if payment.status is PaymentState.CANCELED:
        await not_received(db, payable, payment)
    return Changed(
        payment=payment,
        invoice=payable if isinstance(payable, Invoice) else None,
        hold=payable.hold if isinstance(payable, Holding) else None,
    )


async def capture_payment(db: Unit, *, payment_id: UUID, amount: Money | None = None) -> Changed:
    _, payment, _ = await payables.for_outcome(db, payment_id)
    payment.check("capturePayment", by=db.by)
    payment.capture(starts.amount_to_capture(payment, amount), by=db.by, at=db.at)
    return Changed(payment=payment)


async def check_payment(db: Unit, *, payment_id: UUID, returned: str | None = None) -> Changed:
    _, payment, attempt = await payables.for_outcome(db, payment_id)
    payment.check_now(attempt, returned, by=db.by, at=db.at)
    return Changed(payment=payment)


async def resume_collection(db: Unit, *, invoice_id: UUID) -> Changed:
    invoice = await invoices.for_payment(db, invoice_id)
    collection.resume(invoice, by=db.by)
    starts.require_none_live(await payments.live_of(db, invoice.id))
    return Changed(invoice=invoice, payment=await payments.start_collection(db, invoice))
