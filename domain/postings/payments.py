"""P3: money that a provider took for an invoice; P14: what the provider keeps of a payment."""

from datetime import datetime

from domain.actors import Actor
from domain.invoices import Invoice, InvoiceStatus
from domain.ledger import AccountCode, PostingKind, Transfer, TransferSource
from domain.money import Money
from domain.payments import Payment
from domain.postings.kit import (
    billed,
    credit,
    customer_credit,
    debit,
    kept_by,
    lines,
    platform,
    receivable,
    wallet_of_issuer,
)


def payment_succeeded(
    payment: Payment, invoice: Invoice, *, received_minor: int, fee_minor: int, by: Actor, at: datetime
) -> Transfer:
    """P3: the provider took money. The issuer gets what was due less the fee, the customer keeps any surplus as credit.

    Take it before the invoice has booked the money: it reads from the invoice how much is still due.
    """
    allocated = allocated_minor(invoice, received_minor)
    return Transfer(
        kind=PostingKind.P3,
        source_type=TransferSource.PAYMENT,
        source_id=payment.id,
        invoice_id=invoice.id,
        payment_id=payment.id,
        by=by,
        at=at,
        postings=lines(
            debit(kept_by(AccountCode.PROVIDER_CASH, payment.charged_by, payment.currency), received_minor),
            debit(billed(invoice), allocated),
            credit(receivable(invoice), allocated),
            credit(wallet_of_issuer(invoice), allocated - fee_minor),
            credit(platform(AccountCode.PLATFORM_FEE, invoice.currency), fee_minor),
            credit(customer_credit(invoice), received_minor - allocated),
        ),
    )


def provider_fee(payment: Payment, fee: Money, ordinal: int, *, by: Actor, at: datetime) -> Transfer:
    """P14: the provider keeps a part of what it took; Milepost bears it."""
    return Transfer(
        kind=PostingKind.P14,
        source_type=TransferSource.PAYMENT,
        source_id=payment.id,
        ordinal=ordinal,
        payment_id=payment.id,
        by=by,
        at=at,
        postings=lines(
            debit(platform(AccountCode.PROCESSOR_FEE, fee.currency), fee.amount_minor),
            credit(kept_by(AccountCode.PROVIDER_CASH, payment.charged_by, fee.currency), fee.amount_minor),
        ),
    )


def allocated_minor(invoice: Invoice, received_minor: int) -> int:
    """How much of the money pays the invoice. Whatever comes for one that is not open any more is surplus."""
    return min(received_minor, invoice.amount_due_minor) if invoice.status is InvoiceStatus.OPEN else 0
