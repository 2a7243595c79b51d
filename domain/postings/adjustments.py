"""Corrections: the wrong entries with the opposite sign, and the right ones beside them, about the same objects."""

from collections.abc import Sequence
from datetime import datetime

from domain.actors import Actor
from domain.approval_requests import ApprovalRequest
from domain.ledger import Posting, PostingKind, Transfer, TransferSource
from domain.ledger_adjustments import Correction, key_of


def reversed_entries(correction: Correction, request: ApprovalRequest, *, by: Actor, at: datetime) -> Transfer:
    """REVERSAL: every entry of the wrong transfer with the opposite sign."""
    postings = [
        Posting(key_of(correction.accounts[entry.account_id]), -entry.amount_minor) for entry in correction.entries
    ]
    return _transfer(PostingKind.REVERSAL, correction, request, postings, by=by, at=at)


def corrected_entries(correction: Correction, request: ApprovalRequest, *, by: Actor, at: datetime) -> Transfer:
    """ADJUSTMENT: what a person says is right, as two people agreed."""
    postings = [Posting(key_of(correction.accounts[line.account_id]), line.signed_minor) for line in correction.lines]
    return _transfer(PostingKind.ADJUSTMENT, correction, request, postings, by=by, at=at)


def _transfer(
    kind: PostingKind,
    correction: Correction,
    request: ApprovalRequest,
    postings: Sequence[Posting],
    *,
    by: Actor,
    at: datetime,
) -> Transfer:
    """All entries of a transfer are about the same objects, so the first one tells about which."""
    about = correction.entries[0]
    return Transfer(
        kind=kind,
        source_type=TransferSource.APPROVAL_REQUEST,
        source_id=request.id,
        reverses=correction.wrong.id if kind is PostingKind.REVERSAL else None,
        reason=request.reason,
        invoice_id=about.invoice_id,
        payment_id=about.payment_id,
        hold_id=about.hold_id,
        payout_id=about.payout_id,
        by=by,
        at=at,
        postings=tuple(postings),
    )
