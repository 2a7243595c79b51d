"""P14: provider money that nobody expected in this way, and the reversal of it once it is clear what it is."""

from datetime import datetime

from domain.actors import Actor
from domain.ledger import AccountCode, PostingKind, Transfer, TransferSource
from domain.money import Money
from domain.payment_methods import Provider
from domain.payments import Payment
from domain.postings.kit import credit, debit, kept_by, lines, platform


def money_suspended(payment: Payment, provider: Provider, taken: Money, *, by: Actor, at: datetime) -> Transfer:
    """P14: the provider took another amount, or another currency, than the payment's."""
    return Transfer(
        kind=PostingKind.P14,
        source_type=TransferSource.PAYMENT,
        source_id=payment.id,
        payment_id=payment.id,
        by=by,
        at=at,
        postings=lines(
            debit(kept_by(AccountCode.PROVIDER_CASH, provider, taken.currency), taken.amount_minor),
            credit(platform(AccountCode.SUSPENSE, taken.currency), taken.amount_minor),
        ),
    )


def suspense_cleared(
    payment: Payment, provider: Provider, taken: Money, reason: str | None, *, by: Actor, at: datetime
) -> Transfer:
    """The reversal of P14: the money goes where it belongs, by the posting that follows, or back to the payer."""
    return Transfer(
        kind=PostingKind.REVERSAL,
        source_type=TransferSource.PAYMENT,
        source_id=payment.id,
        payment_id=payment.id,
        reverses=(PostingKind.P14, 1),
        reason=reason,
        by=by,
        at=at,
        postings=lines(
            debit(platform(AccountCode.SUSPENSE, taken.currency), taken.amount_minor),
            credit(kept_by(AccountCode.PROVIDER_CASH, provider, taken.currency), taken.amount_minor),
        ),
    )
