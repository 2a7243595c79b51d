"""Invoices that Stripe makes for subscriptions, in our words, with the charge that has paid each."""

from collections.abc import Sequence
from datetime import datetime

from stripe import Invoice, InvoiceLineItem, StripeError

from domain.billed_subscriptions import BilledCharge, BilledInvoice, BilledLine, BilledStatus
from domain.billing_calendar import Span
from integrations.provider_answers import Charged, NoAnswer, NotFound
from integrations.stripe_payments.amounts import NotExact, from_stripe
from integrations.stripe_payments.billed_subscriptions import instant
from integrations.stripe_payments.connection import Connection, id_of
from integrations.stripe_payments.intents import outcome_of, retrieved
from integrations.stripe_payments.refusals import is_missing, no_answer

_STATUSES = {status.value.lower(): status for status in BilledStatus}


async def find(connection: Connection, invoice_id: str, at: datetime) -> BilledInvoice | NotFound | NoAnswer:
    """One invoice with all its lines. Its own period is the one before: what it opens is told by its lines alone."""
    try:
        invoice = await connection.api.invoices.retrieve_async(invoice_id, {"expand": ["payments"]})
        status = _STATUSES.get(invoice.status or "")
        if status is None:
            return NoAnswer(reason=f"an invoice in the status {invoice.status}")
        lines = tuple([_line_of(line) async for line in invoice.lines.auto_paging_iter()])
        charged = await _charged(connection, invoice)
        if isinstance(charged, NoAnswer):
            return charged
        return _standing(invoice, status, lines, charged, at)
    except StripeError as error:
        return NotFound() if is_missing(error) else no_answer(error)
    except NotExact as error:
        return NoAnswer(reason=str(error))


async def paid(connection: Connection, subscription_id: str) -> Sequence[str] | NotFound | NoAnswer:
    """Stripe lists the newest first."""
    try:
        listed = await connection.api.invoices.list_async(
            {"subscription": subscription_id, "status": "paid", "limit": 100}
        )
        ids = [invoice.id async for invoice in listed.auto_paging_iter()]
    except StripeError as error:
        return NotFound() if is_missing(error) else no_answer(error)
    return ids[::-1]


def _standing(
    invoice: Invoice, status: BilledStatus, lines: tuple[BilledLine, ...], charged: BilledCharge | None, at: datetime
) -> BilledInvoice:
    details = invoice.parent.subscription_details if invoice.parent is not None else None
    currency, next_at = invoice.currency, invoice.next_payment_attempt
    return BilledInvoice(
        invoice_id=invoice.id,
        subscription=None if details is None else id_of(details.subscription),
        customer=id_of(invoice.customer) or "",
        status=status,
        lines=lines,
        tax=from_stripe(sum(tax.amount for tax in invoice.total_taxes or ()), currency),
        total=from_stripe(invoice.total, currency),
        due=from_stripe(invoice.amount_due, currency),
        charged=charged,
        next_attempt_at=None if next_at is None else instant(next_at),
        as_of=at,
    )


def _line_of(line: InvoiceLineItem) -> BilledLine:
    details = line.parent.subscription_item_details if line.parent is not None else None
    pricing = None if line.pricing is None else getattr(line.pricing, "price_details", None)
    return BilledLine(
        description=line.description or "",
        price=None if pricing is None else id_of(pricing.price),
        quantity=line.quantity or 1,
        amount=from_stripe(line.amount, line.currency),
        period=Span(instant(line.period.start), instant(line.period.end)),
        is_proration=details is None or details.proration,
    )


async def _charged(connection: Connection, invoice: Invoice) -> BilledCharge | NoAnswer | None:
    """What has paid it. An invoice that is paid outside of Stripe, or with a credit there, has no charge."""
    payments = getattr(invoice, "payments", None)
    for payment in () if payments is None else payments.data:
        if payment.status == "paid" and payment.payment.type == "payment_intent":
            outcome = outcome_of(await retrieved(connection, id_of(payment.payment.payment_intent) or ""))
            if not isinstance(outcome, Charged):
                return NoAnswer(reason="a paid invoice whose PaymentIntent has not succeeded")
            return BilledCharge(provider_id=outcome.provider_id, amount=outcome.amount, fee=outcome.fee)
    return None
