"""Trial balances: the sums of all entries by account, which show at a glance whether the books are in balance."""

from collections.abc import Sequence
from dataclasses import dataclass

from domain.ledger import CHART, AccountCode, AccountSide
from domain.money import Money


@dataclass(frozen=True, slots=True)
class TrialBalanceLine:
    """All accounts of one code together. Both sums are positive."""

    account: AccountCode
    debit: Money
    credit: Money

    @property
    def balance(self) -> Money:
        """In the direction in which such accounts grow."""
        is_debit = CHART[self.account].side is AccountSide.DEBIT
        return self.debit - self.credit if is_debit else self.credit - self.debit


@dataclass(frozen=True, slots=True)
class TrialBalance:
    """The lines of one currency."""

    currency: str
    lines: Sequence[TrialBalanceLine]

    @property
    def debit(self) -> Money:
        return Money(sum(line.debit.amount_minor for line in self.lines), self.currency)

    @property
    def credit(self) -> Money:
        return Money(sum(line.credit.amount_minor for line in self.lines), self.currency)

    @property
    def difference(self) -> Money:
        return self.debit - self.credit
