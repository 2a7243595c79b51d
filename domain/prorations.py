"""Prorations: what is given back and charged for the rest of a period when a subscription changes inside it."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from enum import Enum

from domain.billing_calendar import Span, whole_seconds
from domain.money import rounded


class ProrationKind(Enum):
    """What a line is for."""

    UNUSED_TIME = "UNUSED_TIME"
    REMAINING_TIME = "REMAINING_TIME"
    CARRIED_OVER = "CARRIED_OVER"
    USAGE = "USAGE"


@dataclass(frozen=True, slots=True)
class Proration:
    """One line, without tax: negative where unused time is given back."""

    kind: ProrationKind
    amount_minor: int


def prorated(old_minor: int, new_minor: int, span: Span, at: datetime) -> tuple[Proration, Proration]:
    """The two lines of a change inside a period: the old price's rest back, the new price's rest charged (rule 13)."""
    return (
        Proration(ProrationKind.UNUSED_TIME, -_share_left(old_minor, span, at)),
        Proration(ProrationKind.REMAINING_TIME, _share_left(new_minor, span, at)),
    )


def begun_anew(old_minor: int, new_minor: int, span: Span, at: datetime) -> tuple[Proration, Proration]:
    """The two lines of a change that starts a new period: all of the new price, less what is left of the old."""
    return (
        Proration(ProrationKind.UNUSED_TIME, -_share_left(old_minor, span, at)),
        Proration(ProrationKind.REMAINING_TIME, new_minor),
    )


def net_of(lines: Sequence[Proration]) -> int:
    return sum(line.amount_minor for line in lines)


@dataclass(frozen=True, slots=True)
class Settlement:
    """A charge with the lines that have waited for it; what they take off beyond it waits on."""

    charged_minor: int
    carried_minor: int


def settled(charge_minor: int, waiting_minor: int) -> Settlement:
    """A negative net lowers charges, one after the other, and is never paid out (rule 14)."""
    whole = charge_minor + waiting_minor
    return Settlement(charged_minor=max(0, whole), carried_minor=min(0, whole))


def credits_added(old_credits: int, new_credits: int, granted: int, span: Span, at: datetime) -> int:
    """Included credits that an upgrade adds for the rest of the period, rounded down (rule 15).

    Never so many that the period has been granted more than the new plan includes.
    """
    share = (new_credits - old_credits) * _seconds_left(span, at) // span.seconds
    return max(0, min(share, new_credits - granted))


def _share_left(amount: int, span: Span, at: datetime) -> int:
    """The part of an amount that the rest of the period costs, rounded once, half away from zero (rule 13)."""
    return rounded(amount * _seconds_left(span, at), span.seconds)


def _seconds_left(span: Span, at: datetime) -> int:
    """Whole seconds from an instant to the end: all of them at the start, none from the end on."""
    return min(span.seconds, max(0, whole_seconds(at, span.end)))
