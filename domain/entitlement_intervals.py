"""From when to when subscriptions, purchases, grants and promotions give what they give."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import TypedDict

from domain.billing_subscriptions import SubscriptionStatus
from domain.entitlements import EntitlementState


class Interval(TypedDict):
    """What an EntitlementSource has of its time."""

    starts_at: datetime
    ends_at: datetime | None
    grace_at: datetime | None
    renews_at: datetime | None
    over: EntitlementState | None


def interval(
    starts_at: datetime,
    ends_at: datetime | None,
    *,
    grace_at: datetime | None = None,
    renews_at: datetime | None = None,
    over: EntitlementState | None = None,
) -> Interval:
    return Interval(starts_at=starts_at, ends_at=ends_at, grace_at=grace_at, renews_at=renews_at, over=over)


@dataclass(frozen=True, slots=True, kw_only=True)
class SubscriptionFacts:
    """What of a subscription decides from when to when it gives something."""

    status: SubscriptionStatus
    starts_at: datetime
    """Of the period that is paid or tried."""
    period_ends_at: datetime | None
    trial_ends_at: datetime | None
    ends_at: datetime | None
    """When it is cancelled or paused, if that is due."""
    past_due_at: datetime | None
    grace_days: int
    was_paid: bool
    is_taken_back: bool
    """Its period was refunded, or the payer's bank has the money or asks for it."""


_S = SubscriptionStatus
_NEVER_BEGAN = (_S.INCOMPLETE, _S.INCOMPLETE_EXPIRED)


def of_subscription(facts: SubscriptionFacts) -> Interval | None:
    """Rule 24: to the instant at which it is cancelled or paused, else on through grace; a trial to its end."""
    if facts.status in _NEVER_BEGAN:
        return None
    ends_at, grace_at = _end(facts)
    over = EntitlementState.REVOKED if facts.is_taken_back else None
    if facts.status not in (_S.TRIALING, _S.ACTIVE, _S.PAST_DUE):
        over = EntitlementState.EXPIRED
    return interval(facts.starts_at, ends_at, grace_at=grace_at, renews_at=facts.period_ends_at, over=over)


def _end(facts: SubscriptionFacts) -> tuple[datetime | None, datetime | None]:
    """When it ends, and from when on it is grace."""
    if facts.status is _S.TRIALING:
        return _first(facts.trial_ends_at, facts.ends_at), None
    grace = timedelta(days=facts.grace_days)
    if facts.status is _S.ACTIVE and facts.period_ends_at is not None:
        if facts.ends_at is not None:
            return facts.ends_at, None
        return facts.period_ends_at + grace, facts.period_ends_at
    if facts.status is _S.PAST_DUE and facts.past_due_at is not None:
        given = grace if facts.was_paid else timedelta(0)
        return _first(facts.past_due_at + given, facts.ends_at), facts.past_due_at
    return _first(facts.ends_at, facts.past_due_at, facts.period_ends_at, facts.trial_ends_at), None


def of_purchase(starts_at: datetime, ends_at: datetime | None, *, is_taken_back: bool) -> Interval:
    """From start to end, unless its money went back or is asked for."""
    return interval(starts_at, ends_at, over=EntitlementState.REVOKED if is_taken_back else None)


def of_grant(starts_at: datetime, ends_at: datetime | None, revoked_at: datetime | None) -> Interval:
    return interval(starts_at, ends_at, over=None if revoked_at is None else EntitlementState.REVOKED)


def of_promotion(starts_at: datetime, ends_at: datetime, ended_at: datetime | None) -> Interval:
    return interval(starts_at, ends_at, over=None if ended_at is None else EntitlementState.EXPIRED)


def of_base(starts_at: datetime) -> Interval:
    """What every organization has from its first day on."""
    return interval(starts_at, None)


def _first(*instants: datetime | None) -> datetime | None:
    return min((one for one in instants if one is not None), default=None)
