"""The states of subscriptions, without a database: what leads where, and what is refused."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest

from domain import subscription_periods as periods
from domain.actors import SYSTEM
from domain.billing_subscriptions import BillingSubscription, SubscriptionStatus
from domain.dunning import WAITS, next_due
from domain.ids import new_id
from domain.refusals import RefusalCode, Refused
from domain.subscription_periods import PeriodStatus, SubscriptionPeriod
from domain.subscription_plans import DunningOutcome
from domain.subscription_starts import begun, tried_out
from domain.subscription_terms import PeriodTerms
from tests.makers.subscription_terms import make_terms

_S = SubscriptionStatus
NOW = datetime(2027, 6, 1, 10, tzinfo=UTC)
TERMS = make_terms("Standard", 2_000, rank=20)


def subscription(terms: PeriodTerms = TERMS) -> BillingSubscription:
    return begun(
        terms,
        organization_id=new_id(),
        app_id=None,
        is_plan=True,
        checkout_session_id=None,
        time_zone="UTC",
        by=SYSTEM,
        at=NOW,
    )


def paid_period(of: BillingSubscription, number: int = 0, terms: PeriodTerms = TERMS) -> SubscriptionPeriod:
    period = periods.opened(of.id, of.organization_id, of.anchor, number, terms, at=NOW)
    period.pay(None, None, at=NOW)
    return period


def active(terms: PeriodTerms = TERMS) -> BillingSubscription:
    one = subscription(terms)
    one.enter(paid_period(one, terms=terms), at=NOW)
    return one


def told(one: BillingSubscription) -> list[str]:
    return [event.type for event in one.take_events()]


def test_it_gives_nothing_and_waits_23_hours_before_it_is_paid() -> None:
    one = subscription()
    assert (one.status, one.current_period, one.due_at) == (_S.INCOMPLETE, None, NOW + timedelta(hours=23))
    one.expire(at=NOW)
    assert one.status is _S.INCOMPLETE_EXPIRED
    assert not one.is_live


def test_a_paid_period_brings_what_it_was_sold_as() -> None:
    terms = replace(TERMS, included_credits=50, grace_days=7, features=({"code": "members", "value": 9},))
    one = active(terms)
    assert one.status is _S.ACTIVE
    assert (one.included_credits, one.grace_days, one.features) == (50, 7, [{"code": "members", "value": 9}])
    assert one.due_at == one.current_period_end == datetime(2027, 7, 1, 10, tzinfo=UTC)
    assert told(one) == ["subscription.created", "subscription.activated"]


def test_a_renewal_keeps_its_state_and_moves_its_period() -> None:
    one = active()
    one.take_events()
    one.enter(paid_period(one, 1), at=NOW)
    assert (one.status, one.period_number) == (_S.ACTIVE, 1)
    assert told(one) == ["subscription.renewed"]


def test_billing_rule_10_grace_decides_access_and_retries_decide_the_state() -> None:
    one = active()
    one.fall_behind(at=NOW)
    assert one.access_ends_at == NOW + timedelta(days=3)
    one.give_up(at=NOW + timedelta(days=21))
    assert one.status is _S.UNPAID
    assert one.access_ends_at == NOW + timedelta(days=3)


def test_a_trial_that_is_not_paid_has_no_grace_and_gets_it_with_its_first_period() -> None:
    one = subscription()
    tried_out(one, 14, at=NOW)
    one.fall_behind(at=NOW)
    assert one.access_ends_at == NOW
    one.enter(paid_period(one), at=NOW)
    assert (one.status, one.grace_days, one.past_due_at) == (_S.ACTIVE, 3, None)


@pytest.mark.parametrize(
    ("outcome", "flagged", "status"),
    [
        (DunningOutcome.MARK_UNPAID, False, _S.UNPAID),
        (DunningOutcome.MARK_UNPAID, True, _S.CANCELED),
        (DunningOutcome.CANCEL, False, _S.CANCELED),
    ],
)
def test_the_plan_says_what_the_last_retry_leads_to(
    outcome: DunningOutcome, flagged: bool, status: SubscriptionStatus
) -> None:
    one = active(replace(TERMS, dunning_outcome=outcome))
    one.fall_behind(at=NOW)
    if flagged:
        one.cancel_later(NOW, None, by=SYSTEM)
    one.give_up(at=NOW)
    assert one.status is status


def test_a_day_after_the_end_of_what_is_paid_its_last_usage_is_charged() -> None:
    one = active()
    assert one.charged_last_at is None
    one.cancel(None, by=SYSTEM, at=NOW)
    assert one.due_at == one.charged_last_at == datetime(2027, 7, 2, 10, tzinfo=UTC)


def test_what_was_never_paid_has_no_last_usage() -> None:
    one = subscription()
    one.cancel(None, by=SYSTEM, at=NOW)
    assert one.due_at is None


def test_only_what_runs_ends_with_its_period() -> None:
    one = active()
    one.rest(at=NOW)
    with pytest.raises(Refused) as refused:
        one.cancel_later(NOW, None, by=SYSTEM)
    assert refused.value.code is RefusalCode.WRONG_STATE
    assert refused.value.refusal.allowed == ["TRIALING", "ACTIVE", "PAST_DUE"]
    one.cancel("Too dear", by=SYSTEM, at=NOW)
    assert (one.status, one.cancel_reason, one.canceled_at) == (_S.CANCELED, "Too dear", NOW)


@pytest.mark.parametrize("days", [0, -1, 181])
def test_billing_rule_8_a_pause_lasts_at_most_180_days(days: int) -> None:
    one = active()
    assert one.current_period_end is not None
    with pytest.raises(Refused) as refused:
        one.pause(one.current_period_end + timedelta(days=days), by=SYSTEM)
    assert refused.value.code is RefusalCode.INVALID
    one.pause(one.current_period_end + timedelta(days=180), by=SYSTEM)
    assert one.pause_at == one.current_period_end


def test_a_cancellation_is_taken_back_before_the_end_and_not_later() -> None:
    one = active()
    ends_at = one.current_period_end
    assert ends_at is not None
    one.cancel_later(ends_at, None, by=SYSTEM)
    with pytest.raises(Refused) as refused:
        one.uncancel(by=SYSTEM, at=ends_at)
    assert refused.value.code is RefusalCode.WRONG_STATE
    one.uncancel(by=SYSTEM, at=ends_at - timedelta(seconds=1))
    assert not one.cancel_at_period_end


def test_a_subscription_that_ends_does_not_pause_too() -> None:
    one = active()
    assert one.current_period_end is not None
    one.cancel_later(one.current_period_end, None, by=SYSTEM)
    with pytest.raises(Refused) as refused:
        one.pause(one.current_period_end + timedelta(days=9), by=SYSTEM)
    assert refused.value.code is RefusalCode.WRONG_STATE


def test_billing_rule_9_retries_follow_after_2_5_7_and_7_days() -> None:
    due: list[datetime] = [NOW]
    while (following := next_due(len(due) - 1, due[-1])) is not None:
        due.append(following)
    assert [(one - NOW).days for one in due] == [0, 2, 7, 14, 21]
    assert len(WAITS) == 4


def test_a_period_is_paid_once_and_refunded_once() -> None:
    period = paid_period(subscription())
    with pytest.raises(Refused) as refused:
        period.pay(None, None, at=NOW)
    assert refused.value.code is RefusalCode.WRONG_STATE
    with pytest.raises(Refused) as refused:
        period.fail(at=NOW)
    assert refused.value.code is RefusalCode.WRONG_STATE
    period.refund(at=NOW)
    assert (period.status, period.ended_at) == (PeriodStatus.REFUNDED, NOW)


def test_terms_are_read_back_as_they_were_kept() -> None:
    terms = replace(TERMS, features=({"code": "members", "value": None},), seat_max=9)
    assert PeriodTerms.of_document(terms.as_document()) == terms
