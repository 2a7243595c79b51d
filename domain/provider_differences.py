"""Differences: what a provider reports and the ledger lacks is posted once two people of staff have agreed."""

from enum import Enum

from domain.ledger import AccountCode
from domain.money import Money
from domain.money_exceptions import MoneyException
from domain.payment_methods import Provider
from domain.refusals import conflict, invalid


class DifferenceAccount(Enum):
    """What the money is, as far as it is known."""

    SUSPENSE = "SUSPENSE"
    PROCESSOR_FEE = "PROCESSOR_FEE"

    @property
    def code(self) -> AccountCode:
        return AccountCode[self.name]


def provider_of_difference(exception: MoneyException) -> Provider:
    """Whose cash it is about; refuses what was not found by comparing amounts."""
    if exception.provider is None or not exception.difference:
        raise invalid("Only an exception with two different amounts has a difference to post.", "exceptionId")
    return exception.provider


def amount_of(exception: MoneyException) -> Money | None:
    """How much it is, where all of it is one currency."""
    differences = list(exception.difference.items())
    return Money(abs(differences[0][1]), differences[0][0]) if len(differences) == 1 else None


def require_as_asked(exception: MoneyException, difference: dict[str, int]) -> None:
    if dict(exception.difference) != difference:
        raise conflict("The difference is another one by now: ask for this anew.", "exceptionId")
