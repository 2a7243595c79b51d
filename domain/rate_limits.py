"""How much a caller may ask for: operations, what they cost, and new documents; each a bucket that refills."""

from dataclasses import dataclass, field
from datetime import timedelta

from domain.refusals import Refused, rate_limited

MINUTE = 60.0
_ROUNDING = 1e-6
"""Fractions that came back do not add up exactly, and whoever waited as long as they were told must get in."""


@dataclass(frozen=True, slots=True)
class Allowance:
    """What each caller of one kind may ask for."""

    operations_per_minute: int
    cost: int
    """What may be spent at once, and therefore on one operation."""
    refill_per_second: int
    documents_per_minute: int
    """Documents that were not seen before: to read and check one costs more than most answers."""

    def times(self, factor: int) -> "Allowance":
        return Allowance(
            operations_per_minute=self.operations_per_minute * factor,
            cost=self.cost * factor,
            refill_per_second=self.refill_per_second * factor,
            documents_per_minute=self.documents_per_minute * factor,
        )


ANONYMOUS = Allowance(operations_per_minute=60, cost=500, refill_per_second=10, documents_per_minute=30)
SESSION = Allowance(operations_per_minute=300, cost=5_000, refill_per_second=100, documents_per_minute=60)


@dataclass(slots=True)
class Meter:
    """What is left to one caller. Instants are seconds of a clock that only goes forward."""

    allowance: Allowance
    at: float
    operations: float = field(init=False)
    cost: float = field(init=False)
    documents: float = field(init=False)

    def __post_init__(self) -> None:
        self.operations = self.allowance.operations_per_minute
        self.cost = self.allowance.cost
        self.documents = self.allowance.documents_per_minute

    def refill(self, at: float) -> None:
        """Adds what has come in since the last time."""
        seconds, allowance = at - self.at, self.allowance
        self.at, minutes = at, seconds / MINUTE
        most = allowance.operations_per_minute
        self.operations = min(most, self.operations + most * minutes)
        self.cost = min(allowance.cost, self.cost + allowance.refill_per_second * seconds)
        most = allowance.documents_per_minute
        self.documents = min(most, self.documents + most * minutes)

    def start(self, at: float, *, is_new: bool = False) -> None:
        """Counts an operation, whatever becomes of it; RATE_LIMITED when there were too many."""
        self.refill(at)
        if self.operations < 1 - _ROUNDING:
            raise _wait("operations", 1 - self.operations, self.allowance.operations_per_minute / MINUTE)
        if is_new and self.documents < 1 - _ROUNDING:
            raise _wait("new documents", 1 - self.documents, self.allowance.documents_per_minute / MINUTE)
        self.operations -= 1
        self.documents -= is_new

    def spend(self, cost: int) -> None:
        """Takes the cost of an operation that has just been started; RATE_LIMITED when it is more than is left."""
        if self.cost < cost - _ROUNDING:
            raise _wait("expensive operations", cost - self.cost, self.allowance.refill_per_second)
        self.cost -= cost


def _wait(what: str, missing: float, per_second: float) -> Refused:
    return rate_limited(f"Too many {what}. Try again", timedelta(seconds=missing / per_second))
