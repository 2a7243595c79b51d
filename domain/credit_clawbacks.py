"""What is taken back of paid credits when their money goes back, and what is owed for those that were spent."""

from dataclasses import dataclass

from domain.money import rounded


@dataclass(frozen=True, slots=True)
class Clawback:
    """What one refund takes: from the purchase's own lot, from other paid lots, and what is missing after that."""

    own: int
    others: int
    missing: int

    @property
    def total(self) -> int:
        return self.own + self.others + self.missing


def due_so_far(quantity: int, *, refunded_minor: int, paid_minor: int) -> int:
    """All credits to be taken back of a purchase when so much of its money has gone back."""
    return quantity if refunded_minor >= paid_minor else rounded(quantity * refunded_minor, paid_minor)


def divided(due: int, *, own: int, others: int) -> Clawback:
    """Unused credits of the purchase's own lot first, then those of other paid lots; the rest is missing."""
    of_own = min(due, own)
    of_others = min(due - of_own, others)
    return Clawback(own=of_own, others=of_others, missing=due - of_own - of_others)


def debt_of(cost_minor: int, quantity: int, *, missing_before: int, missing: int) -> int:
    """What is owed for missing credits; parts of one purchase add up to what all of them together would be."""
    return rounded(cost_minor * (missing_before + missing), quantity) - rounded(cost_minor * missing_before, quantity)


@dataclass(frozen=True, slots=True)
class MoneyBack:
    """What becomes of the deferred revenue that credits had when they are taken back for a refund."""

    undelivered_minor: int
    """What pays for the refund; the rest of that comes from what was earned."""
    earned_minor: int
    """What is earned instead."""


def money_back(net_minor: int, *, freed_minor: int) -> MoneyBack:
    """Credits are whole and money is not, so that refund and cost of the credits differ by a part of a credit."""
    undelivered = min(net_minor, freed_minor)
    return MoneyBack(undelivered, freed_minor - undelivered)
