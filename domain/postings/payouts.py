"""P12 and P13: wallet money set aside, sent and paid; or back in the wallet."""

from datetime import datetime

from domain.actors import Actor
from domain.ledger import AccountCode, AccountKey, PostingKind, Transfer, TransferSource
from domain.payouts import Payout
from domain.postings.kit import credit, debit, kept_by, lines, own

_P12, _P13 = PostingKind.P12, PostingKind.P13


def payout_requested(payout: Payout, *, by: Actor, at: datetime) -> Transfer:
    """P12: the money is set aside in the wallet."""
    return _moved(payout, _P12, 1, _own(payout, AccountCode.WALLET_AVAILABLE), _held(payout), by=by, at=at)


def payout_sent(payout: Payout, *, by: Actor, at: datetime) -> Transfer:
    """P12: the money is on its way."""
    return _moved(payout, _P12, 2, _held(payout), _in_transit(payout), by=by, at=at)


def payout_paid(payout: Payout, *, by: Actor, at: datetime) -> Transfer:
    """P12: the provider has paid it out."""
    return _moved(payout, _P12, 3, _in_transit(payout), _cash(payout), by=by, at=at)


def payout_canceled(payout: Payout, *, by: Actor, at: datetime) -> Transfer:
    """P13: what was set aside is free again."""
    return _given_back(payout, _held(payout), by=by, at=at)


def payout_failed(payout: Payout, *, by: Actor, at: datetime) -> Transfer:
    """P13: what was on its way is free again."""
    return _given_back(payout, _in_transit(payout), by=by, at=at)


def payout_returned(payout: Payout, *, by: Actor, at: datetime) -> Transfer:
    """P13: what was paid has come back."""
    return _given_back(payout, _cash(payout), by=by, at=at)


def _given_back(payout: Payout, source: AccountKey, *, by: Actor, at: datetime) -> Transfer:
    return _moved(payout, _P13, 1, source, _own(payout, AccountCode.WALLET_AVAILABLE), by=by, at=at)


def _moved(
    payout: Payout, kind: PostingKind, ordinal: int, source: AccountKey, target: AccountKey, *, by: Actor, at: datetime
) -> Transfer:
    return Transfer(
        kind=kind,
        source_type=TransferSource.PAYOUT,
        source_id=payout.id,
        ordinal=ordinal,
        payout_id=payout.id,
        by=by,
        at=at,
        postings=lines(debit(source, payout.amount_minor), credit(target, payout.amount_minor)),
    )


def _own(payout: Payout, code: AccountCode) -> AccountKey:
    return own(code, payout.organization_id, payout.currency)


def _held(payout: Payout) -> AccountKey:
    return _own(payout, AccountCode.WALLET_HELD)


def _in_transit(payout: Payout) -> AccountKey:
    return kept_by(AccountCode.PAYOUT_IN_TRANSIT, payout.provider, payout.currency)


def _cash(payout: Payout) -> AccountKey:
    return kept_by(AccountCode.PROVIDER_CASH, payout.provider, payout.currency)
