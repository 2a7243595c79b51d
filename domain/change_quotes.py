"""Quotes of changes: what a change of a subscription would do and post at an instant, before anything is written."""

from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from domain.billing_calendar import Span
from domain.ids import new_id
from domain.money import Money, split
from domain.proration_lines import ProrationLine
from domain.prorations import Proration, ProrationKind, credits_added
from domain.subscription_changes import (
    ChangeDirection,
    ChangeTime,
    Course,
    ProrationMode,
    charged_now,
    decide,
    lines_of,
)
from domain.subscription_terms import PeriodTerms


@dataclass(frozen=True, slots=True, kw_only=True)
class ChangeQuote:
    """All that a change would do. The very lines are posted when the change is made at that instant (invariant 9)."""

    old: PeriodTerms
    new: PeriodTerms
    course: Course
    effective_at: datetime
    lines: tuple[ProrationLine, ...]
    charged_minor: int
    """What must be paid before it takes effect."""
    credits: int
    """Included credits that it adds to the open period once it is paid."""

    @property
    def direction(self) -> ChangeDirection:
        return self.course.direction

    @property
    def effective(self) -> ChangeTime:
        return self.course.effective

    @property
    def mode(self) -> ProrationMode:
        return self.course.mode

    @property
    def starts_period(self) -> bool:
        return self.course.starts_period

    @property
    def price_id(self) -> UUID:
        return self.new.price_id

    @property
    def quantity(self) -> int:
        return self.new.quantity

    @property
    def period_amount(self) -> Money:
        """What a whole period costs from then on."""
        return Money(self.new.amount_minor, self.new.currency)

    @property
    def net(self) -> Money:
        return Money(sum(line.amount_minor for line in self.lines), self.new.currency)

    @property
    def charged(self) -> Money:
        return Money(self.charged_minor, self.new.currency)


@dataclass(frozen=True, slots=True)
class CreditMonth:
    """The month of a longer period whose credits have come last."""

    number: int
    span: Span


def quote(
    subscription_id: UUID,
    old: PeriodTerms,
    new: PeriodTerms,
    period: Span,
    *,
    mode: ProrationMode | None = None,
    effective: ChangeTime | None = None,
    is_staff: bool,
    granted: int,
    month: CreditMonth | None = None,
    at: datetime,
) -> ChangeQuote:
    """What the change would do inside an open period that has been granted so many credits, perhaps by the month."""
    course = decide(old, new, mode, effective, is_staff=is_staff)
    lines = lines_of(course, old, new, period, at)
    charged = charged_now(course, lines)
    adds = course.mode is ProrationMode.ALWAYS_INVOICE and not course.starts_period
    return ChangeQuote(
        old=old,
        new=new,
        course=course,
        effective_at=at if course.effective is ChangeTime.NOW else period.end,
        lines=tuple(_told(line, subscription_id, old, new, end=period.end, at=at) for line in lines),
        charged_minor=charged,
        credits=added_credits(old, new, period, granted, month, at) if adds else 0,
    )


def added_credits(
    old: PeriodTerms, new: PeriodTerms, period: Span, granted: int, month: CreditMonth | None, at: datetime
) -> int:
    """What an upgrade adds to the open period, once paid (rule 15).

    Of credits that come by the month it is those of this one; the months to come bring theirs by themselves.
    """
    if month is None:
        return credits_added(old.included_credits, new.included_credits, granted, period, at)
    before, after = (split(terms.included_credits, [1] * old.months)[: month.number + 1] for terms in (old, new))
    so_far = granted - sum(before) + before[-1]
    return credits_added(before[-1], after[-1], so_far, month.span, at)


def _told(
    line: Proration, subscription_id: UUID, old: PeriodTerms, new: PeriodTerms, *, end: datetime, at: datetime
) -> ProrationLine:
    is_back = line.kind is ProrationKind.UNUSED_TIME
    terms, what = (old, "Unused time") if is_back else (new, "Remaining time")
    is_whole = not is_back and new.months > old.months
    return ProrationLine(
        id=new_id(),
        subscription_id=subscription_id,
        change_id=None,
        kind=line.kind,
        description=terms.name if is_whole else f"{what} of {terms.name} until {end:%Y-%m-%d}",
        quantity=terms.quantity,
        tax_code=terms.tax_code,
        tax_mode=terms.tax_behavior.tax_mode,
        amount_minor=line.amount_minor,
        currency=terms.currency,
        period_id=None,
        created_at=at,
    )
