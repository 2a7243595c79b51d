"""P2, P4 and P9: what credit notes take off an invoice and give back, and what the customer then pays with it."""

from datetime import datetime

from domain.actors import Actor
from domain.credit_note_effects import Effect
from domain.credit_notes import CreditNote
from domain.invoices import Invoice
from domain.ledger import AccountCode, AccountKey, Posting, PostingKind, Transfer, TransferSource
from domain.postings.kit import (
    billed,
    credit,
    customer_credit,
    debit,
    lines,
    platform,
    receivable,
    wallet_of_issuer,
)
from domain.postings.recorded_payments import debt_of_issuer, kept_outside, outside_funds


def credit_note_issued(
    note: CreditNote, invoice: Invoice, effect: Effect, *, by: Actor, at: datetime
) -> list[Transfer]:
    """P2 for what the note takes off the unpaid part, P9 for what it returns of the paid part.

    The issuer gives what is returned, Milepost its fee of it; the customer keeps it as credit.
    """
    return [_of_note(note, kind, by, at, postings) for kind, postings in _halves(invoice, effect)]


def credit_note_voided(
    note: CreditNote, invoice: Invoice, *, wallet_minor: int, by: Actor, at: datetime
) -> list[Transfer]:
    """The reversals of what the note had posted.

    For money from outside it had given a fee back to the wallet. What that lacks by now, because it has repaid a debt
    or was spent, is debt again, as the fee of such money always is (P9).
    """
    posted = _halves(invoice, note.effect)
    lacking = max(0, -note.effect.wallet_minor - wallet_minor)
    owed = lines(debit(debt_of_issuer(invoice), lacking), credit(wallet_of_issuer(invoice), lacking))
    covered = [_of_note(note, PostingKind.P9, by, at, owed, ordinal=2)] if owed else []
    return covered + [
        _of_note(
            note,
            PostingKind.REVERSAL,
            by,
            at,
            tuple(Posting(one.account, -one.amount_minor) for one in postings),
            ordinal=ordinal,
            reverses=(kind, 1),
        )
        for ordinal, (kind, postings) in enumerate(posted, start=1)
    ]


def paid_with_credit(
    invoice: Invoice, amount_minor: int, *, fee_minor: int, ordinal: int, by: Actor, at: datetime
) -> Transfer:
    """P4: the customer's credit pays a part of an invoice, as money would; `ordinal` counts these of one invoice."""
    return Transfer(
        kind=PostingKind.P4,
        source_type=TransferSource.INVOICE,
        source_id=invoice.id,
        ordinal=ordinal,
        invoice_id=invoice.id,
        by=by,
        at=at,
        postings=lines(
            debit(customer_credit(invoice), amount_minor),
            debit(billed(invoice), amount_minor),
            credit(receivable(invoice), amount_minor),
            credit(wallet_of_issuer(invoice), amount_minor - fee_minor),
            credit(platform(AccountCode.PLATFORM_FEE, invoice.currency), fee_minor),
        ),
    )


def accounts_of(invoice: Invoice) -> list[AccountKey]:
    """All guarded accounts that a credit note of the invoice may move, to be locked at once."""
    return [
        receivable(invoice),
        billed(invoice),
        wallet_of_issuer(invoice),
        debt_of_issuer(invoice),
        customer_credit(invoice),
        kept_outside(invoice),
        outside_funds(invoice),
    ]


def _halves(invoice: Invoice, effect: Effect) -> list[tuple[PostingKind, tuple[Posting, ...]]]:
    """The postings on the unpaid and on the paid part, where there is something to post."""
    due = lines(debit(billed(invoice), effect.applied_minor), credit(receivable(invoice), effect.applied_minor))
    paid = lines(
        Posting(wallet_of_issuer(invoice), effect.wallet_minor),
        debit(debt_of_issuer(invoice), effect.debt_minor),
        debit(platform(AccountCode.PLATFORM_FEE, invoice.currency), effect.fee_minor),
        credit(customer_credit(invoice), effect.inside_minor),
        debit(outside_funds(invoice), effect.outside_minor),
        credit(kept_outside(invoice), effect.outside_minor),
    )
    return [(kind, half) for kind, half in ((PostingKind.P2, due), (PostingKind.P9, paid)) if half]


def _of_note(
    note: CreditNote,
    kind: PostingKind,
    by: Actor,
    at: datetime,
    postings: tuple[Posting, ...],
    *,
    ordinal: int = 1,
    reverses: tuple[PostingKind, int] | None = None,
) -> Transfer:
    return Transfer(
        kind=kind,
        source_type=TransferSource.CREDIT_NOTE,
        source_id=note.id,
        ordinal=ordinal,
        reverses=reverses,
        reason=note.void_reason or note.reason,
        invoice_id=note.invoice_id,
        by=by,
        at=at,
        postings=postings,
    )
