"""P15 to P17: what a payer's bank takes back, from the day it is taken until it is won or lost."""

from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from domain.actors import Actor
from domain.chargebacks import Chargeback
from domain.invoices import Invoice
from domain.ledger import AccountCode, AccountKey, Posting, PostingKind, Transfer, TransferSource
from domain.postings.kit import billed, credit, debit, kept_by, lines, own, platform, receivable


@dataclass(frozen=True, slots=True, kw_only=True)
class Loss:
    """What a lost chargeback takes from one invoice, and from whom."""

    invoice: Invoice
    unpaid_minor: int
    """What counted as paid and is due again."""
    fee_minor: int
    """The platform's fee of that, which it gives back."""
    held_minor: int
    """What the issuer's wallet holds for it."""


def money_taken(chargeback: Chargeback, *, by: Actor, at: datetime) -> Transfer:
    """P15: the provider has taken the money; what the issuer's wallet has of it is held."""
    taken = chargeback.amount_minor - chargeback.escrow_minor
    return _transfer(
        chargeback,
        PostingKind.P15,
        debit(_reserve(chargeback), taken),
        credit(_cash(chargeback), taken),
        debit(wallet(chargeback), chargeback.held_minor),
        credit(wallet_held(chargeback), chargeback.held_minor),
        invoice_id=chargeback.invoice_id,
        by=by,
        at=at,
    )


def money_taken_back(chargeback: Chargeback, ordinal: int, *, by: Actor, at: datetime) -> Transfer:
    """The reversal of P15: the chargeback is won, the provider has returned the money."""
    taken = chargeback.amount_minor - chargeback.escrow_minor
    return _transfer(
        chargeback,
        PostingKind.REVERSAL,
        debit(_cash(chargeback), taken),
        credit(_reserve(chargeback), taken),
        debit(wallet_held(chargeback), chargeback.held_minor),
        credit(wallet(chargeback), chargeback.held_minor),
        ordinal=ordinal,
        reverses=PostingKind.P15,
        invoice_id=chargeback.invoice_id,
        by=by,
        at=at,
    )


def money_lost(chargeback: Chargeback, loss: Loss, *, ordinal: int = 1, by: Actor, at: datetime) -> Transfer:
    """P16: the issuer bears what it had got, by what is held and by debt; the fee is given back; the invoice is due.

    Should less be lost than was held, because of a cent of the fee, the difference goes back to the wallet.
    """
    net = loss.unpaid_minor - loss.fee_minor
    return _transfer(
        chargeback,
        PostingKind.P16,
        debit(wallet_held(chargeback), loss.held_minor),
        debit(_debt(chargeback), max(0, net - loss.held_minor)),
        credit(wallet(chargeback), max(0, loss.held_minor - net)),
        debit(platform(AccountCode.PLATFORM_FEE, chargeback.currency), loss.fee_minor),
        credit(_reserve(chargeback), loss.unpaid_minor),
        debit(receivable(loss.invoice), loss.unpaid_minor),
        credit(billed(loss.invoice), loss.unpaid_minor),
        ordinal=ordinal,
        invoice_id=loss.invoice.id,
        by=by,
        at=at,
    )


def held_money_taken(chargeback: Chargeback, *, by: Actor, at: datetime) -> Transfer:
    """P17: the provider has taken money that is still held in escrow."""
    return _transfer(
        chargeback,
        PostingKind.P17,
        debit(_reserve(chargeback), chargeback.escrow_minor),
        credit(_cash(chargeback), chargeback.escrow_minor),
        hold_id=chargeback.hold_id,
        by=by,
        at=at,
    )


def held_money_taken_back(chargeback: Chargeback, ordinal: int, *, by: Actor, at: datetime) -> Transfer:
    """The reversal of P17: the money is held again."""
    return _transfer(
        chargeback,
        PostingKind.REVERSAL,
        debit(_cash(chargeback), chargeback.escrow_minor),
        credit(_reserve(chargeback), chargeback.escrow_minor),
        ordinal=ordinal,
        reverses=PostingKind.P17,
        hold_id=chargeback.hold_id,
        by=by,
        at=at,
    )


def held_money_lost(chargeback: Chargeback, escrow: AccountKey, *, by: Actor, at: datetime) -> Transfer:
    """P17: the hold has nothing of it any more."""
    return _transfer(
        chargeback,
        PostingKind.P17,
        debit(escrow, chargeback.escrow_minor),
        credit(_reserve(chargeback), chargeback.escrow_minor),
        ordinal=2,
        hold_id=chargeback.hold_id,
        by=by,
        at=at,
    )


def surplus_lost(
    chargeback: Chargeback,
    surplus_minor: int,
    *,
    held_minor: int,
    debtor_id: UUID,
    kept: tuple[AccountKey, int] | None,
    ordinal: int,
    by: Actor,
    at: datetime,
) -> Transfer:
    """P16 of what paid no invoice and is not held: it goes out of what was kept of it, the rest becomes debt.

    What the issuer's wallet still holds for the chargeback pays what the issuer would owe, and is free beyond that. The
    entries name no invoice: none was paid by it.
    """
    debt = own(AccountCode.ORG_DEBT, debtor_id, chargeback.currency)
    from_kept = 0 if kept is None else min(kept[1], surplus_minor)
    from_held = min(held_minor, surplus_minor - from_kept) if debtor_id == chargeback.issuer_id else 0
    taken = () if kept is None else (debit(kept[0], from_kept),)
    return _transfer(
        chargeback,
        PostingKind.P16,
        *taken,
        debit(wallet_held(chargeback), held_minor),
        credit(wallet(chargeback), held_minor - from_held),
        debit(debt, surplus_minor - from_kept - from_held),
        credit(_reserve(chargeback), surplus_minor),
        ordinal=ordinal,
        by=by,
        at=at,
    )


def wallet(chargeback: Chargeback) -> AccountKey:
    return own(AccountCode.WALLET_AVAILABLE, chargeback.issuer_id, chargeback.currency)


def wallet_held(chargeback: Chargeback) -> AccountKey:
    return own(AccountCode.WALLET_HELD, chargeback.issuer_id, chargeback.currency)


def _debt(chargeback: Chargeback) -> AccountKey:
    return own(AccountCode.ORG_DEBT, chargeback.issuer_id, chargeback.currency)


def _reserve(chargeback: Chargeback) -> AccountKey:
    return kept_by(AccountCode.CHARGEBACK_RESERVE, chargeback.provider, chargeback.currency)


def _cash(chargeback: Chargeback) -> AccountKey:
    return kept_by(AccountCode.PROVIDER_CASH, chargeback.provider, chargeback.currency)


def _transfer(
    chargeback: Chargeback,
    kind: PostingKind,
    *postings: Posting,
    ordinal: int = 1,
    reverses: PostingKind | None = None,
    invoice_id: UUID | None = None,
    hold_id: UUID | None = None,
    by: Actor,
    at: datetime,
) -> Transfer:
    return Transfer(
        kind=kind,
        source_type=TransferSource.CHARGEBACK,
        source_id=chargeback.id,
        ordinal=ordinal,
        reverses=None if reverses is None else (reverses, 1),
        invoice_id=invoice_id,
        payment_id=chargeback.payment_id,
        hold_id=hold_id,
        by=by,
        at=at,
        postings=lines(*postings),
    )
