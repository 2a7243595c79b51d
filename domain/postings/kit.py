"""What all postings are made of: lines that have an amount, debits and credits, and the keys of accounts."""

from uuid import UUID

from domain.invoices import Invoice
from domain.ledger import AccountCode, AccountKey, Posting
from domain.payment_methods import Provider


def lines(*postings: Posting) -> tuple[Posting, ...]:
    """The lines that have an amount: no fee, no line for it."""
    return tuple(posting for posting in postings if posting.amount_minor)


def debit(account: AccountKey, amount_minor: int) -> Posting:
    return Posting(account, _not_negative(amount_minor))


def credit(account: AccountKey, amount_minor: int) -> Posting:
    return Posting(account, -_not_negative(amount_minor))


def own(code: AccountCode, organization_id: UUID, currency: str) -> AccountKey:
    """An account that an organization has one of in each currency, for example its wallet."""
    return AccountKey(code=code, currency=currency, organization_id=organization_id)


def kept_by(code: AccountCode, provider: Provider, currency: str) -> AccountKey:
    """An account of the platform for one provider, for example its cash there."""
    return AccountKey(code=code, currency=currency, provider=provider)


def platform(code: AccountCode, currency: str) -> AccountKey:
    """An account of the platform, for example its fees."""
    return AccountKey(code=code, currency=currency)


def receivable(invoice: Invoice) -> AccountKey:
    return own(AccountCode.RECEIVABLE, invoice.issuer_id, invoice.currency)


def billed(invoice: Invoice) -> AccountKey:
    return own(AccountCode.BILLED, invoice.issuer_id, invoice.currency)


def wallet_of_issuer(invoice: Invoice) -> AccountKey:
    return own(AccountCode.WALLET_AVAILABLE, invoice.issuer_id, invoice.currency)


def customer_credit(invoice: Invoice) -> AccountKey:
    return customer_credit_of(invoice.issuer_id, invoice.customer_id, invoice.currency)


def customer_credit_of(issuer_id: UUID, customer_id: UUID, currency: str) -> AccountKey:
    return AccountKey(
        code=AccountCode.CUSTOMER_CREDIT, currency=currency, organization_id=issuer_id, customer_id=customer_id
    )


def _not_negative(amount_minor: int) -> int:
    if amount_minor < 0:
        raise AssertionError("a posting's amount is never negative: its side says the direction")
    return amount_minor
