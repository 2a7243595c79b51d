"""Changes of a subscription: whether up or down, now or at the period's end, and what they charge (rules 13 to 16)."""

from dataclasses import dataclass, replace
from datetime import datetime
from enum import Enum

from domain.actors import Actor
from domain.billing_calendar import Anchor, Span
from domain.billing_subscriptions import BillingSubscription
from domain.prorations import Proration, begun_anew, net_of, prorated
from domain.refusals import RefusalCode, Refused, forbidden, invalid
from domain.subscription_periods import SubscriptionPeriod
from domain.subscription_terms import PeriodTerms


class ProrationMode(Enum):
    """What becomes of the rest of the period that a change falls into."""

    CREATE_PRORATIONS = "CREATE_PRORATIONS"
    ALWAYS_INVOICE = "ALWAYS_INVOICE"
    NONE = "NONE"


class ChangeTime(Enum):
    """When a change takes effect."""

    NOW = "NOW"
    PERIOD_END = "PERIOD_END"


class ChangeDirection(Enum):
    """Whether a change leads to more or to less."""

    UPGRADE = "UPGRADE"
    DOWNGRADE = "DOWNGRADE"


_M, _T = ProrationMode, ChangeTime


@dataclass(frozen=True, slots=True, kw_only=True)
class Course:
    """How a change goes: when it takes effect, what it does with the period, and whether a new one starts."""

    direction: ChangeDirection
    mode: ProrationMode
    effective: ChangeTime
    starts_period: bool


def direction(old: PeriodTerms, new: PeriodTerms) -> ChangeDirection:
    """The first difference decides: the plan's rank, then the length of the period, then the seats.

    Whatever else changes the price is a downgrade.
    """
    return ChangeDirection.UPGRADE if _size(new) > _size(old) else ChangeDirection.DOWNGRADE


def decide(
    old: PeriodTerms, new: PeriodTerms, mode: ProrationMode | None, effective: ChangeTime | None, *, is_staff: bool
) -> Course:
    """How the change goes, with what was asked for and the defaults of rule 14; refuses what rules 14 and 15 forbid."""
    _require_change(old, new)
    way = direction(old, new)
    if not _is_now(way, mode, effective, waits=_waits_because(old, new, way), is_staff=is_staff):
        return Course(direction=way, mode=_M.NONE, effective=_T.PERIOD_END, starts_period=False)
    starts_period = new.months > old.months
    if starts_period and mode not in (None, _M.ALWAYS_INVOICE):
        raise invalid("A longer period starts at once and is charged at once: choose ALWAYS_INVOICE.", "prorationMode")
    return Course(direction=way, mode=mode or _M.ALWAYS_INVOICE, effective=_T.NOW, starts_period=starts_period)


def lines_of(course: Course, old: PeriodTerms, new: PeriodTerms, span: Span, at: datetime) -> tuple[Proration, ...]:
    """What the change charges and gives back at that instant; a preview shows the very same (invariant 9)."""
    if course.mode is _M.NONE:
        return ()
    lines = begun_anew if course.starts_period else prorated
    return lines(old.amount_minor, new.amount_minor, span, at)


def charged_now(course: Course, lines: tuple[Proration, ...]) -> int:
    """What must be paid before the change applies; what is negative waits for later charges instead."""
    return max(0, net_of(lines)) if course.mode is _M.ALWAYS_INVOICE else 0


def counted_on(anchor: Anchor, number: int, months: int) -> tuple[Anchor, int]:
    """How the period that was to be `number` is counted when periods have another length from then on.

    From the same anchor where that divides evenly; otherwise from the period's own start, still on the anchor's day.
    """
    passed, rest = divmod(number * anchor.months, months)
    if rest == 0:
        return replace(anchor, months=months), passed
    return replace(anchor, at=anchor.start_of(number), months=months), 0


def take_over(
    subscription: BillingSubscription, period: SubscriptionPeriod, terms: PeriodTerms, *, by: Actor, at: datetime
) -> None:
    """From now on the open period gives, and later changes count from, what the change leads to.

    Its credits go on to come as they did: all at once, or month by month. What was used before is charged as it would
    have been, where the new price does not say otherwise.
    """
    metered = {**period.terms.metered, **terms.metered}
    period.terms = replace(terms, credit_schedule=period.terms.credit_schedule, metered=metered)
    subscription.product_id = terms.product_id
    subscription.grace_days, subscription.dunning_outcome = terms.grace_days, terms.dunning_outcome
    subscription.features, subscription.included_credits = list(terms.features), terms.included_credits
    tell(subscription, terms, by=by, at=at)


def tell(subscription: BillingSubscription, terms: PeriodTerms, *, by: Actor, at: datetime) -> None:
    subscription.record("changed", by=by, at=at, data={"priceId": str(terms.price_id), "quantity": terms.quantity})


def require_seats(quantity: int, assigned: int) -> None:
    """Refuses to go below the seats that people have (rule 18)."""
    if quantity < assigned:
        message = f"{assigned} seats are assigned: release some before you go down to {quantity}."
        raise Refused(RefusalCode.LIMIT_REACHED, message, path=("quantity",), used=assigned, limit=quantity)


def _size(terms: PeriodTerms) -> tuple[int, int, int]:
    return terms.rank, terms.months, terms.quantity


def _require_change(old: PeriodTerms, new: PeriodTerms) -> None:
    if new.currency != old.currency:
        raise invalid(f"This subscription is paid in {old.currency} and stays in it.", "priceId")
    if (new.price_id, new.quantity) == (old.price_id, old.quantity):
        raise invalid("This is what the subscription has already.", "priceId")


def _waits_because(old: PeriodTerms, new: PeriodTerms, way: ChangeDirection) -> str | None:
    """Why a change cannot take effect inside a period, if it cannot."""
    if new.months < old.months:
        return "A shorter period begins when the one that is paid has ended."
    if new.tax_behavior is not old.tax_behavior:
        return "One of the prices contains the tax and the other does not: it begins when the paid period has ended."
    has_credits = old.included_credits > 0 or new.included_credits > 0
    if has_credits and (way is ChangeDirection.DOWNGRADE or new.quantity < old.quantity):
        return "The plan includes credits: less of it begins when the period that is paid has ended."
    return None


def _is_now(
    way: ChangeDirection, mode: ProrationMode | None, effective: ChangeTime | None, *, waits: str | None, is_staff: bool
) -> bool:
    if waits is not None:
        if effective is _T.NOW:
            raise invalid(waits, "effective")
        return False
    if mode is _M.NONE and not is_staff:
        if effective is _T.NOW:
            raise forbidden("Only staff change a subscription at once without prorations.", "effective")
        return False
    if effective is not None:
        return effective is _T.NOW
    return way is ChangeDirection.UPGRADE or mode in (_M.CREATE_PRORATIONS, _M.ALWAYS_INVOICE)
