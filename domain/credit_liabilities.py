"""What is owed in credits that were paid for, at the ends of months: how it has grown, and how it became revenue."""

from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date

from domain.credit_transactions import CreditTransactionType
from domain.money import Money

_T = CreditTransactionType
_SOLD, _USED = (_T.PURCHASE, _T.GRANT), (_T.SPEND, _T.HOLD, _T.ADJUST)
_GIVEN_BACK = (_T.REFUND, _T.REVERSAL)

Changes = Counter[CreditTransactionType]
"""By how much a time has changed what is owed, by type of movement, in minor units."""


@dataclass(frozen=True, slots=True, kw_only=True)
class CreditLiabilityMonth:
    """A month in UTC. Credits that are sent or carried over take their cost along: they change nothing here."""

    begins_on: date
    opening: Money
    sold: Money
    used: Money
    given_back: Money
    breakage: Money
    clawed_back: Money
    closing: Money


def liability_of(months: Sequence[date], changes: Sequence[Changes], currency: str) -> Iterator[CreditLiabilityMonth]:
    """The months, each beginning with what the one before has left; of the changes the first are those before all."""
    owed = changes[0].total()
    for month, changed in zip(months, changes[1:], strict=True):
        opening, owed = owed, owed + changed.total()
        yield CreditLiabilityMonth(
            begins_on=month,
            opening=Money(opening, currency),
            sold=Money(_sum(changed, *_SOLD), currency),
            used=Money(-_sum(changed, *_USED), currency),
            given_back=Money(_sum(changed, *_GIVEN_BACK), currency),
            breakage=Money(-_sum(changed, _T.EXPIRE), currency),
            clawed_back=Money(-_sum(changed, _T.CLAWBACK), currency),
            closing=Money(owed, currency),
        )


def _sum(changed: Changes, *types: CreditTransactionType) -> int:
    return sum(changed[type_] for type_ in types)
