"""The posting table: what each business event debits and credits. The ledger is written from here and nowhere else."""

from datetime import datetime

from domain.actors import Actor
from domain.invoices import Invoice, InvoiceStatus
from domain.ledger import AccountCode, AccountKey, Posting, PostingKind, Transfer, TransferSource
from domain.payments import Payment


def invoice_opened(invoice: Invoice, *, by: Actor, at: datetime) -> Transfer:
    """P1: what is due becomes receivable, against `billed` until it is collected."""
    due = invoice.amount_due_minor
    return Transfer(
        kind=PostingKind.P1,
        source_type=TransferSource.INVOICE,
        source_id=invoice.id,
        invoice_id=invoice.id,
        by=by,
        at=at,
        postings=_lines(
            _debit(_receivable(invoice), due),
            _credit(_billed(invoice), due),
        ),
    )


def invoice_voided(invoice: Invoice, *, by: Actor, at: datetime) -> Transfer:
    """P2: nothing is due any more. Only an unpaid invoice is voided, so this is the exact reversal of its P1."""
    due = invoice.amount_due_minor
    return Transfer(
        kind=PostingKind.P2,
        source_type=TransferSource.INVOICE,
        source_id=invoice.id,
        invoice_id=invoice.id,
        reverses=(PostingKind.P1, 1),
        reason=invoice.void_reason,
        by=by,
        at=at,
        postings=_lines(
            _debit(_billed(invoice), due),
            _credit(_receivable(invoice), due),
        ),
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
        postings=_lines(
            _debit(_provider_cash(payment), received_minor),
            _debit(_billed(invoice), allocated),
            _credit(_receivable(invoice), allocated),
            _credit(_wallet(invoice), allocated - fee_minor),
            _credit(_platform_fee(invoice), fee_minor),
            _credit(_customer_credit(invoice), received_minor - allocated),
        ),
    )


def allocated_minor(invoice: Invoice, received_minor: int) -> int:
    """How much of the money pays the invoice. Whatever comes for one that is not open any more is surplus."""
    return min(received_minor, invoice.amount_due_minor) if invoice.status is InvoiceStatus.OPEN else 0


def _lines(*postings: Posting) -> tuple[Posting, ...]:
    """The lines that have an amount: no fee, no line for it."""
    return tuple(posting for posting in postings if posting.amount_minor)


def _debit(account: AccountKey, amount_minor: int) -> Posting:
    return Posting(account, _not_negative(amount_minor))


def _credit(account: AccountKey, amount_minor: int) -> Posting:
    return Posting(account, -_not_negative(amount_minor))


def _not_negative(amount_minor: int) -> int:
    if amount_minor < 0:
        raise AssertionError("a posting's amount is never negative: its side says the direction")
    return amount_minor


def _receivable(invoice: Invoice) -> AccountKey:
    return AccountKey(code=AccountCode.RECEIVABLE, currency=invoice.currency, organization_id=invoice.issuer_id)


def _billed(invoice: Invoice) -> AccountKey:
    return AccountKey(code=AccountCode.BILLED, currency=invoice.currency, organization_id=invoice.issuer_id)


def _wallet(invoice: Invoice) -> AccountKey:
    return AccountKey(code=AccountCode.WALLET_AVAILABLE, currency=invoice.currency, organization_id=invoice.issuer_id)


def _customer_credit(invoice: Invoice) -> AccountKey:
    return AccountKey(
        code=AccountCode.CUSTOMER_CREDIT,
        currency=invoice.currency,
        organization_id=invoice.issuer_id,
        customer_id=invoice.customer_id,
    )


def _provider_cash(payment: Payment) -> AccountKey:
    return AccountKey(code=AccountCode.PROVIDER_CASH, currency=payment.currency, provider=payment.provider)


def _platform_fee(invoice: Invoice) -> AccountKey:
    return AccountKey(code=AccountCode.PLATFORM_FEE, currency=invoice.currency)
