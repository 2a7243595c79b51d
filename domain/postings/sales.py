"""P20 to P22: Milepost's own sales, from the payment until they are earned or given back."""

from datetime import datetime

from domain.actors import Actor
from domain.chargebacks import Chargeback
from domain.credit_notes import CreditNote
from domain.invoices import Invoice
from domain.ledger import AccountCode, AccountKey, Posting, PostingKind, Transfer, TransferSource
from domain.payments import Payment
from domain.postings.kit import billed, credit, customer_credit, debit, kept_by, lines, platform, receivable
from domain.sales import Sale, TakenBack


def sale_paid(sale: Sale, invoice: Invoice, payment: Payment, *, by: Actor, at: datetime) -> Transfer:
    """P20: the provider took the money for all of the invoice, which was opened for it just now."""
    return Transfer(
        kind=PostingKind.P20,
        source_type=TransferSource.PAYMENT,
        source_id=payment.id,
        invoice_id=invoice.id,
        payment_id=payment.id,
        by=by,
        at=at,
        postings=lines(
            debit(kept_by(AccountCode.PROVIDER_CASH, payment.charged_by, sale.currency), sale.total_minor),
            debit(billed(invoice), sale.total_minor),
            credit(receivable(invoice), sale.total_minor),
            credit(platform(AccountCode.DEFERRED_REVENUE, sale.currency), sale.net_minor),
            credit(platform(AccountCode.TAX_PAYABLE, sale.currency), sale.tax_minor),
        ),
    )


def paid_in_vain(payment: Payment, credit_of_buyer: AccountKey, *, by: Actor, at: datetime) -> Transfer:
    """P3: the provider took money for a sale that had ended already; the buyer gets it back."""
    cash = kept_by(AccountCode.PROVIDER_CASH, payment.charged_by, payment.currency)
    return Transfer(
        kind=PostingKind.P3,
        source_type=TransferSource.PAYMENT,
        source_id=payment.id,
        payment_id=payment.id,
        by=by,
        at=at,
        postings=lines(debit(cash, payment.captured_minor), credit(credit_of_buyer, payment.captured_minor)),
    )


def sale_delivered(sale: Sale, amount_minor: int, ordinal: int, *, by: Actor, at: datetime) -> Transfer:
    """P21: a part of what was paid is earned."""
    return Transfer(
        kind=PostingKind.P21,
        source_type=TransferSource.SALE,
        source_id=sale.id,
        ordinal=ordinal,
        invoice_id=sale.invoice_id,
        by=by,
        at=at,
        postings=lines(
            debit(platform(AccountCode.DEFERRED_REVENUE, sale.currency), amount_minor),
            credit(platform(AccountCode.PLATFORM_REVENUE, sale.currency), amount_minor),
        ),
    )


def sale_refunded(note: CreditNote, invoice: Invoice, parts: TakenBack, *, by: Actor, at: datetime) -> Transfer:
    """P22: what a credit note takes back of a sale is the buyer's credit, which a refund gives back next (P10)."""
    return Transfer(
        kind=PostingKind.P22,
        source_type=TransferSource.CREDIT_NOTE,
        source_id=note.id,
        invoice_id=invoice.id,
        reason=note.reason,
        by=by,
        at=at,
        postings=lines(*_undone(parts, invoice.currency), credit(customer_credit(invoice), parts.gross_minor)),
    )


def sale_lost(chargeback: Chargeback, invoice: Invoice, parts: TakenBack, *, by: Actor, at: datetime) -> Transfer:
    """P22: the buyer's bank has taken it back for good, and it is due again."""
    return Transfer(
        kind=PostingKind.P22,
        source_type=TransferSource.CHARGEBACK,
        source_id=chargeback.id,
        invoice_id=invoice.id,
        payment_id=chargeback.payment_id,
        by=by,
        at=at,
        postings=lines(
            *_undone(parts, invoice.currency),
            credit(kept_by(AccountCode.CHARGEBACK_RESERVE, chargeback.provider, invoice.currency), parts.gross_minor),
            debit(receivable(invoice), parts.gross_minor),
            credit(billed(invoice), parts.gross_minor),
        ),
    )


def _undone(parts: TakenBack, currency: str) -> tuple[Posting, ...]:
    """First what is not earned yet."""
    return (
        debit(platform(AccountCode.DEFERRED_REVENUE, currency), parts.undelivered_minor),
        debit(platform(AccountCode.PLATFORM_REVENUE, currency), parts.delivered_minor),
        debit(platform(AccountCode.TAX_PAYABLE, currency), parts.tax_minor),
    )
