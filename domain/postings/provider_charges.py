"""P14: what a provider keeps for its work, and money of it that two people of staff have booked as it is reported."""

from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from domain.actors import Actor
from domain.ledger import AccountCode, Posting, PostingKind, Transfer, TransferSource
from domain.money_exceptions import MoneyException
from domain.payment_methods import Provider
from domain.postings.kit import kept_by, lines, platform


@dataclass(frozen=True, slots=True, kw_only=True)
class Kept:
    """The fee of a line; a negative one was given back."""

    id: UUID
    currency: str
    minor: int
    payment_id: UUID | None
    """That of a charge's fee. A payout's is no part of it: what a payout may move is fixed by the database."""


def kept_by_provider(kept: Kept, provider: Provider, *, by: Actor, at: datetime) -> Transfer:
    """P14: the fee of a line, as the provider's report says it."""
    return Transfer(
        kind=PostingKind.P14,
        source_type=TransferSource.PROVIDER_REPORT_LINE,
        source_id=kept.id,
        payment_id=kept.payment_id,
        by=by,
        at=at,
        postings=lines(
            Posting(platform(AccountCode.PROCESSOR_FEE, kept.currency), kept.minor),
            Posting(kept_by(AccountCode.PROVIDER_CASH, provider, kept.currency), -kept.minor),
        ),
    )


def difference_posted(
    exception: MoneyException, provider: Provider, contra: AccountCode, reason: str | None, *, by: Actor, at: datetime
) -> Transfer:
    """P14: the ledger has what the provider reports; what that is, is a fee or still to be found out."""
    postings: list[Posting] = []
    for currency, minor in exception.difference.items():
        postings.append(Posting(kept_by(AccountCode.PROVIDER_CASH, provider, currency), minor))
        postings.append(Posting(platform(contra, currency), -minor))
    return Transfer(
        kind=PostingKind.P14,
        source_type=TransferSource.MONEY_EXCEPTION,
        source_id=exception.id,
        reason=reason,
        by=by,
        at=at,
        postings=tuple(postings),
    )
