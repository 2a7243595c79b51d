"""P5: money that an issuer received outside Milepost. The fee of it is the issuer's debt."""

from datetime import datetime

from domain.actors import Actor
from domain.invoices import Invoice
from domain.ledger import AccountCode, AccountKey, PostingKind, Transfer, TransferSource
from domain.postings.kit import billed, credit, debit, lines, own, platform, receivable, wallet_of_issuer
from domain.recorded_payments import RecordedPayment


def payment_recorded(
    recorded: RecordedPayment, invoice: Invoice, *, fee_minor: int, by: Actor, at: datetime
) -> Transfer:
    """P5: a part a pays the invoice and its fee becomes debt; what is too much is noted for the customer."""
    return Transfer(
        kind=PostingKind.P5,
        source_type=TransferSource.RECORDED_PAYMENT,
        source_id=recorded.id,
        invoice_id=invoice.id,
        by=by,
        at=at,
        postings=lines(
            debit(billed(invoice), recorded.allocated_minor),
            credit(receivable(invoice), recorded.allocated_minor),
            debit(_of_customer(AccountCode.EXTERNAL_FUNDS, invoice), recorded.surplus_minor),
            credit(_of_customer(AccountCode.EXTERNAL_CREDIT, invoice), recorded.surplus_minor),
            debit(debt_of_issuer(invoice), fee_minor),
            credit(platform(AccountCode.PLATFORM_FEE, invoice.currency), fee_minor),
        ),
    )


def recorded_payment_removed(
    recorded: RecordedPayment, invoice: Invoice, *, fee_minor: int, debt_minor: int, by: Actor, at: datetime
) -> Transfer:
    """P5 the other way round. The fee goes back against what is left of the debt; what was repaid, to the wallet.

    No plain reversal: since then the debt may have been repaid, and another share of the fee may be the exact one.
    """
    from_debt = min(fee_minor, debt_minor)
    return Transfer(
        kind=PostingKind.P5,
        source_type=TransferSource.RECORDED_PAYMENT,
        source_id=recorded.id,
        ordinal=2,
        invoice_id=invoice.id,
        reason=recorded.remove_reason,
        by=by,
        at=at,
        postings=lines(
            debit(receivable(invoice), recorded.allocated_minor),
            credit(billed(invoice), recorded.allocated_minor),
            debit(_of_customer(AccountCode.EXTERNAL_CREDIT, invoice), recorded.surplus_minor),
            credit(_of_customer(AccountCode.EXTERNAL_FUNDS, invoice), recorded.surplus_minor),
            debit(platform(AccountCode.PLATFORM_FEE, invoice.currency), fee_minor),
            credit(debt_of_issuer(invoice), from_debt),
            credit(wallet_of_issuer(invoice), fee_minor - from_debt),
        ),
    )


def debt_of_issuer(invoice: Invoice) -> AccountKey:
    return own(AccountCode.ORG_DEBT, invoice.issuer_id, invoice.currency)


def kept_outside(invoice: Invoice) -> AccountKey:
    """What the issuer keeps of the customer's outside Milepost."""
    return _of_customer(AccountCode.EXTERNAL_CREDIT, invoice)


def outside_funds(invoice: Invoice) -> AccountKey:
    """The contra of what the issuer keeps outside Milepost."""
    return _of_customer(AccountCode.EXTERNAL_FUNDS, invoice)


def _of_customer(code: AccountCode, invoice: Invoice) -> AccountKey:
    return AccountKey(
        code=code, currency=invoice.currency, organization_id=invoice.issuer_id, customer_id=invoice.customer_id
    )
