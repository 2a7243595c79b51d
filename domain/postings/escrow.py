"""P6 to P8: money that is held for a milestone, released to the freelancer or given back to the client's wallet."""

from datetime import datetime

from domain.actors import Actor
from domain.escrow_holds import EscrowHold
from domain.hold_movements import HoldMovement
from domain.invoices import Invoice
from domain.ledger import AccountCode, AccountKey, Posting, PostingKind, Transfer, TransferSource
from domain.payments import Payment
from domain.postings.kit import billed, credit, debit, kept_by, lines, own, platform, receivable, wallet_of_issuer


def hold_funded(hold: EscrowHold, payment: Payment | None, *, by: Actor, at: datetime) -> Transfer:
    """P6: the provider took the money or, without a payment, the client's wallet gave it."""
    source = client_wallet(hold) if payment is None else _cash(payment)
    return _transfer(
        PostingKind.P6,
        hold,
        debit(source, hold.amount_minor),
        credit(escrow(hold), hold.amount_minor),
        payment=payment,
        by=by,
        at=at,
    )


def late_funding(hold: EscrowHold, payment: Payment, *, by: Actor, at: datetime) -> Transfer:
    """P3 of a payment whose hold cannot be funded any more: all of it is the client's own."""
    return _transfer(
        PostingKind.P3,
        hold,
        debit(_cash(payment), payment.captured_minor),
        credit(client_wallet(hold), payment.captured_minor),
        payment=payment,
        by=by,
        at=at,
    )


def hold_released(movement: HoldMovement, hold: EscrowHold, invoice: Invoice, *, by: Actor, at: datetime) -> Transfer:
    """P7: what was held pays an invoice; the issuer gets it less the fee."""
    released, fee = movement.amount_minor, movement.fee_minor
    return Transfer(
        kind=PostingKind.P7,
        source_type=TransferSource.HOLD_MOVEMENT,
        source_id=movement.id,
        hold_id=hold.id,
        invoice_id=invoice.id,
        by=by,
        at=at,
        postings=lines(
            debit(escrow(hold), released),
            debit(billed(invoice), released),
            credit(receivable(invoice), released),
            credit(wallet_of_issuer(invoice), released - fee),
            credit(platform(AccountCode.PLATFORM_FEE, invoice.currency), fee),
        ),
    )


def hold_returned(movement: HoldMovement, hold: EscrowHold, *, by: Actor, at: datetime) -> Transfer:
    """P8 of a hold that was funded from the client's wallet, to which it goes back."""
    return Transfer(
        kind=PostingKind.P8,
        source_type=TransferSource.HOLD_MOVEMENT,
        source_id=movement.id,
        hold_id=hold.id,
        by=by,
        at=at,
        postings=lines(
            debit(escrow(hold), movement.amount_minor),
            credit(client_wallet(hold), movement.amount_minor),
        ),
    )


def escrow(hold: EscrowHold) -> AccountKey:
    return own(AccountCode.ESCROW, hold.client_organization_id, hold.currency)


def client_wallet(hold: EscrowHold) -> AccountKey:
    return own(AccountCode.WALLET_AVAILABLE, hold.client_organization_id, hold.currency)


def _cash(payment: Payment) -> AccountKey:
    if payment.provider is None:
        raise AssertionError("a hold that is funded from a wallet has no payment")
    return kept_by(AccountCode.PROVIDER_CASH, payment.provider, payment.currency)


def _transfer(
    kind: PostingKind, hold: EscrowHold, *postings: Posting, payment: Payment | None, by: Actor, at: datetime
) -> Transfer:
    return Transfer(
        kind=kind,
        source_type=TransferSource.ESCROW_HOLD if payment is None else TransferSource.PAYMENT,
        source_id=hold.id if payment is None else payment.id,
        hold_id=hold.id,
        payment_id=None if payment is None else payment.id,
        by=by,
        at=at,
        postings=postings,
    )
