"""P4, P18 and P19: wallets that pay an invoice, repay a debt, and are converted."""

from datetime import datetime
from uuid import UUID

from domain.actors import Actor
from domain.invoices import Invoice
from domain.ledger import AccountCode, AccountKey, PostingKind, Transfer, TransferSource
from domain.payments import Payment
from domain.postings.kit import billed, credit, debit, lines, own, platform, receivable, wallet_of_issuer
from domain.wallet_conversions import WalletConversion


def paid_from_wallet(payment: Payment, invoice: Invoice, *, fee_minor: int, by: Actor, at: datetime) -> Transfer:
    """P4: the payer's wallet pays the issuer's, less the fee; a wallet never pays more than is due."""
    amount = payment.amount_minor
    return Transfer(
        kind=PostingKind.P4,
        source_type=TransferSource.PAYMENT,
        source_id=payment.id,
        invoice_id=invoice.id,
        payment_id=payment.id,
        by=by,
        at=at,
        postings=lines(
            debit(own(AccountCode.WALLET_AVAILABLE, payment.payer_id, payment.currency), amount),
            debit(billed(invoice), amount),
            credit(receivable(invoice), amount),
            credit(wallet_of_issuer(invoice), amount - fee_minor),
            credit(platform(AccountCode.PLATFORM_FEE, invoice.currency), fee_minor),
        ),
    )


def debt_recovered(cause: Transfer, wallet: AccountKey, debt: AccountKey, amount_minor: int, ordinal: int) -> Transfer:
    """P18: what has just come in repays what the organization owes, in the name of what brought it in.

    Its entries name no invoice and no payment: what these brought in is whole, whatever became of it.
    """
    return Transfer(
        kind=PostingKind.P18,
        source_type=cause.source_type,
        source_id=cause.source_id,
        ordinal=ordinal,
        by=cause.by,
        at=cause.at,
        postings=lines(debit(wallet, amount_minor), credit(debt, amount_minor)),
    )


def wallet_converted(conversion: WalletConversion, *, by: Actor, at: datetime) -> Transfer:
    """P19: out of one wallet into the clearing of its currency, and out of that of the other into the other wallet."""
    given, received = conversion.given, conversion.received
    return Transfer(
        kind=PostingKind.P19,
        source_type=TransferSource.WALLET_CONVERSION,
        source_id=conversion.id,
        by=by,
        at=at,
        postings=lines(
            debit(_wallet(conversion.organization_id, given.currency), given.amount_minor),
            credit(platform(AccountCode.FX_CLEARING, given.currency), given.amount_minor),
            debit(platform(AccountCode.FX_CLEARING, received.currency), received.amount_minor),
            credit(_wallet(conversion.organization_id, received.currency), received.amount_minor),
        ),
    )


def _wallet(organization_id: UUID, currency: str) -> AccountKey:
    return own(AccountCode.WALLET_AVAILABLE, organization_id, currency)
