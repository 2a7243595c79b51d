"""P8, P10 and P11: money on its way back to whom it was taken from."""

from datetime import datetime
from uuid import UUID

from domain.actors import Actor
from domain.ledger import AccountCode, AccountKey, Posting, PostingKind, Transfer, TransferSource
from domain.postings.kit import credit, debit, kept_by, lines, own
from domain.refunds import Refund


def hold_refunded(refund: Refund, *, by: Actor, at: datetime) -> Transfer:
    """P8: a part of a hold is on its way back to the client who funded it."""
    escrow = own(AccountCode.ESCROW, refund.payer_id, refund.currency)
    return _transfer(refund, PostingKind.P8, debit(escrow, refund.amount_minor), _into_payable(refund), by=by, at=at)


def refund_asked(refund: Refund, customer_id: UUID, *, by: Actor, at: datetime) -> Transfer:
    """P10: a part of the customer's credit is on its way back."""
    kept = _customer_credit(refund, customer_id)
    return _transfer(refund, PostingKind.P10, debit(kept, refund.amount_minor), _into_payable(refund), by=by, at=at)


def refund_succeeded(refund: Refund, *, by: Actor, at: datetime) -> Transfer:
    """P10: the provider has given the money back."""
    cash = credit(kept_by(AccountCode.PROVIDER_CASH, refund.provider, refund.currency), refund.amount_minor)
    return _transfer(refund, PostingKind.P10, _out_of_payable(refund), cash, ordinal=2, by=by, at=at)


def refund_given_up(refund: Refund, customer_id: UUID | None, *, by: Actor, at: datetime) -> Transfer:
    """P11: it failed or was canceled. The customer keeps the money as credit.

    `customer_id` is None for a hold, whose money goes to the client's wallet.
    """
    kept = (
        own(AccountCode.WALLET_AVAILABLE, refund.payer_id, refund.currency)
        if customer_id is None
        else _customer_credit(refund, customer_id)
    )
    return _transfer(refund, PostingKind.P11, _out_of_payable(refund), credit(kept, refund.amount_minor), by=by, at=at)


def _transfer(
    refund: Refund, kind: PostingKind, *postings: Posting, ordinal: int = 1, by: Actor, at: datetime
) -> Transfer:
    return Transfer(
        kind=kind,
        source_type=TransferSource.REFUND,
        source_id=refund.id,
        ordinal=ordinal,
        reason=refund.reason,
        invoice_id=refund.invoice_id,
        payment_id=refund.payment_id,
        hold_id=refund.hold_id,
        by=by,
        at=at,
        postings=lines(*postings),
    )


def _into_payable(refund: Refund) -> Posting:
    return credit(_payable(refund), refund.amount_minor)


def _out_of_payable(refund: Refund) -> Posting:
    return debit(_payable(refund), refund.amount_minor)


def _payable(refund: Refund) -> AccountKey:
    return kept_by(AccountCode.REFUND_PAYABLE, refund.provider, refund.currency)


def _customer_credit(refund: Refund, customer_id: UUID) -> AccountKey:
    return AccountKey(
        code=AccountCode.CUSTOMER_CREDIT,
        currency=refund.currency,
        organization_id=refund.issuer_id,
        customer_id=customer_id,
    )
